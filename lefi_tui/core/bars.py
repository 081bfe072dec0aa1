"""Candles of a longer timeframe, built from shorter ones in UTC buckets; weeks begin on Monday.

The rule it keeps: an incomplete first or last bucket is left out, a gap inside one is kept as it
is, and no bucket is told before its time is over.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from lefi_tui.core.bot import Bar
from lefi_tui.core.record import Record
from lefi_tui.core.timeframe import WEEK_MS

MONDAY_MS: Final = 4 * 86_400_000  # 1970-01-01 was a Thursday, the next Monday the fifth
NONE_SKIPPED: Final = -1


def bucket_start(time_ms: int, timeframe_ms: int) -> int:
    """The opening time of the bucket that `time_ms` lies in."""
    shift = MONDAY_MS if timeframe_ms % WEEK_MS == 0 else 0
    return (time_ms - shift) // timeframe_ms * timeframe_ms + shift


def fits(timeframe_ms: int, data_ms: int) -> bool:
    """Whether candles of this timeframe can be built from the data's."""
    return timeframe_ms >= data_ms and timeframe_ms % data_ms == 0


def moments(series: Sequence[Sequence[Bar]]) -> Iterator[tuple[Bar, ...]]:
    """The candles of several markets that open together, moment by moment, in the order given."""
    if len(series) == 1:
        for bar in series[0]:
            yield (bar,)
        return
    places = [0] * len(series)
    while True:
        times = [
            bars[at].time_ms for bars, at in zip(series, places, strict=True) if at < len(bars)
        ]
        if not times:
            return
        now, together = min(times), []
        for number, bars in enumerate(series):
            at = places[number]
            if at < len(bars) and bars[at].time_ms == now:
                together.append(bars[at])
                places[number] = at + 1
        yield tuple(together)


class Bucket(Record):
    """A candle in the making. `start_ms` -1: nothing of it has come yet."""

    symbol: str
    timeframe_ms: int
    start_ms: int = -1
    open: float = 0.0
    high: float = 0.0
    low: float = 0.0
    close: float = 0.0
    volume: float = 0.0
    skipped_ms: int | None = None  # the bucket that the data began inside; None before the first

    @property
    def end_ms(self) -> int:
        return self.start_ms + self.timeframe_ms

    def is_due(self, at_ms: int) -> bool:
        return self.start_ms >= 0 and self.end_ms <= at_ms

    def bar(self) -> Bar:
        return Bar(
            self.symbol,
            self.timeframe_ms,
            self.start_ms,
            self.open,
            self.high,
            self.low,
            self.close,
            self.volume,
        )

    def closed(self) -> Bucket:
        """The bucket after its candle was told."""
        return Bucket(self.symbol, self.timeframe_ms, skipped_ms=self.skipped_ms)

    def after(self, bar: Bar) -> Bucket:
        """The bucket with one more candle; the one before it has been told already."""
        start = bucket_start(bar.time_ms, self.timeframe_ms)
        skipped = self.skipped_ms
        if skipped is None:
            skipped = start if start != bar.time_ms else NONE_SKIPPED
        if start == skipped:
            return Bucket(self.symbol, self.timeframe_ms, skipped_ms=skipped)
        if start != self.start_ms:
            assert self.start_ms < 0, "a bucket whose time is over is told first"
            prices = bar.open, bar.high, bar.low, bar.close, bar.volume
        else:
            prices = (
                self.open,
                max(self.high, bar.high),
                min(self.low, bar.low),
                bar.close,
                self.volume + bar.volume,
            )
        return Bucket(self.symbol, self.timeframe_ms, start, *prices, skipped)
