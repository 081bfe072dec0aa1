"""The loopback exchange's spot market and wallets through the genuine client."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import ccxt.pro as ccxt
import pytest
import pytest_asyncio

from tests.exchange.loopback.clients import opened
from tests.exchange.loopback.host import Far

BTC = "BTC/USDT"

pytestmark = pytest.mark.asyncio


@pytest_asyncio.fixture
async def spot(far: Far) -> AsyncIterator[Any]:
    async with opened(far, ccxt.binance, timeout=3_000) as client:
        await client.load_markets()
        yield client


def free(far: Far) -> dict[str, Decimal]:
    told: dict[str, Decimal] = {}
    for each in far.act("entries", account="spot:main"):
        sign = 1 if each["account"] == "spot:main" else -1
        told[each["asset"]] = told.get(each["asset"], Decimal(0)) + sign * Decimal(each["amount"])
    return told


async def test_a_purchase_costs_its_fee_in_what_was_bought(far: Far, spot: Any) -> None:
    placed = await spot.create_order(BTC, "market", "buy", 0.01, None, {"newClientOrderId": "a"})
    assert (placed["status"], placed["fees"][0]["currency"]) == ("closed", "BTC")
    assert free(far) == {"USDT": Decimal("9399.9999"), "BTC": Decimal("0.00999")}
    (trade,) = await spot.fetch_my_trades(BTC)
    assert (trade["order"], trade["fee"]["cost"]) == (placed["id"], 0.00001)
    with pytest.raises(ccxt.InsufficientFunds):
        await spot.create_order(BTC, "market", "sell", 0.01)


async def test_an_order_at_rest_holds_money_back_until_it_ends(far: Far, spot: Any) -> None:
    placed = await spot.create_order(BTC, "limit", "buy", 0.1, 59_000)
    assert (await spot.fetch_balance())["USDT"] == {"free": 4100, "used": 5900, "total": 10_000}
    assert len(await spot.fetch_open_orders(BTC)) == 1
    await spot.cancel_order(placed["id"], BTC)
    assert (await spot.fetch_balance())["USDT"]["free"] == 10_000
    await spot.create_order(BTC, "limit", "buy", 0.1, 59_000)
    far.act("spot/price", symbol="BTCUSDT", price="58900")
    assert (await spot.fetch_orders(BTC))[-1]["status"] == "closed"


async def test_post_only_fill_or_kill_and_filters_are_kept(far: Far, spot: Any) -> None:
    with pytest.raises(ccxt.BaseError, match="immediately match"):
        await spot.create_order(BTC, "limit", "buy", 0.01, 61_000, {"postOnly": True})
    killed = await spot.create_order(BTC, "limit", "buy", 0.01, 59_000, {"timeInForce": "FOK"})
    assert killed["status"] == "expired"
    with pytest.raises(ccxt.BadRequest, match="NOTIONAL"):
        await spot.create_order(BTC, "limit", "buy", 0.00001, 59_000)
    assert len(far.act("spot/orders")) == 1


async def test_a_market_order_with_a_price_spends_that_much_money(far: Far, spot: Any) -> None:
    await spot.create_order(BTC, "market", "buy", 0.01, 50_000)
    (call,) = far.act("calls", is_order=True)
    assert call["params"]["quoteOrderQty"] == "500"
    assert "quantity" not in call["params"]
    assert far.act("spot/fills")[0]["quantity"] == "0.00833"


async def test_money_goes_between_the_wallets_and_the_books_agree(far: Far, spot: Any) -> None:
    await spot.transfer("USDT", 1_000, "spot", "swap")
    assert far.act("balances") == {"USDT": "11000"}
    assert free(far) == {"USDT": Decimal(9_000)}
    with pytest.raises(ccxt.BaseError, match="-5013"):
        await spot.transfer("USDT", 50_000, "swap", "spot")


@pytest.mark.parametrize(
    ("key", "withdraws", "trades"),
    [(0, False, True), (1, False, False), (2, True, True)],
)
async def test_a_key_tells_its_rights(far: Far, key: int, *, withdraws: bool, trades: bool) -> None:
    async with opened(far, ccxt.binanceusdm, key=far.keys[key]) as client:
        told = await client.sapiGetAccountApiRestrictions()
    assert (told["enableWithdrawals"], told["enableFutures"]) == (withdraws, trades)


async def test_faults_meet_spot_orders_too(far: Far, spot: Any) -> None:
    far.act("fault", name="502 after", path="/api/v3/order")
    with pytest.raises(ccxt.ExchangeNotAvailable):
        await spot.create_order(BTC, "market", "buy", 0.01)
    assert len(far.act("spot/fills")) == 1
