"""Candle files as columns on disk, so that the second run of a file reads no text.

The rules it keeps: a file that changed is never read stale, what is here is whole or is made anew,
and a folder that can't be written or is full costs the time of a reading, never the run.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import stat
import sys
import tempfile
import zlib
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import Final

import msgspec
from msgspec.structs import replace

from lefi_tui.adapters.candle_blocks import Blocks
from lefi_tui.adapters.candle_spool import Spool
from lefi_tui.adapters.history_files import CandleFile, read_candles
from lefi_tui.core.candles import COLUMNS, DOUBLE, Candles, Column, doubles
from lefi_tui.core.record import Record
from lefi_tui.requests import Progress

# Another number wherever a column means something else, or rows are checked in another way.
MAGIC: Final = f"Lefi columns 1 {sys.byteorder}\n".encode()
HEAD_BYTES: Final = mmap.ALLOCATIONGRANULARITY  # the columns begin at a page
CHECKED_BYTES: Final = 1 << 20  # at a time
MAPPED_BYTES_MIN: Final = 64 << 20  # a million candles; less is read into memory in milliseconds
KEPT_BYTES_MAX: Final = 4 << 30  # some 60 million candles; those not used for longest go
SUFFIX: Final = ".columns"
PART: Final = ".part"
# Two writes within a tick of a file system's clock bear one time; a tick is at most this long.
SETTLED_NS: Final = 2_000_000_000
LEFT_NS: Final = 3_600_000_000_000  # a part this old is of a process that was killed


class Stamp(Record):
    """What no write leaves as it was: nobody can set the time at which an inode changed."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int
    device: int


class Head(Record):
    source: str
    stamp: Stamp
    digest: str  # of the whole file
    is_young: bool  # it had changed just before: only the digest tells whether it did again
    timeframe_ms: int
    gaps: int
    missing: int
    has_funding: bool
    candles: int
    checksum: int  # of the columns


class ColumnCache:
    """One file of columns a candle file, in one folder; `read` has the form of `read_candles`."""

    def __init__(
        self, folder: Path, most: int = KEPT_BYTES_MAX, settled_ns: int = SETTLED_NS
    ) -> None:
        self._folder, self._most, self._settled_ns = folder, most, settled_ns

    def read(self, path: Path, symbol: str, progress: Progress | None = None) -> CandleFile:
        kept = _Kept(self._folder, path, self._settled_ns)
        found = kept.candles(symbol)
        if found is not None:
            return found
        stamp = stamp_of(path)
        if stamp is None:
            return read_candles(path, symbol, progress)
        try:
            found = kept.made(symbol, stamp, self._most, progress)
        except OSError as error:
            found = read_candles(path, symbol, progress)
            why = f"candles are read as text each time: {self._folder} can't be written"
            return replace(found, notice=f"{why} ({error.strerror})")
        with suppress(OSError):  # another process makes room too
            _make_room(self._folder, self._most)
        return found


class _Kept:
    """The columns of one candle file."""

    def __init__(self, folder: Path, source: Path, settled_ns: int) -> None:
        self._source, self._settled_ns = source, settled_ns
        self._key = hashlib.sha256(os.fsencode(source.resolve())).hexdigest()
        self._file = folder / f"{self._key}{SUFFIX}"

    def candles(self, symbol: str) -> CandleFile | None:
        """None where there are none, or not of the file as it is now, or not whole."""
        with suppress(OSError), self._file.open("rb", buffering=0) as file:
            head = _head(file)
            if head is None or head.source != self._key or not self._is_of_today(head):
                return None
            cells = _cells(file, head)
            if cells is None:
                return None
            with suppress(OSError):
                os.utime(self._file)
            return _file_of(cells, head, self._source, symbol)
        return None

    def _is_of_today(self, head: Head) -> bool:
        stamp = stamp_of(self._source)
        if stamp is None or stamp.size != head.stamp.size:
            return False
        if stamp == head.stamp and not head.is_young:
            return True
        if _digest(self._source) != head.digest or stamp_of(self._source) != stamp:
            return False
        with suppress(OSError), self._file.open("r+b", buffering=0) as file:
            os.utime(file.fileno())
            file.write(_written(replace(head, stamp=stamp, is_young=self._is_young(stamp, file))))
        return True

    def made(self, symbol: str, stamp: Stamp, most: int, progress: Progress | None) -> CandleFile:
        """Read anew, block by block; what is longer lies on disk and not in memory. Kept whole or
        not at all: not where it is over `most` bytes, or the file changed while it was read."""
        folder = self._file.parent
        folder.mkdir(parents=True, exist_ok=True)
        blocks = Blocks(self._source, progress)
        handle, name = tempfile.mkstemp(suffix=PART, dir=folder)
        part = Path(name)
        try:
            with os.fdopen(handle, "w+b", buffering=0) as file:
                with Spool(folder) as spool:
                    for rows in blocks:
                        spool.add(rows)
                    blocks.check()
                    file.write(bytes(HEAD_BYTES))
                    checksum = spool.write_columns(file)
                source = self._key, stamp, _digest(self._source)
                head = _head_of(blocks, source, checksum)
                cells = _cells(file, head)
                assert cells is not None, "what was just written is whole"
                if HEAD_BYTES + cells.nbytes <= most and stamp_of(self._source) == stamp:
                    file.seek(0)
                    file.write(_written(replace(head, is_young=self._is_young(stamp, file))))
                    os.fsync(file.fileno())
                    part.replace(self._file)
        finally:
            part.unlink(missing_ok=True)
        return _file_of(cells, head, self._source, symbol)

    def _is_young(self, stamp: Stamp, written: FileIO) -> bool:
        """By the clock of the file system: what was just written tells what time it is."""
        return stamp.ctime_ns + self._settled_ns > os.fstat(written.fileno()).st_mtime_ns


