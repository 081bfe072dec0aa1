"""What waits for a person, in words: what a bot asked, who answered, what it planned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from lefi_tui.core import messages as m
from lefi_tui.core.approval import AskedOrder
from lefi_tui.core.money import words
from lefi_tui.core.order import Order
from lefi_tui.views import numbers
from lefi_tui.views.desk_view import Weight
from lefi_tui.views.said import Said


def in_words(order: AskedOrder) -> str:
    """What one order of a question would do, at worst."""
    units = "" if order.units is None else f" {words(order.units)}"
    cost = "" if order.cost is None else f", at most {numbers.amount(order.cost)} {order.unit}"
    return f"{order.action}{units} {order.symbol}".rstrip() + cost


def _requested(event: m.ApprovalRequested, _orders: Mapping[str, Order]) -> Said:
    asked = event.approval
    what = "Asks: " + ("; ".join(in_words(each) for each in asked.orders) or "no order")
    until = datetime.fromtimestamp(asked.deadline_ns // 1_000_000_000, UTC)
    follow = f"approve or decline {asked.id} until {until:%H:%M:%S} UTC"
    where = (asked.bot, asked.title, follow)
    return Said(Weight.WARN, what, *where, asked.asked_at_ns, asked.bot)


def _answered(event: m.ApprovalAnswered, _orders: Mapping[str, Order]) -> Said:
    word = "Approved" if event.is_approved else "Declined"
    reason = f": {event.reason}" if event.reason else ""
    why = f"by {event.by} ({event.role}){reason}"
    weight = Weight.GOOD if event.is_approved else Weight.WARN
    return Said(weight, f"{word} {event.approval}", event.bot, why, "", event.at_ns, event.bot)


def _ended(event: m.ApprovalEnded, _orders: Mapping[str, Order]) -> Said:
    what = f"Approval {event.approval} {event.outcome}"
    return Said(Weight.WARN, what, event.bot, event.text, "it is a no", event.at_ns, event.bot)


def _finalized(event: m.BotFinalized, _orders: Mapping[str, Order]) -> Said:
    what = "Finalized: its script is done"
    return Said(Weight.GOOD, what, event.bot, "", "", event.at_ns, event.bot)


def _planned(event: m.CashFlowPlanned, _orders: Mapping[str, Order]) -> Said:
    flow = event.flow
    if event.source:
        return _transfer(event)
    what = f"Planned: {flow.name} pays {flow.amount:,.8g} {flow.unit}"
    settles = f"$ on its page, or `lefi cashflows settle {event.id}`"
    follow = f"{settles}, on its date" if event.id else ""
    why = "it moves no money"
    return Said(Weight.PLAIN, what, event.bot, why, follow, event.at_ns, event.bot)


def _transfer(event: m.CashFlowPlanned) -> Said:
    flow = event.flow
    what = f"Asks you to move {flow.amount:,.8g} {flow.unit} from {event.source} to {event.to}"
    why, follow = "no transfer leaves by itself", f"`lefi cashflows` has the steps of {event.id}"
    return Said(Weight.WARN, what, event.bot, why, follow, event.at_ns, event.bot)


def _settled(event: m.CashFlowSettled, _orders: Mapping[str, Order]) -> Said:
    what, why = f"Cash flow {event.flow} settled", f"by {event.by}"
    return Said(Weight.GOOD, what, event.bot, why, "", event.at_ns, event.bot)


def _move_sent(event: m.MoveSent, _orders: Mapping[str, Order]) -> Said:
    what, why = f"Transfer {event.flow} leaves for the exchange", f"by {event.by}"
    return Said(Weight.PLAIN, what, event.bot, why, "it is sent once", event.at_ns, event.bot)


def _move_answered(event: m.MoveAnswered, _orders: Mapping[str, Order]) -> Said:
    if event.is_known:
        what, follow = f"Transfer {event.flow} was not made", "`lefi cashflows` has its checklist"
        return Said(Weight.BAD, what, event.bot, event.text, follow, event.at_ns, event.bot)
    what, follow = f"Transfer {event.flow} has no answer", "looked for there, and never sent again"
    return Said(Weight.WARN, what, event.bot, event.text, follow, event.at_ns, event.bot)


def _rules(event: m.ApprovalRulesSet, _orders: Mapping[str, Order]) -> Said:
    eyes = ", four eyes" if event.four_eyes else ""
    what = f"{len(event.rules)} rules for approvals are in force{eyes}"
    return Said(Weight.PLAIN, what, "settings")


OF_WAITS: Final[dict[type[m.Event], Callable[[Any, Mapping[str, Order]], Said | None]]] = {
    m.ApprovalRequested: _requested,
    m.ApprovalAnswered: _answered,
    m.ApprovalEnded: _ended,
    m.BotFinalized: _finalized,
    m.CashFlowPlanned: _planned,
    m.CashFlowSettled: _settled,
    m.MoveSent: _move_sent,
    m.MoveAnswered: _move_answered,
    m.ApprovalRulesSet: _rules,
}
