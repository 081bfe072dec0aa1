"""Events of a kill in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from lefi_tui.core import messages as m
from lefi_tui.core.kill import KillStage
from lefi_tui.core.money import words
from lefi_tui.core.order import Order
from lefi_tui.views.desk_view import Weight
from lefi_tui.views.said import Said

Orders = Mapping[str, Order]


def _kill_rules(event: m.KillRulesSet, _orders: Orders) -> Said:
    rules = event.rules
    bounds = {
        "drawdown_max": rules.drawdown_max,
        "losses_max": rules.losses_max,
        "errors_max": rules.errors_max,
        "spreads_max": rules.spreads_max,
    }
    named = [f"{name} {each}" for name, each in bounds.items() if each is not None]
    why = f"flatten {rules.flatten}; by itself at {', '.join(named) or 'nothing'}"
    return Said(Weight.PLAIN, "Rules of the kill are in force", "settings", why)


def _kill_began(event: m.KillBegan, _orders: Orders) -> Said:
    why = f"{event.cause} (by {event.by})"
    return Said(Weight.BAD, event.text, "kill", why, "f12 shows how far it is", event.at_ns)


def _kill_stepped(event: m.KillStepped, _orders: Orders) -> Said:
    weight = Weight.GOOD if event.stage is KillStage.PROVEN else Weight.WARN
    return Said(weight, event.text, "kill", "; ".join(event.left), "", event.at_ns)


def _flatten_tried(event: m.FlattenTried, _orders: Orders) -> Said | None:
    if not event.refusal:
        return None
    what = f"{words(event.units)} of {event.symbol} can't be closed"
    return Said(Weight.BAD, what, event.account, event.refusal, "tried again", event.at_ns)


OF_KILLS: Final[dict[type[m.Event], Callable[[Any, Orders], Said | None]]] = {
    m.KillRulesSet: _kill_rules,
    m.KillBegan: _kill_began,
    m.KillStepped: _kill_stepped,
    m.FlattenTried: _flatten_tried,
}
