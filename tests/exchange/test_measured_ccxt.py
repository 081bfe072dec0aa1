"""How ccxt behaves where money hangs on it, as measured: a test fails when one of it changes.

The numbers are those of the page that tells what each asks of us. ccxt is pinned exactly, so only
a decision of ours can bring a change, and these tests then say what has to be looked at again.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from importlib.metadata import version
from inspect import getfile
from itertools import pairwise
from pathlib import Path
from typing import Any

import ccxt.pro as ccxt
import pytest
import pytest_asyncio

from lefi_tui.adapters.system_clock import SystemClock
from tests.exchange.loopback.clients import opened
from tests.exchange.loopback.host import Far

BTC = "BTC/USDT:USDT"
ROOT = Path(__file__).parents[2]
MEASURED = "4.5.90"
PRO_SOURCE = Path(getfile(ccxt.binance)).read_text()

pytestmark = pytest.mark.asyncio


async def buy(client: Any, client_id: str = "one", **params: Any) -> Any:
    more = {"newClientOrderId": client_id, **params}
    return await client.create_order(BTC, "market", "buy", 0.01, None, more)


@pytest_asyncio.fixture
async def stream(far: Far, usdm: Any) -> AsyncIterator[asyncio.Task[Any]]:
    """The client listens to its orders and fills; ends with the test."""
    heard = asyncio.create_task(_listen(usdm))
    while not far.act("listeners")["user"]:
        await asyncio.wait([heard], timeout=0.01)
    yield heard
    heard.cancel()
    await asyncio.wait([heard])


async def _listen(client: Any) -> None:
    while True:
        await client.watch_orders()


async def until(is_so: Any, seconds: float = 3.0) -> None:
    async def look() -> None:
        while not is_so():
            await SystemClock().sleep(0.005)

    await asyncio.wait_for(look(), seconds)


async def test_ccxt_is_pinned_exactly_to_the_version_that_was_measured() -> None:
    assert version("ccxt") == MEASURED
    assert f'"ccxt=={MEASURED}"' in (ROOT / "pyproject.toml").read_text()
    assert f"ccxt=={MEASURED}\n" in (ROOT / "constraints.txt").read_text()


# ---- 1: its own limiter spaces orders


@pytest.mark.parametrize(("limits", "least_ms", "most_ms"), [(True, 150, 1_000), (False, 0, 120)])
async def test_its_limiter_spaces_two_orders_by_a_fifth_of_a_second(
    far: Far, *, limits: bool, least_ms: int, most_ms: int
) -> None:
    async with opened(far, ccxt.binanceusdm, enableRateLimit=limits) as client:
        await client.load_markets()
        await SystemClock().sleep(0.2 if limits else 0)  # its bucket is full again
        await asyncio.gather(*(buy(client, f"o{each}") for each in range(4)))
    at_ms = [each["at_ms"] for each in far.act("calls", is_order=True)]
    gaps = sorted(later - earlier for earlier, later in pairwise(at_ms))
    assert least_ms <= gaps[1] <= most_ms


# ---- 2 to 6: answers that say nothing


@pytest.mark.parametrize("name", ["page", "truncated", "empty"])
async def test_a_200_that_can_not_be_read_is_an_order_without_an_id(
    far: Far, usdm: Any, name: str
) -> None:
    far.act("fault", name=name, path="/order")
    placed = await buy(usdm)
    assert (placed["id"], placed["status"]) == (None, None)
    assert len(far.act("fills")) == 1


async def test_of_a_batch_the_refused_leg_comes_first_and_without_a_name(
    far: Far, usdm: Any
) -> None:
    far.act("fault", name="reject", path="/batchOrders/one", client_id="two")
    leg = {"symbol": BTC, "type": "market", "side": "buy", "amount": 0.01}
    legs = [{**leg, "params": {"newClientOrderId": each}} for each in ("one", "two")]
    told = await usdm.create_orders(legs)
    assert [(each["clientOrderId"], each["status"]) for each in told] == [
        (None, "rejected"),
        ("one", "closed"),
    ]


async def test_its_own_retry_buys_twice_under_one_id(far: Far) -> None:
    options = {"maxRetriesOnFailure": 1, "maxRetriesOnFailureDelay": 1}
    async with opened(far, ccxt.binanceusdm, options=options) as client:
        await client.load_markets()
        far.act("fault", name="502 after", path="/order")
        await buy(client)
    assert [each["client_id"] for each in far.act("fills")] == ["one", "one"]


async def test_a_resting_order_that_is_sent_again_is_told_as_wrong_though_it_is_live(
    far: Far, usdm: Any
) -> None:
    params = {"newClientOrderId": "one"}
    await usdm.create_order(BTC, "limit", "buy", 0.01, 59_000, params)
    with pytest.raises(ccxt.InvalidOrder, match="-4116"):
        await usdm.create_order(BTC, "limit", "buy", 0.01, 59_000, params)
    assert [each["status"] for each in far.act("orders")] == ["NEW"]


async def test_its_receive_window_is_ten_seconds_unless_it_is_told_another(
    far: Far, usdm: Any
) -> None:
    await buy(usdm)
    await buy(usdm, "two", recvWindow=1_500)
    windows = [each["params"]["recvWindow"] for each in far.act("calls", is_order=True)]
    assert windows == ["10000", "1500"]


ERRORS = {
    "502 after": ccxt.ExchangeNotAvailable,
    "500 after": ccxt.ExchangeNotAvailable,
    "503 unknown": ccxt.ExchangeNotAvailable,
    "reset before": ccxt.ExchangeNotAvailable,
    "408": ccxt.RequestTimeout,
    "503 before": ccxt.OperationFailed,
}


@pytest.mark.parametrize("name", ERRORS)
async def test_what_is_ambiguous_is_an_operation_that_failed(
    far: Far, usdm: Any, name: str
) -> None:
    far.act("fault", name=name, path="/order")
    with pytest.raises(ERRORS[name]) as caught:
        await buy(usdm)
    assert isinstance(caught.value, ccxt.OperationFailed)


async def test_a_reset_in_the_middle_of_an_answer_is_no_failed_operation(
    far: Far, usdm: Any
) -> None:
    far.act("fault", name="reset after", path="/order")
    with pytest.raises(ccxt.ExchangeError) as caught:
        await buy(usdm)
    assert type(caught.value) is ccxt.ExchangeError
    assert len(far.act("fills")) == 1


async def test_the_tree_of_its_errors_is_as_our_clauses_are_ordered() -> None:
    for not_accepted in (ccxt.InvalidNonce, ccxt.DDoSProtection):
        assert issubclass(not_accepted, ccxt.OperationFailed)
    for definite in (ccxt.OrderNotFound, ccxt.DuplicateOrderId):
        assert issubclass(definite, ccxt.InvalidOrder)
    for definite in (ccxt.InvalidOrder, ccxt.InsufficientFunds, ccxt.AuthenticationError):
        assert not issubclass(definite, ccxt.OperationFailed)


async def test_by_websocket_it_has_no_map_of_the_venues_errors(usdm: Any) -> None:
    with pytest.raises(ccxt.ExchangeError) as caught:
        await usdm.create_order_ws(BTC, "limit", "buy", 100, 59_000)
    assert type(caught.value) is ccxt.ExchangeError
    assert "-2019" in str(caught.value)


# ---- 7: being told to wait


@pytest.mark.parametrize(("action", "status"), [("wait", 429), ("ban", 418)])
async def test_429_and_418_are_one_error_and_it_goes_on_asking(
    far: Far, usdm: Any, action: str, status: int
) -> None:
    far.act("limits", ban_s=7)
    if action == "wait":
        far.act("fault", name="reject", path="/time", code=-1003, status=429, text="slow down",
                headers={"Retry-After": "5"})  # fmt: skip
    else:
        far.act("ban", ban_s=7)
    with pytest.raises(ccxt.DDoSProtection, match=str(status)):
        await usdm.fetch_time()
    assert int(usdm.last_response_headers["Retry-After"]) in {5, 6, 7}
    before = far.act("counts")["all"]
    for _ in range(2):
        await asyncio.gather(usdm.fetch_time(), return_exceptions=True)
    assert far.act("counts")["all"] == before + 2


# ---- 8 to 11: streams


async def test_rest_tells_a_crossing_limit_order_as_open_after_its_fill(
    far: Far, usdm: Any
) -> None:
    placed = await usdm.create_order(BTC, "limit", "buy", 0.01, 61_000)
    assert (placed["status"], placed["filled"]) == ("open", 0)
    assert far.act("orders")[0]["status"] == "FILLED"


async def test_a_doubled_fill_doubles_the_fee_it_keeps(
    far: Far, usdm: Any, stream: asyncio.Task[Any]
) -> None:
    far.act("stream", kind="dup", what="TRADE")
    await buy(usdm)
    await until(lambda: usdm.orders and len(usdm.orders[-1]["trades"]) == 2)
    assert usdm.orders[-1]["fee"]["cost"] == pytest.approx(0.600001)
    assert not stream.done()


async def test_events_out_of_order_leave_it_with_an_open_order_for_good(
    far: Far, usdm: Any, stream: asyncio.Task[Any]
) -> None:
    far.act("stream", kind="delay", what="NEW", delay_ms=100)
    placed = await buy(usdm)
    await until(lambda: usdm.orders and usdm.orders[-1]["status"] == "open")
    assert (usdm.orders[-1]["id"], usdm.orders[-1]["filled"]) == (placed["id"], 0)
    assert not stream.done()


async def test_it_ignores_that_the_listen_key_has_expired(
    far: Far, usdm: Any, stream: asyncio.Task[Any]
) -> None:
    assert "listenKeyExpired" not in PRO_SOURCE
    far.act("expire_key")
    await buy(usdm)
    await SystemClock().sleep(0.1)
    assert usdm.orders is None
    assert not stream.done()


async def test_an_unreadable_event_makes_it_deaf_without_a_word(
    far: Far, usdm: Any, stream: asyncio.Task[Any], caplog: pytest.LogCaptureFixture
) -> None:
    far.act("stream", kind="garbage", what="NEW")
    with caplog.at_level(logging.CRITICAL, "asyncio"):
        await buy(usdm)
        await SystemClock().sleep(0.1)
    assert usdm.orders is None
    assert not stream.done()
    assert far.act("listeners")["user"] == 1


async def test_a_dropped_stream_is_an_error_and_its_fills_never_come(far: Far, usdm: Any) -> None:
    heard = asyncio.create_task(usdm.watch_my_trades())
    while not far.act("listeners")["user"]:
        await asyncio.wait([heard], timeout=0.01)
    far.act("drop")
    with pytest.raises(ccxt.NetworkError):
        await asyncio.wait_for(heard, 60)
    await buy(usdm)
    heard = asyncio.create_task(usdm.watch_my_trades())
    while not far.act("listeners")["user"]:
        await asyncio.wait([heard], timeout=0.01)
    done, _ = await asyncio.wait([heard], timeout=0.1)
    assert not done
    await buy(usdm, "two")
    assert len(await asyncio.wait_for(heard, 60)) == 1


async def test_its_streams_are_watched_by_three_minutes_of_pings(usdm: Any) -> None:
    heard = asyncio.create_task(usdm.watch_my_trades())
    await until(lambda: any("private" in url for url in usdm.clients))
    (client,) = [each for url, each in usdm.clients.items() if "private" in url]
    assert (client.keepAlive, client.maxPingPongMisses) == (180_000, 2.0)
    assert usdm.options["listenKeyRefreshRate"] == 1_200_000
    heard.cancel()
    await asyncio.wait([heard])


# ---- 12 to 15: books, words and numbers


async def test_a_gap_in_the_book_is_one_error_and_the_next_call_has_a_whole_one(
    far: Far, usdm: Any
) -> None:
    async def book(price: str) -> Any:
        heard = asyncio.create_task(usdm.watch_order_book(BTC))
        while not heard.done():
            far.act("price", symbol="BTCUSDT", price=price)
            await asyncio.wait([heard], timeout=0.02)
        return heard

    assert (await book("60100")).exception() is None
    far.act("gap", symbol="BTCUSDT")
    while (error := (await book("60200")).exception()) is None:
        assert usdm.orderbooks[BTC]["bids"][0][0] == 60100  # under way before the gap
    assert isinstance(error, ccxt.ChecksumError)
    again = (await book("60300")).result()
    assert (again["bids"][0][0], again["asks"][0][0]) == (60300, 60300.1)


async def test_positions_have_no_leverage_and_stops_are_not_among_the_orders(usdm: Any) -> None:
    await usdm.set_leverage(7, BTC)
    await buy(usdm)
    (held,) = await usdm.fetch_positions([BTC])
    assert held["leverage"] is None
    assert (await usdm.fetch_leverages([BTC]))[BTC]["longLeverage"] == 7
    await usdm.create_order(BTC, "market", "sell", 0.01, None, {"stopLossPrice": 59_000})
    assert await usdm.fetch_open_orders(BTC) == []


async def test_a_stop_whose_order_was_refused_is_told_as_closed(far: Far, usdm: Any) -> None:
    more = {"stopLossPrice": 59_000, "reduceOnly": True}
    placed = await usdm.create_order(BTC, "market", "sell", 0.01, None, more)
    far.act("price", symbol="BTCUSDT", price="58000")
    assert far.act("fills") == []
    told = await usdm.fetch_order(placed["id"], BTC, {"trigger": True})
    assert told["status"] == "closed"


async def test_amounts_and_prices_are_cut_off_without_a_word(usdm: Any) -> None:
    assert usdm.amount_to_precision(BTC, 0.0123456) == "0.012"
    assert usdm.price_to_precision(BTC, 59_000.123) == "59000.1"
    with pytest.raises(ccxt.InvalidOrder):
        usdm.amount_to_precision(BTC, 0.0001)


async def test_an_order_without_an_id_of_ours_gets_one_it_made_up(far: Far, usdm: Any) -> None:
    await usdm.create_order(BTC, "market", "buy", 0.01)
    (call,) = far.act("calls", is_order=True)
    assert re.fullmatch(r"x-[A-Za-z0-9]+", call["client_id"])
    await usdm.create_order(BTC, "market", "buy", 0.01, None, {"clientOrderId": "given"})
    assert far.act("calls", is_order=True)[-1]["client_id"] == "given"


# ---- 16 to 18: secrets, wallets, clocks


async def test_a_question_that_is_not_answered_carries_its_signature_into_the_error(
    far: Far, usdm: Any
) -> None:
    usdm.timeout = 100
    far.act("fault", name="hang before", path="/account")
    with pytest.raises(ccxt.RequestTimeout, match="signature=") as caught:
        await usdm.fetch_balance()
    assert far.key.secret not in str(caught.value)


async def test_its_log_at_debug_holds_the_key_and_never_the_secret(
    far: Far, usdm: Any, caplog: pytest.LogCaptureFixture
) -> None:
    log = logging.getLogger("ccxt.base.exchange")
    log.addHandler(caplog.handler)  # before what the program's own log has cleaned
    try:
        with caplog.at_level(logging.DEBUG, log.name):
            await usdm.fetch_balance()
    finally:
        log.removeHandler(caplog.handler)
    assert far.key.key in caplog.text
    assert far.key.secret not in caplog.text


async def test_with_keys_it_asks_for_wallets_before_anything_else(far: Far) -> None:
    wants = {"fetchCurrencies": True, "fetchMargins": True}
    async with opened(far, ccxt.binanceusdm, options=wants) as client:
        await asyncio.gather(client.load_markets(), return_exceptions=True)
    asked = {each["path"] for each in far.act("calls", host="api.binance.com", is_signed=True)}
    assert "/sapi/v1/capital/config/getall" in asked
    far.act("begin")
    async with opened(far, ccxt.binanceusdm) as client:
        await client.load_markets()
    assert set(far.act("hosts")["asked"]) == {"fapi.binance.com"}


async def test_no_receive_window_helps_a_clock_that_is_ahead(far: Far, usdm: Any) -> None:
    far.act("clock", offset_ms=-5_000)
    with pytest.raises(ccxt.InvalidNonce, match="-1021"):
        await buy(usdm, recvWindow=60_000)


async def test_it_measures_a_clock_that_is_behind_when_it_is_told_to(far: Far) -> None:
    far.act("clock", offset_ms=60_000)
    async with opened(far, ccxt.binanceusdm, options={"adjustForTimeDifference": True}) as client:
        await client.load_markets()
        assert (await buy(client))["status"] == "closed"
