"""What comparing books and venue changes, and what a person says of the differences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.core.checked import Checked, Unknown
from lefi_tui.core.desk.changing import put
from lefi_tui.core.desk.order_changes import exit_placed, put_closed
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.messages import (
    AccountChecked,
    EngineStarted,
    ForeignSeen,
    OrderAdopted,
    OrderDeclaredDead,
    UnitsAdopted,
    UnknownSeen,
)
from lefi_tui.core.order import OrderStatus

# Of orders that keep no units from being compared.
SURE: Final = frozenset({OrderStatus.ACCEPTED, OrderStatus.PARTIALLY_FILLED})


def started(desk: Desk, _event: EngineStarted) -> Desk:
    """Nothing is known of what happened meanwhile."""
    known = {name: replace(each, at_ns=0, error="") for name, each in desk.checked.items()}
    return replace(desk, checked=known)


def checked(desk: Desk, event: AccountChecked) -> Desk:
    """An error leaves what was known before, and in doubt."""
    if event.error:
        return _with(desk, event.account, error=event.error)
    mine = (each for each in desk.orders.values() if each.account == event.account)
    is_sure = all(each.status in SURE for each in mine)
    agreed_ns = event.at_ns if is_sure else desk.checked.get(event.account, Checked()).agreed_ns
    seen = {"at_ns": event.at_ns, "agreed_ns": agreed_ns, "legs": event.legs}
    return _with(desk, event.account, error="", **seen)


def foreign_seen(desk: Desk, event: ForeignSeen) -> Desk:
    return _with(desk, event.account, foreign=event.orders)


def unknown_seen(desk: Desk, event: UnknownSeen) -> Desk:
    found = Unknown(event.units, event.entry, event.at_ns, event.text)
    return _unknown(desk, event.account, {event.symbol: found})


def units_adopted(desk: Desk, event: UnitsAdopted) -> Desk:
    return _unknown(desk, event.account, {event.symbol: None})


def declared_dead(desk: Desk, event: OrderDeclaredDead) -> Desk:
    """Canceled for us: what fills of it all the same is still booked."""
    reason = f"declared dead by {event.by}: {event.reason}"
    return put_closed(desk, event.order, OrderStatus.CANCELED, reason)


def order_adopted(desk: Desk, event: OrderAdopted) -> Desk:
    order = event.order
    known = desk.checked.get(order.account, Checked())
    left = tuple(each for each in known.foreign if each.venue_order_id != order.venue_order_id)
    return _with(exit_placed(desk, event), order.account, foreign=left)


def _unknown(desk: Desk, account: str, change: Mapping[str, Unknown | None]) -> Desk:
    known = {**desk.checked.get(account, Checked()).unknown, **change}
    left = {symbol: each for symbol, each in known.items() if each is not None and each.units}
    return _with(desk, account, unknown=left)


def _with(desk: Desk, account: str, **changes: Any) -> Desk:
    after = replace(desk.checked.get(account, Checked()), **changes)
    return replace(desk, checked=put(desk.checked, account, after))
