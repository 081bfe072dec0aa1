"""Orders in lists: on their way, resting in a book, or free to be used again; each as sent."""

from __future__ import annotations

from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine.market_rules import lot_nearest
from lefi_tui.simulate.machine.words import Floats, Ints


def book_at(number: int) -> int:
    """Where the book of the symbol with this number (from 0) begins."""
    return at.BOOKS_AT + at.BOOK * number


def free_all(n: Ints) -> None:
    """No order works: all are free."""
    n[at.FREE] = 0
    for count in range(at.ORDERS):
        o = at.ORDERS_AT + at.ORDER * count
        n[o + at.O_NEXT] = n[at.FREE]
        n[at.FREE] = o


def push(n: Ints, head: int, o: int) -> None:
    """At the end of a list."""
    n[o + at.O_NEXT] = 0
    if n[head + at.FIRST] == 0:
        n[head + at.FIRST] = o
    else:
        last = n[head + at.LAST]
        n[last + at.O_NEXT] = o
    n[head + at.LAST] = o


def take_out(n: Ints, head: int, o: int) -> bool:
    """Out of a list, if it is there."""
    before = 0
    now = n[head + at.FIRST]
    while now != 0:
        if now == o:
            break
        before = now
        now = n[now + at.O_NEXT]
    if now == 0:
        return False
    if before == 0:
        n[head + at.FIRST] = n[o + at.O_NEXT]
    else:
        n[before + at.O_NEXT] = n[o + at.O_NEXT]
    if n[head + at.LAST] == o:
        n[head + at.LAST] = before
    return True


def release(n: Ints, o: int) -> None:
    """It is final."""
    n[o + at.O_NEXT] = n[at.FREE]
    n[at.FREE] = o


def new_order(m: Floats, n: Ints, b: int) -> int:
    """An order of this book on its way, all else of it 0 or none for the caller to set; 0 when as
    many as there may be are working."""
    o = n[at.FREE]
    if o == 0:
        return 0
    n[at.FREE] = n[o + at.O_NEXT]
    for place in range(at.ORDER):
        m[o + place] = 0.0
        n[o + place] = 0
    n[at.SENT] += 1
    n[o + at.O_NUMBER] = n[at.SENT]
    n[o + at.O_BOOK] = b
    push(n, 0, o)
    return o


def free_cash(m: Floats, n: Ints) -> float:
    """Cash less what resting orders set aside."""
    aside = 0.0
    for count in range(n[at.BOOKS]):
        o = n[book_at(count) + at.FIRST]
        while o != 0:
            aside += m[o + at.O_ASIDE_CASH]
            o = n[o + at.O_NEXT]
    return m[at.CASH] - aside


def free_units(m: Floats, n: Ints, b: int) -> float:
    """Spot units that no resting sell has set aside."""
    aside = 0.0
    o = n[b + at.FIRST]
    while o != 0:
        aside += m[o + at.O_ASIDE_UNITS]
        o = n[o + at.O_NEXT]
    return lot_nearest(m, b, m[b + at.B_UNITS] - aside)


def tell(n: Ints, kind: int, order: int, b: int) -> int:
    """A new entry of what is told, of this kind: where it begins."""
    t = at.TOLD_AT + at.TELLING * n[at.TOLD]
    n[at.TOLD] += 1
    n[t + at.T_KIND] = kind
    n[t + at.T_ORDER] = order
    n[t + at.T_BOOK] = b
    n[t + at.T_TIME] = n[at.TIME]
    n[t + at.T_CLOSED] = 0
    return t
