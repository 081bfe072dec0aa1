"""What of ccxt our own lines for orders rest on: a test fails when one of it changes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.exchange.loopback.host import Far

BTC = "BTC/USDT:USDT"

pytestmark = pytest.mark.asyncio


async def test_by_websocket_it_loses_the_receive_window_of_an_order(far: Far, usdm: Any) -> None:
    await usdm.create_order_ws(BTC, "market", "buy", 0.01, None, {"recvWindow": 1_500})
    (sent,) = far.act("calls", is_order=True)
    assert sent["params"]["recvWindow"] == "10000"


async def test_what_it_would_send_is_to_be_had_without_sending_it(far: Far, usdm: Any) -> None:
    """Our own lines send this; and that an order without a trigger takes this address."""
    params = {"clientOrderId": "one", "recvWindow": 2_000}
    made = usdm.create_order_request(BTC, "limit", "buy", "0.01", "50000", params)
    assert far.act("counts")["orders"] == 0
    await usdm.fapiPrivatePostOrder(made)
    await usdm.create_order(BTC, "limit", "buy", "0.01", "50000", {**params, "clientOrderId": "b"})
    one, other = far.act("calls", is_order=True)
    assert (one["method"], one["path"]) == (other["method"], other["path"])
    assert set(one["params"]) == set(other["params"])
