"""Candle files, CSV (plain or gzipped) and Parquet: read as they are, or refused with the line that
is wrong.

The rules it keeps: rows are sorted, without duplicates, high and low enclose the rest, no number is
missing or negative; gaps are counted and reported; nothing is silently mended.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from msgspec.structs import replace

from lefi_tui.adapters.candle_blocks import Blocks, gaps, iso, steps_of
from lefi_tui.adapters.candle_cells import moment_ms, scale_of
from lefi_tui.core.candles import Candles, cells_of
from lefi_tui.core.record import Record
from lefi_tui.errors import NoCandleError, UsageError
from lefi_tui.requests import Progress

Read = Callable[[Path, str], "CandleFile"]  # the file, and its market


class ReadTold(Protocol):
    """`progress` is told how far it is, in candles."""

    def __call__(self, path: Path, symbol: str, progress: Progress | None = None) -> CandleFile: ...


class CandleFile(Record):
    """One symbol's candles, checked; `gaps` are places where candles are missing."""

    name: str
    bars: Candles
    gaps: int
    missing: int  # candles that the gaps lack
    notice: str = ""  # what a person should know of how it was read

    @property
    def symbol(self) -> str:
        return self.bars.symbol

    @property
    def timeframe_ms(self) -> int:
        return self.bars.timeframe_ms

    @property
    def has_funding(self) -> bool:
        return self.bars.has_funding

    @property
    def from_ms(self) -> int:
        return int(self.bars.times[0])

    @property
    def to_ms(self) -> int:
        """The close of the last candle."""
        return int(self.bars.times[-1]) + self.timeframe_ms

    def between(self, from_ms: int | None, to_ms: int | None) -> CandleFile:
        """The candles that open at or after `from_ms` and close at or before `to_ms`."""
        times = self.bars.times
        begin = 0 if from_ms is None else bisect_left(times, from_ms)
        end = len(times) if to_ms is None else bisect_right(times, to_ms - self.timeframe_ms)
        if begin >= end:
            raise NoCandleError(
                f"The file runs from {iso(self.from_ms)} to {iso(self.to_ms)}.",
                where=self.name,
                next_step="Change --from or --to",
            )
        bars = self.bars[begin:end]
        lack = gaps(steps_of(bars.times), self.timeframe_ms)
        return replace(self, bars=bars, gaps=lack[0], missing=lack[1])


def parse_time(text: str) -> int:
    """`--from` and `--to`: ms or s since 1970 UTC, or ISO 8601 (UTC where it names no offset)."""
    time_ms = moment_ms(text, scale_of(text))
    if time_ms is None:
        raise UsageError(
            f"{text!r} is no time.",
            next_step="Write one like 2022-01-31, 2022-01-31T14:30:00Z or 1643639400",
        )
    return time_ms


def read_candles(path: str | Path, symbol: str, progress: Progress | None = None) -> CandleFile:
    """Reads and checks a file into memory; its timeframe is the distance most of its rows have."""
    blocks = Blocks(Path(path), progress)
    columns: list[array[float]] = []
    for rows in blocks:
        columns = columns or [array("d") for _ in rows]
        for column, cells in zip(columns, rows, strict=True):
            column.extend(cells)
    blocks.check()
    cells = cells_of(columns[0], columns[1:])
    bars = Candles((symbol, blocks.timeframe_ms), cells, has_funding=blocks.has_funding)
    return CandleFile(str(path), bars, *blocks.gaps)
