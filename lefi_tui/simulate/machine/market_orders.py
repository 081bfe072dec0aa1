"""A new order meets its first open, and a resting one its price; as core.matching.market has it."""

from __future__ import annotations

from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine.market_account import (
    fill_fixed,
    fill_order,
    lapse_order,
    refuse_order,
    set_deal,
)
from lefi_tui.simulate.machine.market_lists import book_at, push, release, take_out, tell
from lefi_tui.simulate.machine.market_sizing import fit_limit, set_scene, size_order
from lefi_tui.simulate.machine.words import Floats, Ints


def satisfies(m: Floats, n: Ints, o: int, opening: float) -> bool:
    """Whether the open is at the limit or better."""
    return opening * n[o + at.O_SIGN] <= m[o + at.O_LIMIT] * n[o + at.O_SIGN]


def arrive_all(m: Floats, n: Ints) -> None:
    """Orders on their way whose symbol has a candle, as sent."""
    o = n[at.FIRST]
    while o != 0:
        after = n[o + at.O_NEXT]
        if n[n[o + at.O_BOOK] + at.B_IS_GIVEN] != 0:
            take_out(n, 0, o)
            if not arrive(m, n, o):
                release(n, o)
        o = after


def arrive(m: Floats, n: Ints, o: int) -> bool:
    """Whether it rests now."""
    b = n[o + at.O_BOOK]
    if n[o + at.O_HAS_LIMIT] != 0:
        return arrive_limit(m, n, b, o)
    if n[o + at.O_POST_ONLY] != 0:
        lapse_order(n, o, at.MARKET_POST_ONLY)
        return False
    price = m[b + at.B_OPEN] * (1 + n[o + at.O_SIGN] * m[at.SLIPPAGE])
    if fix_units(m, n, b, o, price):
        set_deal(m, n, price, m[at.TAKER], at.TAKER_SIDE)
        m[at.DEAL_LEVERAGE] = m[at.SIZED_LEVERAGE]
        fill_order(m, n, b, o)
    return False


def arrive_limit(m: Floats, n: Ints, b: int, o: int) -> bool:
    """Whether it rests now."""
    wrong = fit_limit(m, n, b, o)
    if wrong != at.RIGHT:
        refuse_order(m, n, o, wrong)
        return False
    opening = m[b + at.B_OPEN]
    is_satisfied = satisfies(m, n, o, opening)
    if n[o + at.O_POST_ONLY] != 0 and is_satisfied:
        lapse_order(n, o, at.POST_ONLY_SATISFIED)
        return False
    if n[o + at.O_LAPSES] != 0 and not is_satisfied:
        lapse_order(n, o, at.NOT_SATISFIED)
        return False
    if not fix_units(m, n, b, o, m[o + at.O_LIMIT]):
        return False
    if is_satisfied:
        set_deal(m, n, opening, m[at.TAKER], at.TAKER_SIDE)
        fill_fixed(m, n, b, o)
        return False
    rest(m, n, b, o)
    return True


def rest(m: Floats, n: Ints, b: int, o: int) -> None:
    is_spot_sell = n[b + at.B_IS_PERPETUAL] == 0 and n[o + at.O_SIGN] < 0
    m[o + at.O_ASIDE_CASH] = m[at.SIZED_COST]
    m[o + at.O_ASIDE_UNITS] = m[o + at.O_UNITS] if is_spot_sell else 0.0
    push(n, b, o)
    t = tell(n, at.RESTED, n[o + at.O_NUMBER], b)
    m[t + at.T_UNITS] = m[o + at.O_UNITS]


def fix_units(m: Floats, n: Ints, b: int, o: int, price: float) -> bool:
    """Fixes the order's units at this price and the taker rate, or refuses it."""
    set_scene(m, n, b, price, m[at.TAKER])
    wrong = size_order(m, n, b, o)
    if wrong != at.RIGHT:
        refuse_order(m, n, o, wrong)
        return False
    m[o + at.O_UNITS] = m[at.SIZED_UNITS]
    n[o + at.O_ONLY_REDUCES] = n[at.SIZED_REDUCES]
    return True


def open_resting(m: Floats, n: Ints) -> None:
    """Resting limits that the open satisfies, as sent: whatever rests since this open does not."""
    last = 0
    while True:
        o = next_satisfied(m, n, last)
        if o == 0:
            break
        last = n[o + at.O_NUMBER]
        b = n[o + at.O_BOOK]
        fill_resting(m, n, o, m[b + at.B_OPEN], 0)


def next_satisfied(m: Floats, n: Ints, last: int) -> int:
    """The order sent first after number `last` that rests and that its open satisfies, or 0."""
    found = 0
    for count in range(n[at.BOOKS]):
        b = book_at(count)
        o = n[b + at.FIRST] if n[b + at.B_IS_GIVEN] != 0 else 0
        while o != 0:
            if n[o + at.O_NUMBER] > last and satisfies(m, n, o, m[b + at.B_OPEN]):
                break
            o = n[o + at.O_NEXT]
        if o != 0 and (found == 0 or n[o + at.O_NUMBER] < n[found + at.O_NUMBER]):
            found = o
    return found


def fill_resting(m: Floats, n: Ints, o: int, price: float, is_inside: int) -> None:
    b = n[o + at.O_BOOK]
    take_out(n, b, o)
    set_deal(m, n, price, m[at.MAKER], at.MAKER_SIDE)
    n[at.DEAL_IS_INSIDE] = is_inside
    fill_fixed(m, n, b, o)
    release(n, o)
