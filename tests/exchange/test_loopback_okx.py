"""The loopback exchange's OKX through the genuine client: attached exits, contracts, its codes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import ccxt.pro as ccxt
import pytest
import pytest_asyncio

from tests.exchange.loopback.clients import opened
from tests.exchange.loopback.host import Far

BTC = "BTC/USDT:USDT"
BTC_ID = "BTC-USDT-SWAP"

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def okx(far: Far) -> AsyncIterator[Any]:
    async with opened(far, ccxt.okx, timeout=3_000) as client:
        await client.load_markets()
        yield client


async def protected(client: Any, kind: str = "market", price: float | None = None) -> Any:
    """One contract is a hundredth of a bitcoin."""
    params = {"clientOrderId": "one", "stopLoss": {"triggerPrice": 59_000},
              "takeProfit": {"triggerPrice": 61_000}}  # fmt: skip
    return await client.create_order(BTC, kind, "buy", 1, price, params)


async def waiting(client: Any) -> list[Any]:
    found: list[Any] = await client.fetch_open_orders(BTC, params={"ordType": "oco"})
    return found


async def test_an_order_brings_its_stop_and_target_with_it(far: Far, okx: Any) -> None:
    placed = await protected(okx)
    asked = await okx.fetch_order(placed["id"], BTC)
    assert (asked["status"], asked["filled"], asked["clientOrderId"]) == ("closed", 1, "one")
    (exits,) = await waiting(okx)
    assert (exits["stopLossPrice"], exits["takeProfitPrice"]) == (59_000, 61_000)
    (held,) = await okx.fetch_positions([BTC])
    assert (held["side"], held["contracts"], held["leverage"]) == ("long", 1, 20)
    assert far.act("okx/fills")[0]["quantity"] == "0.01"


@pytest.mark.parametrize("price", ["58990", "61010"])
async def test_one_end_closes_the_position_and_the_other_is_gone(
    far: Far, okx: Any, price: str
) -> None:
    await protected(okx)
    far.act("okx/price", symbol=BTC_ID, price=price)
    assert await okx.fetch_positions([BTC]) == []
    assert await waiting(okx) == []
    assert len(await okx.fetch_my_trades(BTC)) == 2


async def test_what_is_attached_waits_for_the_fill_and_is_as_big_as_it(far: Far, okx: Any) -> None:
    placed = await protected(okx, "limit", 59_500)
    assert (await okx.fetch_order(placed["id"], BTC))["stopLossPrice"] == 59_000
    assert await waiting(okx) == []
    far.act("okx/plan", shares=["0.4"])
    await okx.cancel_order(placed["id"], BTC)
    assert await waiting(okx) == []
    params = {"clientOrderId": "two", "stopLoss": {"triggerPrice": 59_000},
              "takeProfit": {"triggerPrice": 61_000}}  # fmt: skip
    part = await okx.create_order(BTC, "limit", "buy", 1, 60_100, params)
    await okx.cancel_order(part["id"], BTC)
    assert [each["amount"] for each in await waiting(okx)] == [0.4]


async def test_exits_can_be_set_and_taken_away_later(okx: Any) -> None:
    await okx.create_order(BTC, "market", "buy", 1)
    both = {"stopLossPrice": 59_000, "takeProfitPrice": 61_000, "reduceOnly": True}
    await okx.create_order(BTC, "oco", "sell", 1, None, both)
    (exits,) = await waiting(okx)
    await okx.cancel_order(exits["id"], BTC, {"trigger": True})
    assert await waiting(okx) == []


async def test_an_id_is_good_once_and_what_is_wrong_has_okxs_codes(far: Far, okx: Any) -> None:
    await protected(okx)
    with pytest.raises(ccxt.InvalidOrder, match="51016"):
        await protected(okx)
    with pytest.raises(ccxt.InsufficientFunds, match="51008"):
        await okx.create_order(BTC, "limit", "buy", 9_000, 59_000)
    with pytest.raises(ccxt.BadRequest, match="51000"):
        await okx.create_order(BTC, "market", "buy", 1, None, {"clientOrderId": "with-dash"})
    crossing = await okx.create_order(BTC, "limit", "buy", 1, 61_000, {"postOnly": True})
    assert (await okx.fetch_order(crossing["id"], BTC))["status"] == "canceled"
    with pytest.raises(ccxt.OrderNotFound, match="51603"):
        await okx.fetch_order("17", BTC)
    assert len(far.act("okx/fills")) == 1


async def test_signatures_passphrase_and_rights_are_checked(far: Far, okx: Any) -> None:
    assert (await okx.fetch_balance())["USDT"]["total"] == 10_000
    (config,) = (await okx.privateGetAccountConfig())["data"]
    assert config["perm"] == "read_only,trade"
    okx.password = "wrong"
    with pytest.raises(ccxt.AuthenticationError, match="50105"):
        await okx.fetch_balance()
    okx.password, okx.secret = far.key.passphrase, "wrong"
    with pytest.raises(ccxt.AuthenticationError, match="50113"):
        await okx.fetch_balance()


async def test_faults_meet_its_orders_too(far: Far, okx: Any) -> None:
    far.act("fault", name="502 after", is_order=True)
    with pytest.raises(ccxt.ExchangeNotAvailable):
        await protected(okx)
    far.act("fault", name="reject", client_id="two", code=51008, text="Insufficient balance")
    with pytest.raises(ccxt.InsufficientFunds):
        await okx.create_order(BTC, "market", "buy", 1, None, {"clientOrderId": "two"})
    assert [each["client_id"] for each in far.act("okx/fills")] == ["one"]


async def test_the_dead_mans_timer_is_for_the_whole_account(far: Far, okx: Any) -> None:
    await okx.set_leverage(7, BTC)
    await protected(okx)
    await okx.create_order(BTC, "limit", "buy", 1, 59_500)
    await okx.cancel_all_orders_after(1_000)
    far.act("clock", offset_ms=1_500)
    while await okx.fetch_open_orders(BTC):
        assert far.act("okx/orders")[-1]["filled"] == "0"
    assert len(await waiting(okx)) == 1


async def test_ccxt_names_an_algo_order_by_a_field_that_okx_does_not_read(
    far: Far, okx: Any
) -> None:
    """So its exits are asked for in OKX's own words (ccxt_okx)."""
    await okx.create_order(BTC, "market", "buy", 1)
    params = {"clientOrderId": "mine", "stopLossPrice": 59_000, "closeFraction": "1"}
    await okx.create_order(BTC, "market", "sell", 1, None, params)
    call = far.act("calls", path="/api/v5/trade/order-algo")[-1]
    assert call["params"]["clOrdId"] == "mine"
    assert "algoClOrdId" not in call["params"]


async def test_an_algo_order_that_closes_all_is_alone_and_goes_with_its_position(okx: Any) -> None:
    await okx.create_order(BTC, "market", "buy", 1)
    whole = {"stopLossPrice": 59_000, "closeFraction": "1"}
    await okx.create_order(BTC, "market", "sell", 1, None, whole)
    with pytest.raises(ccxt.BadRequest, match="51000"):
        await okx.create_order(BTC, "market", "sell", 1, None, whole)
    with pytest.raises(ccxt.InvalidOrder, match="51280"):
        await okx.create_order(BTC, "market", "sell", 1, None, {"stopLossPrice": 61_000})
    await okx.create_order(BTC, "market", "sell", 1, None, {"reduceOnly": True})
    assert await okx.fetch_open_orders(BTC, params={"ordType": "conditional"}) == []
