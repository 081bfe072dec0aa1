"""Candles of one market as a lane goes through them, in the dialect: exits, equity, its returns."""

from __future__ import annotations

from lefi_tui.simulate.lanes.account import (
    CANDLES,
    CASH,
    EXPOSED,
    LAST,
    LIMIT,
    MAKER,
    NAN,
    OPENED_AT,
    PEAK,
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
from lefi_tui.simulate.lanes.adding import add_return
from lefi_tui.simulate.machine.columns import CLOSE, HIGH, LOW, OPEN
from lefi_tui.simulate.machine.eights import (
    WIDTH,
    Eight,
    alone,
    below,
    both,
    eight,
    leading,
    lesser,
    part,
    put_eight,
    some,
    spread,
    where,
)
from lefi_tui.simulate.machine.words import Floats, whole


def candle(m: int, p: Floats, x: Floats, y: Floats, r: Floats) -> None:
    """One that may meet something: its open, its run, its mark."""
    n = whole(x[CANDLES])
    arrive_all(p[OPEN * n + m], x, y)
    if x[UNITS] != 0.0:
        leave(m, p, x, y)
    equity = x[CASH]
    if x[UNITS] != 0.0:
        equity = x[CASH] + x[UNITS] * p[CLOSE * n + m]
        x[EXPOSED] = x[EXPOSED] + 1.0
        x[OPENED_AT] = NAN
    mark(equity, x, y, r)


def leave(m: int, p: Floats, x: Floats, y: Floats) -> None:
    """By the exit the candle meets first: at its open, then below, then above."""
    n = whole(x[CANDLES])
    opening, stop, target = p[OPEN * n + m], x[STOP], x[TARGET]
    is_stop = opening <= stop or (opening < target and p[LOW * n + m] <= stop)
    if not is_stop and p[HIGH * n + m] < target:
        return
    # In the candle whose open filled the entry a stop sells at the stop, even below its open.
    is_passed = opening <= stop and not stop < x[OPENED_AT]
    level = opening if is_passed else stop
    price = level * (1.0 - x[SLIPPAGE]) if is_stop else max(opening, target)
    rate = x[TAKER] if is_stop else x[MAKER]
    reduce(x[UNITS], price, rate * price * x[UNITS], x, y)


def mark(equity: float, x: Floats, y: Floats, r: Floats) -> None:
    value = equity / x[LAST] - 1.0
    r[whole(x[RETURNS])] = value
    x[RETURNS] = x[RETURNS] + 1.0
    add_return(alone(value), y)
    x[LAST] = equity
    follow(equity, x)


def follow(equity: float, x: Floats) -> None:
    if equity > x[PEAK]:
        fall(x)
        x[PEAK] = x[TROUGH] = equity
    elif equity < x[TROUGH]:
        x[TROUGH] = equity


def fall(x: Floats) -> None:
    """The largest below this peak; division keeps the order of what it divides."""
    if x[PEAK] > 0.0:
        x[WORST] = max(x[WORST], (x[PEAK] - x[TROUGH]) / x[PEAK])


def hold(m: int, p: Floats, x: Floats, y: Floats, r: Floats) -> int:
    """Candles that meet neither stop nor target; answers the first one that may. The one before
    them was marked with the same position. Of eight at once, those behind the last count as 0."""
    at, limit, n, begin = m, whole(x[LIMIT]), whole(x[CANDLES]), whole(x[RETURNS]) - m
    cash, units, stop, target = x[CASH], x[UNITS], x[STOP], x[TARGET]
    peak, troughs = x[PEAK], spread(x[TROUGH])
    count = WIDTH
    while at < limit and count == WIDTH:
        unstopped = leading(eight(p, LOW * n + at) <= stop)
        count = min(unstopped, leading(eight(p, HIGH * n + at) >= target))
        count = min(count, limit - at)
        those = below(count)
        equity = cash + units * eight(p, CLOSE * n + at)
        if some(both(equity > peak, those)):
            x[TROUGH] = least(troughs)
            for each in range(count):
                follow(part(equity, each), x)
            peak, troughs = x[PEAK], spread(x[TROUGH])
        else:
            troughs = where(those, lesser(troughs, equity), troughs)
        value = equity / (cash + units * eight(p, CLOSE * n + at - 1)) - 1.0
        value = where(those, value, spread(0.0))
        put_eight(r, begin + at, value)
        add_return(value, y)
        at += count
    x[TROUGH] = least(troughs)
    if at > m:
        x[LAST] = cash + units * p[CLOSE * n + at - 1]
    x[RETURNS] = x[RETURNS] + float(at - m)
    x[EXPOSED] = x[EXPOSED] + float(at - m)
    return at


def least(of: Eight) -> float:
    out = part(of, 0)
    for each in range(1, WIDTH):
        out = min(out, part(of, each))
    return out
