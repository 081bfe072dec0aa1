"""Looking on: what works at an exchange is asked for again and again, and its news are told.

The rules it keeps: often while something works, at once after an order; what no longer rests as it
did is read whole; then the exits of new fills are placed and those of no position taken away.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from contextlib import suppress
from decimal import Decimal
from typing import Final

from lefi_tui.adapters.exchange_exits import Ask, Exits, asked_legs
from lefi_tui.adapters.exchange_orders import KnownOrders
from lefi_tui.core.messages import Report
from lefi_tui.core.order import Order
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.venue import Hear, VenueTimeoutError

NS_PER_MS: Final = 1_000_000
LOOK_S: Final = 1.0  # between two looks while something of ours works
QUIET_S: Final = 10.0  # and while nothing does


class Looks:
    """`hear` is where news go; set before it runs."""

    def __init__(self, ask: Ask, clock: Clock, orders: KnownOrders, exits: Exits) -> None:
        self._ask, self._clock = ask, clock
        self._orders, self._exits = orders, exits
        self.hear: Hear = _nobody
        self._bare: dict[str, int] = {}  # entries whose exits are not asked for yet: since when
        self._look = asyncio.Event()
        orders.filled = self._filled

    def say(self, report: Report) -> None:
        """A word that somebody else found out."""
        self.hear(report)

    def soon(self) -> None:
        """There is something to look at."""
        self._look.set()

    def busy(self) -> set[str]:
        """Markets in which something works, or has to."""
        working = {each.symbol for each in self._orders.working().values()}
        bare = {self._orders.known[each].symbol for each in self._bare}
        return working | bare | self._exits.symbols()

    def _filled(self, order: str) -> None:
        known = self._orders.known[order]
        self._exits.doubted.add(known.symbol)
        if asked_legs(known.order.terms.exits):
            self._bare[order] = self._clock.now_ns() // NS_PER_MS
            self._look.set()

    async def run(self) -> None:
        while True:
            # Not wait_for: told to end while it is woken, it would go on (Python 3.11).
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_S if self.busy() else QUIET_S):
                    await self._look.wait()
            self._look.clear()
            with suppress(VenueTimeoutError):  # it does not answer; the next look may
                await self.look_on()

    async def look_on(self) -> None:
        """What no longer rests as it did is read whole, and its news are told; then exits."""
        symbols = sorted(self.busy())
        if not symbols:
            return
        found = await self._ask("working", symbols=symbols)
        resting = {each["id"]: each for each in found}
        for order, known in self._orders.working().items():
            there = resting.get(order)
            if there is not None and not Decimal(there["filled"]) and known.venue_order_id:
                continue  # as it was
            with suppress(VenueTimeoutError):
                self._tell(await self._orders.look_up(order) or ())
        await self._look_at_exits(resting.keys())

    async def _look_at_exits(self, resting: Collection[str]) -> None:
        """Those of new fills are placed, those that were met told, those of no position taken."""
        for order in sorted(self._bare):
            with suppress(VenueTimeoutError):
                await self._protect(self._orders.known[order].order)
        for symbol in sorted(self._exits.symbols()):
            if self._exits.has_news(symbol, resting):
                with suppress(VenueTimeoutError):
                    self._tell(await self._exits.look(symbol))
        for symbol in sorted(self._exits.doubted & self._exits.symbols()):
            with suppress(VenueTimeoutError):
                if symbol not in (await self._ask("holdings"))["units"]:
                    async for report in self._exits.drop(symbol):
                        self.hear(report)
                self._exits.doubted.discard(symbol)

    def _tell(self, reports: Iterable[Report]) -> None:
        for report in reports:
            self.hear(report)

    async def _protect(self, order: Order) -> None:
        """Once its exits are asked for it is bare no longer. An exchange may lag behind its own
        fills, so only one that shows no position for a while has none to protect."""
        told, now_ms = await self._ask("holdings"), self._clock.now_ns() // NS_PER_MS
        symbol, since_ms = order.terms.symbol, self._bare[order.id]
        if Decimal(told["units"].get(symbol, 0)) * order.terms.side.sign > 0:
            async for report in self._exits.hang(order, Decimal(told["entries"][symbol])):
                self.hear(report)
        elif now_ms - since_ms < self._orders.ways.proof_after_ms:
            return
        del self._bare[order.id]


def _nobody(_report: Report) -> None:
    """Before anyone listens nothing is sent, so nothing can be told."""
