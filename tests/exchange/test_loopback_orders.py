"""The loopback exchange's orders through the genuine client: each kind, each end, each refusal."""

from __future__ import annotations

from typing import Any

import ccxt.pro as ccxt
import pytest

from tests.exchange.loopback.host import Far

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"

pytestmark = pytest.mark.asyncio


async def buy(client: Any, units: float = 0.01, **params: Any) -> Any:
    return await client.create_order(BTC, "market", "buy", units, None, params)


async def limit(client: Any, side: str, price: float, **params: Any) -> Any:
    return await client.create_order(BTC, "limit", side, 0.01, price, params)


async def stop(client: Any, price: float, **params: Any) -> Any:
    more = {"stopLossPrice": price, "reduceOnly": True, **params}
    return await client.create_order(BTC, "market", "sell", 0.01, None, more)


async def test_a_market_order_is_filled_charged_and_held(far: Far, usdm: Any) -> None:
    placed = await buy(usdm, newClientOrderId="first")
    assert (placed["status"], placed["filled"], placed["average"]) == ("closed", 0.01, 60000.1)
    asked = await usdm.fetch_order(placed["id"], BTC)
    assert (asked["clientOrderId"], asked["status"]) == ("first", "closed")
    (trade,) = await usdm.fetch_my_trades(BTC)
    assert (trade["order"], trade["fee"]["cost"]) == (placed["id"], 0.3000005)
    (held,) = await usdm.fetch_positions([BTC])
    assert (held["side"], held["contracts"], held["entryPrice"]) == ("long", 0.01, 60000.1)
    assert far.act("balances") == {"USDT": "9999.6999995"}
    await usdm.create_order(BTC, "market", "sell", 0.01, None, {"reduceOnly": True})
    assert await usdm.fetch_positions([BTC]) == []


async def test_a_big_order_walks_the_book(far: Far, usdm: Any) -> None:
    far.act("book", symbol="BTCUSDT", units="0.004")
    placed = await buy(usdm)
    prices = [(each["price"], each["quantity"]) for each in far.act("fills")]
    assert prices == [("60000.1", "0.004"), ("60000.2", "0.004"), ("60000.3", "0.002")]
    assert placed["average"] == pytest.approx(60000.18)


async def test_a_limit_order_rests_and_is_filled_as_maker_when_the_price_comes(
    far: Far, usdm: Any
) -> None:
    placed = await limit(usdm, "buy", 59_000)
    assert placed["status"] == "open"
    far.act("price", symbol="BTCUSDT", price="58900")
    (fill,) = far.act("fills")
    assert (fill["price"], fill["is_maker"], fill["fee"]) == ("59000", True, "0.118")
    assert (await usdm.fetch_order(placed["id"], BTC))["status"] == "closed"


@pytest.mark.parametrize(("tif", "status"), [("IOC", "expired"), ("GTC", "open")])
async def test_what_the_price_does_not_meet_expires_or_rests(
    usdm: Any, tif: str, status: str
) -> None:
    placed = await limit(usdm, "buy", 59_000, timeInForce=tif)
    assert (await usdm.fetch_order(placed["id"], BTC))["status"] == status


REFUSED = {
    "post-only that crosses": ("-5022", {"timeInForce": "GTX", "price": "60001"}),
    "fill-or-kill that can't": ("-5021", {"timeInForce": "FOK", "price": "59000"}),
    "too small": ("-4164", {"quantity": "0.001", "price": "59000"}),
    "below the step": ("-1111", {"quantity": "0.0105", "price": "59000"}),
    "below the least": ("-1111", {"quantity": "0.0001"}),
    "off the tick": ("-1111", {"price": "59000.05"}),
    "too much for the margin": ("-2019", {"quantity": "100", "price": "59000"}),
    "nothing to reduce": ("-2022", {"reduceOnly": "true", "price": "59000"}),
    "a stop on the plain way": ("-4120", {"type": "STOP_MARKET", "stopPrice": "59000"}),
    "unknown symbol": ("-1121", {"symbol": "NOPEUSDT"}),
    "a side that hedging has": ("-4061", {"positionSide": "LONG", "price": "59000"}),
    "an id with a blank": ("-4015", {"newClientOrderId": "a b", "price": "59000"}),
    "no price": ("-1102", {}),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_is_wrong_with_an_order_is_said_in_the_venues_words(
    far: Far, usdm: Any, case: str
) -> None:
    code, change = REFUSED[case]
    asked = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "quantity": "0.01",
             "timeInForce": "GTC", **change}  # fmt: skip
    with pytest.raises(ccxt.BaseError, match=f'"code":{code},|{code}') as caught:
        await usdm.fapiPrivatePostOrder(asked)
    assert code in str(caught.value)
    assert far.act("orders") == []


async def test_an_order_is_changed_and_canceled_by_either_of_its_names(usdm: Any) -> None:
    placed = await limit(usdm, "buy", 59_000, newClientOrderId="mine")
    changed = await usdm.edit_order(placed["id"], BTC, "limit", "buy", 0.02, 58_000)
    assert (changed["amount"], changed["price"]) == (0.02, 58_000)
    ended = await usdm.cancel_order("", BTC, {"origClientOrderId": "mine"})
    assert ended["status"] == "canceled"
    with pytest.raises(ccxt.OrderNotFound, match="-2011"):
        await usdm.cancel_order(placed["id"], BTC)


async def test_of_a_batch_each_order_stands_for_itself(far: Far, usdm: Any) -> None:
    good = {"symbol": BTC, "type": "limit", "side": "buy", "amount": 0.01, "price": 59_000}
    await usdm.create_orders([good, {**good, "amount": 90, "price": 58_000}])
    assert [each["quantity"] for each in far.act("orders")] == ["0.01"]
    assert far.act("counts")["orders"] == 1


