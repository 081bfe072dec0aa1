"""What concerns real money, in words: a start through the gates, how an account's key stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from lefi_tui.core import messages as m
from lefi_tui.core.order import Order
from lefi_tui.views import numbers
from lefi_tui.views.desk_view import Weight
from lefi_tui.views.said import Said


def passed(event: m.BotStarted) -> str:
    """Of a start with real money; empty for any other."""
    if not event.gates:
        return ""
    names = ", ".join(each.name for each in event.gates)
    return f"; REAL MONEY on {event.typed}, open were: {names}"


def _key_seen(event: m.KeySeen, _orders: Mapping[str, Order]) -> Said:
    name = event.account
    if not event.refusal:
        why = f"by the test of {numbers.moment(event.tested_at_ms * numbers.NS_PER_MS)} UTC"
        return Said(Weight.PLAIN, "Its key may trade", name, why, at_ns=event.at_ns)
    what = "The account enters no more: its key may not"
    follow = f"exits go on; lefi keys test {name} once that is put right"
    return Said(Weight.BAD, what, name, event.refusal, follow, event.at_ns)


OF_LIVE: Final[Mapping[type[m.Event], Callable[[Any, Mapping[str, Order]], Said | None]]] = {
    m.KeySeen: _key_seen,
}
