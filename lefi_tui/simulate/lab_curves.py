"""A run's curves with few points: what a picture of some hundred columns would show of all of them.

Of each stretch of time its ends, its lowest and its highest stay, and where the fall is deepest.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Final

from lefi_tui.adapters.history_files import CandleFile
from lefi_tui.core.candles import OPEN
from lefi_tui.core.matching import market_rules
from lefi_tui.requests import Costs
from lefi_tui.simulate.costs import fees_of
from lefi_tui.simulate.prepared import instrument_of
from lefi_tui.simulate.result import Result
from lefi_tui.views.numbers import NS_PER_MS
from lefi_tui.views.report_view import Point

STRETCHES: Final = 100
PER_STRETCH: Final = 4
CLOSE: Final = OPEN + 3


def points(result: Result, costs: Costs, first: CandleFile) -> Iterator[Point]:
    """Equity, its fall from the peak, and what the same money would be worth in that market."""
    times = result.times
    holding = Holding(result.held[0], costs, first)
    for number, value, peak in thinned(result.equity, result.numbers.max_drawdown):
        at_ms = int(times[number - 1]) if number else result.from_ms
        yield Point(at_ms * NS_PER_MS, value, _fall(value, peak), holding.worth(at_ms))


def thinned(values: Sequence[float], deepest: float) -> Iterator[tuple[int, float, float]]:
    """Number, value and highest so far of those that stay; `deepest` is their largest fall."""
    count, peak = len(values), -math.inf
    stretches = STRETCHES if count > PER_STRETCH * STRETCHES else 1
    for stretch in range(stretches):
        begin, end = stretch * count // stretches, (stretch + 1) * count // stretches
        part = list(values[begin:end])
        low, high = min(part), max(part)
        kept = {0, len(part) - 1, part.index(low), part.index(high)}
        if stretches == 1:
            kept = set(range(len(part)))
        elif _fall(low, max(peak, high)) >= deepest:  # no fall in it is deeper than that
            tops = accumulate(part, max, initial=peak)
            next(tops)
            falls = list(map(_fall, part, tops))
            kept.add(falls.index(max(falls)))
        since = 0
        for place in sorted(kept):
            peak, since = max(peak, *part[since : place + 1]), place + 1
            yield begin + place, part[place], peak


def _fall(value: float, peak: float) -> float:
    return (peak - value) / peak if peak > 0 else 0.0


class Holding:
    """All cash in one market at this price, for the taker fee."""

    def __init__(self, price: float, costs: Costs, file: CandleFile) -> None:
        self._file = file
        self._times, self._closes = file.bars.times, file.bars.column(CLOSE)
        self._cash = float(costs.cash)
        taker = fees_of(costs).taker
        lot = market_rules(instrument_of(file.symbol)).lot
        self._units = lot.down(self._cash / (price * (1 + taker)))
        self._left = self._cash - price * self._units - taker * price * self._units

    def worth(self, at_ms: int) -> float:
        """At the newest close by then."""
        closed = bisect_right(self._times, at_ms - self._file.timeframe_ms)
        return self._left + self._units * self._closes[closed - 1] if closed else self._cash