def _head_of(blocks: Blocks, source: tuple[str, Stamp, str], checksum: int) -> Head:
    gaps, missing = blocks.gaps
    return Head(
        *source,
        is_young=True,
        timeframe_ms=blocks.timeframe_ms,
        gaps=gaps,
        missing=missing,
        has_funding=blocks.has_funding,
        candles=blocks.count,
        checksum=checksum,
    )


def _file_of(cells: Column, head: Head, source: Path, symbol: str) -> CandleFile:
    bars = Candles((symbol, head.timeframe_ms), cells, has_funding=head.has_funding)
    return CandleFile(str(source), bars, head.gaps, head.missing)


# ---- the head of a file


def _written(head: Head) -> bytes:
    text = msgspec.json.encode(head)
    sizes = zlib.crc32(text).to_bytes(4) + len(text).to_bytes(4)
    return (MAGIC + sizes + text).ljust(HEAD_BYTES, b"\0")


def _head(file: FileIO) -> Head | None:
    """None where it is none of ours."""
    page = file.read(HEAD_BYTES)
    sizes, text = page[len(MAGIC) : len(MAGIC) + 8], page[len(MAGIC) + 8 :]
    text = text[: int.from_bytes(sizes[4:])]
    if not page.startswith(MAGIC) or zlib.crc32(text) != int.from_bytes(sizes[:4]):
        return None
    try:
        return msgspec.json.decode(text, type=Head)
    except msgspec.MsgspecError:
        return None


def _cells(file: FileIO, head: Head) -> Column | None:
    """None where they are not whole. Long ones stay on disk, a page in memory while it is used."""
    size = head.candles * COLUMNS * DOUBLE
    if os.fstat(file.fileno()).st_size != HEAD_BYTES + size:
        return None
    file.seek(HEAD_BYTES)
    if size >= MAPPED_BYTES_MIN:
        if _checksum(file, bytearray(CHECKED_BYTES)) != head.checksum:
            return None
        # Private pages: machine code wants them writable, and nobody writes to them.
        pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
        return doubles(pages)[HEAD_BYTES // DOUBLE :]
    cells = bytearray(size)
    return doubles(cells) if _checksum(file, cells) == head.checksum else None


def _checksum(file: FileIO, page: bytearray) -> int:
    """Of the rest of a file, a page at a time."""
    checksum, view = 0, memoryview(page)
    while count := file.readinto(view):
        checksum = zlib.crc32(view[:count], checksum)
    return checksum


def passed(bars: Candles, begin: int, end: int) -> None:
    """Those of columns on disk leave memory; who asks for them again has them from the disk."""
    pages = bars.cells.obj
    if isinstance(pages, mmap.mmap):
        whole = COLUMNS, len(bars.cells) // COLUMNS
        leave(pages, whole, (bars.part.start + begin, bars.part.start + end))


def leave(pages: mmap.mmap, whole: tuple[int, int], part: tuple[int, int]) -> None:
    """Of so many columns of so many rows, at the end of what is mapped, these rows leave memory."""
    page, (columns, count) = mmap.PAGESIZE, whole
    head = len(pages) - columns * count * DOUBLE
    for column in range(columns):
        start, stop = ((head + (column * count + at) * DOUBLE) // page * page for at in part)
        if start < stop:
            pages.madvise(mmap.MADV_DONTNEED, start, stop - start)


# ---- the file it is of


def stamp_of(source: Path) -> Stamp | None:
    """None of what is no file: a pipe can't be read twice."""
    try:
        found = source.stat()
    except OSError:
        return None
    if not stat.S_ISREG(found.st_mode):
        return None
    times = found.st_mtime_ns, found.st_ctime_ns
    return Stamp(found.st_size, *times, found.st_ino, found.st_dev)


def _digest(source: Path) -> str:
    with source.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# ---- the folder


def _make_room(folder: Path, most: int) -> None:
    """Those not used for longest go; so do parts of a process that was killed."""
    found = sorted(
        ((each.stat().st_mtime_ns, each) for each in folder.iterdir() if each.is_file()),
        reverse=True,
    )
    newest = found[0][0] if found else 0
    room = most
    for used_ns, file in found:
        size = file.stat().st_size
        is_left = file.suffix == PART and used_ns + LEFT_NS < newest
        if file.suffix == SUFFIX:
            room -= size
        if is_left or (file.suffix == SUFFIX and room < 0):
            file.unlink(missing_ok=True)
