"""Sums of a course's returns, each rounded once at its end, as math.fsum has them.

The rule it keeps: where what is not known of a sum could change its last digit, Python adds it up.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final

from lefi_tui.core.metrics import Sums
from lefi_tui.lang.indicators.averages import HALVES
from lefi_tui.simulate.lanes import course

COUNT_MAX: Final = 2**26  # of candles: so often a half of a double can be taken, exactly
TINY: Final = 1e-250  # its halves may lose digits


class _UnsureError(Exception):
    """The last digit is not certain."""


def sums_of(n: int, count: int, y: Any, returns: Callable[[], Sequence[float]]) -> Sums:
    """Of `n` returns, of which all but `count` are 0; those are asked for only where needed."""
    falls = int(y[course.FALLS])
    try:
        total = _sure(y, course.TOTAL, count)
        fall_squares = _sure(y, course.FALL_SQUARES, count)
        mean = total / n
        zeros = _times(n - count, (0.0 - mean) * (0.0 - mean))
        squares = _sure(y, course.SQUARES, count, *zeros)
    except _UnsureError:
        return _in_python(n, returns())
    return Sums(n, total, squares, falls, fall_squares)


def _sure(y: Any, place: int, count: int, *more: float) -> float:
    """An addition is off by at most half a last digit of what was added so far."""
    whole, off, size = y[place : place + 3]
    doubt = size * count * 2.0**-51
    low, high = (math.fsum((whole, off, each, *more)) for each in (-doubt, doubt))
    if low != high:
        raise _UnsureError
    return low


def _times(count: int, value: float) -> tuple[float, float]:
    """`count` times the value, as two doubles that are exact: its halves by Veltkamp."""
    if 0.0 < value < TINY:
        raise _UnsureError
    large = value * HALVES
    high = large - (large - value)
    return count * high, count * (value - high)


def _in_python(n: int, returns: Sequence[float]) -> Sums:
    total = math.fsum(returns)
    mean = total / n
    falls = [each for each in returns if each < 0]

    def squares() -> Iterator[float]:
        yield from ((each - mean) * (each - mean) for each in returns)
        for _ in range(n - len(returns)):
            yield (0.0 - mean) * (0.0 - mean)

    fall_squares = math.fsum(each * each for each in falls)
    return Sums(n, total, math.fsum(squares()), len(falls), fall_squares)