async def test_a_stop_waits_where_plain_questions_do_not_look_and_closes_the_position(
    far: Far, usdm: Any
) -> None:
    await buy(usdm)
    placed = await stop(usdm, 59_000, newClientOrderId="guard")
    assert await usdm.fetch_open_orders(BTC) == []
    (waiting,) = await usdm.fetch_open_orders(BTC, params={"trigger": True})
    assert (waiting["id"], waiting["triggerPrice"]) == (placed["id"], 59_000)
    far.act("price", symbol="BTCUSDT", price="58990")
    assert far.act("positions") == []
    assert far.act("fills")[-1]["client_id"] == "guard"
    assert [each["algoStatus"] for each in far.act("algos")] == ["FINISHED"]


async def test_the_other_leg_stays_when_one_has_closed_the_position(far: Far, usdm: Any) -> None:
    await buy(usdm)
    await stop(usdm, 59_000)
    target = {"takeProfitPrice": 61_000, "reduceOnly": True}
    await usdm.create_order(BTC, "market", "sell", 0.01, None, target)
    far.act("price", symbol="BTCUSDT", price="61010")
    assert [each["algoStatus"] for each in far.act("algos")] == ["NEW", "FINISHED"]
    far.act("price", symbol="BTCUSDT", price="58990")
    assert len(far.act("fills")) == 2
    assert {each["status"] for each in far.act("orders")} == {"FILLED"}


async def test_a_trailing_stop_follows_the_best_price(far: Far, usdm: Any) -> None:
    await buy(usdm)
    more = {"trailingPercent": 1, "reduceOnly": True}
    await usdm.create_order(BTC, "market", "sell", 0.01, None, more)
    for price in ("61000", "62000", "61400"):
        far.act("price", symbol="BTCUSDT", price=price)
        assert len(far.act("fills")) == 1
    far.act("price", symbol="BTCUSDT", price="61380")
    assert far.act("positions") == []


async def test_a_stop_that_is_met_already_is_refused_and_one_can_be_canceled(
    far: Far, usdm: Any
) -> None:
    await buy(usdm)
    far.act("listing", symbol="BTCUSDT", algos_most=1)
    with pytest.raises(ccxt.OrderImmediatelyFillable, match="-2021"):
        await stop(usdm, 61_000)
    placed = await stop(usdm, 59_000)
    with pytest.raises(ccxt.BaseError, match="-4045"):
        await stop(usdm, 58_000)
    await usdm.cancel_all_orders(BTC)
    assert len(await usdm.fetch_open_orders(BTC, params={"trigger": True})) == 1
    await usdm.cancel_order(placed["id"], BTC, {"trigger": True})
    assert await usdm.fetch_open_orders(BTC, params={"trigger": True}) == []


async def test_a_fill_plan_fills_in_shares_and_ends_as_it_says(far: Far, usdm: Any) -> None:
    far.act("plan", shares=["0.3", "0.3", "0.4"])
    assert (await buy(usdm))["status"] == "closed"
    assert [each["quantity"] for each in far.act("fills")] == ["0.003", "0.003", "0.004"]
    far.act("plan", shares=["0.4"], then="expire")
    part = await buy(usdm)
    assert (part["status"], part["filled"]) == ("expired", 0.004)
    assert far.act("positions")[0]["units"] == "0.014"


async def test_the_dead_mans_timer_ends_plain_orders_and_leaves_stops(far: Far, usdm: Any) -> None:
    await buy(usdm)
    await limit(usdm, "buy", 59_000)
    await stop(usdm, 58_000)
    asked = {"symbol": "BTCUSDT", "countdownTime": "60000"}
    await usdm.fapiPrivatePostCountdownCancelAll(asked)
    await usdm.fapiPrivatePostCountdownCancelAll({**asked, "countdownTime": "20"})
    while far.act("orders")[-1]["status"] == "NEW":
        assert far.act("orders")[-1]["filled"] == "0"
    assert far.act("orders")[-1]["status"] == "CANCELED"
    assert far.act("algos")[-1]["algoStatus"] == "NEW"


async def test_fills_can_be_asked_for_from_a_number_on(far: Far, usdm: Any) -> None:
    for _ in range(3):
        await buy(usdm)
    numbers = [each["trade"] for each in far.act("fills")]
    again = await usdm.fetch_my_trades(BTC, params={"fromId": numbers[1]})
    assert [int(each["id"]) for each in again] == numbers[1:]


async def test_orders_go_by_websocket_under_the_same_rules(far: Far, usdm: Any) -> None:
    placed = await usdm.create_order_ws(
        BTC, "limit", "buy", 0.01, 59_000, {"newClientOrderId": "w"}
    )
    assert placed["status"] == "open"
    assert (await usdm.fetch_order_ws(placed["id"], BTC))["clientOrderId"] == "w"
    assert (await usdm.cancel_order_ws(placed["id"], BTC))["status"] == "canceled"
    with pytest.raises(ccxt.ExchangeError, match="-2019"):
        await usdm.create_order_ws(BTC, "limit", "buy", 100, 59_000)
    guard = await usdm.create_order_ws(BTC, "market", "sell", 0.01, None, {"triggerPrice": 59_000})
    assert [str(each["algoId"]) for each in far.act("algos")] == [guard["id"]]
    assert {each["path"] for each in far.act("calls", wire="ws")} == {
        "/fapi/v1/order",
        "/fapi/v1/algoOrder",
    }
