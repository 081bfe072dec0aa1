"""Sealed tape: market input in files of JSON lines, packed, the same bytes for the same rows."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from lefi_tui.adapters.sqlite_errors import named
from lefi_tui.ports.journal import JournalMalformedError, Segment, TapeRow

SUFFIX: Final = ".jsonl.gz"
PACKED: Final = 3  # the hardest level takes four times as long for a sixth less


class TapeFiles:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def names(self) -> tuple[str, ...]:
        return tuple(sorted(each.name for each in self._folder.glob(f"*{SUFFIX}")))

    def write(self, rows: Iterable[TapeRow]) -> Segment:
        """Durable when it returns: written beside its place, synced, then renamed into it."""
        kept = list(rows)
        packed = _packed(kept)
        name = f"{kept[0].n:012d}-{kept[-1].n:012d}{SUFFIX}"
        with named(str(self._folder / name)):
            self._folder.mkdir(mode=0o700, exist_ok=True)
            fresh = self._folder / f"{name}.new"
            handle = os.open(fresh, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(packed)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._folder / name)
            _sync_folder(self._folder)
        return Segment(name, hashlib.sha256(packed).hexdigest(), len(kept))

    def sha256(self, name: str) -> str:
        """Empty where there is no such file, or none any more."""
        try:
            return hashlib.sha256((self._folder / name).read_bytes()).hexdigest()
        except FileNotFoundError:
            return ""

    def drop(self, name: str) -> None:
        (self._folder / name).unlink(missing_ok=True)

    def rows(self, after_n: int) -> Iterator[TapeRow]:
        """Of the segments there are. One that is dropped for its age before it is read is missing
        like those before it: the numbers of the rows tell the gap."""
        for name in self.names():
            if int(name.removesuffix(SUFFIX).partition("-")[2]) > after_n:
                yield from (row for row in self._read(name) if row.n > after_n)

    def _read(self, name: str) -> Iterator[TapeRow]:
        path = self._folder / name
        try:
            with gzip.open(path, "rt", encoding="utf-8") as file:
                for line in file:
                    yield TapeRow(*json.loads(line))
        except FileNotFoundError:
            return
        except (OSError, EOFError, ValueError, TypeError) as error:
            raise JournalMalformedError(
                f"a sealed segment of the tape can't be read ({error})", where=str(path)
            ) from error


def _packed(rows: list[TapeRow]) -> bytes:
    write = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    lines = [write([row.n, row.prev_n, row.type, row.version, row.body]) for row in rows]
    # No time and no name inside, so that the same rows give the same bytes.
    return gzip.compress("".join(f"{line}\n" for line in lines).encode(), PACKED, mtime=0)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
