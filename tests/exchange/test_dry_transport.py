"""A dry account's line can't change anything at an exchange: the genuine client is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import ccxt.async_support as ccxt
import pytest
import pytest_asyncio

from lefi_tui.adapters.ccxt_client import PublicExchange, Refusal
from lefi_tui.adapters.system_clock import SystemClock
from tests.exchange.loopback.host import Far

BTC = "BTC/USDT:USDT"
ORDER = "https://fapi.binance.com/fapi/v1/order"

pytestmark = pytest.mark.asyncio


class Dry(PublicExchange):
    """The line of a paper account, in whose table somebody left a key."""

    @property
    def client(self) -> Any:
        return self._client


@pytest_asyncio.fixture
async def dry(far: Far) -> AsyncIterator[Dry]:
    key = {"apiKey": far.key.key, "secret": far.key.secret}
    exchange = Dry("binanceusdm", {**far.ccxt(None), **key}, SystemClock())
    await exchange.answer("markets", {"currency": "USDT"})
    yield exchange
    await exchange.close()


def _at_once(client: Any) -> Any:
    """Whatever signs: the request is built by hand."""
    return client.fetch(ORDER, "POST", {"X-MBX-APIKEY": "k"}, "symbol=BTCUSDT&signature=1")


ASKED: dict[str, Callable[[Any], Any]] = {
    "an order": lambda client: client.create_order(BTC, "market", "buy", 0.01),
    "a cancel": lambda client: client.cancel_order("1", BTC),
    "leverage": lambda client: client.set_leverage(5, BTC),
    "a listen key": lambda client: client.fapiPrivatePostListenKey(),
    "a balance": lambda client: client.fetch_balance(),
    "a request built by hand": _at_once,
}


@pytest.mark.parametrize("asked", ASKED)
async def test_a_dry_account_sends_nothing_private_though_a_key_lies_in_its_table(
    far: Far, dry: Dry, asked: str
) -> None:
    before = far.act("counts")
    no_key = "refused before it was sent|requires `apiKey`"  # the second is ccxt's own word
    with pytest.raises((Refusal, ccxt.AuthenticationError), match=no_key):
        await ASKED[asked](dry.client)
    assert far.act("counts") == before  # no request at all, so no signed one
    assert (before["private_changes"], before["signed"], before["private"]) == (0, 0, 0)
    assert (await dry.answer("book", {"symbol": BTC}))["bids"]  # prices go on
