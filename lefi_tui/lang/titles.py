"""What a handler is called when a person reads of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lefi_tui.core.timeframe import span

if TYPE_CHECKING:
    from lefi_tui.lang.program import Handler
    from lefi_tui.lang.tree import Body


def title_of(handler: Handler | Body) -> str:
    match handler.event:
        case "body":
            return "price update"
        case "Candle":
            return f"candle {handler.symbol} {span(handler.timeframe_ms)}"
        case "Every":
            return f"every {span(handler.every_ms)}"
        case "Schedule":
            return f"schedule {handler.cron} {handler.zone}"
        case "Event" | "Command":
            return f"{handler.event.lower()} {handler.hears}"
        case event:
            words = {"PriceUpdate": "price update", "Trade": "trade print"}.get(event)
            return f"{words or event.lower()} {handler.symbol}".strip()
