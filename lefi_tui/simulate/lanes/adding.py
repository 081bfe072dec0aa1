"""Sums of which nothing is lost, in the dialect: the one place where a lane or a curve adds up.

By Knuth's two-sum what an addition loses is known to the last digit, and is added up beside it. A
sum is eight of each in Y, so that eight values are added at once: an exact sum has no order.
"""

from __future__ import annotations

from lefi_tui.simulate.machine.eights import WIDTH, Eight, alone, eight, lesser, put_eight, times
from lefi_tui.simulate.machine.words import Floats

# In Y, each of OF_SUM: eight totals, then what their additions lost.
TOTAL = 0  # of the returns
FALL_SQUARES = 16  # of those below 0
SQUARES = 32  # of their distances from the mean
WON = 48  # of trades
LOST = 64
OF_SUM = 16
FALLS = 80  # how many returns are below 0
WINS = 81
LOSSES = 82
MOST = 83  # of trades that there is room for
OF_SUMS = 84
PNL_AT = 84  # of each trade: of wins from the first place on, of losses from the last one back


def add_eight(y: Floats, at: int, values: Eight) -> None:
    total = eight(y, at)
    more = total + values
    part = more - total
    put_eight(y, at + WIDTH, eight(y, at + WIDTH) + ((total - (more - part)) + (values - part)))
    put_eight(y, at, more)


def add_one(y: Floats, at: int, value: float) -> None:
    add_eight(y, at, alone(value))


def add_return(values: Eight, y: Floats) -> None:
    """A gain counts as 0 among the falls, which changes no sum."""
    add_eight(y, TOTAL, values)
    fell = lesser(values, alone(0.0))
    add_eight(y, FALL_SQUARES, fell * fell)
    y[FALLS] = y[FALLS] + float(times(values < 0.0))


def add_returns(count: int, r: Floats, y: Floats) -> None:
    whole_ones = count - (count & (WIDTH - 1))
    at = 0
    while at < whole_ones:
        add_return(eight(r, at), y)
        at += WIDTH
    for each in range(whole_ones, count):
        add_return(alone(r[each]), y)


def add_squares(count: int, mean: float, r: Floats, y: Floats) -> None:
    """Of the distances of the returns from their mean."""
    whole_ones = count - (count & (WIDTH - 1))
    at = 0
    while at < whole_ones:
        away = eight(r, at) - mean
        add_eight(y, SQUARES, away * away)
        at += WIDTH
    for each in range(whole_ones, count):
        left = r[each] - mean
        add_one(y, SQUARES, left * left)
