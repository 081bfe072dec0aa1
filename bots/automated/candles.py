"""The candles that are complete at a moment: a market's own, or built from finer ones of a file.

The rule it keeps: no candle is told before its time is over.
"""

from __future__ import annotations

from lefi_tui.core.bars import Bucket
from lefi_tui.core.bot import Bar, Occasion
from lefi_tui.lang.program import Program, State

Buckets = tuple[Bucket, ...]


def complete(buckets: Buckets, occasion: Occasion) -> tuple[Buckets, tuple[Bar, ...]]:
    """The buckets after this moment, and the candles that are over now."""
    if not occasion.is_file:
        return buckets, occasion.bars
    told: list[Bar] = []
    after = tuple([_filled(bucket, occasion, told) for bucket in buckets])
    return after, tuple(told)


def fed(program: Program, slots: State, bars: tuple[Bar, ...]) -> State:
    """The slots after these candles stepped what the script reads of them by `Candles`."""
    for number, feed in enumerate(program.feeds):
        for bar in bars:
            if bar.symbol == feed.symbol and bar.timeframe_ms == feed.timeframe_ms:
                values = bar.open, bar.high, bar.low, bar.close, bar.volume
                slots = program.feed(number, slots, values)
    return slots


def _filled(bucket: Bucket, occasion: Occasion, told: list[Bar]) -> Bucket:
    for bar in occasion.bars:
        if bar.symbol != bucket.symbol:
            continue
        if bar.timeframe_ms == bucket.timeframe_ms:
            told.append(bar)
        else:
            bucket = _closed(bucket, bar.time_ms, told).after(bar)
    return _closed(bucket, occasion.at_ms, told)


def _closed(bucket: Bucket, at_ms: int, told: list[Bar]) -> Bucket:
    if not bucket.is_due(at_ms):
        return bucket
    told.append(bucket.bar())
    return bucket.closed()
