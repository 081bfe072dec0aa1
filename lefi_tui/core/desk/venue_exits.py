"""Exits that a venue of ours hangs on a position by itself: paper, a candle file.

The rule it keeps: what the venue does is known here, so they are told as placed and as gone at
once. At a real exchange nothing is known before it says so: there `guarding` does this.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.ids import exit_id
from lefi_tui.core.messages import ExitPlaced, OrderCanceled, VenueFilled
from lefi_tui.core.order import (
    ExitPlan,
    Order,
    OrderKind,
    OrderStatus,
    OrderTerms,
    Size,
    SizeKind,
)

KINDS: Final = {
    "stop": OrderKind.STOP,
    "target": OrderKind.TARGET,
    "trail": OrderKind.TRAIL,
}


def filled(draft: Draft, order: Order | None, report: VenueFilled) -> None:
    if order is not None:
        _place_exits(draft, order, report.at_ns)
    _drop_exits_when_flat(draft, report)


def exits_of(desk: Desk, account: str, symbol: str) -> list[Order]:
    """That work, oldest first."""
    return [
        order
        for order in desk.orders.values()
        if order.account == account and order.terms.symbol == symbol and order.leg in KINDS
    ]


def only(leg: str, plan: ExitPlan) -> ExitPlan:
    """The plan of one leg alone."""
    return ExitPlan(
        stop_loss=plan.stop_loss if leg == "stop" else None,
        take_profit=plan.take_profit if leg == "target" else None,
        trail=plan.trail if leg == "trail" else None,
    )


def _place_exits(draft: Draft, entry: Order, at_ns: int) -> None:
    """The exits an entry named hang on the position from its first fill on, each one anew."""
    plan = entry.terms.exits
    legs = [("stop", plan.stop_loss), ("target", plan.take_profit), ("trail", plan.trail)]
    for leg, level in legs:
        if level is None or not _is_open(draft.desk, entry):
            continue
        order_id = _next_exit_id(draft.desk, entry, leg)
        if not order_id:
            continue
        _replace_exit(draft, entry, leg, at_ns)
        terms = OrderTerms(
            entry.terms.symbol,
            entry.terms.side.opposite,
            KINDS[leg],
            Size(SizeKind.ALL),
            is_reduce_only=True,
            exits=only(leg, plan),
        )
        exit_order = Order(
            id=order_id,
            account=entry.account,
            terms=terms,
            owner=entry.owner,
            run=entry.run,
            site=entry.site,
            leg=leg,
            group=entry.group,
            status=OrderStatus.ACCEPTED,
            placed_at_ns=at_ns,
        )
        draft.say(ExitPlaced(exit_order, at_ns))


def _next_exit_id(desk: Desk, entry: Order, leg: str) -> str:
    """The id of the exit to place now; empty when the position has its exit of this kind.

    An exit may have closed what was filled so far, and the entry goes on filling: the new units
    need an exit again. An exit that a newer entry set is left alone.
    """
    if desk.order(exit_id(entry.id, leg)) is None:
        return exit_id(entry.id, leg)
    if any(each.leg == leg for each in exits_of(desk, entry.account, entry.terms.symbol)):
        return ""
    again = 1
    while desk.order(exit_id(entry.id, leg, again)) is not None:
        again += 1
    return exit_id(entry.id, leg, again)


def _is_open(desk: Desk, entry: Order) -> bool:
    """Whether the entry left a position on its own side: a reducing order sets no exits."""
    position = desk.positions.get((entry.account, entry.terms.symbol))
    return position is not None and position.units * entry.terms.side.sign > 0


def _replace_exit(draft: Draft, entry: Order, leg: str, at_ns: int) -> None:
    for order in exits_of(draft.desk, entry.account, entry.terms.symbol):
        if order.leg == leg:
            draft.say(OrderCanceled(order.id, at_ns, "a newer entry set it anew"))


def _drop_exits_when_flat(draft: Draft, report: VenueFilled) -> None:
    """Exits go with their position: when it is closed, or turned to the other side."""
    position = draft.desk.positions.get((report.account, report.symbol))
    units = position.units if position is not None else 0
    for order in exits_of(draft.desk, report.account, report.symbol):
        if units * order.terms.side.sign >= 0:  # an exit trades against its position
            draft.say(OrderCanceled(order.id, report.at_ns, "its position is closed"))
