"""A candle file as checked rows, some thousand at a time, and what they tell of the whole.

The rule it keeps: of a file of any length a few thousand rows are in memory, and whoever waits is
told how far it is; what that one raises ends the reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import chain, pairwise
from operator import sub
from pathlib import Path

from lefi_tui.adapters.candle_cells import Cells, Places, Rows, places, scale_of, text_of
from lefi_tui.adapters.candle_rows import Batch, batches, wrong
from lefi_tui.core.candles import Column
from lefi_tui.core.timeframe import candles
from lefi_tui.errors import MarketFileError
from lefi_tui.requests import Progress


class Blocks:
    """Of one file; what is told of the whole holds once all have been gone through."""

    def __init__(self, path: Path, progress: Progress | None = None) -> None:
        self.path, self._progress = path, progress
        self.count = 0
        self.has_funding = False
        self._steps: Counter[int] = Counter()
        self._last: float | None = None

    def __iter__(self) -> Iterator[Rows]:
        for at, batch, rows in _checked(self.path):
            self.has_funding = at.funding is not None
            times = rows[0]
            if self._last is not None:
                self._steps[int(times[0] - self._last)] += 1
            self._steps.update(map(int, map(sub, times[1:], times)))
            self._last, self.count = times[-1], self.count + len(times)
            yield rows
            if self._progress is not None:
                whole = round(self.count / batch.passed) if batch.passed else 0
                self._progress(self.count, max(whole, self.count))

    def check(self) -> None:
        """There are enough rows, and no row is nearer to the one before it than most are."""
        if self.count < 2:
            why = f"It has {candles(self.count)}; two at least tell the timeframe."
            raise MarketFileError(why, where=str(self.path), next_step="Give a longer file")
        if min(self._steps) < self.timeframe_ms:
            raise _out_of_order(self.path, self.timeframe_ms)

    @property
    def timeframe_ms(self) -> int:
        """The distance most of its rows have."""
        return _commonest(self._steps)

    @property
    def gaps(self) -> tuple[int, int]:
        return gaps(self._steps, self.timeframe_ms)


def _checked(path: Path) -> Iterator[tuple[Places, Batch, Rows]]:
    name, found = str(path), batches(path)
    head = next(found, None)
    if head is None:
        raise wrong(name, 1, "The file is empty.", "Give a file with a header and candles")
    at = places(name, head.lines[0], head.rows[0])
    first = next(found, None)
    scale = scale_of(_time_cell(first, at.time)) if first is not None else 1
    cells = Cells(name, at, scale)
    for batch in chain(() if first is None else (first,), found):
        yield at, batch, cells.of(batch)


def _time_cell(batch: Batch, place: int) -> str:
    """Of its first row, which may be too short."""
    return next((text_of(each).strip() for each in batch.rows[0][place : place + 1]), "")


def steps_of(times: Column) -> Mapping[int, int]:
    """How often each distance of two rows comes."""
    return Counter(map(int, map(sub, times[1:], times)))


def _commonest(steps: Mapping[int, int]) -> int:
    """Of equally common ones the shortest."""
    forward = {step: count for step, count in steps.items() if step > 0}
    if not forward:
        return 1  # not sorted at all; the check of the times says where
    common = max(forward.values())
    return min(step for step, count in forward.items() if count == common)


def gaps(steps: Mapping[int, int], timeframe_ms: int) -> tuple[int, int]:
    """How often candles are missing, and how many."""
    wide = {step: count for step, count in steps.items() if step > timeframe_ms}
    missing = sum((step - 1) // timeframe_ms * count for step, count in wide.items())
    return sum(wide.values()), missing


def _out_of_order(path: Path, timeframe_ms: int) -> MarketFileError:
    """The file is read again, which only a wrong one costs."""
    rows = chain.from_iterable(
        zip(batch.lines, rows[0], strict=True) for _, batch, rows in _checked(path)
    )
    for (_, before), (line, now) in pairwise(rows):
        if now - before < timeframe_ms:
            return _nearer(str(path), line, (before, now), timeframe_ms)
    return MarketFileError("It changed while it was read.", where=str(path))


def _nearer(name: str, line: int, times: tuple[float, float], timeframe_ms: int) -> MarketFileError:
    step = times[1] - times[0]
    before, now = map(iso, times)
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


def iso(time_ms: float) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).isoformat().replace("+00:00", "Z")
