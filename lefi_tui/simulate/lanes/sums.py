"""Sums of a run's returns and trades, each rounded once at its end, as math.fsum has them.

The rule it keeps: where what is not known of a sum could change its last digit, Python adds it up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

from lefi_tui.core import metrics
from lefi_tui.core.metrics import Sums
from lefi_tui.lang.indicators.averages import HALVES
from lefi_tui.simulate.lanes import adding
from lefi_tui.simulate.machine.eights import WIDTH

COUNT_MAX: Final = 2**26  # of candles: so often a half of a double can be taken, exactly
TINY: Final = 1e-250  # its halves may lose digits
HALF_DIGIT: Final = 2.0**-53  # of what it is the last digit of


class UnsureError(Exception):
    """The last digit is not certain."""


def sums_of(
    n: int, count: int, y: Any, add_squares: Callable[[float], None], returns: Sequence[float]
) -> Sums:
    """Of `n` returns, of which all but the first `count` are 0, when they are added up in Y.
    `add_squares` adds those of their distances from a mean."""
    try:
        return _sums(n, count, y, add_squares)
    except UnsureError:
        # Of millions, none of them is held once more.
        is_all = n == count == len(returns)
        return metrics.sums_of(returns if is_all else [*returns[:count], *[0.0] * (n - count)])


def _sums(n: int, count: int, y: Any, add_squares: Callable[[float], None]) -> Sums:
    total = math.fsum(_parts(y, adding.TOTAL))
    mean = total / n
    add_squares(mean)
    fall_squares = sure(y, adding.FALL_SQUARES, count)
    zeros = _times(n - count, (0.0 - mean) * (0.0 - mean))
    squares = sure(y, adding.SQUARES, count, zeros=zeros)
    # By Cauchy and Schwarz their sizes add up to no more than this.
    sizes = math.sqrt(n * (squares + n * mean * mean))
    if sure(y, adding.TOTAL, count, sizes) != total:
        raise UnsureError
    return Sums(n, total, squares, int(y[adding.FALLS]), fall_squares)


def won_and_lost(y: Any) -> tuple[float, float]:
    """By trades. Of few of them the sum lies often just between two doubles."""
    wins, losses, end = (int(y[each]) for each in (adding.WINS, adding.LOSSES, adding.MOST))
    try:
        return sure(y, adding.WON, wins), sure(y, adding.LOST, losses)
    except UnsureError:
        begin, end = adding.PNL_AT, adding.PNL_AT + end
        return math.fsum(y[begin : begin + wins]), math.fsum(y[end - losses : end])


def sure(
    y: Any, place: int, count: int, sizes: float | None = None, zeros: Sequence[float] = ()
) -> float:
    """Of `count` values. `sizes`: the sum of theirs, where they are not of one sign. What each of
    the additions lost is at most half a last digit of the sizes added so far, and adding that up
    is off by half a last digit of it at each: count squared of halves of halves, and to spare."""
    parts = _parts(y, place)
    all_sizes = abs(math.fsum(parts)) if sizes is None else sizes
    doubt = 4.0 * (count * HALF_DIGIT) ** 2 * all_sizes
    low, high = (math.fsum((*parts, each, *zeros)) for each in (-doubt, doubt))
    if low != high:
        raise UnsureError
    return low


def _parts(y: Any, place: int) -> list[float]:
    parts: list[float] = y[place : place + 2 * WIDTH]
    if not all(map(math.isfinite, parts)):
        raise UnsureError
    return parts


def _times(count: int, value: float) -> tuple[float, float]:
    """`count` times the value, as two doubles that are exact: its halves by Veltkamp."""
    if count and 0.0 < value < TINY:
        raise UnsureError
    large = value * HALVES
    high = large - (large - value)
    return count * high, count * (value - high)
