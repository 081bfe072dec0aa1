"""Candles on their way from a file's rows to columns that lie in one piece each.

The rule it keeps: of candles of any number some megabytes are in memory.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterator, Sequence
from io import FileIO
from pathlib import Path
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Final, Self

from lefi_tui.core.candles import COLUMNS, DOUBLE, THERE

IN_MEMORY_BYTES: Final = 32 << 20  # half a million candles; more go to the disk


class Spool:
    """Blocks of rows, each its columns one after the other."""

    def __init__(self, folder: Path) -> None:
        """Whatever goes to the disk goes there."""
        self._file = SpooledTemporaryFile(IN_MEMORY_BYTES, dir=str(folder))  # noqa: SIM115 -- see exit
        self._counts: list[int] = []
        self._width = 0  # columns of a block

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _at: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, rows: Sequence[Sequence[float]]) -> None:
        """As columns: time, open high low close volume, and funding where there is one."""
        self._width = len(rows)
        self._counts.append(len(rows[0]))
        for column in rows:
            self._file.write(array("d", column).tobytes())

    def write_columns(self, out: FileIO) -> int:
        """As core.candles has them; answers their checksum."""
        checksum = 0
        for number in range(COLUMNS):
            for cells in self._column(number):
                checksum = zlib.crc32(cells, checksum)
                _write_all(out, cells)
        return checksum

    def _column(self, number: int) -> Iterator[bytes]:
        place = number if number < THERE else number - 1
        begin = 0
        for count in self._counts:
            if number == THERE:
                yield array("d", [1.0]).tobytes() * count
            elif place >= self._width:
                yield bytes(DOUBLE * count)
            else:
                self._file.seek(begin + place * DOUBLE * count)
                yield self._file.read(DOUBLE * count)
            begin += self._width * DOUBLE * count


def _write_all(file: FileIO, cells: bytes) -> None:
    left = memoryview(cells)
    while left:
        left = left[file.write(left) :]
