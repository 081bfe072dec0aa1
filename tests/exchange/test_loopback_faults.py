"""Each fault of a request: whether the order was carried out, and what the client hears."""

from __future__ import annotations

from typing import Any

import ccxt.pro as ccxt
import pytest

from tests.exchange.loopback.host import Far

BTC = "BTC/USDT:USDT"

pytestmark = pytest.mark.asyncio


async def buy(client: Any, client_id: str = "one", **params: Any) -> Any:
    more = {"newClientOrderId": client_id, **params}
    return await client.create_order(BTC, "market", "buy", 0.01, None, more)


CASES = {
    "502 after": (True, ccxt.ExchangeNotAvailable),
    "500 after": (True, ccxt.ExchangeNotAvailable),
    "502 before": (False, ccxt.ExchangeNotAvailable),
    "503 before": (False, ccxt.OperationFailed),
    "503 unknown": (True, ccxt.ExchangeNotAvailable),
    "503 unavailable": (False, ccxt.ExchangeNotAvailable),
    "408": (True, ccxt.RequestTimeout),
    "reset after": (True, ccxt.ExchangeError),
    "reset before": (False, ccxt.NetworkError),
    "reject": (False, ccxt.InsufficientFunds),
}


@pytest.mark.parametrize("name", CASES)
async def test_a_fault_spoils_the_answer_and_says_nothing_of_what_was_done(
    far: Far, usdm: Any, name: str
) -> None:
    is_done, error = CASES[name]
    far.act("fault", name=name, path="/order")
    with pytest.raises(error):
        await buy(usdm)
    assert len(far.act("fills")) == is_done
    assert far.act("faults_met") == [name]
    assert (await buy(usdm, "two"))["status"] == "closed"


@pytest.mark.parametrize("name", ["page", "empty", "truncated"])
async def test_an_unreadable_answer_hides_an_order_that_is_live(
    far: Far, usdm: Any, name: str
) -> None:
    far.act("fault", name=name, path="/order")
    assert (await buy(usdm))["id"] is None
    assert len(far.act("fills")) == 1


@pytest.mark.parametrize(("name", "is_done"), [("hang after", True), ("hang before", False)])
async def test_an_answer_that_never_comes(far: Far, usdm: Any, name: str, *, is_done: bool) -> None:
    usdm.timeout = 400
    far.act("fault", name=name, path="/order")
    with pytest.raises(ccxt.RequestTimeout):
        await buy(usdm)
    assert len(far.act("fills")) == is_done


async def test_an_order_that_comes_after_its_window_is_not_carried_out(far: Far, usdm: Any) -> None:
    far.act("fault", name="late", path="/order", hang_s=0.6)
    with pytest.raises(ccxt.ExchangeError, match="-5028"):
        await buy(usdm, recvWindow=400)
    far.act("fault", name="late", path="/order", hang_s=0.1)
    assert (await buy(usdm, recvWindow=3_000))["status"] == "closed"


async def test_a_late_order_is_carried_out_though_the_client_has_gone(far: Far, usdm: Any) -> None:
    usdm.timeout = 100
    far.act("fault", name="late", path="/order", hang_s=0.6)
    with pytest.raises(ccxt.RequestTimeout):
        await buy(usdm)
    assert far.act("fills") == []
    while not far.act("fills"):
        assert far.act("calls", client_id="one")[0]["code"] == 0
    assert len(far.act("fills")) == 1


async def test_a_refusal_has_any_code_and_any_words(far: Far, usdm: Any) -> None:
    words = f"\x1b[2J[red]\u202e {far.key.key}"
    far.act("fault", name="reject", path="/order", code=-4131, text=words, skip=1)
    await buy(usdm)
    with pytest.raises(ccxt.BaseError) as caught:
        await buy(usdm, "two")
    assert far.key.key in str(caught.value)
    assert len(far.act("fills")) == 1


async def test_one_order_of_a_batch_is_refused(far: Far, usdm: Any) -> None:
    far.act("fault", name="reject", path="/batchOrders/one", client_id="two")
    leg = {"symbol": BTC, "type": "market", "side": "buy", "amount": 0.01}
    legs = [{**leg, "params": {"newClientOrderId": each}} for each in ("one", "two")]
    await usdm.create_orders(legs)
    assert [each["client_id"] for each in far.act("orders")] == ["one"]


async def test_questions_may_find_an_order_late_or_not_at_all(far: Far, usdm: Any) -> None:
    far.act("read_lag", lag_ms=200)
    placed = await buy(usdm)
    with pytest.raises(ccxt.OrderNotFound, match="-2013"):
        await usdm.fetch_order(placed["id"], BTC)
    assert await usdm.fetch_my_trades(BTC) == []
    far.act("read_lag", lag_ms=0)
    assert (await usdm.fetch_order(placed["id"], BTC))["status"] == "closed"
    far.act("hide", client_id="one", hide_s=60)
    with pytest.raises(ccxt.OrderNotFound):
        await usdm.fetch_order(placed["id"], BTC)


async def test_faults_by_chance_meet_the_same_sends_for_the_same_seed(far: Far, usdm: Any) -> None:
    names, met = ["502 after", "502 before", "408", "empty"], []
    for _ in range(2):
        far.act("begin")
        far.act("mix", seed=7, share=0.4, names=names)
        for number in range(20):
            try:
                await buy(usdm, f"o{number}")
            except ccxt.OperationFailed:
                continue
        met.append(far.act("faults_met"))
        done = [each for each in far.act("calls", method="POST") if each["was_carried_out"]]
        assert len(done) == len(far.act("fills"))
    assert met[0] == met[1]
    assert 3 < len(met[0]) < 14


@pytest.mark.parametrize("to", ["refused", "silent"])
async def test_the_line_can_be_gone_and_come_back(far: Far, usdm: Any, to: str) -> None:
    usdm.timeout = 200
    far.act("line", to=to)
    with pytest.raises(ccxt.NetworkError):
        await usdm.fetch_time()
    far.act("line", to="on")
    usdm.timeout = 3_000
    await usdm.fetch_time()


async def test_orders_by_websocket_meet_the_same_faults(far: Far, usdm: Any) -> None:
    far.act("fault", name="408", path="/order")
    with pytest.raises(ccxt.BaseError, match="-1007"):
        await usdm.create_order_ws(BTC, "market", "buy", 0.01)
    far.act("fault", name="reset after", path="/order")
    with pytest.raises(ccxt.NetworkError):
        await usdm.create_order_ws(BTC, "market", "buy", 0.01)
    assert len(far.act("fills")) == 2


async def test_filters_change_while_the_program_runs(far: Far, usdm: Any) -> None:
    far.act("listing", symbol="BTCUSDT", step="0.01", minimum_quantity="0.01")
    with pytest.raises(ccxt.BadRequest, match="-1111"):
        await usdm.create_order(BTC, "market", "buy", 0.015)
    await usdm.load_markets(reload=True)
    assert (await usdm.create_order(BTC, "market", "buy", 0.015))["amount"] == 0.01
    far.act("listing", symbol="BTCUSDT", status="SETTLING")
    with pytest.raises(ccxt.BaseError, match="-4140"):
        await buy(usdm)
