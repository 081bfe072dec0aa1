"""The rows of a candle file as they stand in it, some thousand at a time: CSV, CSV.gz, Parquet.

Nothing is judged here but whether it is such a file at all; what a row holds is candle_cells'.
"""

from __future__ import annotations

import csv
import gzip
import io
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Any, BinaryIO, Final, TextIO

from msgspec.structs import replace

from lefi_tui.adapters.parquet_rows import parquet_rows
from lefi_tui.core.record import Record
from lefi_tui.errors import FileUnreadableError, MarketFileError

DELIMITERS: Final = (",", ";", "\t")
ROWS: Final = 4_096  # at a time
GZIP: Final = b"\x1f\x8b"


class Batch(Record):
    """Rows and the line of each. Cells of a Parquet file may be numbers, moments or none."""

    lines: Sequence[int]
    rows: Sequence[Sequence[Any]]
    passed: float = 0.0  # the share of the file that lies behind them


def wrong(name: str, line: int, why: str, next_step: str = "") -> MarketFileError:
    return MarketFileError(why, where=f"{name}:{line}", next_step=next_step)


def batches(path: Path) -> Iterator[Batch]:
    """The first has one row, the header."""
    is_parquet = path.name.lower().endswith(".parquet")
    return _parquet(path) if is_parquet else _texts(path)


def _parquet(path: Path) -> Iterator[Batch]:
    line = 1
    for rows, passed in parquet_rows(path, ROWS):
        yield Batch(range(line, line + len(rows)), rows, passed)
        line += len(rows)


def _texts(path: Path) -> Iterator[Batch]:
    try:
        with _opened(path) as (file, raw):
            size = max(os.fstat(raw.fileno()).st_size, 1)
            for batch in _parsed(file, str(path)):
                yield replace(batch, passed=min(raw.tell() / size, 1.0))
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        why = f"It is not a whole gzip file: {error}."
        raise MarketFileError(why, where=str(path), next_step="Fetch the file again") from error
    except UnicodeDecodeError as error:
        why = f"Its byte {_bad_byte(path)} is no UTF-8 text."
        raise MarketFileError(why, where=str(path), next_step="Save it as UTF-8 CSV") from error
    except OSError as error:
        raise FileUnreadableError(f"{error.strerror}.", where=str(path)) from error


@contextmanager
def _opened(path: Path) -> Iterator[tuple[TextIO, BinaryIO]]:
    """Its text, and the file as it lies on disk."""
    with path.open("rb") as raw:
        is_packed = raw.read(len(GZIP)) == GZIP
        raw.seek(0)
        plain = gzip.GzipFile(fileobj=raw) if is_packed else raw
        with io.TextIOWrapper(io.BufferedReader(plain), "utf-8-sig", newline="") as text:
            yield text, raw


def _bad_byte(path: Path) -> int:
    """A stream decodes in pieces and can't tell."""
    data = path.read_bytes()
    try:
        (gzip.decompress(data) if data[:2] == GZIP else data).decode()
    except UnicodeDecodeError as error:
        return error.start
    return 0


def _parsed(file: TextIO, name: str) -> Iterator[Batch]:
    head: list[str] = []
    for line in file:
        head.append(line)
        if line.strip():
            break
    reader = csv.reader(chain(head, file), delimiter=_delimiter(head))
    lines = _lines(reader, name)
    yield from _batches(lines, 1)
    while batch := next(_batches(lines, ROWS), None):
        yield batch


def _delimiter(head: Sequence[str]) -> str:
    names = next(csv.reader(head[-1:]), [])
    others = DELIMITERS[1:] if len(names) == 1 else ()
    return next((each for each in others if each in names[0]), DELIMITERS[0])


def _batches(lines: Iterator[tuple[int, list[str]]], count: int) -> Iterator[Batch]:
    taken = list(islice(lines, count))
    if taken:
        numbers, rows = zip(*taken, strict=True)
        yield Batch(numbers, rows)


def _lines(reader: Any, name: str) -> Iterator[tuple[int, list[str]]]:
    """Each line with its number; a line that is wholly blank holds nothing and is passed over."""
    try:
        for cells in reader:
            if cells:
                yield reader.line_num, cells
    except csv.Error as error:
        raise wrong(name, reader.line_num, f"It is no CSV: {error}.") from error
