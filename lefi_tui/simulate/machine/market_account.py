"""The money side, as core.matching.account has it: each fill booked once, and told."""

from __future__ import annotations

from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine.market_exits import (
    bankruptcy_price,
    clear_exits,
    hang,
    has_target,
    owner,
    target_level,
)
from lefi_tui.simulate.machine.market_holding import hold, sign_of, worth
from lefi_tui.simulate.machine.market_lists import book_at, release, take_out, tell
from lefi_tui.simulate.machine.market_run import met_leg
from lefi_tui.simulate.machine.market_sizing import refit, set_scene
from lefi_tui.simulate.machine.words import Floats, Ints


def equity(m: Floats, n: Ints) -> float:
    total = m[at.CASH]
    for count in range(n[at.BOOKS]):
        total += worth(m, n, book_at(count))
    return total


def refuse_order(m: Floats, n: Ints, o: int, code: int) -> None:
    t = tell(n, at.REFUSED, n[o + at.O_NUMBER], n[o + at.O_BOOK])
    n[t + at.T_CODE] = code
    n[t + at.T_SITE] = n[o + at.O_SITE]
    for number in range(4):
        m[t + at.T_WRONG + number] = m[at.WRONG + number]


def lapse_order(n: Ints, o: int, reason: int) -> None:
    t = tell(n, at.GONE, n[o + at.O_NUMBER], n[o + at.O_BOOK])
    n[t + at.T_CODE] = reason
    n[t + at.T_SITE] = n[o + at.O_SITE]


def charge_funding(m: Floats, n: Ints, b: int) -> None:
    """On the position held at the row's open: a long pays plus, a short receives it."""
    rate, units = m[b + at.B_FUNDING], m[b + at.B_UNITS]
    if rate == 0 or units == 0 or n[b + at.B_IS_PERPETUAL] == 0:
        return
    amount = rate * m[b + at.B_OPEN] * units
    m[at.CASH] -= amount
    m[at.PAID] += amount
    t = tell(n, at.FUNDED, 0, b)
    m[t + at.T_AMOUNT] = amount


def set_deal(m: Floats, n: Ints, price: float, rate: float, liquidity: int) -> None:
    """How an order trades, at an open with no leverage of its own yet."""
    m[at.DEAL_PRICE] = price
    m[at.DEAL_RATE] = rate
    m[at.DEAL_LEVERAGE] = 1.0
    n[at.DEAL_LIQUIDITY] = liquidity
    n[at.DEAL_IS_INSIDE] = 0


def fill_fixed(m: Floats, n: Ints, b: int, o: int) -> None:
    """A limit order whose units were fixed when it reached the market."""
    set_scene(m, n, b, m[at.DEAL_PRICE], m[at.DEAL_RATE])
    wrong = refit(m, n, b, o)
    if wrong != at.RIGHT:
        refuse_order(m, n, o, wrong)
        return
    m[o + at.O_UNITS] = m[at.SIZED_UNITS]
    m[at.DEAL_LEVERAGE] = m[at.SIZED_LEVERAGE]
    fill_order(m, n, b, o)


def fill_order(m: Floats, n: Ints, b: int, o: int) -> None:
    before, sign = m[b + at.B_UNITS], n[o + at.O_SIGN]
    t = tell(n, at.FILLED, n[o + at.O_NUMBER], b)
    n[t + at.T_CODE] = at.ENTRY
    n[t + at.T_SIGN] = sign
    n[t + at.T_IS_CLOSE] = 1 if n[o + at.O_KIND] == at.ALL else 0
    book_fill(m, n, b, t, m[o + at.O_UNITS])
    if sign_of(m[b + at.B_UNITS]) == sign:  # a reducing order sets no exits
        hang_exits(m, n, b, o, before)


