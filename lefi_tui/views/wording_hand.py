"""What a person does by hand, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from lefi_tui.core import messages as m
from lefi_tui.core.money import words
from lefi_tui.core.order import Order
from lefi_tui.views.desk_view import Weight
from lefi_tui.views.said import Said


def _moving(event: m.OrderMoving, orders: Mapping[str, Order]) -> Said:
    order = orders.get(event.order)
    where = event.order if order is None else f"{order.account} {order.terms.symbol}"
    if event.moving is None:
        what, follow = "It is moved no further", "its cancel goes on"
    else:
        what = f"Moved to {words(event.moving.limit)}"
        follow = "placed anew for what is left, when its cancel is final"
    return Said(Weight.PLAIN, what, where, f"by {event.by}", follow, event.at_ns)


def _said(event: m.StatementSaid, _orders: Mapping[str, Order]) -> Said:
    return Said(
        Weight.PLAIN, f"Said: {event.text}", event.account, f"by {event.by}", "", event.at_ns
    )


OF_HAND: Final[dict[type[m.Event], Callable[[Any, Mapping[str, Order]], Said | None]]] = {
    m.OrderMoving: _moving,
    m.StatementSaid: _said,
}
