"""Parquet files as rows, the names of the columns first; their library is loaded by them alone."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Literal

from lefi_tui.core.candles import Column
from lefi_tui.core.timeframe import SECONDS_MAX
from lefi_tui.errors import FileUnreadableError, MarketFileError, NotThereYetError

LEAST_US: Final = SECONDS_MAX * 1_000
COMPRESSION: Final = "zstd"
BUFFER_BYTES: Final = 1 << 20  # of each column; else a whole group of rows is read before its first


def _library(name: str, path: Path) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise NotThereYetError(
            "Parquet files are read and written by the library pyarrow, which is not installed.",
            where=str(path),
            next_step="Install it beside Lefi, or use CSV or CSV.gz",
        ) from error


def parquet_rows(path: Path, count: int) -> Iterator[tuple[Sequence[Sequence[Any]], float]]:
    """The header as one row, then so many rows at a time; what share of all lies behind them."""
    parquet, arrow = _library("pyarrow.parquet", path), _library("pyarrow", path)
    try:
        with parquet.ParquetFile(path, buffer_size=BUFFER_BYTES, pre_buffer=False) as file:
            yield [file.schema_arrow.names], 0.0
            done = 0
            for batch in _batches(file, count):
                columns = [_cells(arrow, column) for column in batch.columns]
                done += len(batch)
                yield list(zip(*columns, strict=True)), done / file.metadata.num_rows
    except FileNotFoundError as error:
        raise FileUnreadableError("No such file.", where=str(path)) from error
    except (OSError, ValueError) as error:  # pyarrow's own errors are ValueErrors
        raise MarketFileError(
            f"It is no Parquet file: {str(error).rstrip('.')}.",
            where=str(path),
            next_step="Fetch or write the file again, or give CSV or CSV.gz",
        ) from error


def _batches(file: Any, count: int) -> Iterator[Any]:
    """Of one group of rows after the other: asked for all at once, they all come into memory."""
    for group in range(file.num_row_groups):
        yield from file.iter_batches(count, row_groups=[group], use_threads=False)


def _cells(arrow: Any, column: Any) -> list[Any]:
    """Moments as ms, where no number of seconds could be meant."""
    kind = column.type
    if arrow.types.is_timestamp(kind):
        fine = column.cast(arrow.timestamp("us", kind.tz), safe=False)  # as ISO 8601 is read
        whole = _plain(fine.cast(arrow.int64()), "q")
        if whole and min(whole) >= LEAST_US and not any(each % 1_000 for each in whole):
            return [each // 1_000 for each in whole]
        column = fine
    elif kind in {arrow.float64(), arrow.int64()}:
        numbers = _plain(column, "d" if kind == arrow.float64() else "q")
        if numbers:
            return numbers
    out: list[Any] = column.to_pylist()
    return out


def _plain(column: Any, form: Literal["d", "q"]) -> list[Any]:
    """The numbers as they lie in memory, many times quicker than one by one; none if one lacks."""
    if column.null_count:
        return []
    cells = memoryview(column.buffers()[1]).cast("B").cast(form)
    numbers: list[Any] = cells[column.offset : column.offset + len(column)].tolist()
    return numbers


def write_parquet(path: Path, names: Sequence[str], columns: Iterable[Column]) -> None:
    """Times in ms, all else as doubles; whole or not at all."""
    parquet, arrow = _library("pyarrow.parquet", path), _library("pyarrow", path)
    parts = [
        arrow.Array.from_buffers(arrow.float64(), len(each), [None, arrow.py_buffer(each)])
        for each in columns
    ]
    parts[0] = parts[0].cast(arrow.int64()).cast(arrow.timestamp("ms", "UTC"))
    table = arrow.table(parts, names=list(names))
    parquet.write_table(table, path, compression=COMPRESSION)
