"""Candle files, CSV (plain or gzipped) and Parquet: read as they are, or refused with the line that
is wrong.

The rules it keeps: rows are sorted, without duplicates, high and low enclose the rest, no number is
missing or negative; gaps are counted and reported; nothing is silently mended.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain, islice
from operator import sub
from pathlib import Path

from msgspec.structs import replace

from lefi_tui.adapters.candle_cells import Cells, moment_ms, places, scale_of, text_of
from lefi_tui.adapters.candle_rows import Batch, batches, wrong
from lefi_tui.core.candles import Candles, Column, cells_of, doubles
from lefi_tui.core.record import Record
from lefi_tui.errors import MarketFileError, UsageError

Read = Callable[[Path, str], "CandleFile"]  # the file, and its market


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
            raise MarketFileError(
                f"No candle lies in the time asked; the file runs from {iso(self.from_ms)} "
                f"to {iso(self.to_ms)}.",
                where=self.name,
                next_step="Change --from or --to",
            )
        bars = self.bars[begin:end]
        gaps, missing = _gaps(_steps(bars.times), self.timeframe_ms)
        return replace(self, bars=bars, gaps=gaps, missing=missing)


def iso(time_ms: float) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat().replace("+00:00", "Z")


def parse_time(text: str) -> int:
    """`--from` and `--to`: ms or s since 1970 UTC, or ISO 8601 (UTC where it names no offset)."""
    time_ms = moment_ms(text, scale_of(text))
    if time_ms is None:
        raise UsageError(
            f"{text!r} is no time.",
            next_step="Write one like 2022-01-31, 2022-01-31T14:30:00Z or 1643639400",
        )
    return time_ms


def read_candles(path: str | Path, symbol: str) -> CandleFile:
    """Reads and checks a file; its timeframe is the distance most of its rows have."""
    name, found = str(path), batches(Path(path))
    head = next(found, None)
    if head is None:
        raise wrong(name, 1, "The file is empty.", "Give a file with a header and candles")
    at = places(name, head.lines[0], head.rows[0])
    first = next(found, None)
    scale = scale_of(_time_cell(first, at.time)) if first is not None else 1
    rows = Cells(name, at, scale)
    columns = [array("d") for _ in range(1 + len(at.all))]
    for batch in chain(() if first is None else (first,), found):
        for column, cells in zip(columns, rows.of(batch), strict=True):
            column.extend(cells)
    times = columns[0]
    if len(times) < 2:
        why = f"It has {len(times)} candles; two at least tell the timeframe."
        raise MarketFileError(why, where=name, next_step="Give a longer file")
    steps = _steps(doubles(times))
    timeframe_ms = _timeframe(steps)
    if min(steps) < timeframe_ms:
        raise _out_of_order(path, times, timeframe_ms)
    cells = cells_of(times, columns[1:])
    bars = Candles((symbol, timeframe_ms), cells, has_funding=at.funding is not None)
    return CandleFile(name, bars, *_gaps(steps, timeframe_ms))


def _time_cell(batch: Batch, place: int) -> str:
    """Of its first row, which may be too short."""
    return next((text_of(each).strip() for each in batch.rows[0][place : place + 1]), "")


def _steps(times: Column) -> Mapping[int, int]:
    """How often each distance of two rows comes."""
    return Counter(map(int, map(sub, times[1:], times)))


def _timeframe(steps: Mapping[int, int]) -> int:
    """The commonest distance of two rows; of equally common ones the shortest."""
    forward = {step: count for step, count in steps.items() if step > 0}
    if not forward:
        return 1  # not sorted at all; the check of the times says where
    common = max(forward.values())
    return min(step for step, count in forward.items() if count == common)


def _out_of_order(path: str | Path, times: Sequence[float], timeframe_ms: int) -> MarketFileError:
    place = next(
        each for each in range(1, len(times)) if times[each] - times[each - 1] < timeframe_ms
    )
    step = times[place] - times[place - 1]
    name, line = str(path), _line_of(Path(path), place)
    now, before = iso(times[place]), iso(times[place - 1])
    if step == 0:
        return wrong(name, line, f"The time {now} comes twice.", "Keep one of the rows")
    if step < 0:
        return wrong(name, line, f"{now} comes after {before}.", "Sort the rows by time")
    return wrong(
        name,
        line,
        f"{now} is {step / 1000:g} s after the row before, but the file's candles are "
        f"{timeframe_ms / 1000:g} s long: the two overlap.",
    )


def _line_of(path: Path, place: int) -> int:
    """Of the row of that number; the file is read again, which only a wrong one costs."""
    found: Iterator[Batch] = islice(batches(path), 1, None)
    lines = chain.from_iterable(each.lines for each in found)
    return next(islice(lines, place, None))


def _gaps(steps: Mapping[int, int], timeframe_ms: int) -> tuple[int, int]:
    """How often candles are missing, and how many."""
    wide = {step: count for step, count in steps.items() if step > timeframe_ms}
    missing = sum((step - 1) // timeframe_ms * count for step, count in wide.items())
    return sum(wide.values()), missing
