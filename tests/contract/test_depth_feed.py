"""What every feed of depth keeps, at the markets that are in this program."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from lefi_tui.adapters.demo_market import DemoMarket
from lefi_tui.adapters.demo_market_feed import DemoFeed
from lefi_tui.adapters.recorded_feed import RecordedFeed, RecordedTerms
from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.core.messages import MarketInput
from tests.contract.depth_part import BTC, CHECKS, Market
from tests.exchange.recordings import BEGIN_NS, playing, real_recording

NOON_NS = 1_795_003_200_000_000_000


class Demo(Market):
    def __init__(self) -> None:
        super().__init__()
        self.clock = VirtualClock(NOON_NS)
        self.market = DemoFeed(DemoMarket("lefi"), self.clock, "main")
        self.market.listen(list[MarketInput]().append)
        self.feed = self.market.depth
        self.begin()

    async def goes_on(self) -> None:
        for _ in range(40):
            self.clock.move_to(self.market.next_ns())
            self.market.move()


class Recorded(Market):
    symbols = (BTC,)
    levels_least = 1  # what stands behind the best is known to the second, and may be past it

    def __init__(self) -> None:
        super().__init__()
        self.clock = VirtualClock(BEGIN_NS)
        terms = RecordedTerms("main", latency_ms=80)
        self.market = RecordedFeed(playing(real_recording()), self.clock, terms)
        self.market.listen(list[MarketInput]().append)
        self.feed = self.market.depth
        self.begin()

    async def goes_on(self) -> None:
        for _ in range(200):
            self.clock.move_to(self.market.next_ns())
            self.market.move()


@pytest.mark.parametrize("make", [Demo, Recorded])
@pytest.mark.parametrize("check", CHECKS, ids=lambda each: each.__name__)
def test_a_feed_of_depth_keeps_that(
    make: Callable[[], Market], check: Callable[[Market], Awaitable[None]]
) -> None:
    async def kept() -> None:
        await check(make())

    asyncio.run(kept())


def test_the_demo_market_tells_every_print_once_as_its_paper_venue_meets_it() -> None:
    demo = Demo()
    asyncio.run(demo.feed.watch((BTC,)))
    asyncio.run(demo.goes_on())
    asyncio.run(demo.goes_on())
    told = [each for symbol, each in demo.prints if symbol == BTC]
    assert told == list(DemoMarket("lefi").traded(BTC, NOON_NS - 250_000_000, demo.clock.now_ns()))
