"""The loopback exchange's streams: what the market and the account tell, and how they fail."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from typing import Any

import ccxt.pro as ccxt
import pytest
from aiohttp import ClientSession, ClientWebSocketResponse

from lefi_tui.adapters.system_clock import SystemClock
from tests.exchange.loopback.clients import cut_off
from tests.exchange.loopback.host import Far

BTC = "BTC/USDT:USDT"
SOON_S = 60.0

pytestmark = pytest.mark.asyncio


async def buy(client: Any, client_id: str = "one") -> Any:
    params = {"newClientOrderId": client_id}
    return await client.create_order(BTC, "market", "buy", 0.01, None, params)


async def listening(far: Far, stream: str, *heard: asyncio.Task[Any]) -> None:
    while not far.act("listeners")[stream]:
        await asyncio.wait(heard, timeout=0.01)


async def soon(told: Awaitable[Any]) -> Any:
    return await asyncio.wait_for(told, SOON_S)


@asynccontextmanager
async def listener(far: Far, key: str) -> AsyncIterator[ClientWebSocketResponse]:
    """The user's stream, raw."""
    trust = ssl.create_default_context(cafile=far.ca)
    url = f"wss://fstream.binance.com/private/ws?listenKey={key}"
    async with (
        ClientSession() as session,
        session.ws_connect(url, proxy=far.proxy, ssl=trust) as stream,
    ):
        yield stream
    await cut_off(far)


def known(client: Any) -> set[tuple[str, str]]:
    """Orders that the client has heard of, as it keeps them."""
    return {(each["id"], each["status"]) for each in client.orders}


async def watching(far: Far, client: Any) -> None:
    """The user's stream is open, and the client keeps what it says."""
    heard = asyncio.create_task(client.watch_orders())
    await listening(far, "user", heard)
    far.act("external_order", symbol="DOGEUSDT", side="BUY", type="MARKET", quantity="100")
    await soon(heard)
    while {status for _, status in known(client)} != {"closed"}:
        await SystemClock().sleep(0.005)


# ---- what is told


@pytest.mark.parametrize(
    "what", ["order_book", "trades", "ticker", "bids_asks", "ohlcv", "mark_price"]
)
async def test_the_market_is_told_where_the_client_looks_for_it(
    far: Far, usdm: Any, what: str
) -> None:
    asked = [BTC] if what == "bids_asks" else BTC
    heard = asyncio.create_task(getattr(usdm, f"watch_{what}")(asked))
    for price in range(60_001, 60_400):
        far.act("price", symbol="BTCUSDT", price=str(price))
        done, _ = await asyncio.wait([heard], timeout=0.02)
        if done:
            break
    assert heard.result()


async def test_a_test_can_have_the_market_say_anything(far: Far, usdm: Any) -> None:
    event = {"e": "bookTicker", "u": 9, "s": "BTCUSDT", "b": "0", "B": "1", "a": "-7", "A": "1",
             "T": 1, "E": 1}  # fmt: skip
    told: set[float] = set()
    while -7 not in told:
        heard = asyncio.create_task(usdm.watch_bids_asks([BTC]))
        await asyncio.wait([heard], timeout=0.05)
        far.act("tell", channel="btcusdt@bookTicker", event=event)
        told.add((await soon(heard))[BTC]["ask"])


async def test_the_book_follows_the_market(far: Far, usdm: Any) -> None:
    heard = asyncio.create_task(usdm.watch_order_book(BTC))
    while not heard.done():
        far.act("price", symbol="BTCUSDT", price="60100")
        await asyncio.wait([heard], timeout=0.02)
    heard = asyncio.create_task(usdm.watch_order_book(BTC))
    far.act("price", symbol="BTCUSDT", price="60200")
    while (book := await soon(heard))["bids"][0][0] != 60200:
        heard = asyncio.create_task(usdm.watch_order_book(BTC))
    assert book["asks"][0][0] == 60200.1


async def test_a_walk_and_a_replay_move_the_market_by_themselves(far: Far) -> None:
    far.act("walk", symbol="BTCUSDT", moves=5, every_ms=1, seed=3)
    far.act("replay", symbol="ETHUSDT", candles=[[0, 3000, 3100, 2900, 3050, 1]], every_ms=1)
    while far.act("candles", symbol="ETHUSDT", interval="1m", limit=1)[-1][4] != "3050":
        await SystemClock().sleep(0.005)
    (candle,) = far.act("candles", symbol="ETHUSDT", interval="1m", limit=1)
    assert candle[1:5] == ["3000", "3100", "2900", "3050"]


async def test_an_order_tells_the_stream_before_its_answer_comes(far: Far, usdm: Any) -> None:
    await watching(far, usdm)
    placed = await usdm.create_order(BTC, "limit", "buy", 0.01, 61_000)
    assert (placed["status"], placed["filled"]) == ("open", 0)
    while (placed["id"], "closed") not in known(usdm):
        await SystemClock().sleep(0.005)


