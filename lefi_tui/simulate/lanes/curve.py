"""What the numbers of a run need of its equity, candle by candle, in the dialect."""

from __future__ import annotations

from lefi_tui.simulate.lanes.course import (
    FALL_SQUARES,
    FALLS,
    OF_SUMS,
    OFF,
    SIZE,
    SQUARES,
    SUM,
    TOTAL,
    add_one,
)
from lefi_tui.simulate.machine.words import Floats


def largest_fall(n: int, e: Floats) -> float:
    """From a running peak, as a share of it; division keeps the order of what it divides."""
    peak = trough = e[0]
    worst = 0.0
    for at in range(n):
        value = e[at]
        if value > peak:
            if peak > 0.0:
                worst = max(worst, (peak - trough) / peak)
            peak = trough = value
        elif value < trough:
            trough = value
    if peak > 0.0:
        worst = max(worst, (peak - trough) / peak)
    return worst


def sum_returns(n: int, e: Floats, y: Floats) -> int:
    """Of `n` values of equity; answers how many returns they have: none where there was nothing."""
    for each in range(OF_SUMS):
        y[each] = 0.0
    count = 0
    total = off = size = 0.0
    for at in range(1, n):
        if e[at - 1] != 0.0:
            value = e[at] / e[at - 1] - 1.0
            count += 1
            more = total + value
            part = more - total
            lost = (total - (more - part)) + (value - part)
            total = more
            off = off + lost
            size = size + abs(lost)
            if value < 0.0:
                y[FALLS] = y[FALLS] + 1.0
                add_one(y, FALL_SQUARES, value * value)
    y[TOTAL + SUM], y[TOTAL + OFF], y[TOTAL + SIZE] = total, off, size
    return count


def sum_squares(n: int, mean: float, e: Floats, y: Floats) -> None:
    """Of the distances of the returns from their mean."""
    total = off = size = 0.0
    for at in range(1, n):
        if e[at - 1] != 0.0:
            away = e[at] / e[at - 1] - 1.0 - mean
            value = away * away
            more = total + value
            part = more - total
            lost = (total - (more - part)) + (value - part)
            total = more
            off = off + lost
            size = size + abs(lost)
    y[SQUARES + SUM], y[SQUARES + OFF], y[SQUARES + SIZE] = total, off, size
