"""What a process that simulates again and again keeps of its data: files read, columns built.

The rule it keeps: a file that has changed on disk is read again.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TypeVar

from bots.automated.plan import Bound
from lefi_tui.adapters.column_cache import Stamp, stamp_of
from lefi_tui.adapters.history_files import CandleFile, ReadTold, read_candles
from lefi_tui.errors import FileUnreadableError
from lefi_tui.requests import Progress
from lefi_tui.simulate.machine.columns import Columns, Kind, columns_of

K = TypeVar("K")
V = TypeVar("V")
FILES_MAX: Final = 4  # a year of minutes is some tens of megabytes
COLUMNS_MAX: Final = 4

_Stamp = tuple[Path, Stamp]  # of a file as it was when it was read
_Key = tuple[object, ...]


class Kept:
    """`read`: how to come by what is not kept yet."""

    def __init__(self, read: ReadTold = read_candles) -> None:
        self._read = read
        self._files: OrderedDict[tuple[_Stamp, str], CandleFile] = OrderedDict()
        self._columns: OrderedDict[_Key, Columns] = OrderedDict()
        self._digests: dict[_Stamp, str] = {}

    def read(self, path: Path, symbol: str, progress: Progress | None = None) -> CandleFile:
        key = stamp(path), symbol
        found = self._files.get(key)
        if found is None:
            found = self._files[key] = self._read(path, symbol, progress)
            _bound(self._files, FILES_MAX)
        self._files.move_to_end(key)
        return found

    def columns(
        self, files: Sequence[CandleFile], bound: Bound, folder: Path | None = None
    ) -> Columns:
        kinds: tuple[Kind, ...] = tuple(sorted(bound.kinds_of_candles))
        key = (kinds, *((stamp(Path(each.name)), _cut(each)) for each in files))
        found = self._columns.get(key)
        if found is None:
            found = self._columns[key] = columns_of(files, bound, folder)
            _bound(self._columns, COLUMNS_MAX)
        self._columns.move_to_end(key)
        return found

    def digest(self, path: Path) -> str:
        """Of what is in a file, wherever it stands."""
        known = stamp(path)
        if known not in self._digests:
            with path.open("rb") as file:
                self._digests[known] = hashlib.file_digest(file, "sha256").hexdigest()
        return self._digests[known]


def stamp(path: Path) -> _Stamp:
    found = stamp_of(path)
    if found is None:
        raise FileUnreadableError("There is no such file.", where=str(path))
    return path, found


def _cut(file: CandleFile) -> tuple[str, int, int, int]:
    return file.symbol, file.from_ms, file.to_ms, len(file.bars)


def _bound(kept: OrderedDict[K, V], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)
