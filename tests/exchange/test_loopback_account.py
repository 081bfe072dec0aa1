"""The loopback exchange's accounts: positions, margin, funding, forced closing, keys, the books."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import ccxt.pro as ccxt
import pytest

from lefi_tui.adapters.ccxt_link import ExchangeLink
from tests.exchange.loopback.clients import opened
from tests.exchange.loopback.host import Far, exchange_in_process

BTC = "BTC/USDT:USDT"

pytestmark = pytest.mark.asyncio


async def trade(client: Any, side: str, units: float = 0.01, **params: Any) -> Any:
    return await client.create_order(BTC, "market", side, units, None, params)


def wallet(far: Far) -> Decimal:
    """What the books say, which agrees with what is shown or the question fails."""
    entries = far.act("entries")
    return sum((Decimal(each["amount"]) for each in entries if each["asset"] == "USDT"), Decimal(0))


# ---- positions


async def test_a_trade_through_zero_turns_the_position_and_the_books_agree(
    far: Far, usdm: Any
) -> None:
    await trade(usdm, "buy", 0.02)
    far.act("price", symbol="BTCUSDT", price="61000")
    await trade(usdm, "sell", 0.05)
    (held,) = far.act("positions")
    assert (held["units"], held["entry"]) == ("-0.03", "61000")
    kinds = [each["kind"] for each in far.act("entries")]
    assert kinds == ["TRANSFER", "COMMISSION", "REALIZED_PNL", "COMMISSION"]
    told = await usdm.fetch_balance()
    assert Decimal(str(told["info"]["totalWalletBalance"])) == wallet(far)


async def test_the_legs_of_a_hedged_account_are_apart(usdm: Any) -> None:
    await usdm.set_position_mode(hedged=True)
    await trade(usdm, "buy", hedged=True)
    await trade(usdm, "sell", 0.02, hedged=True)
    legs = await usdm.fetch_positions([BTC])
    assert {(each["side"], each["contracts"]) for each in legs} == {("long", 0.01), ("short", 0.02)}
    with pytest.raises(ccxt.InvalidOrder, match="-2022"):
        await trade(usdm, "sell", 0.03, positionSide="LONG")
    with pytest.raises(ccxt.OperationRejected, match="-4068"):
        await usdm.set_position_mode(hedged=False)


async def test_leverage_margin_mode_and_fees_are_set_and_read_back(usdm: Any) -> None:
    await usdm.set_leverage(7, BTC)
    await usdm.set_margin_mode("isolated", BTC)
    told = (await usdm.fetch_leverages([BTC]))[BTC]
    assert (told["longLeverage"], told["marginMode"]) == (7, "isolated")
    with pytest.raises(ccxt.MarginModeAlreadySet):
        await usdm.set_margin_mode("isolated", BTC)
    fee = await usdm.fetch_trading_fee(BTC)
    assert (fee["maker"], fee["taker"]) == (0.0002, 0.0005)


async def test_an_isolated_position_is_liquidated_and_loses_its_own_margin_only(
    far: Far, usdm: Any
) -> None:
    await usdm.set_leverage(100, BTC)
    await usdm.set_margin_mode("isolated", BTC)
    await trade(usdm, "buy", 0.1)
    before, margin = wallet(far), Decimal(far.act("positions")[0]["margin"])
    (held,) = await usdm.fetch_positions([BTC])
    assert held["liquidationPrice"] == pytest.approx(59640, abs=5)
    far.act("price", symbol="BTCUSDT", price="59000")
    assert far.act("positions") == []
    assert before - wallet(far) == margin
    assert far.act("fills")[-1]["client_id"].startswith("autoclose-")


async def test_a_cross_account_that_is_eaten_up_is_left_with_nothing_and_no_debt(
    far: Far, usdm: Any
) -> None:
    await usdm.set_leverage(125, BTC)
    await trade(usdm, "buy", 15)
    far.act("price", symbol="BTCUSDT", price="58000")
    assert far.act("positions") == []
    assert 0 <= wallet(far) < 5_000


async def test_adl_closes_a_position_under_its_own_name(far: Far, usdm: Any) -> None:
    await trade(usdm, "sell")
    far.act("deleverage", symbol="BTCUSDT")
    assert far.act("positions") == []
    assert (await usdm.fetch_orders(BTC))[-1]["clientOrderId"] == "adl_autoclose"


async def test_funding_fees_in_bnb_and_unknown_entries_are_in_the_income(
    far: Far, usdm: Any
) -> None:
    far.act("deposit", asset="BNB", amount="1")
    far.act("settings", pays_bnb=True)
    await trade(usdm, "buy", 0.1)
    assert far.act("fills")[0]["fee_asset"] == "BNB"
    far.act("fund", symbol="BTCUSDT", rate="0.0001")
    far.act("deposit", asset="USDT", amount="-3", kind="NEVER_HEARD_OF")
    rows = [(each["type"], each["amount"]) for each in await usdm.fetch_ledger()]
    raw = await usdm.fapiPrivateGetIncome()
    assert ("FUNDING_FEE", "-0.6") in {(each["incomeType"], each["income"]) for each in raw}
    assert "NEVER_HEARD_OF" in {each["incomeType"] for each in raw}
    assert len(rows) == len(raw)


async def test_another_hand_trades_on_the_same_account(far: Far, usdm: Any) -> None:
    far.act("external_order", symbol="BTCUSDT", side="BUY", type="MARKET", quantity="0.02",
            newClientOrderId="web_1")  # fmt: skip
    (held,) = await usdm.fetch_positions([BTC])
    assert held["contracts"] == 0.02
    assert [each["is_external"] for each in far.act("fills")] == [True]


# ---- keys and rights


async def test_a_wrong_secret_an_unknown_key_and_a_missing_right_are_told_apart(
    far: Far, usdm: Any
) -> None:
    usdm.secret = "wrong"
    with pytest.raises(ccxt.AuthenticationError, match="-1022"):
        await trade(usdm, "buy")
    usdm.apiKey = "nobody"
    with pytest.raises(ccxt.AuthenticationError, match="-2015"):
        await trade(usdm, "buy")
    usdm.apiKey, usdm.secret = "key-that-only-reads", "secret-that-only-reads"
    assert (await usdm.fetch_balance())["USDT"]["total"] == 10_000
    with pytest.raises(ccxt.AuthenticationError, match="-2015"):
        await trade(usdm, "buy")
    assert far.act("orders") == []


async def test_a_key_can_be_revoked_while_the_program_runs(far: Far, usdm: Any) -> None:
    far.act("rights", key=far.key.key, is_revoked=True)
    with pytest.raises(ccxt.AuthenticationError, match="-2015"):
        await usdm.fetch_balance()


@pytest.mark.parametrize(("offset_ms", "said"), [(60_000, "outside"), (-5_000, "ahead")])
async def test_a_clock_that_is_wrong_is_told_and_measured(
    far: Far, usdm: Any, offset_ms: int, said: str
) -> None:
    far.act("clock", offset_ms=offset_ms)
    with pytest.raises(ccxt.InvalidNonce, match=said):
        await trade(usdm, "buy")
    await usdm.load_time_difference()
    assert abs(usdm.options["timeDifference"] + offset_ms) < 2_000


async def test_an_account_sees_nothing_of_another(far: Far, usdm: Any) -> None:
    await trade(usdm, "buy")
    assert far.act("positions", account="other") == []
    assert far.act("balances", account="other") == {"USDT": "10000"}


# ---- limits


async def test_too_many_requests_are_held_back_and_then_banned(far: Far, usdm: Any) -> None:
    await usdm.fetch_time()
    assert usdm.last_response_headers["X-MBX-USED-WEIGHT-1M"] == "2"
    far.act("wait", wait_s=30)
    with pytest.raises(ccxt.DDoSProtection, match="418"):
        await usdm.fetch_time()
    assert int(usdm.last_response_headers["Retry-After"]) == 120
    assert far.act("counts")["held"] == 1


async def test_the_weight_of_a_minute_is_counted_and_its_end_is_told(far: Far, usdm: Any) -> None:
    far.act("limits", weight_1m=20)
    await usdm.fetch_order_book(BTC)
    with pytest.raises(ccxt.DDoSProtection, match="429"):
        await usdm.fetch_order_book(BTC)
    assert 1 <= int(usdm.last_response_headers["Retry-After"]) <= 60


async def test_orders_have_a_limit_of_their_own(far: Far, usdm: Any) -> None:
    far.act("limits", orders_10s=2)
    await trade(usdm, "buy")
    assert usdm.last_response_headers["X-MBX-ORDER-COUNT-10S"] == "1"
    await trade(usdm, "buy")
    with pytest.raises(ccxt.DDoSProtection, match="-1015"):
        await trade(usdm, "buy")
    await usdm.fetch_balance()
    assert len(far.act("orders")) == 2


# ---- the whole


async def test_no_stranger_is_asked_and_no_secret_is_sent(far: Far, usdm: Any) -> None:
    await trade(usdm, "buy")
    assert set(far.act("hosts")["asked"]) == {"fapi.binance.com"}
    usdm.urls["api"]["fapiPublic"] = "https://elsewhere.example/fapi/v1"
    with pytest.raises(ccxt.BaseError):
        await usdm.fetch_time()
    assert far.act("hosts")["strangers"] == {"elsewhere.example": 1}
    assert far.key.secret not in str(far.act("calls"))


async def test_our_own_public_link_reaches_it_with_its_addresses_unchanged(far: Far) -> None:
    async with ExchangeLink("binanceusdm", far.ccxt(None)) as link:
        assert abs(await link.ask("time") - far.act("now")) < 5_000
        assert len(await link.ask("markets", currency="USDT")) == 3
    assert set(far.act("hosts")["asked"]) == {"fapi.binance.com"}
    assert far.act("counts")["private"] == 0


async def test_it_runs_in_a_process_of_its_own_just_the_same(tmp_path: Path) -> None:
    with exchange_in_process(tmp_path) as far:
        async with opened(far, ccxt.binanceusdm) as client:
            await client.load_markets()
            assert (await trade(client, "buy"))["status"] == "closed"
        assert len(far.act("fills")) == 1
