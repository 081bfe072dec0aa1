"""The candle market of the machine way, as core.matching.market has it: written in the dialect.

The layout is in market_layout. A candle: the caller puts open, high, low, close and funding of each
symbol that has one into its book, with at.B_IS_GIVEN 1 (of the others 0), then calls `candles`.
"""

from __future__ import annotations

from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine.market_account import charge_funding, fire_exit, lapse_order
from lefi_tui.simulate.machine.market_exits import next_candle
from lefi_tui.simulate.machine.market_lists import book_at, release, take_out
from lefi_tui.simulate.machine.market_orders import arrive_all, fill_resting, open_resting
from lefi_tui.simulate.machine.market_run import (
    has_both,
    is_passed_by,
    is_untouched,
    meet,
    meet_exit,
    set_way,
)
from lefi_tui.simulate.machine.words import Floats, Ints


def has_room(n: Ints) -> bool:
    """Whether what one moment may tell has a place: else take what is told, and go on."""
    most = 4 * at.ORDERS + 3 * n[at.BOOKS]
    return n[at.TOLD] + most <= at.TOLD_MAX


def candles(m: Floats, n: Ints, time_ms: int) -> None:
    """All candles that open at one moment, from funding to their mark. Look at `has_room` first."""
    n[at.TIME] = time_ms
    for count in range(n[at.BOOKS]):
        b = book_at(count)
        if n[b + at.B_IS_GIVEN] != 0:
            charge_funding(m, n, b)
    open_all(m, n)
    for count in range(n[at.BOOKS]):
        b = book_at(count)
        if n[b + at.B_IS_TOUCHED] != 0:
            run(m, n, b)
    mark_all(m, n)


def is_quiet(m: Floats, n: Ints, b: int) -> bool:
    """Most candles meet nothing of a book: no order, no funding, no exit within their range."""
    if n[b + at.FIRST] != 0 and not is_passed_by(m, n, b):
        return False
    if m[b + at.B_UNITS] == 0:
        return True
    return m[b + at.B_FUNDING] == 0 and is_untouched(m, n, b)


def mark_all(m: Floats, n: Ints) -> None:
    for count in range(n[at.BOOKS]):
        b = book_at(count)
        if n[b + at.B_IS_GIVEN] != 0:
            m[b + at.B_MARK] = m[b + at.B_CLOSE]
            if m[b + at.B_UNITS] != 0:
                next_candle(m, n, b)


def open_all(m: Floats, n: Ints) -> None:
    """All opens of the moment: orders as sent, resting limits as sent, then exits."""
    arrive_all(m, n)
    open_resting(m, n)
    for count in range(n[at.BOOKS]):
        b = book_at(count)
        n[b + at.B_IS_TOUCHED] = 0 if n[b + at.B_IS_GIVEN] == 0 or is_quiet(m, n, b) else 1
        if n[b + at.B_IS_TOUCHED] != 0:
            set_way(m, n, m[b + at.B_OPEN], m[b + at.B_OPEN], 0)
            meet_exit(m, n, b)
            if n[at.MET_RANK] >= 0:
                fire_exit(m, n, b, 0)


def run(m: Floats, n: Ints, b: int) -> None:
    """First against the position, then for it."""
    way = -1 if m[b + at.B_UNITS] >= 0 else 1
    run_way(m, n, b, m[b + at.B_OPEN], way)
    run_way(m, n, b, m[b + at.B_LOW] if way < 0 else m[b + at.B_HIGH], -way)


def run_way(m: Floats, n: Ints, b: int, start: float, way: int) -> None:
    """From one price to the candle's low or high."""
    price = start
    end = m[b + at.B_LOW] if way < 0 else m[b + at.B_HIGH]
    while True:
        set_way(m, n, price, end, way)
        if not meet(m, n, b):
            break
        price = m[at.MET_AT]
        if n[at.MET_RANK] == at.THEN_ORDERS:
            fill_resting(m, n, n[at.MET_ORDER], price, 1)
        else:
            fire_exit(m, n, b, 1 if has_both(m, n, b) else 0)


def lapse(n: Ints) -> None:
    """The data is at its end: what is not filled never will be; told as sent."""
    while True:
        head = first_sent(n)
        if head < 0:
            break
        o = n[head + at.FIRST]
        take_out(n, head, o)
        lapse_order(n, o, at.DATA_ENDED)
        release(n, o)


def first_sent(n: Ints) -> int:
    """The list that begins with the working order sent first; -1 where none is."""
    best = 0 if n[at.FIRST] != 0 else -1
    for count in range(n[at.BOOKS]):
        b = book_at(count)
        if n[b + at.FIRST] != 0 and (
            best < 0 or n[n[b + at.FIRST] + at.O_NUMBER] < n[n[best + at.FIRST] + at.O_NUMBER]
        ):
            best = b
    return best


def has_position(m: Floats, n: Ints) -> bool:
    is_held = False
    for count in range(n[at.BOOKS]):
        is_held = is_held or m[book_at(count) + at.B_UNITS] != 0
    return is_held
