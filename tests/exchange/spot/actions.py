"""What a test may do to spot beyond the market: another hand on the same account."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from tests.exchange.loopback.market_actions import MarketActions
from tests.exchange.loopback.matching import Order

if TYPE_CHECKING:
    from tests.exchange.spot.venue import SpotVenue


class SpotActions(MarketActions):
    def __init__(self, venue: SpotVenue) -> None:
        super().__init__(venue.agenda, venue.markets, venue.accounts, venue.pairs)
        self._venue = venue

    def transfer_status(self, status: str) -> None:
        """What the history says of every transfer: PENDING, CONFIRMED or FAILED."""
        self._venue.transfer_status = status

    def external_order(self, symbol: str, side: str, quantity: str, account: str = "main") -> None:
        """By phone, at market."""
        number, now_ms = next(self._venue.shared.numbers), self._venue.agenda.now_ms()
        made = Order(number, f"phone{number}", symbol, side, "MARKET", Decimal(quantity))
        made.is_external, made.origin = True, "MARKET"
        made.created_ms = made.updated_ms = now_ms
        self._venue.accounts[account].place(made)
