"""The loopback exchange through the genuine ccxt client: orders, fills, positions, streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import ccxt.pro as ccxt
import pytest
import pytest_asyncio

from tests.exchange.loopback.host import Far, exchange_in_thread

BTC = "BTC/USDT:USDT"

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def exchange() -> Iterator[Far]:
    with exchange_in_thread() as far:
        yield far


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(exchange: Far) -> AsyncIterator[Any]:
    opened = ccxt.binanceusdm(exchange.ccxt())
    await opened.load_markets()
    yield opened
    await opened.close()


async def test_a_market_order_is_filled_told_on_the_stream_and_held(
    exchange: Far, client: Any
) -> None:
    heard = asyncio.create_task(client.watch_my_trades())
    while not exchange.act("listeners")["user"]:
        await asyncio.wait([heard], timeout=0.01)
    placed = await client.create_order(BTC, "market", "buy", 0.01, None, _named("first"))
    assert (placed["status"], placed["filled"], placed["average"]) == ("closed", 0.01, 60000.1)
    fill = (await asyncio.wait_for(heard, 5))[-1]
    assert (fill["order"], fill["amount"], fill["fee"]["cost"]) == (placed["id"], 0.01, 0.3000005)
    asked = await client.fetch_order(placed["id"], BTC)
    assert asked["clientOrderId"] == "first"
    held = await client.fetch_positions([BTC])
    assert [(each["side"], each["contracts"]) for each in held] == [("long", 0.01)]
    await client.create_order(BTC, "market", "sell", 0.01, None, {"reduceOnly": True})
    assert await client.fetch_positions([BTC]) == []


def _named(client_id: str) -> dict[str, str]:
    return {"newClientOrderId": client_id}
