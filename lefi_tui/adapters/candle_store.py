"""Candles on disk: one CSV a market and timeframe, whole at every moment, fetched on from where it
stopped.

The rules it keeps: the file itself only ever changes by being replaced; what is being fetched grows
beside it (`.part`) and survives a kill, but for a last line that was half written. Rows are in
order, none twice; what an exchange did not tell stays a gap.
"""

from __future__ import annotations

import fcntl
import heapq
import os
import re
from array import array
from collections.abc import Iterable, Iterator
from itertools import pairwise
from operator import le
from pathlib import Path
from typing import Final

from lefi_tui.core.bars import bucket_start
from lefi_tui.core.bot import Bar
from lefi_tui.core.record import Record
from lefi_tui.errors import RefusedError

HEADER: Final = "timestamp,open,high,low,close,volume\n"
UNITS_MS: Final = (
    ("w", 604_800_000),
    ("d", 86_400_000),
    ("h", 3_600_000),
    ("m", 60_000),
    ("s", 1_000),
)
BLOCK_BYTES: Final = 1 << 20
LINE_BYTES: Final = 4_096  # more than a row
_NAME: Final = re.compile(r"([A-Z0-9]+)-([A-Z0-9]+)(?:-([A-Z0-9]+))?-(\d+)([wdhms])\.csv")

Line = tuple[int, str]  # its opening time, the row as it stands in the file


class Shelf(Record):
    """Where one market's candles of one timeframe are kept."""

    folder: Path  # of all candles
    exchange: str
    symbol: str
    timeframe_ms: int

    @property
    def file(self) -> Path:
        market = re.sub("[/:]", "-", self.symbol)
        return self.folder / self.exchange / f"{market}-{frame_name(self.timeframe_ms)}.csv"

    @property
    def part(self) -> Path:
        return self.file.with_suffix(".part")


class Extent(Record):
    """How much a file holds, without a look at its holes."""

    candles: int = 0
    from_ms: int = 0
    to_ms: int = 0  # the close of the last