async def test_balance_and_position_are_told_after_a_fill(far: Far, usdm: Any) -> None:
    heard = asyncio.create_task(usdm.watch_balance())
    await listening(far, "user", heard)
    positions = asyncio.create_task(usdm.watch_positions([BTC]))
    await asyncio.wait([positions], timeout=0.1)
    await buy(usdm)
    assert (await soon(heard))["USDT"]["total"] == pytest.approx(9999.6999995)
    assert (await soon(positions))[0]["contracts"] == 0.01


async def test_a_stop_is_told_when_it_is_placed_and_when_it_triggers(far: Far, usdm: Any) -> None:
    await watching(far, usdm)
    await buy(usdm)
    more = {"stopLossPrice": 59_000, "newClientOrderId": "guard"}
    await usdm.create_order(BTC, "market", "sell", 0.01, None, more)
    far.act("price", symbol="BTCUSDT", price="58990")
    ended: list[str] = []
    while ended.count("guard") < 2:  # the stop, and the order that it became
        ended = [each["clientOrderId"] for each in usdm.orders if each["status"] == "closed"]
        await SystemClock().sleep(0.005)


# ---- how it fails


async def test_a_dropped_stream_is_refused_for_a_while_and_then_open_again(
    far: Far, usdm: Any
) -> None:
    await watching(far, usdm)
    heard = asyncio.create_task(usdm.watch_orders())
    await asyncio.wait([heard], timeout=0.02)
    far.act("drop", refuse_s=0.3)
    with pytest.raises(ccxt.NetworkError):
        await soon(heard)
    with pytest.raises(ccxt.NetworkError):
        await soon(usdm.watch_orders())
    far.act("drop")
    heard = asyncio.create_task(usdm.watch_orders())
    await listening(far, "user", heard)
    await buy(usdm)
    assert (await soon(heard))[-1]["clientOrderId"] == "one"


async def test_a_muted_stream_says_nothing_and_stays_open(far: Far, usdm: Any) -> None:
    await watching(far, usdm)
    far.act("mute")
    heard = asyncio.create_task(usdm.watch_orders())
    await buy(usdm)
    done, _ = await asyncio.wait([heard], timeout=0.1)
    assert not done
    assert far.act("listeners")["user"] == 1
    far.act("mute", on=False)
    await buy(usdm, "two")
    assert (await soon(heard))[-1]["clientOrderId"] == "two"


async def test_an_expired_key_is_said_once_and_then_all_is_silent(far: Far, usdm: Any) -> None:
    far.act("listen_key", life_s=0.05)
    await usdm.fapiPrivatePostListenKey()
    await SystemClock().sleep(0.1)
    with pytest.raises(ccxt.AuthenticationError, match="-1125"):
        await usdm.fapiPrivatePutListenKey()
    far.act("listen_key", life_s=60)
    key = (await usdm.fapiPrivatePostListenKey())["listenKey"]
    async with listener(far, key) as stream:
        far.act("expire_key")
        await buy(usdm)
        told = [json.loads((await soon(stream.receive())).data)["e"]]
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(stream.receive(), 0.1)
    assert told == ["listenKeyExpired"]


HEARD = {
    "skip": [("two", "NEW"), ("two", "TRADE")],
    "dup": [("one", "TRADE"), ("one", "TRADE"), ("two", "NEW"), ("two", "TRADE")],
    "reorder": [("two", "NEW"), ("one", "TRADE"), ("two", "TRADE")],
    "delay": [("two", "NEW"), ("two", "TRADE"), ("one", "TRADE")],
    "garbage": [("", ""), ("one", "TRADE"), ("two", "NEW"), ("two", "TRADE")],
}


@pytest.mark.parametrize("kind", HEARD)
async def test_one_event_goes_wrong_and_the_others_come_as_ever(
    far: Far, usdm: Any, kind: str
) -> None:
    key = (await usdm.fapiPrivatePostListenKey())["listenKey"]
    async with listener(far, key) as stream:
        far.act("stream", kind=kind, what="TRADE", delay_ms=300)
        await buy(usdm)
        await buy(usdm, "two")
        told: list[tuple[str, str]] = []
        while len(told) < len(HEARD[kind]) + 1:
            text = (await soon(stream.receive())).data
            if "ACCOUNT_UPDATE" not in text:
                told.append(_named(text))
    assert told == [("one", "NEW"), *HEARD[kind]]


def _named(text: str) -> tuple[str, str]:
    """Whose event, and which; nothing where it can't be read."""
    try:
        order = json.loads(text)["o"]
    except json.JSONDecodeError:
        return ("", "")
    return (order["c"], order["x"])
