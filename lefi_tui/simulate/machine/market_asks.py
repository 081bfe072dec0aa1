"""What a script asks beside new orders: cancels and closes, and what it may know of its orders."""

from __future__ import annotations

from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine.market_lists import book_at, new_order, release, take_out
from lefi_tui.simulate.machine.words import Floats, Ints


def cancel(n: Ints, number: int) -> bool:
    """At once; False for an order that is final or was never sent."""
    head = 0
    for count in range(n[at.BOOKS] + 1):
        o = n[head + at.FIRST]
        while o != 0:
            if n[o + at.O_NUMBER] == number:
                take_out(n, head, o)
                release(n, o)
                return True
            o = n[o + at.O_NEXT]
        if count < n[at.BOOKS]:
            head = book_at(count)
    return False


def cancel_book(n: Ints, b: int) -> int:
    """All orders of one symbol, at once: how many."""
    count = drop_orders(n, 0, b)
    return count + drop_orders(n, b, b)


def cancel_all(n: Ints) -> int:
    """The orders of all symbols, at once: how many."""
    total = 0
    for count in range(n[at.BOOKS]):
        total += cancel_book(n, book_at(count))
    return total


def drop_orders(n: Ints, head: int, b: int) -> int:
    """A book's orders out of one list."""
    count = 0
    o = n[head + at.FIRST]
    while o != 0:
        after = n[o + at.O_NEXT]
        if n[o + at.O_BOOK] == b:
            take_out(n, head, o)
            release(n, o)
            count += 1
        o = after
    return count


def close_book(m: Floats, n: Ints, b: int, site: int) -> int:
    """As the desk does it: first cancels, then trades to zero what is held; the order, 0 for none.

    There is always a place for it unless other symbols' orders take them all.
    """
    cancel_book(n, b)
    units = m[b + at.B_UNITS]
    if units == 0:
        return 0
    o = new_order(m, n, b)
    if o != 0:
        n[o + at.O_SIGN] = -1 if units > 0 else 1
        n[o + at.O_KIND] = at.ALL
        n[o + at.O_REDUCE_ONLY] = 1
        n[o + at.O_SITE] = site
    return o


def working(n: Ints, b: int) -> int:
    """How many orders of this symbol are not final."""
    count = 0
    o = n[at.FIRST]
    while o != 0:
        count += 1 if n[o + at.O_BOOK] == b else 0
        o = n[o + at.O_NEXT]
    o = n[b + at.FIRST]
    while o != 0:
        count += 1
        o = n[o + at.O_NEXT]
    return count


def is_site_working(n: Ints, site: int) -> bool:
    """Whether an order that this effect site asked for is not final."""
    head = 0
    for count in range(n[at.BOOKS] + 1):
        o = n[head + at.FIRST]
        while o != 0:
            if n[o + at.O_SITE] == site:
                return True
            o = n[o + at.O_NEXT]
        if count < n[at.BOOKS]:
            head = book_at(count)
    return False
