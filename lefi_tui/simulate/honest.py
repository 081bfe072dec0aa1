"""How far the numbers of a backtest can be trusted, computed when somebody asks.

The definitions, in full. Trades are those of the result, as they left. The *account before* a trade
is the starting cash and the profit of all trades before it, after fees; the *growth* of a trade is
log(1 + its profit / the account before it), so that growths add up to the end of all of them.

Both possible: trades that left by stop, trail, liquidation or target inside a candle (not at its
open) whose range reached one of the first three and the target (core.matching marks them); their
profit; and the sum of its absolute values over that of all trades.

Groups: what is drawn or shuffled. Up to 100 trades each is one; of more, 100 groups of neighbors as
equal as can be: it costs the same however many there are, and keeps what neighbors have in common.
Chance is numbers below 2^32, the words of SHAKE-128 of the text `lefi 1` (its seed) from the lowest
byte on: first those of the drawings, then those of the shuffles.

p of the mean trade: 1,000 times as many groups are drawn as there are, with replacement (each is
number word · count / 2^32, rounded down). With G the growth of the run and g that of a drawing, p
is (1 + how often g − G >= G) / (1 + 1,000): how often trades of this spread around a mean of
nothing come to G or more. The *band of the final equity* is the 50th and 951st of the 1,000 drawn
ends, cash · exp(g), in order.

Shuffled: 250 times the groups are put in the order of new words. The end is always the same; the
largest fall of the account from its peak, looked at after each trade, is not: its band is the 13th
and 238th of them in order. Sizes that hang on the order are as they were in the run.

With fewer than two trades, or where a trade took all that was there, these three are None.
"""

from __future__ import annotations

import hashlib
import json
import math
import struct
from collections.abc import Sequence
from itertools import accumulate, pairwise
from operator import add, sub
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.record import Record
from lefi_tui.requests import BacktestRequest
from lefi_tui.simulate.assumed import assumptions
from lefi_tui.simulate.result import Result
from lefi_tui.views.honest_view import Band, Both, HonestView
from lefi_tui.views.honest_words import warnings

SEED: Final = 1
DRAWS: Final = 1_000
SHUFFLES: Final = 250
GROUPS_MAX: Final = 100
OUTSIDE: Final = 0.05  # of the drawings, on each side of a band


def honest(result: Result, request: BacktestRequest, variants: int | None = None) -> HonestView:
    """`variants`: how many were tried on this data so far, where that is counted."""
    profits = [each.pnl for each in result.trades]
    groups = _groups(growths(result.equity[0], profits))
    words = _words((DRAWS + SHUFFLES) * len(groups))
    drawn = _drawn(groups, words[: DRAWS * len(groups)])
    view = HonestView(
        assumptions=assumptions(result, request),
        trades=len(profits),
        both=_both(profits, result.both),
        p_value=_p_value(groups, drawn),
        finals=_finals(result.equity[0], drawn),
        falls=_falls(groups, words[DRAWS * len(groups) :]),
        fall=_fall(groups) if groups else None,
        draws=DRAWS,
        shuffles=SHUFFLES,
        seed=SEED,
        variants=variants,
    )
    return replace(view, warnings=warnings(view))


def variant_of(request: BacktestRequest) -> str:
    """The same for the same script, settings, market and timeframe, and for no other."""
    asked = [
        request.source,
        sorted(dict(request.settings).items()),
        request.symbol,
        request.timeframe_ms,
    ]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]


def _both(profits: Sequence[float], places: Sequence[int]) -> Both:
    left = [profits[each] for each in places]
    moved = math.fsum(map(abs, profits))
    share = math.fsum(map(abs, left)) / moved if moved else None
    return Both(len(left), math.fsum(left), share)


def growths(cash: float, profits: Sequence[float]) -> list[float]:
    """Empty where they can't be told."""
    before = list(accumulate(profits, initial=cash))
    if len(profits) < 2 or min(before) <= 0:
        return []
    return [math.log(after / account) for account, after in pairwise(before)]


class Group(Record):
    """Trades that are drawn together, from where the first of them begins."""

    growth: float
    peak: float  # never below 0
    low: float  # never above 0
    fall: float  # the largest from a peak inside it


def _groups(growth: Sequence[float]) -> list[Group]:
    count = min(len(growth), GROUPS_MAX)
    ends = [number * len(growth) // count for number in range(count + 1)] if count else []
    return [_group(growth[begin:end]) for begin, end in pairwise(ends)]


def _group(growth: Sequence[float]) -> Group:
    way = list(accumulate(growth, initial=0.0))
    peaks = accumulate(way, max)
    return Group(way[-1], max(way), min(way), max(map(sub, peaks, way)))


def _words(count: int) -> tuple[int, ...]:
    raw = hashlib.shake_128(f"lefi {SEED}".encode()).digest(4 * count)
    return struct.unpack(f"<{count}I", raw)


def _drawn(groups: Sequence[Group], words: Sequence[int]) -> list[float]:
    """Growth of each drawing, the smallest first."""
    each, count = [group.growth for group in groups], len(groups)
    starts = range(0, len(words), count) if count else ()
    return sorted(
        sum([each[word * count >> 32] for word in words[start : start + count]]) for start in starts
    )


def _p_value(groups: Sequence[Group], drawn: Sequence[float]) -> float | None:
    if not drawn:
        return None
    own = sum(group.growth for group in groups)
    return (1 + sum(each - own >= own for each in drawn)) / (1 + len(drawn))


def _finals(cash: float, drawn: Sequence[float]) -> Band | None:
    band = _band(drawn)
    if band is None:
        return None
    try:
        return Band(cash * math.exp(band.low), cash * math.exp(band.high))
    except OverflowError:  # luck drawn again and again is past every double
        return None


def _band(ordered: Sequence[float]) -> Band | None:
    if not ordered:
        return None
    outside = math.ceil(OUTSIDE * len(ordered))
    return Band(ordered[outside - 1], ordered[-outside])


def _falls(groups: Sequence[Group], words: Sequence[int]) -> Band | None:
    count, falls = len(groups), []
    for start in range(0, len(words), count) if count else ():
        order = sorted(range(count), key=words[start : start + count].__getitem__)
        falls.append(_fall([groups[number] for number in order]))
    return _band(sorted(falls))


def _fall(groups: Sequence[Group]) -> float:
    """The largest fall of all trades, groups in this order, as a share of its peak."""
    starts = list(accumulate((group.growth for group in groups), initial=0.0))
    tops = map(add, starts, (group.peak for group in groups))
    peaks = accumulate(tops, max, initial=0.0)
    lows = map(add, starts, (group.low for group in groups))
    between = max(map(sub, peaks, lows))
    return -math.expm1(-max(between, *(group.fall for group in groups)))
