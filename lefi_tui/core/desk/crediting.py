"""Whose a fill is: of an order its owner's, of what closes a position theirs who hold it.

The rule it keeps: what can only close never opens by itself. What it takes beyond our books is of
an entry whose fill is still to be heard, and is its owner's: else two would hold against each
other for ever what is nothing at the venue.
"""

from __future__ import annotations

from decimal import localcontext
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.desk.forced import TAKEN
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.messages import VenueFilled
from lefi_tui.core.money import EXACT, MONEY, ZERO, grained
from lefi_tui.core.order import HAND, UNKNOWN, Order, OrderStatus, Side, SizeKind
from lefi_tui.core.position import credited

NEVER_THERE: Final = frozenset({OrderStatus.DENIED, OrderStatus.REJECTED})


def parts_of(
    desk: Desk, order: Order | None, report: VenueFilled
) -> tuple[tuple[str, VenueFilled], ...]:
    """A fill by owner: a close, an exit or a liquidation gives back to each what it held."""
    owner = order.owner if order is not None else _owner_of_position(desk, report)
    position = desk.positions.get((report.account, report.symbol))
    is_sized = order is not None and order.terms.size.kind is not SizeKind.ALL
    if order is not None and order.owner == HAND and order.terms.is_reduce_only:
        is_sized = False  # a person makes the position smaller, whoever holds it
    if is_sized or position is None:
        return ((owner, report),)
    beyond = _opener(desk, report) if _only_closes(order, report) else ""
    owners = credited(position, Side(report.side), report.quantity, owner, beyond)
    parts: list[tuple[str, VenueFilled]] = []
    fee_left = report.fee
    for number, (holder, units) in enumerate(owners.items(), 1):
        is_last = number == len(owners)
        with localcontext(MONEY):
            fee = fee_left if is_last else grained(report.fee * units / report.quantity)
        fee_left = EXACT.subtract(fee_left, fee)
        part = replace(
            report,
            trade_id=report.trade_id if number == 1 else f"{report.trade_id}#{number}",
            quantity=units,
            fee=fee,
            is_last=report.is_last and is_last,
            other_fee=report.other_fee if number == 1 else ZERO,  # it is nobody's of them
        )
        parts.append((holder, part))
    return tuple(parts)


def _owner_of_position(desk: Desk, report: VenueFilled) -> str:
    """A fill of no order of ours: a liquidation belongs to who holds the position."""
    position = desk.positions.get((report.account, report.symbol))
    holders = [] if position is None else [name for name, units in position.shares.items() if units]
    return holders[0] if len(holders) == 1 else UNKNOWN


def _only_closes(order: Order | None, report: VenueFilled) -> bool:
    """Of a bot's own close, and of an exit, the rest is the bot's already."""
    if order is None:
        return report.reason in TAKEN
    return order.owner == HAND and order.terms.is_reduce_only


def _opener(desk: Desk, report: VenueFilled) -> str:
    """Who asked last for units on the other side that are not all heard of; nobody where all is."""
    entries = (
        each
        for each in (*desk.closed.values(), *desk.orders.values())
        if (each.account, each.terms.symbol) == (report.account, report.symbol)
        and each.terms.side is Side(report.side).opposite
        and not each.terms.is_reduce_only
        and each.remaining != ZERO
        and each.status not in NEVER_THERE
    )
    newest = max(entries, key=lambda each: each.placed_at_ns, default=None)
    return "" if newest is None else newest.owner
