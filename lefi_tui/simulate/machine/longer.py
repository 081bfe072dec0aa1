"""Candles of a longer timeframe as functions of the dialect: what core.bars builds, in columns."""

from __future__ import annotations

from lefi_tui.lang.maths import NAN
from lefi_tui.simulate.machine.words import Floats, floor, whole

# Of a market's columns, of those of longer candles, and of the one in the making behind a moment.
THERE = 0  # of longer ones: whether one closes at the moment
FIRST = 1  # open, high, low, close, volume follow
LAST = 6  # of a market: the funding's rate; of longer ones: when the candle opened
MAKING = 7  # when it opened (below 0: nothing came yet), open, high, low, close, volume
SKIPPED = 13  # the bucket that the data began inside; missing before the first candle
OF_LONGER = 14

# What is asked, in p.
STEP = 0
SIZE = 1
SHIFT = 2  # weeks begin on Monday
NOW = 3
BEGIN = 4  # the moments, END not among them
END = 5
OF_ASKED = 6


def longer(n: int, p: Floats, t: Floats, d: Floats, k: Floats) -> None:
    """Moment by moment; `k` is told 2 in THERE where a candle closed in a gap before it."""
    for m in range(whole(p[BEGIN]), whole(p[END])):
        carry_on(m, n, k)
        p[NOW] = t[m]
        if m > 0 and t[m] > t[m - 1] + p[STEP] and close_one(m, n, p, k):
            k[m] = 2.0
        if d[m] != 0.0:
            if close_one(m, n, p, k):
                k[m] = 2.0
            add_one(m, n, p, d, k)
        was = k[m]
        p[NOW] = t[m] + p[STEP]
        if close_one(m, n, p, k) and was != 0.0:
            k[m] = 2.0


def carry_on(m: int, n: int, k: Floats) -> None:
    """What is in the making goes on."""
    for each in range(OF_LONGER - MAKING):
        at = (MAKING + each) * n + m
        if m > 0:
            k[at] = k[at - 1]
    if m == 0:
        k[MAKING * n] = -1.0
        k[SKIPPED * n] = NAN


def close_one(m: int, n: int, p: Floats, k: Floats) -> bool:
    """The one in the making is told where its time is over."""
    start = k[MAKING * n + m]
    if start < 0.0 or start + p[SIZE] > p[NOW]:
        return False
    k[m] = 1.0
    for each in range(5):
        k[(FIRST + each) * n + m] = k[(MAKING + 1 + each) * n + m]
    k[LAST * n + m] = start
    k[MAKING * n + m] = -1.0
    return True


def add_one(m: int, n: int, p: Floats, d: Floats, k: Floats) -> None:
    start = floor((p[NOW] - p[SHIFT]) / p[SIZE]) * p[SIZE] + p[SHIFT]
    skipped = k[SKIPPED * n + m]
    if skipped != skipped:  # noqa: PLR0124 -- only NaN differs from itself
        skipped = start if start != p[NOW] else -1.0
        k[SKIPPED * n + m] = skipped
    if start == skipped:
        return
    to = (MAKING + 1) * n + m
    of = FIRST * n + m
    if start != k[MAKING * n + m]:
        k[MAKING * n + m] = start
        for each in range(5):
            k[to + each * n] = d[of + each * n]
        return
    k[to + n] = max(k[to + n], d[of + n])
    k[to + 2 * n] = min(k[to + 2 * n], d[of + 2 * n])
    k[to + 3 * n] = d[of + 3 * n]
    k[to + 4 * n] = k[to + 4 * n] + d[of + 4 * n]
