"""What the steps of one moment ask for, and the bot's own rules for it, as bots.automated.wanted
has them; then what is carried out of it, in the sequence asked.

The rules it keeps: one place of the text has at most one working order; the policy's rate counts by
event time; nothing reaches the market before the moment is over.
"""

from __future__ import annotations

from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine import wanted_layout as ask
from lefi_tui.simulate.machine.market_asks import (
    cancel_all,
    cancel_book,
    close_book,
    is_site_working,
    working,
)
from lefi_tui.simulate.machine.market_lists import book_at, new_order, tell
from lefi_tui.simulate.machine.words import Floats, Ints


def flags_of(i: Ints, p: int) -> int:
    """Where what this moment did to the symbol of a template stands."""
    return ask.BOOKS_AT + ask.OF_BOOK * i[i[p + ask.P_SITE] + ask.SITE_BOOK]


def deny(n: Ints, i: Ints, p: int, code: int, missing: int) -> None:
    """`missing`: which of its values, by their bits."""
    t = tell(n, at.DENIED, p, i[p + at.O_BOOK])
    n[t + at.T_CODE] = code
    n[t + at.T_TIME] = i[ask.NOW]
    n[t + at.T_SIGN] = missing
    i[ask.IS_TOUCHED] = 1


def add_ask(i: Ints, p: int) -> int:
    """Its place among doubles."""
    number = i[ask.ASKS]
    i[ask.ASKS] = number + 1
    i[ask.IS_TOUCHED] = 1
    i[ask.ASKS_AT + ask.ASK * number + ask.TEMPLATE] = p
    return ask.A_AT + ask.ASK * number


def want_send(n: Ints, a: Floats, i: Ints, p: int) -> int:
    """The ask, for the caller to put its values in, or 0 where it is denied."""
    site, flags = i[p + ask.P_SITE], flags_of(i, p)
    is_freed = i[flags + ask.FREED] != 0
    if i[site + ask.TAKEN] != 0 or (not is_freed and is_site_working(n, i[p + at.O_SITE])):
        deny(n, i, p, ask.STILL_WORKING, 0)
        return 0
    if is_over_rate(n, a, i, p):
        return 0
    i[site + ask.TAKEN] = 1
    i[flags + ask.SENT] += 1
    of = add_ask(i, p)
    for place in range(ask.ASK):
        a[of + place] = 0.0
    return of


def want_close(m: Floats, n: Ints, a: Floats, i: Ints, p: int) -> None:
    is_held = m[i[p + at.O_BOOK] + at.B_UNITS] != 0
    if is_held and is_over_rate(n, a, i, p):
        return
    free_symbol(i, p)
    i[flags_of(i, p) + ask.SENT] = 1 if is_held else 0
    add_ask(i, p)


def want_cancel(i: Ints, p: int) -> None:
    free_symbol(i, p)
    add_ask(i, p)


def free_symbol(i: Ints, p: int) -> None:
    """On candles a cancel is final at once, so the place may send again."""
    flags, book = flags_of(i, p), i[i[p + ask.P_SITE] + ask.SITE_BOOK]
    i[flags + ask.FREED] = 1
    i[flags + ask.SENT] = 0
    for count in range(i[ask.SITES]):
        site = i[ask.SITES_AT] + ask.OF_SITE * count
        if i[site + ask.SITE_BOOK] == book:
            i[site + ask.TAKEN] = 0


def is_over_rate(n: Ints, a: Floats, i: Ints, p: int) -> bool:
    """Denied then; else it counts."""
    now, most, ring, size = i[ask.NOW], i[ask.RATE_COUNT], i[ask.RING_AT], i[ask.RING_SIZE]
    first, held = i[ask.RATE_FIRST], i[ask.RATE_HELD]
    while held > 0:
        if float(now - i[ring + first]) < a[ask.RATE_MS]:
            break
        first = first + 1 if first + 1 < size else 0
        held = held - 1
    if held >= most:
        deny(n, i, p, ask.POLICY_RATE, 0)
        return True
    last = first + held
    i[ring + (last - size if last >= size else last)] = now
    i[ask.RATE_FIRST] = first
    i[ask.RATE_HELD] = held + 1
    return False


def orders_read(n: Ints, i: Ints, book: int) -> float:
    """Open orders of a symbol as a run reads them: those that earlier runs of the moment sent are
    open, what they canceled is not."""
    flags = ask.BOOKS_AT + ask.OF_BOOK * book
    earlier = 0 if i[flags + ask.FREED] != 0 else working(n, book_at(book))
    return float(earlier + i[flags + ask.SENT])


def forget(i: Ints) -> None:
    """What was asked is carried out, or taken back: nothing else took a site or freed a book."""
    for number in range(i[ask.ASKS]):
        p = i[ask.ASKS_AT + ask.ASK * number + ask.TEMPLATE]
        flags = flags_of(i, p)
        i[flags + ask.FREED] = i[flags + ask.SENT] = i[i[p + ask.P_SITE] + ask.TAKEN] = 0
    i[ask.ASKS] = i[ask.IS_TOUCHED] = 0


def carry_out(m: Floats, n: Ints, a: Floats, i: Ints) -> bool:
    """As the desk does it; False where an order found no place."""
    has_room = True
    for number in range(i[ask.ASKS]):
        p = i[ask.ASKS_AT + ask.ASK * number + ask.TEMPLATE]
        b, action = i[p + at.O_BOOK], i[p + ask.P_ACTION]
        if action == ask.SEND:
            of = ask.A_AT + ask.ASK * number
            o = new_order(m, n, b)
            has_room = has_room and o != 0
            if o != 0:
                put_template(n, i, o, p)
                put_values(m, n, a, o, of)
        elif action == ask.CLOSE:
            is_held = m[b + at.B_UNITS] != 0
            o = close_book(m, n, b, i[p + at.O_SITE])
            has_room = has_room and (o != 0 or not is_held)
        elif b != 0:
            cancel_book(n, b)
        else:
            cancel_all(n)
    forget(i)
    return has_room


def put_template(n: Ints, i: Ints, o: int, p: int) -> None:
    """What never changes of the place of the text that asked for the order."""
    for place in range(at.O_SIGN, at.ORDER):
        n[o + place] = i[p + place]


def put_values(m: Floats, n: Ints, a: Floats, o: int, of: int) -> None:
    for place in range(ask.A_REDUCE_ONLY):
        m[o + place] = a[of + place]
    n[o + at.O_REDUCE_ONLY] = 1 if a[of + ask.A_REDUCE_ONLY] != 0 else 0
    n[o + at.O_POST_ONLY] = 1 if a[of + ask.A_POST_ONLY] != 0 else 0
