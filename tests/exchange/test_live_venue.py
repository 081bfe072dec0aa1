"""A real exchange as our venue: the genuine client in its own process, over TLS, with faults."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.ccxt_venue import ExchangeVenue
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.ids import ClientOrderId, exit_id
from lefi_tui.core.messages import (
    Report,
    VenueAccepted,
    VenueCanceled,
    VenueFilled,
    VenueNeverSaw,
    VenueRejected,
    VenueSilent,
)
from lefi_tui.core.order import (
    Order,
    OrderKind,
    OrderTerms,
    Side,
    Size,
    SizeKind,
)
from lefi_tui.core.protection import PAST
from lefi_tui.engine.looking_up import LOOK_UP_FIRST_S, LOOK_UP_MOST_S
from lefi_tui.ports.venue import VenueTimeoutError
from tests.exchange.loopback.host import Far, exchange_in_thread

BTC = "BTC/USDT:USDT"
LOOKS_MAX = 12

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    with exchange_in_thread() as opened:
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
    bought = order(f"guarded {fault}")
    await venue.submit((bought,))
    await truth(venue, bought.id)
    far.act("fault", name=fault, path="/algoOrder", method="POST")
    stop, target = exit_of(bought, "stop", "58800"), exit_of(bought, "target", "120000")
    assert kinds(await venue.submit((stop,))) == [VenueSilent.__name__]
    (accepted,) = await truth(venue, stop.id)
    assert isinstance(accepted, VenueAccepted)
    assert accepted.venue_order_id
    assert kinds(await venue.submit((target,))) == [VenueAccepted.__name__]
    assert sorted(each["orderType"] for each in standing(far)) == [
        "STOP_MARKET",
        "TAKE_PROFIT_MARKET",
    ]
    assert far.act("faults_met") == [fault]


async def test_a_moved_stop_takes_the_place_of_the_old_one_which_the_exchange_holds_alone(
    far: Far, venue: ExchangeVenue
) -> None:
    """Binance refuses a second one that closes all (-4130), so the old one goes first."""
    far.act("begin")
    bought = order("moved")
    await venue.submit((bought,))
    await truth(venue, bought.id)
    first, second = exit_of(bought, "stop", "58800"), exit_of(bought, "trail", "59000")
    await venue.submit((first,))
    told = await venue.submit((second,))
    assert kinds(told) == [VenueCanceled.__name__, VenueAccepted.__name__]
    (there,) = standing(far)
    assert (there["clientAlgoId"], Decimal(there["triggerPrice"])) == (second.id, Decimal(59_000))


async def test_what_may_still_open_is_canceled_before_what_protects(
    far: Far, venue: ExchangeVenue
) -> None:
    far.act("begin")
    bought, resting = order("covered"), order("resting", limit=Decimal(50_000))
    await venue.submit((bought,))
    await truth(venue, bought.id)
    stop = exit_of(bought, "stop", "58800")
    await venue.submit((stop,))
    await venue.submit((resting,))
    await venue.cancel((stop.id, resting.id))
    read = {each["path"]: each["read_ns"] for each in far.act("calls", method="DELETE")}
    assert read["/fapi/v1/order"] < read["/fapi/v1/algoOrder"]


async def test_a_stop_beyond_the_price_is_refused_as_that(far: Far, venue: ExchangeVenue) -> None:
    far.act("begin")
    bought = order("past")
    await venue.submit((bought,))
    await truth(venue, bought.id)
    (refused,) = await venue.submit((exit_of(bought, "stop", "61000"),))
    assert isinstance(refused, VenueRejected)
    assert refused.code == PAST


async def test_a_stop_that_fired_and_whose_order_was_not_taken_has_ended(
    far: Far, venue: ExchangeVenue
) -> None:
    """ccxt calls it closed; nothing was sold (faults.md, how ccxt behaves, 13)."""
    far.act("begin")
    bought = order("fired")
    await venue.submit((bought,))
    await truth(venue, bought.id)
    stop = exit_of(bought, "stop", "58800")
    await venue.submit((stop,))
    far.act("end_algo", client_id=stop.id, status="FINISHED")
    (ended,) = await truth(venue, stop.id)
    assert isinstance(ended, VenueCanceled)
    assert "was refused" in ended.reason


async def test_a_stop_whose_order_filled_in_part_is_told_as_that_and_over(
    far: Far, venue: ExchangeVenue
) -> None:
    far.act("begin")
    bought = order("in part")
    await venue.submit((bought,))
    await truth(venue, bought.id)
    stop = exit_of(bought, "stop", "58800")
    await venue.submit((stop,))
    far.act("plan", shares=["0.4"], then="expire", symbol="BTCUSDT")
    far.act("price", symbol="BTCUSDT", price="58700")
    sold, ended = await truth(venue, stop.id)
    assert isinstance(sold, VenueFilled)
    assert (sold.quantity, sold.is_last) == (Decimal("0.004"), False)
    assert isinstance(ended, VenueCanceled)
    assert "expired with 0.004 filled" in ended.reason
    assert await venue.look_up(stop.id) == (sold, ended)


async def test_a_stop_that_had_its_end_and_stands_there_is_taken_away(
    far: Far, venue: ExchangeVenue
) -> None:
    far.act("begin")
    bought = order("risen")
    await venue.submit((bought,))
    await truth(venue, bought.id)
    stop = exit_of(bought, "stop", "58800")
    await venue.submit((stop,))
    assert kinds(await venue.cancel((stop.id,))) == [VenueCanceled.__name__]
    asked = {"symbol": "BTCUSDT", "side": "SELL", "type": "STOP_MARKET", "closePosition": "true"}
    far.act("external_algo", **asked, triggerPrice="58800", clientAlgoId=stop.id)
    assert stop.id in {each.client_id for each in (await venue.their_view()).orders}
    await venue.cancel((stop.id,))
    assert standing(far) == []


def exit_of(entry: Order, leg: str, price: str) -> Order:
    kind = {"stop": OrderKind.STOP, "target": OrderKind.TARGET, "trail": OrderKind.TRAIL}[leg]
    size, side = Size(SizeKind.ALL), entry.terms.side.opposite
    terms = OrderTerms(BTC, side, kind, size, is_reduce_only=True)
    name = exit_id(entry.id, leg)
    return Order(name, "main", terms, "hand", leg=leg, trigger=Decimal(price))


def standing(far: Far) -> list[dict[str, Any]]:
    return [each for each in far.act("algos") if each["algoStatus"] == "NEW"]


async def test_the_dead_mans_switch_ends_entries_there_and_leaves_stops(
    far: Far, venue: ExchangeVenue
) -> None:
    far.act("begin")
    heard: list[Any] = []
    venue.dead_man.listen(heard.append)
    venue.dead_man.seconds = 1
    bought = order("before the silence")
    await venue.submit((bought,))
    await truth(venue, bought.id)
    await venue.submit((exit_of(bought, "stop", "58800"),))
    resting = order("resting", limit=Decimal(59_000))
    await venue.submit((resting,))
    await venue.dead_man.renew()
    while far.act("orders")[-1]["status"] == "NEW":
        await SystemClock().sleep(0.05)
    assert [each["algoStatus"] for each in far.act("algos")] == ["NEW"]
    await venue.dead_man.renew()  # as after a freeze
    assert [each.state for each in heard] == ["kept", "fired", "kept"]
    assert BTC in heard[1].why
    assert kinds(await truth(venue, resting.id))[-1] == VenueCanceled.__name__
    await venue.dead_man.renew()
    asked = [each for each in far.act("calls") if "countdownCancelAll" in each["path"]]
    assert [each["params"]["countdownTime"] for each in asked] == ["1000", "1000", "0"]
