"""Candles of one market as a lane goes through them, in the dialect: exits, equity, its returns."""

from __future__ import annotations

from lefi_tui.simulate.lanes.account import (
    CASH,
    EXPOSED,
    LAST,
    MAKER,
    MOST,
    NAN,
    OPENED_AT,
    PEAK,
    PNL_AT,
    RETURNS,
    SLIPPAGE,
    STOP,
    TAKER,
    TARGET,
    TROUGH,
    UNITS,
    WORST,
    arrive_all,
    reduce,
)
from lefi_tui.simulate.machine.columns import CLOSE, HIGH, LOW, OPEN
from lefi_tui.simulate.machine.words import Floats, whole

# Of the sums of a course, in Y. A sum has three places: what it is, what its additions lost, and
# how much that was in all: the most by which it may be off, for each addition, in its last digit.
TOTAL = 0  # of the returns
FALLS = 3  # how many are below 0
FALL_SQUARES = 4
SQUARES = 7  # of their distances from the mean
OF_SUMS = 10
SUM = 0
OFF = 1
SIZE = 2


def candle(m: int, n: int, p: Floats, x: Floats) -> None:
    """One that may meet something: its open, its run, its mark."""
    arrive_all(p[OPEN * n + m], x)
    if x[UNITS] != 0.0:
        leave(m, n, p, x)
    equity = x[CASH]
    if x[UNITS] != 0.0:
        equity = x[CASH] + x[UNITS] * p[CLOSE * n + m]
        x[EXPOSED] = x[EXPOSED] + 1.0
        x[OPENED_AT] = NAN
    mark(equity, x)


def leave(m: int, n: int, p: Floats, x: Floats) -> None:
    """By the exit the candle meets first: at its open, then below, then above."""
    opening, stop, target = p[OPEN * n + m], x[STOP], x[TARGET]
    is_stop = opening <= stop or (opening < target and p[LOW * n + m] <= stop)
    if not is_stop and p[HIGH * n + m] < target:
        return
    # In the candle whose open filled the entry a stop sells at the stop, even below its open.
    is_passed = opening <= stop and not stop < x[OPENED_AT]
    level = opening if is_passed else stop
    price = level * (1.0 - x[SLIPPAGE]) if is_stop else max(opening, target)
    rate = x[TAKER] if is_stop else x[MAKER]
    reduce(x[UNITS], price, rate * price * x[UNITS], x)


def mark(equity: float, x: Floats) -> None:
    x[PNL_AT + whole(x[MOST]) + whole(x[RETURNS])] = equity / x[LAST] - 1.0
    x[RETURNS] = x[RETURNS] + 1.0
    x[LAST] = equity
    if equity > x[PEAK]:
        fall(x)
        x[PEAK] = x[TROUGH] = equity
    elif equity < x[TROUGH]:
        x[TROUGH] = equity


def fall(x: Floats) -> None:
    """The largest below this peak; division keeps the order of what it divides."""
    if x[PEAK] > 0.0:
        x[WORST] = max(x[WORST], (x[PEAK] - x[TROUGH]) / x[PEAK])


def hold(m: int, limit: int, n: int, p: Floats, x: Floats) -> int:
    """Candles that meet neither stop nor target; answers the first one that may."""
    at, last, peak, trough = m, x[LAST], x[PEAK], x[TROUGH]
    cash, units, stop, target = x[CASH], x[UNITS], x[STOP], x[TARGET]
    to = PNL_AT + whole(x[MOST]) + whole(x[RETURNS]) - m
    while at < limit and p[LOW * n + at] > stop and p[HIGH * n + at] < target:
        equity = cash + units * p[CLOSE * n + at]
        x[to + at] = equity / last - 1.0
        last = equity
        if equity > peak:
            if peak > 0.0:
                x[WORST] = max(x[WORST], (peak - trough) / peak)
            peak = trough = equity
        elif equity < trough:
            trough = equity
        at += 1
    x[LAST], x[PEAK], x[TROUGH] = last, peak, trough
    x[RETURNS] = x[RETURNS] + float(at - m)
    x[EXPOSED] = x[EXPOSED] + float(at - m)
    return at


def sum_up(n: int, x: Floats, y: Floats) -> None:
    """What the numbers need of all returns but for those that are 0."""
    fall(x)
    count = whole(x[RETURNS])
    begin = PNL_AT + whole(x[MOST])
    add_all(begin, begin + count, x, y)
    mean = (y[TOTAL] + y[TOTAL + OFF]) / float(n)
    add_squares(begin, begin + count, mean, x, y)


def add_all(begin: int, end: int, v: Floats, y: Floats) -> None:
    """By Knuth's two-sum: what an addition loses is known to the last digit. A gain counts as 0
    among the falls, which changes no sum, and is quicker than to ask."""
    total = off = size = 0.0
    squares = squares_off = squares_size = 0.0
    falls = 0.0
    for each in range(begin, end):
        value = v[each]
        more = total + value
        part = more - total
        lost = (total - (more - part)) + (value - part)
        total = more
        off = off + lost
        size = size + abs(lost)
        fell = min(value, 0.0)
        falls = falls + (1.0 if value < 0.0 else 0.0)
        square = fell * fell
        more = squares + square
        part = more - squares
        lost = (squares - (more - part)) + (square - part)
        squares = more
        squares_off = squares_off + lost
        squares_size = squares_size + abs(lost)
    y[TOTAL], y[TOTAL + OFF], y[TOTAL + SIZE] = total, off, size
    y[FALLS], y[FALL_SQUARES] = falls, squares
    y[FALL_SQUARES + OFF], y[FALL_SQUARES + SIZE] = squares_off, squares_size


def add_one(y: Floats, at: int, value: float) -> None:
    """The same for a sum that is kept in Y."""
    more = y[at] + value
    part = more - y[at]
    lost = (y[at] - (more - part)) + (value - part)
    y[at] = more
    y[at + OFF] = y[at + OFF] + lost
    y[at + SIZE] = y[at + SIZE] + abs(lost)


def add_squares(begin: int, end: int, mean: float, v: Floats, y: Floats) -> None:
    total = off = size = 0.0
    for each in range(begin, end):
        away = v[each] - mean
        square = away * away
        more = total + square
        part = more - total
        lost = (total - (more - part)) + (square - part)
        total = more
        off = off + lost
        size = size + abs(lost)
    y[SQUARES], y[SQUARES + OFF], y[SQUARES + SIZE] = total, off, size
