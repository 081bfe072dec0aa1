"""What events of protection change."""

from __future__ import annotations

from msgspec.structs import replace

from lefi_tui.core.desk.changing import put
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.messages import DeadManKept, ExitFired, GuardKept, ProtectionRulesSet
from lefi_tui.core.protection import DeadManState


def kept(desk: Desk, event: GuardKept) -> Desk:
    key = (event.account, event.symbol)
    if event.guard is not None:
        return replace(desk, guards=put(desk.guards, key, event.guard))
    return replace(desk, guards={name: each for name, each in desk.guards.items() if name != key})


def fired(desk: Desk, event: ExitFired) -> Desk:
    """An order at the exchange from here on, of which it has said nothing yet."""
    sent = {"quantity": event.quantity, "venue_order_id": "", "placed_at_ns": event.at_ns}
    order = replace(desk.orders[event.order], **sent)
    return replace(desk, orders=put(desk.orders, order.id, order))


def dead_man(desk: Desk, event: DeadManKept) -> Desk:
    state = DeadManState(event.state, event.seconds, event.why)
    return replace(desk, dead_men=put(desk.dead_men, event.account, state))


def rules_set(desk: Desk, event: ProtectionRulesSet) -> Desk:
    return replace(desk, protection_rules=event.rules)
