"""Events of protection in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from lefi_tui.core import messages as m
from lefi_tui.core.order import Order
from lefi_tui.core.protection import KEPT_HERE, SLOT_OF
from lefi_tui.views.desk_view import Weight
from lefi_tui.views.said import Said

NS_PER_S: Final = 1_000_000_000
_TOLD: Final[Mapping[str, tuple[Weight, str, str]]] = {
    "unprotected": (
        Weight.BAD,
        "UNPROTECTED{since}",
        "c closes it, or hang a stop at the exchange by hand",
    ),
    "protected": (Weight.GOOD, "Protected again{after}", ""),
    "hung again": (Weight.WARN, "Its exit was gone; it is hung again", "once and no more"),
    "taken away": (Weight.WARN, "Its exit is taken away", "c closes the position"),
    "closing": (Weight.BAD, "Closed at market by rule{since}", "close_s in [protection] of F7"),
}


def _told(event: m.ProtectionTold, _orders: Mapping[str, Order]) -> Said:
    weight, words, follow = _TOLD[event.state]
    for_s = event.bare_ns / NS_PER_S
    what = words.format(
        since=f" for {for_s:.1f} s" if event.bare_ns else "",
        after=f" after {for_s:.1f} s" if event.bare_ns else "",
    )
    where = f"{event.account} {event.symbol}"
    return Said(weight, what, where, event.text, follow, event.at_ns)


def _rules(event: m.ProtectionRulesSet, _orders: Mapping[str, Order]) -> Said:
    rules = event.rules
    close = f"closed after {rules.close_s} s" if rules.close_s else "never closed by itself"
    why = f"without a stop: told after {rules.alarm_s} s, {close} where it is refused"
    return Said(Weight.PLAIN, "Rules of protection are in force", "settings", why)


def _accepted(event: m.OrderAccepted, orders: Mapping[str, Order]) -> Said | None:
    """Of an exit alone: who holds it is what a person must know."""
    order = orders.get(event.order)
    if order is None or order.leg not in SLOT_OF or order.trigger is None:
        return None
    is_ours = event.venue_order_id == KEPT_HERE
    whose = "This program holds" if is_ours else "The exchange holds"
    why = "while it runs: the exchange keeps no exits for us" if is_ours else ""
    what = f"{whose} the {order.leg} at {order.trigger.normalize():f}"
    where = f"{order.account} {order.terms.symbol}"
    return Said(Weight.PLAIN, what, where, why, "", event.at_ns, order.owner)


def _fired(event: m.ExitFired, orders: Mapping[str, Order]) -> Said:
    order = orders.get(event.order)
    leg = "exit" if order is None else order.leg
    where = "" if order is None else f"{order.account} {order.terms.symbol}"
    what = f"Our {leg} was met: {event.quantity.normalize():f} go at market"
    why = f"the price was {event.price.normalize():f}; the exchange keeps no exits for us"
    return Said(Weight.PLAIN, what, where, why, "", event.at_ns)


_DEAD_MAN: Final[Mapping[str, tuple[Weight, str]]] = {
    "kept": (Weight.GOOD, "Dead-man's switch: entries end {s} s after we fall silent"),
    "off": (Weight.WARN, "No dead-man: dead_man_s = 0 in [protection] of the settings"),
    "none": (Weight.WARN, "No dead-man: this exchange has none, so entries rest while we are gone"),
    "failed": (Weight.BAD, "No dead-man: the exchange does not take it"),
    "fired": (Weight.BAD, "The dead-man's switch has ended entries; stops stand"),
}


def _dead_man(event: m.DeadManKept, _orders: Mapping[str, Order]) -> Said:
    weight, words = _DEAD_MAN[event.state]
    what = words.format(s=event.seconds)
    return Said(weight, what, event.account, event.why, "", event.at_ns)


def _silent(_event: m.GuardKept, _orders: Mapping[str, Order]) -> None:
    """What hangs where is told by the exits themselves."""


OF_PROTECTION: Final[dict[type[m.Event], Callable[[Any, Mapping[str, Order]], Said | None]]] = {
    m.ProtectionTold: _told,
    m.ProtectionRulesSet: _rules,
    m.OrderAccepted: _accepted,
    m.ExitFired: _fired,
    m.GuardKept: _silent,
    m.DeadManKept: _dead_man,
}