def hang_exits(m: Floats, n: Ints, b: int, o: int, before: float) -> None:
    """`before`: the units held when the entry filled."""
    price, sign = m[at.DEAL_PRICE], sign_of(m[b + at.B_UNITS])
    if before * n[o + at.O_SIGN] <= 0:
        clear_exits(n, b)
        m[b + at.B_OPENED_AT] = price
        n[b + at.B_HAS_OPENED_AT] = 1
    hang(m, n, b, o)
    n[b + at.B_IS_TARGET_LATE] = 0
    is_passed = has_target(n, b) and price * sign >= target_level(m, n, b, sign) * sign
    # A level already passed at the fill acts there, inside a candle too.
    n[b + at.B_IS_TARGET_LATE] = 0 if is_passed else n[at.DEAL_IS_INSIDE]


def fire_exit(m: Floats, n: Ints, b: int, had_both: int) -> None:
    """The exit of the position that was met, for all its units."""
    leg, units = met_leg(n), m[b + at.B_UNITS]
    set_exit_deal(m, n, b, leg)
    t = tell(n, at.FILLED, owner(n, b, leg), b)
    n[t + at.T_CODE] = leg
    n[t + at.T_SIGN] = -1 if units > 0 else 1
    n[t + at.T_HAD_BOTH] = had_both
    m[at.DEAL_LEVERAGE] = m[b + at.B_LEVERAGE]
    book_fill(m, n, b, t, abs(units))


def set_exit_deal(m: Floats, n: Ints, b: int, leg: int) -> None:
    """Price, fee rate and liquidity of an exit that fires."""
    if leg == at.LIQUIDATION:
        set_deal(m, n, bankruptcy_price(m, b), 0.0, at.NO_SIDE)
        return
    if leg == at.TARGET:
        set_deal(m, n, m[at.MET_AT], m[at.MAKER], at.MAKER_SIDE)
        return
    sign, level = sign_of(m[b + at.B_UNITS]), m[at.MET_LEVEL]
    # In the candle whose open filled the entry a stop sells at the stop, even where slippage
    # put the fill beyond it; a level that the fill itself had passed acts at the open.
    is_level = n[b + at.B_HAS_OPENED_AT] != 0 and level * sign < m[b + at.B_OPENED_AT] * sign
    price = level if is_level else m[at.MET_AT]
    set_deal(m, n, price * (1 - sign * m[at.SLIPPAGE]), m[at.TAKER], at.TAKER_SIDE)


def book_fill(m: Floats, n: Ints, b: int, t: int, units: float) -> None:
    """Cash and position after a fill at the deal, and its telling; what the position carried goes
    with it."""
    before, sign = sign_of(m[b + at.B_UNITS]), n[t + at.T_SIGN]
    fee = m[at.DEAL_RATE] * m[at.DEAL_PRICE] * units
    m[at.CASH] += hold(m, n, b, units * sign, fee)
    m[at.FEES] += fee
    n[t + at.T_CLOSED] = n[at.CLOSED_SIDE]
    n[t + at.T_SINCE] = n[at.CLOSED_SINCE]
    for number in range(4):
        m[t + at.T_TRADE + number] = m[at.CLOSED_UNITS + number]
    n[t + at.T_LIQUIDITY] = n[at.DEAL_LIQUIDITY]
    m[t + at.T_PRICE] = m[at.DEAL_PRICE]
    m[t + at.T_UNITS] = units
    m[t + at.T_FEE] = fee
    m[t + at.T_LEVERAGE] = m[at.DEAL_LEVERAGE]
    m[t + at.T_COVERED] = m[at.COVERED]
    if before != 0 and sign_of(m[b + at.B_UNITS]) != before:
        clear_exits(n, b)
        drop_reducing(n, b)


def drop_reducing(n: Ints, b: int) -> None:
    """Resting orders that only reduce go with the position they would have reduced."""
    o = n[b + at.FIRST]
    while o != 0:
        after = n[o + at.O_NEXT]
        if n[o + at.O_ONLY_REDUCES] != 0:
            take_out(n, b, o)
            lapse_order(n, o, at.POSITION_CLOSED)
            release(n, o)
        o = after
