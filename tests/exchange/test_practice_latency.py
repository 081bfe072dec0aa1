"""Practice with the latency a player sets: the book moves while an order is on its way, a cancel
may lose its race, and the same seed is the same game."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Final

import pytest

from lefi_tui.adapters.latency import Latency, Way
from lefi_tui.adapters.paper_venue import PaperTerms, PaperVenue
from lefi_tui.adapters.recorded_market import Place
from lefi_tui.adapters.system_clock import PassingClock
from lefi_tui.core.messages import Report, VenueCanceled, VenueFilled
from lefi_tui.core.order import Order, OrderKind, OrderTerms, Side, Size, SizeKind
from tests.exchange.hand_market import INSTRUMENTS, PERPETUAL
from tests.exchange.recordings import BEGIN_NS, made, playing, real_recording

pytestmark = pytest.mark.asyncio
MS: Final = 1_000_000
UNITS: Final = Decimal("0.05")


def order(name: str, side: Side, limit: Decimal | None, units: Decimal = UNITS) -> Order:
    kind = OrderKind.MARKET if limit is None else OrderKind.LIMIT
    size = Size(SizeKind.UNITS, units)
    terms = OrderTerms(PERPETUAL, side, kind, size, limit, leverage=Decimal(100))
    return Order(name, "main", terms, "bot")


class Player:
    """A game by hand: buys across the book, then sells ten ticks higher, or gives up."""

    def __init__(self, latency_ms: int, jitter_ms: int = 0, seed: str = "one") -> None:
        self.clock = PassingClock(BEGIN_NS)
        self.market = playing(real_recording(), at_ms=60_000)
        terms = PaperTerms("main", Decimal(10_000), latency_ms, jitter_ms, seed)
        self.venue, self.told = PaperVenue(self.market, self.clock, terms), list[Report]()
        self.venue.listen(self.told.append)

    async def plays(self, games: int) -> list[tuple[Decimal, Decimal, int]]:
        """Price, units and moment of each fill."""
        for number in range(games):
            await self._game(number)
        fills = [each for each in self.told if isinstance(each, VenueFilled)]
        assert self.venue.ledger_balanced()
        assert sum((each.quantity * Side(each.side).sign for each in fills), Decimal(0)) == 0
        return [(each.price, each.quantity, each.at_ns - BEGIN_NS) for each in fills]

    async def _game(self, number: int) -> None:
        seen = self.market.best(PERPETUAL, self.clock.now_ns())
        assert seen is not None
        entry, exit_ = f"B{number}", f"S{number}"
        limit = seen[1] + Decimal("0.5")
        self.told += await self.venue.submit((order(entry, Side.BUY, limit),))
        self.told += await self.venue.submit((order(exit_, Side.SELL, limit + 1),))
        await self._waits(2_000)
        self.told += await self.venue.cancel((entry, exit_))
        held = self.venue.positions.get(PERPETUAL, Decimal(0))
        if held:
            self.told += await self.venue.submit((order(f"F{number}", Side.SELL, None, held),))
        await self._waits(3_000)

    async def _waits(self, ms: int) -> None:
        for _ in range(ms // 100):
            await self.clock.sleep(0.1)
            self.venue.advance(self.clock.now_ns())


async def test_80_ms_give_the_same_games_other_fills_and_the_same_each_time() -> None:
    at_once, late = await Player(0).plays(5), await Player(80).plays(5)
    assert at_once == await Player(0).plays(5)
    assert late == await Player(80).plays(5)
    prices = [[price for price, _, _ in each] for each in (at_once, late)]
    assert prices[0] != prices[1]


async def test_chance_in_the_latency_is_the_seeds() -> None:
    one, other = await Player(80, 200, "one").plays(3), await Player(80, 200, "other").plays(3)
    assert one == await Player(80, 200, "one").plays(3)
    assert [at_ns for _, _, at_ns in one] != [at_ns for _, _, at_ns in other]


async def test_an_order_meets_the_book_that_is_there_when_it_arrives() -> None:
    """At 100 when it was sent; 95 when it came, 40 ms later."""
    clock = PassingClock(BEGIN_NS)
    market = playing(made(INSTRUMENTS[1], [(0, 995), (30, 945)]))
    clock.move_to(market.now_of(Place(0, 29_970)))
    venue = PaperVenue(market, clock, PaperTerms("main", Decimal(10_000), latency_ms=80))
    terms = OrderTerms(PERPETUAL, Side.BUY, OrderKind.MARKET, Size(SizeKind.UNITS, Decimal(1)))
    answer = await venue.submit((Order("B1", "main", terms, "bot"),))
    fills = [each for each in answer if isinstance(each, VenueFilled)]
    assert [(each.price, each.at_ns) for each in fills] == [
        (Decimal(95), market.now_of(Place(0, 30_010)))
    ]


async def test_a_cancel_may_come_too_late_and_then_says_nothing() -> None:
    """The market fell through the order while the cancel was on its way."""
    clock = PassingClock(BEGIN_NS)
    market = playing(made(INSTRUMENTS[1], [(0, 995), (30, 900)]))
    venue = PaperVenue(market, clock, PaperTerms("main", Decimal(10_000), latency_ms=80))
    told: list[Report] = []
    venue.listen(told.append)
    terms = OrderTerms(
        PERPETUAL, Side.BUY, OrderKind.LIMIT, Size(SizeKind.UNITS, Decimal(1)), Decimal(95)
    )
    told += await venue.submit((Order("B1", "main", terms, "bot"),))
    clock.move_to(market.now_of(Place(0, 29_970)))
    assert await venue.cancel(("B1",)) == ()
    fills = [each for each in told if isinstance(each, VenueFilled)]
    assert [(each.price, each.at_ns) for each in fills] == [
        (Decimal(95), market.now_of(Place(0, 30_000)))
    ]
    assert not [each for each in told if isinstance(each, VenueCanceled)]


async def test_a_cancel_in_time_ends_the_order_at_the_venue_first() -> None:
    clock = PassingClock(BEGIN_NS)
    market = playing(made(INSTRUMENTS[1], [(0, 995), (30, 900)]))
    venue = PaperVenue(market, clock, PaperTerms("main", Decimal(10_000), latency_ms=80))
    terms = OrderTerms(
        PERPETUAL, Side.BUY, OrderKind.LIMIT, Size(SizeKind.UNITS, Decimal(1)), Decimal(95)
    )
    await venue.submit((Order("B1", "main", terms, "bot"),))
    clock.move_to(market.now_of(Place(0, 29_900)))
    said = await venue.cancel(("B1",))
    assert [(type(each), each.at_ns) for each in said if isinstance(each, VenueCanceled)] == [
        (VenueCanceled, market.now_of(Place(0, 29_940)))
    ]


async def test_on_one_line_nothing_overtakes_what_left_before_it() -> None:
    clock = PassingClock(BEGIN_NS)
    way = Way(Latency(ms=100, spread_ms=1_000, seed="one"), "there", clock)
    came: list[tuple[int, int]] = []

    async def message(number: int) -> None:
        await way.travel()
        came.append((number, clock.now_ns()))

    await asyncio.gather(*(message(number) for number in range(50)))
    assert [number for number, _ in came] == list(range(50))
    assert all(50 * MS <= at_ns - BEGIN_NS <= 550 * MS for _, at_ns in came)
    assert len({at_ns for _, at_ns in came}) > 3
