"""What a game came to, in words for the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from lefi_tui.core import messages as m
from lefi_tui.core.money import words
from lefi_tui.core.order import Order
from lefi_tui.views.desk_view import Weight
from lefi_tui.views.said import Said

NS_PER_MS: Final = 1_000_000


def _ended(event: m.GameEnded, _orders: Mapping[str, Order]) -> Said:
    played = event.round
    what = f"Game {played.game} {played.result}"
    if played.result == "missed":
        return Said(Weight.PLAIN, what, event.bot, "nothing was filled", "", event.at_ns, event.bot)
    lasted_ms = (played.ended_ns - played.began_ns) // NS_PER_MS
    net = f"{words(played.net)} net, {played.net_share:+.2%} of margin"
    why = f"{played.side} {words(played.units)}, by its {played.ended_by} after {lasted_ms:,} ms"
    weight = Weight.GOOD if played.net > 0 else Weight.WARN
    return Said(weight, f"{what}: {net}", event.bot, why, "", event.at_ns, event.bot)


OF_GAMES: Final[dict[type[m.Event], Callable[[Any, Mapping[str, Order]], Said | None]]] = {
    m.GameEnded: _ended,
}
