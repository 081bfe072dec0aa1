"""From what a bot wants to what a venue is asked: one rule for the desk and for the direct loop."""

from __future__ import annotations

from decimal import Decimal

from lefi_tui.core.bot import Intent
from lefi_tui.core.order import OrderKind, OrderTerms, Side, Size, SizeKind


def close_terms(symbol: str, units: float | Decimal) -> OrderTerms | None:
    """Trades a position to zero at market; None where there is none."""
    if not units:
        return None
    side = Side.SELL if units > 0 else Side.BUY
    return OrderTerms(symbol, side, OrderKind.MARKET, Size(SizeKind.ALL), is_reduce_only=True)


def order_terms(intent: Intent) -> OrderTerms:
    """A Buy or a Sell as it was asked for."""
    assert intent.size is not None, intent
    return OrderTerms(
        symbol=intent.symbol,
        side=Side.BUY if intent.action == "buy" else Side.SELL,
        kind=OrderKind.MARKET if intent.limit is None else OrderKind.LIMIT,
        size=intent.size,
        limit=intent.limit,
        time_in_force=intent.time_in_force,
        is_reduce_only=intent.is_reduce_only,
        is_post_only=intent.is_post_only,
        leverage=intent.leverage,
        exits=intent.exits,
    )
