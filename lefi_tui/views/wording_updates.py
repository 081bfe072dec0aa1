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


def text_words(version: str, named: str) -> str:
    """Version 5 of mine, as its list of versions tells it; its hash where it has no name."""
    return named or f"text {short(version)}"


def _begun(event: m.UpdateBegun, _orders: Orders) -> Said:
    settings = ", ".join(f"{name} {value}" for name, value in event.settings) or "defaults"
    real = f"; REAL MONEY on {event.typed}" if event.gates else ""
    why = f"asked by {event.by}, {settings}{real}"
    what = f"Is to take {text_words(event.version, event.named)}"
    follow = "as soon as its history is there; until then it runs on"
    return Said(Weight.PLAIN, what, event.bot, why, follow, event.at_ns, event.bot)


def _updated(event: m.BotUpdated, _orders: Orders) -> Said:
    what = f"Runs {text_words(event.version, event.named)}"
    why = f"{_before(event)} before, by {event.by}; orders stay"
    if event.warmed < event.wanted:
        why += f". It had {event.warmed} of {event.wanted} candles of the past: it waits for more"
    return Said(Weight.GOOD, what, event.bot, why, "u goes back", event.at_ns, event.bot)


def _before(event: m.BotUpdated) -> str:
    """As short as it can be told: of the same script its number alone."""
    version, _, script = event.named_before.partition(" of ")
    is_same = script and event.named.endswith(f" of {script}")
    return (
        version.removeprefix("version ") if is_same else event.named_before or short(event.before)
    )


def _dropped(event: m.UpdateDropped, _orders: Orders) -> Said:
    what = f"Does not take {text_words(event.version, event.named)}"
    follow = "it runs on with the one it has"
    return Said(Weight.WARN, what, event.bot, event.text, follow, event.at_ns, event.bot)


OF_UPDATES: Final[Mapping[type[m.Event], Callable[[Any, Orders], Said | None]]] = {
    m.UpdateBegun: _begun,
    m.BotUpdated: _updated,
    m.UpdateDropped: _dropped,
}
