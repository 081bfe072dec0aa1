"""Orders on their way that close a position, or a part of it."""

from __future__ import annotations

from lefi_tui.core.desk.state import Desk
from lefi_tui.core.order import HAND, Order, OrderKind, SizeKind
from lefi_tui.core.protection import is_fired


def closes_of(desk: Desk, account: str, symbol: str) -> tuple[Order, ...]:
    """Working orders that close a position, or a bot's share of it: an exit that was met too."""
    return tuple(
        order
        for order in desk.orders.values()
        if order.account == account
        and order.terms.symbol == symbol
        and (is_fired(order) or _is_close(order))
    )


def _is_close(order: Order) -> bool:
    """A person's reducing order at market is one, also of a part."""
    terms = order.terms
    is_part = order.owner == HAND and terms.is_reduce_only and terms.kind is OrderKind.MARKET
    return order.leg == "entry" and (terms.size.kind is SizeKind.ALL or is_part)


def closing_words(order: Order) -> str:
    symbol = order.terms.symbol
    return f"{symbol} is being closed already by order {order.id}, {order.status}; none is doubled."


def takes_all_of(close: Order, owner: str) -> bool:
    """A person's close and an exit that was met sell the whole position, whoever's it is."""
    return is_fired(close) or close.owner in {owner, HAND}
