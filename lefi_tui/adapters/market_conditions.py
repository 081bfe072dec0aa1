"""Turnover and books of the markets we have, for the limits: implements ports.conditions.

Turnover moves slowly, so it is asked for once a minute; a book is the one that the feed knows now.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from lefi_tui.core.money import from_double
from lefi_tui.ports.conditions import LEVELS_MAX, Calls, Conditions, Levels, Look

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lefi_tui.adapters.ccxt_link import ExchangeLink
    from lefi_tui.adapters.demo_market import DemoMarket
    from lefi_tui.adapters.paper_book import BookMarket
    from lefi_tui.core.book import Depth
    from lefi_tui.ports.clock import Clock

VOLUME_EVERY_NS: Final = 60_000_000_000
HOUR_MS: Final = 3_600_000
HOURS: Final = 24
NS_PER_MS: Final = 1_000_000


class _BookConditions(Conditions):
    """What both have: a market with books, and a turnover that is remembered for a minute."""

    def __init__(self, market: BookMarket, clock: Clock) -> None:
        self._market, self._clock = market, clock
        self._known: dict[str, tuple[int, Decimal | None]] = {}

    async def look(self, symbol: str, *, volume: bool, book: bool) -> Look:
        turnover = await self._volume(symbol) if volume else None
        if not book:
            return Look(turnover)
        shown = self._market.book(symbol, self._clock.now_ns())
        return Look(turnover, _levels(shown.bids), _levels(shown.asks))

    def calls(self) -> Calls:
        return Calls()  # nobody is asked: it is in this program

    async def _volume(self, symbol: str) -> Decimal | None:
        now_ns = self._clock.monotonic_ns()
        at_ns, known = self._known.get(symbol, (0, None))
        if known is None or now_ns - at_ns > VOLUME_EVERY_NS:
            known = await self._asked(symbol)
            self._known[symbol] = (now_ns, known)
        return known

    @abstractmethod
    async def _asked(self, symbol: str) -> Decimal | None:
        """The turnover of 24 hours in quote; None where the market does not tell it."""


class DemoConditions(_BookConditions):
    def __init__(self, market: DemoMarket, clock: Clock) -> None:
        super().__init__(market, clock)
        self._demo = market

    async def _asked(self, symbol: str) -> Decimal:
        now_ms = self._clock.now_ns() // NS_PER_MS
        bars = await asyncio.to_thread(self._demo.bars, symbol, HOUR_MS, HOURS, now_ms)
        return sum((from_double(bar.close * bar.volume) for bar in bars), Decimal(0))


class RecordedConditions(_BookConditions):
    """A recording of minutes does not tell what a day's turnover was."""

    async def _asked(self, _symbol: str) -> None:
        return None


class ExchangeConditions(_BookConditions):
    def __init__(self, market: BookMarket, clock: Clock, link: ExchangeLink) -> None:
        super().__init__(market, clock)
        self._link = link

    def calls(self) -> Calls:
        return self._link.calls()

    async def _asked(self, symbol: str) -> Decimal | None:
        told = await self._link.ask("ticker", symbol=symbol)
        turnover = told.get("quoteVolume")
        return None if turnover is None else Decimal(str(turnover))


def _levels(side: Iterable[Depth]) -> Levels:
    return tuple((price, units) for price, units in side)[:LEVELS_MAX]
