"""A paper venue and the demo feed in their own loops: time passes only through the clock port."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Final

import pytest

from lefi_tui.adapters.demo_market import DemoMarket
from lefi_tui.adapters.demo_market_feed import DemoFeed
from lefi_tui.adapters.paper_venue import PaperTerms, PaperVenue
from lefi_tui.adapters.paper_venue_matching import WORKING_ORDERS_MAX
from lefi_tui.adapters.paper_venue_story import Stories
from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.core.messages import (
    MarketInput,
    QuoteChanged,
    Report,
    VenueAccepted,
    VenueCanceled,
    VenueFilled,
    VenueRejected,
)
from lefi_tui.core.order import Order, OrderKind, OrderTerms, Side, Size, SizeKind
from lefi_tui.ports.venue import VenueTimeoutError

BEGIN_NS: Final = 1_795_000_000_000_000_000
SYMBOL: Final = "BTC/USDT"


class StridingClock(VirtualClock):
    """Each wait passes at once, and time has gone on by it; at its end it never wakes again."""

    def __init__(self, end_ns: int) -> None:
        super().__init__(BEGIN_NS)
        self._end_ns = end_ns
        self.over = asyncio.Event()

    async def sleep(self, seconds: float) -> None:
        self.move_to(self.now_ns() + round(seconds * 1e9))
        if self.now_ns() >= self._end_ns:
            self.over.set()
            await asyncio.Event().wait()
        await super().sleep(0)


def order(name: str, kind: OrderKind, limit: str | None = None, units: str = "0.01") -> Order:
    size = Size(SizeKind.UNITS, Decimal(units))
    price = None if limit is None else Decimal(limit)
    return Order(name, "main", OrderTerms(SYMBOL, Side.BUY, kind, size, price), "bot")


def venue_on(clock: VirtualClock, latency_ms: int = 0, cash: str = "10000") -> PaperVenue:
    return PaperVenue(DemoMarket(), clock, PaperTerms("main", Decimal(cash), latency_ms))


async def until_over(clock: StridingClock, *loops: asyncio.Task[None]) -> None:
    await clock.over.wait()
    for loop in loops:
        loop.cancel()
    await asyncio.wait(loops)


@pytest.mark.asyncio
async def test_an_order_reaches_the_book_half_its_latency_later() -> None:
    clock = StridingClock(BEGIN_NS + 10**12)
    venue = venue_on(clock, latency_ms=300)
    answer = await venue.submit((order("A1", OrderKind.MARKET),))
    assert {each.at_ns for each in answer if isinstance(each, (VenueAccepted, VenueFilled))} == {
        BEGIN_NS + 150_000_000
    }
    assert clock.now_ns() == BEGIN_NS + 300_000_000


@pytest.mark.asyncio
async def test_a_resting_order_fills_while_nobody_asks() -> None:
    clock = StridingClock(BEGIN_NS + 600 * 10**9)
    venue, told = venue_on(clock, latency_ms=0), list[Report]()
    venue.listen(told.append)
    best = venue.exchange.market.book(SYMBOL, BEGIN_NS).bids[0].price
    await venue.submit((order("A2", OrderKind.LIMIT, str(best)),))
    await until_over(clock, asyncio.create_task(venue.run()))
    fills = [each for each in told if isinstance(each, VenueFilled)]
    assert sum(each.quantity for each in fills) == Decimal("0.01")
    assert {each.liquidity for each in fills} == {"maker"}
    assert fills[0].at_ns > BEGIN_NS


@pytest.mark.asyncio
async def test_the_feed_tells_each_tick_in_its_own_loop() -> None:
    clock = StridingClock(BEGIN_NS + 10 * 10**9)
    feed, heard = DemoFeed(DemoMarket(), clock, "main"), list[MarketInput]()
    feed.listen(heard.append)
    await until_over(clock, asyncio.create_task(feed.run()))
    quotes = [each.quote for each in heard if isinstance(each, QuoteChanged)]
    times = [each.time_ms for each in quotes if each.symbol == SYMBOL]
    assert times == [BEGIN_NS // 10**6 + 250 * tick for tick in range(40)]


@pytest.mark.asyncio
async def test_more_orders_than_a_venue_holds_are_rejected_with_words() -> None:
    venue = venue_on(VirtualClock(BEGIN_NS), cash="100000000")
    many = [
        order(f"M{number}", OrderKind.LIMIT, "50000", units="0.001")
        for number in range(WORKING_ORDERS_MAX + 1)
    ]
    answer = await venue.submit(tuple(many))
    assert isinstance(answer[-1], VenueRejected)
    assert answer[-1].code == "ORDERS_TOO_MANY"
    assert len(await venue.working()) == WORKING_ORDERS_MAX


@pytest.mark.asyncio
async def test_a_stop_is_sent_with_its_entry_and_never_alone() -> None:
    venue = venue_on(VirtualClock(BEGIN_NS))
    answer = await venue.submit((order("S1", OrderKind.STOP),))
    assert [each.code for each in answer if isinstance(each, VenueRejected)] == ["KIND_UNKNOWN"]


@pytest.mark.asyncio
async def test_a_share_of_the_cash_is_spent_with_its_fee_and_no_more() -> None:
    venue = venue_on(VirtualClock(BEGIN_NS))
    terms = OrderTerms(SYMBOL, Side.BUY, OrderKind.MARKET, Size(SizeKind.SHARE, Decimal(1)))
    await venue.submit((Order("P1", "main", terms, "bot"),))
    assert Decimal(0) <= venue.free_cash < Decimal(2)  # less than a step's worth is left
    assert venue.ledger_balanced()


def test_of_old_stories_the_id_alone_is_kept_and_still_never_carried_out() -> None:
    stories = Stories(BEGIN_NS, kept=2)
    for number in range(3):
        stories.say(VenueCanceled(f"O{number}", BEGIN_NS, "asked"))
    assert stories.counts_attempt("O0")
    with pytest.raises(VenueTimeoutError, match="too old"):
        stories.of("O0", BEGIN_NS)
    assert len(stories.of("O2", BEGIN_NS)) == 1
