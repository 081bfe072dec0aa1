"""The run through a candle, as core.matching.run has it; what is met stands in MET_ of record 0."""

from __future__ import annotations

from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine.market_exits import (
    has_nearer,
    has_target,
    liquidation_level,
    nearer_level,
    target_level,
)
from lefi_tui.simulate.machine.market_holding import sign_of
from lefi_tui.simulate.machine.market_rules import tick_level
from lefi_tui.simulate.machine.words import Floats, Ints


def set_way(m: Floats, n: Ints, start: float, end: float, direction: int) -> None:
    """Between which prices to look."""
    m[at.WAY_START] = start
    m[at.WAY_END] = end
    n[at.WAY] = direction


def offer(m: Floats, n: Ints, rank: int, price: float, level: float) -> bool:
    """Whether this is met sooner than what was met so far: by its place on the way, then its rank.

    At one place and rank the first offered stays, and orders are offered as sent.
    """
    place = price * n[at.WAY]
    best = n[at.MET_RANK]
    is_sooner = best < 0 or place < m[at.MET_PLACE] or (place == m[at.MET_PLACE] and rank < best)
    if is_sooner:
        n[at.MET_RANK] = rank
        m[at.MET_PLACE] = place
        m[at.MET_AT] = price
        m[at.MET_LEVEL] = level
    return is_sooner


def reach(m: Floats, n: Ints, side: int, rank: int, level: float) -> None:
    """An exit fires when the price is at its level or past it, to `side` (1 is above)."""
    if m[at.WAY_START] * side >= level * side:
        offer(m, n, rank, m[at.WAY_START], level)
    elif n[at.WAY] == side and m[at.WAY_END] * side >= level * side:
        offer(m, n, rank, level, level)


def meet_exit(m: Floats, n: Ints, b: int) -> None:
    """The first exit of the position on the way; one already passed acts at once."""
    n[at.MET_RANK] = -1
    sign = sign_of(m[b + at.B_UNITS])
    if sign == 0:
        return
    if n[b + at.B_IS_PERPETUAL] != 0:
        reach(m, n, -sign, at.FIRST_LIQUIDATION, liquidation_level(m, b))
    if has_nearer(n, b):
        reach(m, n, -sign, at.THEN_STOP, tick_level(m, b, nearer_level(m, n, b, sign)))
    if has_target(n, b):
        reach(m, n, sign, at.THEN_TARGET, tick_level(m, b, target_level(m, n, b, sign)))


def meet_order(m: Floats, n: Ints, b: int) -> None:
    """The first resting limit that the price goes through, strictly, on its way."""
    way = n[at.WAY]
    o = n[b + at.FIRST]
    while o != 0:
        limit = m[o + at.O_LIMIT]
        if n[o + at.O_SIGN] == -way and m[at.WAY_END] * way > limit * way:
            price = max(limit * way, m[at.WAY_START] * way) * way
            if offer(m, n, at.THEN_ORDERS, price, limit):
                n[at.MET_ORDER] = o
        o = n[o + at.O_NEXT]


def meet(m: Floats, n: Ints, b: int) -> bool:
    meet_exit(m, n, b)
    meet_order(m, n, b)
    return n[at.MET_RANK] >= 0


def met_leg(n: Ints) -> int:
    """Of the exit that was met."""
    rank = n[at.MET_RANK]
    if rank == at.THEN_STOP:
        return n[at.NEARER_LEG]
    return at.LIQUIDATION if rank == at.FIRST_LIQUIDATION else at.TARGET


def has_both(m: Floats, n: Ints, b: int) -> bool:
    """Whether the candle reaches what ends the position in a loss and its target too; the target of
    an entry filled inside the candle counts here, though by the rule it waits for the next one."""
    sign = sign_of(m[b + at.B_UNITS])
    worst = m[b + at.B_LOW] if sign > 0 else -m[b + at.B_HIGH]
    best = m[b + at.B_HIGH] if sign > 0 else -m[b + at.B_LOW]
    if n[b + at.B_TARGET_KIND] == at.NONE:
        return False
    if best < tick_level(m, b, target_level(m, n, b, sign)) * sign:
        return False
    if n[b + at.B_IS_PERPETUAL] != 0 and worst <= liquidation_level(m, b) * sign:
        return True
    if not has_nearer(n, b):
        return False
    return worst <= tick_level(m, b, nearer_level(m, n, b, sign)) * sign


def is_untouched(m: Floats, n: Ints, b: int) -> bool:
    """Whether no exit lies between the candle's low and high: then none can fire in it."""
    sign = sign_of(m[b + at.B_UNITS])
    worst = m[b + at.B_LOW] if sign > 0 else -m[b + at.B_HIGH]
    best = m[b + at.B_HIGH] if sign > 0 else -m[b + at.B_LOW]
    if n[b + at.B_IS_PERPETUAL] != 0 and worst <= liquidation_level(m, b) * sign:
        return False
    if has_nearer(n, b) and worst <= tick_level(m, b, nearer_level(m, n, b, sign)) * sign:
        return False
    if not has_target(n, b):
        return True
    return best < tick_level(m, b, target_level(m, n, b, sign)) * sign


def is_passed_by(m: Floats, n: Ints, b: int) -> bool:
    """Whether the candle leaves all resting limits where they are."""
    o = n[b + at.FIRST]
    while o != 0:
        limit, sign = m[o + at.O_LIMIT], n[o + at.O_SIGN]
        far = m[b + at.B_LOW] if sign > 0 else -m[b + at.B_HIGH]
        if far < limit * sign or m[b + at.B_OPEN] * sign <= limit * sign:
            return False
        o = n[o + at.O_NEXT]
    return True