class Kept(Record):
    """What a file holds. `holes` are stretches without candles, from and to before."""

    shelf: Shelf
    candles: int
    from_ms: int
    to_ms: int  # the close of the last
    holes: tuple[tuple[int, int], ...]
    is_partial: bool = False  # a fetch stopped in the middle; the next one goes on

    @property
    def missing(self) -> int:
        return sum((end - begin) // self.shelf.timeframe_ms for begin, end in self.holes)


def frame_name(timeframe_ms: int) -> str:
    """60000 -> 1m: the longest unit that it is a whole number of."""
    for unit, length in UNITS_MS:
        if timeframe_ms % length == 0:
            return f"{timeframe_ms // length}{unit}"
    raise ValueError(f"no candles of {timeframe_ms} ms")


def kept(folder: Path) -> list[Kept]:
    """All candle files below it, by exchange and market."""
    return [look(each) for each in shelves(folder)]


def shelves(folder: Path) -> list[Shelf]:
    """Which there are, without a look into them."""
    found = (_shelf_of(folder, file) for file in sorted(folder.glob("*/*.csv")))
    return [each for each in found if each is not None]


def _shelf_of(folder: Path, file: Path) -> Shelf | None:
    named = _NAME.fullmatch(file.name)
    if named is None:
        return None
    base, quote, settle, count, unit = named.groups()
    symbol = f"{base}/{quote}" + (f":{settle}" if settle else "")
    return Shelf(folder, file.parent.name, symbol, int(count) * dict(UNITS_MS)[unit])


def look(shelf: Shelf) -> Kept:
    times = _times(shelf.file)
    frame_ms = shelf.timeframe_ms
    holes = tuple(
        (before + frame_ms, after) for before, after in pairwise(times) if after - before > frame_ms
    )
    first, last = (times[0], times[-1] + frame_ms) if times else (0, 0)
    return Kept(shelf, len(times), first, last, holes, is_partial=shelf.part.exists())


def extent(shelf: Shelf) -> Extent:
    """As fast as its bytes are read; none where it can't be, which a run over it says."""
    try:
        with shelf.file.open("rb") as file:
            file.readline()  # its header
            first, count, tail = file.readline(), 1, b""
            while block := file.read(BLOCK_BYTES):
                count += block.count(b"\n")
                tail = (tail + block)[-LINE_BYTES:]
        times = [int(line.partition(b",")[0]) for line in (first, (tail or first).split()[-1])]
    except (OSError, ValueError, IndexError):
        return Extent()
    return Extent(count, times[0], times[1] + shelf.timeframe_ms)


def wanting(shelf: Shelf, from_ms: int, to_ms: int) -> list[tuple[int, int]]:
    """The stretches of this time that neither the file nor its part holds."""
    frame_ms = shelf.timeframe_ms
    begin = bucket_start(from_ms + frame_ms - 1, frame_ms)
    there = heapq.merge(_times(shelf.file), _times(shelf.part))
    stretches: list[tuple[int, int]] = []
    for at_ms in there:
        if at_ms >= to_ms:
            break
        if at_ms > begin:
            stretches.append((begin, at_ms))
        begin = max(begin, at_ms + frame_ms)
    end = bucket_start(to_ms, frame_ms)
    return [*stretches, (begin, end)] if begin < end else stretches


# ---- writing


class Growing:
    """The part of a fetch: `add` pages in order, `finish` makes the file of it and what was there.

    One at a time: the lock ends with the process, however it ends.
    """

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.differing = 0  # that came for a time whose candle is kept, with other numbers
        shelf.part.parent.mkdir(parents=True, exist_ok=True)
        self._out = shelf.part.open("ab")
        try:
            fcntl.flock(self._out, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._out.close()
            raise RefusedError(
                "another fetch of this market is at work",
                where=str(shelf.part),
                next_step="Wait until it has ended, or end it: the next one goes on from there",
            ) from error
        _trim(shelf.part)

    def add(self, bars: Iterable[Bar]) -> None:
        self._out.write("".join(map(row_of, bars)).encode())
        self._out.flush()

    def finish(self) -> Kept:
        part = self._shelf.part
        come = _lines(part) if _is_in_order(_read_times(part)) else sorted(_lines(part))
        whole = heapq.merge(_lines(self._shelf.file), come, key=_time)
        self.differing = replace_with(self._shelf, whole)
        part.unlink()
        self._out.close()
        return look(self._shelf)

    def close(self) -> None:
        """Leaves the part for the next time."""
        self._out.close()


def row_of(bar: Bar) -> str:
    numbers = (bar.open, bar.high, bar.low, bar.close, bar.volume)
    return f"{bar.time_ms},{','.join(map(repr, numbers))}\n"


def replace_with(shelf: Shelf, lines: Iterable[Line]) -> int:
    """The file anew, in one step; of two rows of one time the first stays. How many of those that
    did not stay say something else."""
    shelf.file.parent.mkdir(parents=True, exist_ok=True)
    early = shelf.file.with_suffix(".new")
    with early.open("w") as out:
        out.write(HEADER)
        newest, row, differing = -1, "", 0
        for at_ms, line in lines:
            if at_ms > newest:
                out.write(line)
                newest, row = at_ms, line
            else:
                differing += line != row
        out.flush()
        os.fsync(out.fileno())
    early.replace(shelf.file)
    return differing


def _trim(part: Path) -> None:
    """A kill may have left half a line at the end."""
    if part.exists():
        data = part.read_bytes()
        whole = data.rfind(b"\n") + 1
        if whole < len(data):
            os.truncate(part, whole)


# ---- reading


def _time(line: Line) -> int:
    return line[0]


def _lines(file: Path) -> Iterator[Line]:
    """Whole rows, without the header."""
    if not file.exists():
        return
    with file.open() as rows:
        for line in rows:
            if line.endswith("\n") and line[0].isdigit():
                yield int(line[: line.index(",")]), line


def _times(file: Path) -> array[int]:
    """In order; a part is in the order it was fetched in: by stretches."""
    times = _read_times(file)
    return times if _is_in_order(times) else array("q", sorted(times))


def _read_times(file: Path) -> array[int]:
    return array("q", (at_ms for at_ms, _ in _lines(file)))


def _is_in_order(times: array[int]) -> bool:
    """Nearly always: then millions of rows go from file to file without being held."""
    view = memoryview(times)
    return all(map(le, view, view[1:]))


def rows(shelf: Shelf, from_ms: int | None, to_ms: int | None) -> Iterator[Line]:
    """The rows that open at or after `from_ms` and close by `to_ms`."""
    for at_ms, line in _lines(shelf.file):
        if from_ms is not None and at_ms < from_ms:
            continue
        if to_ms is not None and at_ms + shelf.timeframe_ms > to_ms:
            return
        yield at_ms, line
