"""A bot's other text, in words: asked for, taken, or not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from lefi_tui.core import messages as m
from lefi_tui.core.order import Order
from lefi_tui.views.desk_view import Weight
from lefi_tui.views.said import Said

VERSION_LETTERS: Final = 8  # of its hash: enough to tell two texts apart by eye
Orders = Mapping[str, Order]


def short(version: str) -> str:
    return version[:VERSION_LETTERS]


def _begun(event: m.UpdateBegun, _orders: Orders) -> Said:
    settings = ", ".join(f"{name} {value}" for name, value in event.settings) or "defaults"
    real = f"; REAL MONEY on {event.typed}" if event.gates else ""
    why = f"asked by {event.by}, {settings}{real}"
    what = f"Is to take the text {short(event.version)}"
    follow = "as soon as its history is there; until then it runs on"
    return Said(Weight.PLAIN, what, event.bot, why, follow, event.at_ns, event.bot)


def _updated(event: m.BotUpdated, _orders: Orders) -> Said:
    what = f"Runs text {short(event.version)}"
    why = f"{short(event.before)} before, by {event.by}; orders stay"
    if event.warmed < event.wanted:
        why += f". It had {event.warmed} of {event.wanted} candles of the past: it waits for more"
    return Said(Weight.GOOD, what, event.bot, why, "u goes back", event.at_ns, event.bot)


def _dropped(event: m.UpdateDropped, _orders: Orders) -> Said:
    what = f"Does not take the text {short(event.version)}"
    follow = "it runs on with the one it has"
    return Said(Weight.WARN, what, event.bot, event.text, follow, event.at_ns, event.bot)


OF_UPDATES: Final[Mapping[type[m.Event], Callable[[Any, Orders], Said | None]]] = {
    m.UpdateBegun: _begun,
    m.BotUpdated: _updated,
    m.UpdateDropped: _dropped,
}
