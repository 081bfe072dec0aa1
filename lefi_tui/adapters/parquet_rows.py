"""Parquet files as rows of text, where pyarrow is installed; it is not part of the product yet."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from lefi_tui.errors import FileUnreadableError, MarketFileError, NotThereYetError


def parquet_rows(path: Path) -> tuple[Sequence[str], Iterator[tuple[int, Sequence[str]]]]:
    """The header, and each row with its number as a line of a CSV would have it."""
    try:
        parquet = importlib.import_module("pyarrow.parquet")
    except ModuleNotFoundError as error:
        raise NotThereYetError(
            "Parquet files are read only where the library pyarrow is installed, and it is not.",
            where=str(path),
            next_step="Save the candles as CSV or CSV.gz",
        ) from error
    try:
        table = parquet.read_table(path)
    except FileNotFoundError as error:
        raise FileUnreadableError("No such file.", where=str(path)) from error
    except (OSError, ValueError) as error:  # pyarrow's own errors are ValueErrors
        raise MarketFileError(f"It is no Parquet file: {error}.", where=str(path)) from error
    columns = [column.to_pylist() for column in table.columns]
    return table.column_names, _rows(columns)


def _rows(columns: Sequence[Sequence[Any]]) -> Iterator[tuple[int, Sequence[str]]]:
    for line, cells in enumerate(zip(*columns, strict=True), 2):
        yield line, [_cell(each) for each in cells]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else str(value)
