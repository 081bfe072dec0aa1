"""A real exchange as our venue: the genuine client in its own process, over TLS, with faults."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.ccxt_venue import ExchangeVenue
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.ids import ClientOrderId, exit_id
from lefi_tui.core.messages import (
    Report,
    VenueAccepted,
    VenueFilled,
    VenueNeverSaw,
    VenueRejected,
    VenueSilent,
)
from lefi_tui.core.order import (
    ExitPlan,
    Level,
    LevelKind,
    Order,
    OrderKind,
    OrderTerms,
    Side,
    Size,
    SizeKind,
)
from lefi_tui.engine.effects import LOOK_UP_FIRST_S, LOOK_UP_MOST_S
from lefi_tui.ports.venue import VenueTimeoutError
from tests.exchange.loopback.host import Far, exchange_in_thread

BTC = "BTC/USDT:USDT"
LOOKS_MAX = 12

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    with exchange_in_thread() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def link(far: Far) -> AsyncIterator[ExchangeLink]:
    key = {"apiKey": far.key.key, "secret": far.key.secret}
    opened = ExchangeLink(
        "binanceusdm", far.ccxt(None), private=lambda: {"key": key, "trades": True}
    )
    async with opened:
        yield opened


@pytest.fixture
def venue(link: ExchangeLink) -> ExchangeVenue:
    return ExchangeVenue(link, SystemClock(), "main", "USDT")


def order(name: str, units: str = "0.01", side: Side = Side.BUY, **terms: Any) -> Order:
    quantity = Decimal(units)
    size = Size(SizeKind.UNITS, quantity)
    kind = OrderKind.LIMIT if "limit" in terms else OrderKind.MARKET
    asked = OrderTerms(BTC, side, kind, size, **terms)
    client_id = ClientOrderId.of("hand", name, -1, "entry")
    return Order(client_id, "main", asked, "hand", quantity=quantity)


def kinds(reports: tuple[Report, ...]) -> list[str]:
    return [type(each).__name__ for each in reports]


async def truth(venue: ExchangeVenue, order_id: str) -> tuple[Report, ...]:
    """As the engine asks: again and again, later and later, until there is an answer."""
    said: list[str] = []
    wait_s = LOOK_UP_FIRST_S
    while len(said) < LOOKS_MAX:
        try:
            return await venue.look_up(order_id)
        except VenueTimeoutError as error:
            said.append(str(error))
            await SystemClock().sleep(wait_s)
            wait_s = min(2 * wait_s, LOOK_UP_MOST_S)
    raise AssertionError(f"nothing is known of {order_id}: {said}")


async def test_a_market_order_is_accepted_filled_by_its_trades_and_held(
    venue: ExchangeVenue,
) -> None:
    bought = order("first", leverage=Decimal(5))
    (accepted,) = await venue.submit((bought,))
    assert isinstance(accepted, VenueAccepted), accepted
    told = await truth(venue, bought.id)
    (fill,) = [each for each in told if isinstance(each, VenueFilled)]
    assert (fill.price, fill.quantity, fill.fee) == (
        Decimal("60000.1"), Decimal("0.01"), Decimal("0.3000005"),
    )  # fmt: skip
    assert fill.is_last
    assert await venue.holdings() == {BTC: Decimal("0.01")}
    sold = order("flat", side=Side.SELL, is_reduce_only=True)
    await venue.submit((sold,))
    await truth(venue, sold.id)
    assert await venue.holdings() == {}


@pytest.mark.parametrize(
    "fault", ["502 after", "503 unknown", "408", "reset after", "page", "empty", "truncated"]
)
async def test_an_answer_that_is_lost_leaves_one_order_which_is_found(
    far: Far, venue: ExchangeVenue, fault: str
) -> None:
    held = (await venue.holdings()).get(BTC, Decimal(0))
    far.act("fault", name=fault, is_order=True)
    sent = order(f"lost {fault}")
    (silent,) = await venue.submit((sent,))
    assert isinstance(silent, VenueSilent), silent
    assert "VenueFilled" in kinds(await truth(venue, sent.id))
    assert await venue.holdings() == {BTC: held + Decimal("0.01")}


async def test_what_never_reached_it_is_proven_absent_after_its_window(
    far: Far, venue: ExchangeVenue
) -> None:
    far.act("fault", name="502 before", is_order=True)
    sent = order("never")
    (silent,) = await venue.submit((sent,))
    assert isinstance(silent, VenueSilent)
    with pytest.raises(VenueTimeoutError, match="too early"):
        await venue.look_up(sent.id)
    assert kinds(await truth(venue, sent.id)) == [VenueNeverSaw.__name__]


async def test_a_refusal_is_the_exchanges_own_words_and_never_sent_again(
    far: Far, venue: ExchangeVenue
) -> None:
    far.act("fault", name="reject", is_order=True)
    sent = order("refused")
    (refused,) = await venue.submit((sent,))
    assert isinstance(refused, VenueRejected)
    assert "Margin is insufficient" in refused.text
    assert kinds(await venue.submit((sent,))) == [VenueSilent.__name__]


@pytest.mark.parametrize("fault", ["502 before", "502 after"])
async def test_an_exit_whose_answer_is_lost_stands_there_in_the_end_once(
    far: Far, venue: ExchangeVenue, fault: str
) -> None:
    far.act("begin")
    told: list[Report] = []
    venue.listen(told.append)
    looks = asyncio.create_task(venue.run())
    plan = ExitPlan(Level(LevelKind.PERCENT, Decimal("0.02")), Level(LevelKind.PERCENT, Decimal(1)))
    far.act("fault", name=fault, path="/algoOrder", method="POST")
    bought = order(f"guarded {fault}", exits=plan)
    await venue.submit((bought,))
    try:
        async with asyncio.timeout(20):
            while {"stop", "target"} - accepted(told, bought):
                await SystemClock().sleep(0.05)
    finally:
        looks.cancel()
        await asyncio.wait([looks])
    standing = [each for each in far.act("algos") if each["algoStatus"] == "NEW"]
    assert sorted(each["orderType"] for each in standing) == ["STOP_MARKET", "TAKE_PROFIT_MARKET"]
    assert far.act("faults_met") == [fault]


def accepted(told: list[Report], entry: Order) -> set[str]:
    """Legs of which the exchange has said that it has them."""
    ids = {exit_id(entry.id, leg): leg for leg in ("stop", "target")}
    known = (each.order for each in told if isinstance(each, VenueAccepted))
    return {ids[each] for each in known if each in ids}
