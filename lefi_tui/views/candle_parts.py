"""Candles for the chart: the market's own, then what is made of shorter ones and of minutes seen.

The rule it keeps: where two tell of the same time, the market's word counts; where nobody tells,
there is no candle.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lefi_tui.core.bars import bucket_start
from lefi_tui.core.bot import Bar
from lefi_tui.views.chart_view import MINUTE_MS, Candle
from lefi_tui.views.fold import Minute


class Piece(NamedTuple):
    """A part of a candle: a shorter one that closed, or a minute that was seen."""

    time_ms: int
    end_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float | None


def of_bar(bar: Bar) -> Piece:
    end_ms = bar.time_ms + bar.timeframe_ms
    return Piece(bar.time_ms, end_ms, bar.open, bar.high, bar.low, bar.close, bar.volume)


def of_minute(minute: Minute) -> Piece:
    return Piece(minute.time_ms, minute.time_ms + MINUTE_MS, *minute[1:], None)


def candles(
    closed: Sequence[Bar], shorter: Sequence[Bar], seen: Iterable[Minute], timeframe_ms: int
) -> tuple[Candle, ...]:
    """What the market told, then what is made of shorter candles and of minutes that were seen.

    Where two tell of the same time, the market's word counts.
    """
    out = [Candle(each.time_ms, *_prices(each)) for each in closed]
    until_ms = closed[-1].time_ms + timeframe_ms if closed else 0
    told = [of_bar(each) for each in shorter if each.time_ms >= until_ms]
    known = {at for part in told for at in range(part.time_ms, part.end_ms, MINUTE_MS)}
    unknown = [
        of_minute(each) for each in seen if each.time_ms >= until_ms and each.time_ms not in known
    ]
    parts = sorted((*told, *unknown), key=lambda part: part.time_ms)
    for part in parts:
        start = bucket_start(part.time_ms, timeframe_ms)
        if out and out[-1].time_ms == start:
            out[-1] = _joined(out[-1], part)
        else:
            out.append(Candle(start, part.open, part.high, part.low, part.close, part.volume))
    return tuple(out)


def _prices(bar: Bar) -> tuple[float, float, float, float, float]:
    return bar.open, bar.high, bar.low, bar.close, bar.volume


def _joined(candle: Candle, part: Piece) -> Candle:
    """The volume is of what the market has told so far."""
    volume = candle.volume
    if volume is not None and part.volume is not None:
        volume += part.volume
    high, low = max(candle.high, part.high), min(candle.low, part.low)
    return Candle(candle.time_ms, candle.open, high, low, part.close, volume)
