"""The venue in another process loses, cuts and delays answers; its books and ours still agree."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from lefi_tui.core.messages import Report, VenueFilled, VenueNeverSaw
from lefi_tui.core.order import Order, OrderKind, OrderTerms, Side, Size, SizeKind
from lefi_tui.ports.venue import VenueTimeoutError
from tests.exchange.client import FarVenue
from tests.exchange.process import FarExchange, far_exchange

ROUNDS = 60


def order(number: int) -> Order:
    side = Side.BUY if number % 2 == 0 else Side.SELL
    terms = OrderTerms(
        "ETH/USDT:USDT", side, OrderKind.MARKET, Size(SizeKind.UNITS, Decimal("0.1"))
    )
    return Order(f"Far{number}", "main", terms, "bot", quantity=Decimal("0.1"))


async def look_up_until_answered(venue: FarVenue, order_id: str) -> tuple[Report, ...]:
    while True:
        try:
            return await venue.look_up(order_id)
        except VenueTimeoutError:
            continue


async def trade(venue: FarVenue) -> tuple[dict[str, VenueFilled], int]:
    """Send each order once; where no answer comes, look it up. Fills by trade id, and silences."""
    heard: list[Report] = []
    venue.listen(heard.append)
    silences = 0
    for number in range(ROUNDS):
        try:
            heard += await venue.submit((order(number),))
        except VenueTimeoutError:
            silences += 1
            heard += await look_up_until_answered(venue, f"Far{number}")
    await venue.close()
    return {each.trade_id: each for each in heard if isinstance(each, VenueFilled)}, silences


@pytest.mark.parametrize("seed", [1, 2])
def test_with_lost_and_cut_answers_both_books_are_equal(tmp_path: Path, seed: int) -> None:
    faults = ("--lose", "0.15", "--forget", "0.15", "--cut", "0.15", "--delay-ms", "4")
    with far_exchange(tmp_path, "--seed", str(seed), *faults) as far:
        fills, silences = asyncio.run(trade(FarVenue(far.socket)))
        theirs = far.read()
    assert silences > ROUNDS / 5
    assert {each.trade_id for each in theirs.fills} == set(fills)
    for each in theirs.fills:
        mine = fills[each.trade_id]
        assert (mine.order, mine.price, mine.quantity) == (each.order, each.price, each.quantity)
    assert theirs.sent_twice == theirs.finished_twice == ()


def test_an_order_sent_twice_is_counted_and_filled_once(tmp_path: Path) -> None:
    async def send_twice(far: FarExchange) -> None:
        first, second = FarVenue(far.socket), FarVenue(far.socket)
        answer = await first.submit((order(1),))
        assert await second.submit((order(1),)) == answer
        await first.close()
        await second.close()

    with far_exchange(tmp_path) as far:
        asyncio.run(send_twice(far))
        theirs = far.read()
    assert theirs.sent_twice == ("Far1",)
    assert theirs.finished_twice == ()
    assert sum(each.quantity for each in theirs.fills) == Decimal("0.1")


def test_an_order_that_was_lost_on_the_way_never_reached_the_venues_books(tmp_path: Path) -> None:
    async def lose(far: FarExchange) -> None:
        venue = FarVenue(far.socket)
        with pytest.raises(VenueTimeoutError):
            await venue.submit((order(1),))
        await venue.close()

    with far_exchange(tmp_path, "--lose", "1") as far:
        asyncio.run(lose(far))
        theirs = far.read()
    assert theirs.fills == ()
    assert theirs.sent == {}


def test_a_venue_that_is_not_there_is_a_timeout_and_not_a_crash(tmp_path: Path) -> None:
    async def call() -> None:
        venue = FarVenue(tmp_path / "nobody.sock")
        with pytest.raises(VenueTimeoutError, match="can't be reached"):
            await venue.submit((order(1),))
        await venue.close()

    asyncio.run(call())


def test_the_venue_outlives_its_client_and_tells_the_story_to_the_next(tmp_path: Path) -> None:
    async def first(far: FarExchange) -> None:
        venue = FarVenue(far.socket)
        await venue.submit((order(2),))
        await venue.close()

    async def second(far: FarExchange) -> tuple[Report, ...]:
        venue = FarVenue(far.socket)
        story = await venue.look_up("Far2")
        never = await venue.look_up("Far3")
        assert [type(each) for each in never] == [VenueNeverSaw]
        await venue.close()
        return story

    with far_exchange(tmp_path) as far:
        asyncio.run(first(far))
        story = asyncio.run(second(far))
    assert sum(each.quantity for each in story if isinstance(each, VenueFilled)) == Decimal("0.1")
