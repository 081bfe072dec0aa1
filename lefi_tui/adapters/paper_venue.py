"""A paper venue on a book: orders meet real or made-up depth, with fees, latency and queues.

The rules it keeps: an answer takes its latency on the way there and back, through the clock port;
what is told later is told in the order it happened.
"""

from __future__ import annotations

import asyncio
from decimal import Decimal

from lefi_tui.adapters.latency import Latency, Passage, Way
from lefi_tui.adapters.paper_book import BookMarket
from lefi_tui.adapters.paper_venue_matching import PaperExchange
from lefi_tui.adapters.paper_venue_restore import PaperState, restored
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.messages import Report
from lefi_tui.core.order import Order
from lefi_tui.core.record import Record
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.venue import Hear


class PaperTerms(Record):
    """`latency_ms` is the whole way, there and back; chance by `seed` adds to it."""

    account: str
    cash: Decimal
    latency_ms: int = 0
    spread_ms: int = 0
    seed: str = ""
    step_ms: int = 250  # how often it looks at the market by itself


class PaperVenue:
    """Implements ports.venue. `run` lets it follow the market; `advance` does so by hand."""

    def __init__(self, market: BookMarket, clock: Clock, terms: PaperTerms) -> None:
        self._clock = clock
        self._market = market
        self._terms = terms
        latency = Latency(terms.latency_ms, terms.spread_ms, terms.seed)
        self._there, self._back = (Way(latency, way, clock) for way in ("there", "back"))
        self.exchange = PaperExchange(market, terms.account, terms.cash, clock.now_ns())
        self._hear: Hear | None = None
        self._on_the_way: set[asyncio.Task[None]] = set()

    def restore(self, state: PaperState) -> None:
        """Take over what the desk knows after a restart; before the first order."""
        assert not self.exchange.live, "restore comes first"
        self.exchange = restored(self._market, self._terms.account, state, self._clock.now_ns())

    def listen(self, hear: Hear) -> None:
        assert self._hear is None, "a venue has one listener"
        self._hear = hear

    async def instruments(self) -> tuple[Instrument, ...]:
        return self._market.instruments()

    async def submit(self, orders: tuple[Order, ...]) -> tuple[Report, ...]:
        sent_ns = self._clock.now_ns()
        await self._there.travel()
        self.advance(self._clock.now_ns())
        for order in orders:
            self.exchange.arrive(order, self._clock.now_ns(), sent_ns)
        said = self.exchange.stories.take()
        await self._back.travel()
        return self._with_known(orders, said)

    def _with_known(
        self, orders: tuple[Order, ...], said: tuple[Report, ...]
    ) -> tuple[Report, ...]:
        """An order that was here before is answered with its story."""
        named = {getattr(each, "order", "") for each in said}
        known = [order.id for order in orders if order.id not in named]
        now_ns = self._clock.now_ns()
        told = (each for order in known for each in self.exchange.stories.of(order, now_ns))
        return (*told, *said)

    async def cancel(self, orders: tuple[str, ...]) -> tuple[Report, ...]:
        await self._there.travel()
        self.advance(self._clock.now_ns())
        for order in orders:
            self.exchange.cancel(order, self._clock.now_ns())
        said = self.exchange.stories.take()
        await self._back.travel()
        return said

    async def look_up(self, order: str) -> tuple[Report, ...]:
        await self._there.travel()
        story = self.exchange.stories.of(order, self._clock.now_ns())
        await self._back.travel()
        return story

    async def working(self) -> tuple[str, ...]:
        await self._there.travel()
        known = self.exchange.working()
        await self._back.travel()
        return known

    async def holdings(self) -> dict[str, Decimal]:
        await self._there.travel()
        known = self.positions
        await self._back.travel()
        return known

    async def close(self) -> None:
        for task in self._on_the_way:
            task.cancel()
        if self._on_the_way:
            await asyncio.wait(self._on_the_way)

    async def run(self) -> None:
        """Follow the market until cancelled."""
        while True:
            now_ns = self._clock.now_ns()
            self.advance(now_ns)
            step_ns = self._terms.step_ms * 1_000_000
            await self._clock.sleep((step_ns - now_ns % step_ns) / 1e9)

    def advance(self, now_ns: int) -> None:
        """Carry out all that the market did up to now, and tell what came of it."""
        self.exchange.advance(now_ns)
        said = self.exchange.stories.take()
        if not said:
            return
        if self._back.is_instant:
            self._tell(said)
            return
        task = asyncio.get_running_loop().create_task(self._tell_later(said, self._back.leave()))
        self._on_the_way.add(task)
        task.add_done_callback(self._on_the_way.discard)

    def ledger_balanced(self) -> bool:
        """Whether the venue's own double-entry books balance and agree with what it holds."""
        return self.exchange.account.is_balanced()

    @property
    def free_cash(self) -> Decimal:
        return self.exchange.free

    @property
    def positions(self) -> dict[str, Decimal]:
        """Signed units of what is held."""
        holdings = self.exchange.account.holdings
        return {symbol: each.units for symbol, each in holdings.items() if each.units}

    async def _tell_later(self, said: tuple[Report, ...], passage: Passage) -> None:
        await self._back.arrive(passage)
        self._tell(said)

    def _tell(self, said: tuple[Report, ...]) -> None:
        assert self._hear is not None, "listen first"
        for report in said:
            self._hear(report)
