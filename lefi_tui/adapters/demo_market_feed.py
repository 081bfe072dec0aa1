"""The demo market's feed and history: four ticks a second, candles when they close.

The rule it keeps: each message carries the time of its own tick, and nothing is sent before its
time. After a pause (the machine slept) quotes go on from now, prints from a minute back, candles
from where they stopped.
"""

from __future__ import annotations

import asyncio
from typing import Final

from lefi_tui.adapters.demo_depth import DemoDepth
from lefi_tui.adapters.demo_market import MONDAY_MS, TICK_NS, WEEK_MS, DemoMarket
from lefi_tui.adapters.demo_market_path import MINUTE_MS, TICK_MS
from lefi_tui.adapters.stepping_feed import SteppingFeed
from lefi_tui.core.bot import Bar
from lefi_tui.core.messages import BarsClosed, MarketInput, QuoteChanged, TradePrinted
from lefi_tui.ports.clock import Clock

PRINTS_BACK_TICKS: Final = 240  # one minute
BARS_BACK_MS: Final = 24 * 60 * MINUTE_MS  # a machine that slept longer loses older candles


class DemoFeed(SteppingFeed):
    """Implements ports.market_feed; in virtual time `next_ns` and `move` drive it instead."""

    def __init__(self, market: DemoMarket, clock: Clock, account: str) -> None:
        super().__init__(clock, account)
        self._market = market
        self._account = account
        self.depth = DemoDepth(market)
        self._told = clock.now_ns() // TICK_NS - 1  # the newest tick that was told

    def next_ns(self) -> int:
        """When the next tick is."""
        return (self._told + 1) * TICK_NS

    def advance(self, now_ns: int) -> None:
        """Tell all that happened up to now; a clock that went back tells nothing."""
        newest = now_ns // TICK_NS
        first = max(self._told + 1, newest - PRINTS_BACK_TICKS + 1)
        if newest > self._told:
            self._missed_bars(self._told + 1, first)
        for tick in range(first, newest + 1):
            self._told = tick
            self._bars_at(tick * TICK_MS)
            self._prints_at(tick)
            self.depth.prints_at(tick)
            if tick == newest:
                self._quotes_at(tick)
                self.depth.books_at(tick)

    def _tell(self, message: MarketInput) -> None:
        assert self._hear is not None, "listen first"
        self._hear(message)

    def _missed_bars(self, first: int, until: int) -> None:
        """Candles that closed at ticks which are skipped."""
        begin_ms = max(first * TICK_MS, until * TICK_MS - BARS_BACK_MS)
        step = min((frame for _, frame in self._wanted.bars), default=MINUTE_MS)
        step = min(step, MINUTE_MS)
        for at_ms in range(-(-begin_ms // step) * step, until * TICK_MS, step):
            self._bars_at(at_ms)

    def _bars_at(self, at_ms: int) -> None:
        bars = tuple(
            self._market.bar(symbol, frame, at_ms - frame)
            for symbol, frame in self._wanted.bars
            if _closes(frame, at_ms)
        )
        if bars:
            self._tell(BarsClosed(self._account, at_ms, bars))

    def _prints_at(self, tick: int) -> None:
        for symbol in self._wanted.prints:
            for each in self._market.prints(symbol, tick):
                self._tell(TradePrinted(self._account, each))

    def _quotes_at(self, tick: int) -> None:
        """Of every symbol: the price board shows them all."""
        for symbol in self._market.symbols:
            self._tell(QuoteChanged(self._account, self._market.quote(symbol, tick)))


def _closes(timeframe_ms: int, at_ms: int) -> bool:
    offset = MONDAY_MS if timeframe_ms % WEEK_MS == 0 else 0
    return (at_ms - offset) % timeframe_ms == 0


class DemoHistory:
    """Implements ports.history."""

    def __init__(self, market: DemoMarket) -> None:
        self._market = market

    async def bars(
        self, symbol: str, timeframe_ms: int, count: int, before_ms: int
    ) -> tuple[Bar, ...]:
        # In a thread: the engine's loop never waits for a long warm-up.
        return await asyncio.to_thread(self._market.bars, symbol, timeframe_ms, count, before_ms)
