"""A paper venue on an exchange's real book: made-up money, prices and depth as they are there.

The rules it keeps: an order meets the book that is asked for when it comes, never an older one;
trades that happened before it came are counted before it. While the exchange does not answer, an
order is refused in words, and what works already stands still.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from lefi_tui.adapters.ccxt_market import ExchangeMarket
from lefi_tui.adapters.paper_venue import PaperTerms, PaperVenue
from lefi_tui.core.messages import Report
from lefi_tui.core.order import Order
from lefi_tui.errors import ExchangeError
from lefi_tui.ports.clock import Clock

Look = Callable[[str], Awaitable[None]]  # asks for a market's prints and book; raises ExchangeError


class ExchangePaperVenue(PaperVenue):
    """Implements ports.venue."""

    def __init__(self, market: ExchangeMarket, clock: Clock, terms: PaperTerms, look: Look) -> None:
        super().__init__(market, clock, terms)
        self._look = look

    async def submit(self, orders: tuple[Order, ...]) -> tuple[Report, ...]:
        symbols = tuple(dict.fromkeys(order.terms.symbol for order in orders))
        blind = dict(await asyncio.gather(*map(self._blind, symbols)))
        known = self.exchange.stories
        refused = [each for each in orders if blind[each.terms.symbol] and each.id not in known]
        for order in refused:
            why = blind[order.terms.symbol]
            self.exchange.refuse(order, "EXCHANGE_SILENT", why, self._clock.now_ns())
        told = known.take()
        rest = tuple(each for each in orders if each not in refused)
        return (*told, *(await super().submit(rest)))

    async def _blind(self, symbol: str) -> tuple[str, str]:
        """The market, and why no order can meet its book; empty when one can."""
        if symbol not in self.exchange.instruments:
            return symbol, ""  # refused in the venue's own words
        try:
            await self._look(symbol)
        except ExchangeError as error:
            why = f"No book to trade on: {error.what}, {error.why}. The order was not placed."
            return symbol, why
        return symbol, ""

    def busy(self) -> set[str]:
        """Markets in which something works or is held."""
        working = {each.terms.symbol for each in self.exchange.live.values()}
        return working | set(self.positions)
