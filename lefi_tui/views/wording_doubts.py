"""Books beside venue, in words: what is not ours there, what is in doubt, what a person said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from lefi_tui.core import messages as m
from lefi_tui.core.money import ZERO, words
from lefi_tui.core.order import Order
from lefi_tui.core.reconcile import TheirOrder
from lefi_tui.views import numbers
from lefi_tui.views.desk_view import Weight
from lefi_tui.views.said import Said

LOOK: Final = "Alt+U: look again, adopt"
SHOWN_MAX: Final = 3

Orders = Mapping[str, Order]


def foreign_words(order: TheirOrder) -> str:
    """Another's order: what it does, and at what price."""
    price = "at market" if order.price is None else f"at {words(order.price)}"
    done = f", {words(order.filled)} filled" if order.filled else ""
    what = "its whole position" if order.is_trigger and not order.quantity else ""
    return f"{order.side} {what or words(order.quantity)} {order.symbol} {price}{done}"


def _checked(event: m.AccountChecked, _orders: Orders) -> Said:
    if event.error:
        what = "The account can't be compared with its venue"
        follow = "new orders wait; Alt+U looks at it now"
        return Said(Weight.WARN, what, event.account, event.error, follow, event.at_ns)
    if event.legs:
        legs = "; ".join(
            f"{each.symbol} {words(each.long)} long and {words(each.short)} short"
            for each in event.legs
        )
        what = "Held on both sides at once (hedge mode)"
        follow = "close one side there, switch to one-way mode"
        return Said(Weight.BAD, what, event.account, legs, follow, event.at_ns)
    what = "Compared with its venue"
    return Said(Weight.PLAIN, what, event.account, "orders and positions", "", event.at_ns)


def _foreign(event: m.ForeignSeen, _orders: Orders) -> Said:
    if not event.orders:
        what = "No order of another hand works there any more"
        return Said(Weight.PLAIN, what, event.account, "", "", event.at_ns)
    count = len(event.orders)
    what = "An order that is not ours works there" if count == 1 else f"{count} orders not ours"
    told = [foreign_words(each) for each in event.orders[:SHOWN_MAX]]
    more = f"; and {count - SHOWN_MAX} more" if count > SHOWN_MAX else ""
    why = "; ".join(told) + more
    return Said(Weight.WARN, what, event.account, why, f"it is left alone; {LOOK}", event.at_ns)


def _unknown(event: m.UnknownSeen, _orders: Orders) -> Said:
    where = f"{event.account} {event.symbol}"
    if not event.units:
        what = "Books and venue show the same again"
        return Said(Weight.GOOD, what, where, event.text, "", event.at_ns)
    base = event.symbol.partition("/")[0]
    size = f"{words(abs(event.units))} {base}"
    what = f"{size} there are not ours" if event.units > 0 else f"{size} of ours are gone there"
    return Said(Weight.BAD, what, where, event.text, LOOK, event.at_ns)


def _difference(event: m.DifferenceFound, orders: Orders) -> Said:
    order = orders.get(event.order)
    named = f"order {event.order}" if order is None else numbers.order(order)
    where, owner = ("venue", "") if order is None else (order.terms.symbol, order.owner)
    what = f"Found by comparing: {named}"
    return Said(Weight.WARN, what, where, event.why, "it is looked up", event.at_ns, owner)


def _dead(event: m.OrderDeclaredDead, orders: Orders) -> Said:
    order = orders.get(event.order)
    named = f"order {event.order}" if order is None else numbers.order(order)
    where, owner = ("venue", "") if order is None else (order.terms.symbol, order.owner)
    why = f"{event.reason} (by {event.by})"
    return Said(Weight.WARN, f"Declared dead: {named}", where, why, "", event.at_ns, owner)


def _order_adopted(event: m.OrderAdopted, _orders: Orders) -> Said:
    order = event.order
    what = f"Adopted {numbers.order(order)} at {words(order.terms.limit or ZERO)}"
    why = f"it is the hand's now, by {event.by}"
    return Said(Weight.PLAIN, what, f"{order.account} {order.terms.symbol}", why, "", event.at_ns)


def _units_adopted(event: m.UnitsAdopted, _orders: Orders) -> Said:
    where = f"{event.account} {event.symbol}"
    base = event.symbol.partition("/")[0]
    size = f"{words(abs(event.units))} {base}"
    what = f"Adopted {size}" if event.units > 0 else f"{size} left the books"
    why = f"at {numbers.amount(event.price)}, by {event.by}"
    return Said(Weight.PLAIN, what, where, why, "", event.at_ns)


OF_DOUBTS: Final[dict[type[m.Event], Callable[[Any, Orders], Said | None]]] = {
    m.AccountChecked: _checked,
    m.ForeignSeen: _foreign,
    m.DifferenceFound: _difference,
    m.UnknownSeen: _unknown,
    m.OrderDeclaredDead: _dead,
    m.OrderAdopted: _order_adopted,
    m.UnitsAdopted: _units_adopted,
}
