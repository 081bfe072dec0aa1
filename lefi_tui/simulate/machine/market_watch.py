"""Which candles meet nothing: the prices between which no exit fires and no resting order fills.

The rule it keeps: a candle that is called quiet is; one that is not may be, the market looks.
"""

from __future__ import annotations

from math import inf

from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine.market_exits import (
    has_nearer,
    has_target,
    liquidation_level,
    nearer_level,
    next_candle,
    target_level,
)
from lefi_tui.simulate.machine.market_holding import sign_of
from lefi_tui.simulate.machine.market_rules import tick_level
from lefi_tui.simulate.machine.words import Floats, Ints


def watch(m: Floats, n: Ints, b: int) -> None:
    """Of one book, between two candles."""
    m[b + at.B_WATCH_LOW] = -inf
    m[b + at.B_WATCH_HIGH] = inf
    sign = sign_of(m[b + at.B_UNITS])
    if sign != 0:
        if n[b + at.B_IS_PERPETUAL] != 0:
            watch_level(m, b, sign, liquidation_level(m, b))
        if has_nearer(n, b):
            watch_level(m, b, sign, tick_level(m, b, nearer_level(m, n, b, sign)))
        if has_target(n, b):
            watch_level(m, b, -sign, tick_level(m, b, target_level(m, n, b, sign)))
    o = n[b + at.FIRST]
    while o != 0:
        watch_level(m, b, n[o + at.O_SIGN], m[o + at.O_LIMIT])
        o = n[o + at.O_NEXT]


def watch_level(m: Floats, b: int, side: int, level: float) -> None:
    """`side` 1: prices stay above it."""
    if side > 0:
        m[b + at.B_WATCH_LOW] = max(m[b + at.B_WATCH_LOW], level)
    else:
        m[b + at.B_WATCH_HIGH] = min(m[b + at.B_WATCH_HIGH], level)


def follow(m: Floats, n: Ints, b: int, high: float, low: float) -> None:
    """A quiet candle is over: a trail follows its best."""
    m[b + at.B_HIGH] = high
    m[b + at.B_LOW] = low
    next_candle(m, n, b)
    watch(m, n, b)
