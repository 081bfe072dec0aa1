"""The ways an order takes to the exchange: by REST, by WebSocket, alone and some at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import ccxt.pro as ccxt
import pytest
import pytest_asyncio

from lefi_tui.adapters.ccxt_private import PrivateExchange
from lefi_tui.adapters.order_lines import LEGS
from lefi_tui.adapters.system_clock import SystemClock
from tests.exchange.loopback.clients import cut_off, opened
from tests.exchange.loopback.host import Far, exchange_in_thread

BTC = "BTC/USDT:USDT"
WAYS = ("rest", "websocket")
OPEN_S = 60.0
# What an answer says of the order, whatever way it took.
MEANINGS = {
    "502 after": "unknown",
    "500 after": "unknown",
    "503 unknown": "unknown",
    "408": "unknown",
    "page": "unknown",
    "empty": "unknown",
    "truncated": "unknown",
    "reset after": "unknown",
    "reset before": "unknown",
    "503 before": "refused",
    "reject": "refused",
}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    with exchange_in_thread() as begun:
        yield begun


def begun(far: Far, way: str = "", **settings: Any) -> PrivateExchange:
    key = {"apiKey": far.key.key, "secret": far.key.secret}
    table = far.ccxt(None, timeout=3_000, timeout_on_exit=0, **settings)
    begin = {"exchange": "binanceusdm", "ccxt": table, "key": key, "trades": True}
    return PrivateExchange({**begin, "orders_by": way}, SystemClock())


async def ready(line: PrivateExchange, way: str) -> None:
    """Until orders go that way."""
    async with asyncio.timeout(OPEN_S):
        while (await line.answer("lines", {}))["by"] != way:
            await SystemClock().sleep(0.02)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lines(far: Far) -> AsyncIterator[dict[str, PrivateExchange]]:
    both = {way: begun(far, way) for way in WAYS}
    for line in both.values():
        await line.answer("markets", {"currency": "USDT"})
    yield both
    for line in both.values():
        await line.close()
    await cut_off(far)


@pytest_asyncio.fixture(params=WAYS, loop_scope="module")
async def line(
    request: pytest.FixtureRequest, far: Far, lines: dict[str, PrivateExchange]
) -> PrivateExchange:
    far.act("no_faults")
    await ready(lines[request.param], request.param)
    return lines[request.param]


def market(name: str, **more: Any) -> dict[str, Any]:
    usual = {"side": "buy", "units": "0.01", "limit": None, "tif": "GTC"}
    return {"id": name, "symbol": BTC, "post_only": False, "reduce_only": False, **usual, **more}


async def placed(line: PrivateExchange, *orders: dict[str, Any]) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = await line.answer(
        "place", {"orders": list(orders), "rank": "ENTRY"}
    )
    return told


def wires(far: Far, name: str) -> list[str]:
    return [each["wire"] for each in far.act("calls", client_id=name, is_order=True)]


async def test_both_ways_are_measured_and_the_quicker_one_is_used(
    far: Far, lines: dict[str, PrivateExchange]
) -> None:
    told = await lines["websocket"].answer("lines", {})
    free = begun(far)
    try:
        async with asyncio.timeout(OPEN_S):
            while not (told := await free.answer("lines", {}))["took_ms"]:
                await SystemClock().sleep(0.02)
    finally:
        await free.close()
    assert set(told["took_ms"]) == set(WAYS)
    assert told["by"] == min(WAYS, key=lambda way: float(told["took_ms"][way]))


async def test_two_orders_at_once_by_rest_find_their_connections_open() -> None:
    with exchange_in_thread() as far:
        line = begun(far, "rest")
        try:
            await line.answer("markets", {"currency": "USDT"})
            await line._lines.warmed()
            before = far.act("hosts")["asked"]
            await asyncio.gather(*(placed(line, market(f"leg{each}")) for each in range(LEGS)))
            assert far.act("hosts")["asked"] == before
        finally:
            await line.close()


async def test_an_order_that_way_is_the_one_that_ccxt_itself_would_send(
    far: Far, line: PrivateExchange, request: pytest.FixtureRequest
) -> None:
    way = request.node.callspec.params["line"]
    shapes: list[tuple[dict[str, Any], tuple[Any, ...]]] = [
        ({}, ("market", None, {})),
        ({"limit": "50000.1"}, ("limit", "50000.1", {})),
        ({"limit": "61000", "tif": "IOC"}, ("limit", "61000", {"timeInForce": "IOC"})),
        ({"limit": "50000", "post_only": True}, ("limit", "50000", {"postOnly": True})),
        ({"side": "sell", "reduce_only": True}, ("market", None, {"reduceOnly": True})),
    ]
    async with opened(far, ccxt.binanceusdm) as client:
        await client.load_markets()
        for number, (ours, (kind, price, params)) in enumerate(shapes):
            await placed(line, market(f"{way}{number}a", **ours))
            more = {**params, "clientOrderId": f"{way}{number}b", "recvWindow": 2_000}
            side = ours.get("side", "buy")
            if way == "rest":
                await client.create_order(BTC, kind, side, "0.01", price, more)
            else:
                await client.create_order_ws(BTC, kind, side, "0.01", price, more)
    for number in range(len(shapes)):
        sent = [
            each["params"] for each in far.act("calls", wire={"rest": "rest"}.get(way, "ws"))
            if each["client_id"] in {f"{way}{number}a", f"{way}{number}b"}
        ]  # fmt: skip
        assert len(sent) == 2
        mine, theirs = [_shape(each) for each in sent]
        assert mine == theirs


def _shape(params: dict[str, str]) -> dict[str, str]:
    """But for what is another one each time, for names of ccxt's own that it hands on, for the
    limits that it does not want to hear of, and for the window: it loses ours (measured)."""
    left_out = {"timestamp", "signature", "newClientOrderId", "clientOrderId", "recvWindow",
                "postOnly", "returnRateLimits"}  # fmt: skip
    return {name: value for name, value in params.items() if name not in left_out}


async def test_our_signature_is_the_clients_own(far: Far, lines: dict[str, Any]) -> None:
    socket = lines["websocket"]._lines.socket
    params = {"symbol": "BTCUSDT", "reduceOnly": True, "quantity": "0.01", "recvWindow": 2_000}
    mine = socket.signed(params)
    async with opened(far, ccxt.binanceusdm) as client:
        client.nonce = lambda: mine["timestamp"]
        client.options["recvWindow"] = 2_000  # which it takes from there alone
        assert mine == client.sign_params(dict(params))


@pytest.mark.parametrize("fault", MEANINGS)
async def test_what_an_answer_means_is_the_same_by_either_way(
    far: Far, line: PrivateExchange, request: pytest.FixtureRequest, fault: str
) -> None:
    way = request.node.callspec.params["line"]
    name = f"{way}{fault.replace(' ', '')}"
    far.act("fault", name=fault, client_id=name)
    (told,) = await placed(line, market(name))
    assert told["state"] == MEANINGS[fault]
    assert wires(far, name) == ["rest" if way == "rest" else "ws"]  # sent once, that way
    is_there = fault.endswith("after") or fault in {"408", "503 unknown", "page", "empty",
                                                    "truncated"}  # fmt: skip
    assert sum(each["client_id"] == name for each in far.act("fills")) == is_there


async def test_while_the_line_is_broken_a_new_order_goes_by_rest_and_then_by_it_again(
    far: Far, lines: dict[str, PrivateExchange]
) -> None:
    line = lines["websocket"]
    await ready(line, "websocket")
    far.act("cut")
    await ready(line, "rest")
    (told,) = await placed(line, market("meanwhile"))
    assert (told["state"], wires(far, "meanwhile")) == ("accepted", ["rest"])
    await ready(line, "websocket")
    (told,) = await placed(line, market("again"))
    assert (told["state"], wires(far, "again")) == ("accepted", ["ws"])


async def test_a_cancel_goes_that_way_and_one_without_an_answer_is_asked_by_rest_again(
    far: Far, line: PrivateExchange, request: pytest.FixtureRequest
) -> None:
    way = request.node.callspec.params["line"]

    async def cancel(name: str) -> str:
        asked = {"symbol": BTC, "order": name, "rank": "CANCEL"}
        return str((await line.answer("cancel", asked))["state"])

    await placed(line, market(f"rest1{way}", limit="50000"), market(f"rest2{way}", limit="50000"))
    assert await cancel(f"rest1{way}") == "canceled"
    assert await cancel(f"rest1{way}") == "gone"
    far.act("fault", name="reset after", path="/order", method="DELETE")
    assert await cancel(f"rest2{way}") == ("unknown" if way == "rest" else "gone")
    there = {each["client_id"]: each["status"] for each in far.act("orders")}
    assert there[f"rest2{way}"] == "CANCELED"


async def test_two_orders_at_once_are_two_frames_on_the_line_and_one_request_by_rest(
    far: Far, line: PrivateExchange, request: pytest.FixtureRequest
) -> None:
    way = request.node.callspec.params["line"]
    before = len(far.act("calls", is_order=True))
    told = await placed(line, market(f"pair1{way}"), market(f"pair2{way}"))
    assert [each["state"] for each in told] == ["accepted", "accepted"]
    sent = [(each["wire"], each["path"]) for each in far.act("calls", is_order=True)[before:]]
    by_rest = [("rest", "/fapi/v1/batchOrders")]
    assert sent == (by_rest if way == "rest" else [("ws", "/fapi/v1/order")] * 2)
    ids = {each["client_id"]: str(each["number"]) for each in far.act("orders")}
    assert [each["venue_order_id"] for each in told] == [ids[f"pair1{way}"], ids[f"pair2{way}"]]


async def test_many_at_once_are_one_request_also_where_the_line_is_open(
    far: Far, lines: dict[str, PrivateExchange]
) -> None:
    await ready(lines["websocket"], "websocket")
    before = len(far.act("calls", is_order=True))
    told = await batch(lines["websocket"], "five", 5)
    assert [each["state"] for each in told] == ["accepted"] * 5
    (sent,) = far.act("calls", is_order=True)[before:]
    assert (sent["wire"], sent["path"]) == ("rest", "/fapi/v1/batchOrders")


# ---- a batch


async def batch(line: PrivateExchange, name: str, legs: int = 2) -> list[dict[str, Any]]:
    return await placed(line, *(market(f"{name}{each}") for each in range(legs)))


async def test_a_leg_that_is_not_named_is_refused_only_after_it_was_asked_for(
    far: Far, lines: dict[str, PrivateExchange]
) -> None:
    far.act("fault", name="reject", path="/batchOrders/one", client_id="some1")
    told = await batch(lines["rest"], "some", 3)
    assert [each["state"] for each in told] == ["accepted", "refused", "accepted"]
    assert (told[1]["code"], told[1]["text"]) == (
        "InsufficientFunds",
        "Margin is insufficient. (-2019)",
    )
    assert far.act("calls", method="GET", path="/fapi/v1/order", client_id="some1")


async def test_a_leg_that_can_not_be_asked_for_is_unknown(
    far: Far, lines: dict[str, PrivateExchange]
) -> None:
    far.act("fault", name="reject", path="/batchOrders/one", client_id="doubt0")
    far.act("fault", name="502 before", path="/order", method="GET")
    told = await batch(lines["rest"], "doubt")
    assert [each["state"] for each in told] == ["unknown", "accepted"]


@pytest.mark.parametrize("fault", ["502 after", "page", "truncated", "reset after"])
async def test_a_batch_whose_answer_is_lost_leaves_each_leg_unknown_and_is_sent_once(
    far: Far, lines: dict[str, PrivateExchange], fault: str
) -> None:
    name = f"lost{fault.replace(' ', '')}"
    far.act("fault", name=fault, path="/batchOrders")
    told = await batch(lines["rest"], name)
    assert [each["state"] for each in told] == ["unknown", "unknown"]
    filled = [each["client_id"] for each in far.act("fills")]
    assert [each for each in filled if each.startswith(name)] == [f"{name}0", f"{name}1"]


async def test_more_than_a_batch_may_hold_are_two(lines: dict[str, Any]) -> None:
    told = await batch(lines["rest"], "many", 7)
    assert [each["state"] for each in told] == ["accepted"] * 7


# ---- what the exchange says of limits and of time


async def test_the_line_is_told_to_wait_too_and_then_nothing_leaves(far: Far) -> None:
    far.act("begin")
    line = begun(far, "websocket", enableRateLimit=True)
    try:
        await line.answer("markets", {"currency": "USDT"})
        await ready(line, "websocket")
        far.act("limits", weight_1m=1)
        (told,) = await placed(line, market("held"))
        assert (told["state"], told["code"]) == ("refused", "NOT_TAKEN")
        before = far.act("counts")["all"]
        far.act("limits", weight_1m=2_400)
        (told,) = await placed(line, market("later"))
        assert (told["state"], told["code"]) == ("refused", "HELD_BACK")
        assert far.act("counts")["all"] == before
        assert far.act("counts")["held"] == 0
    finally:
        await line.close()
        far.act("begin")


async def test_a_time_that_is_refused_on_the_line_is_measured_and_sent_once_more(far: Far) -> None:
    far.act("begin")
    line = begun(far, "websocket")
    try:
        await line.answer("markets", {"currency": "USDT"})
        await ready(line, "websocket")
        far.act("clock", offset_ms=9_000)
        (told,) = await placed(line, market("late"))
        assert told["state"] == "accepted"
        assert [each["code"] for each in far.act("calls", client_id="late")] == [-1021, 0]
    finally:
        await line.close()
        far.act("begin")


async def test_when_its_bytes_left_is_told_of_each_order_once_and_before_its_answer(
    line: PrivateExchange, request: pytest.FixtureRequest
) -> None:
    way, told = request.node.callspec.params["line"], list[dict[str, Any]]()
    line.stamps.tell = told.append
    before_ns = SystemClock().now_ns()
    await placed(line, market(f"{way}s1"), market(f"{way}s2"))
    assert [each["order"] for each in told] == [f"{way}s1", f"{way}s2"]
    assert all(before_ns < each["at_ns"] < SystemClock().now_ns() for each in told)
    told.clear()
    await line.answer("cancel", {"symbol": BTC, "order": f"{way}s1", "rank": "CANCEL"})
    assert told == []
