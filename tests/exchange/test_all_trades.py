"""An order with more trades than one answer holds is read whole, at every exchange."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import ccxt.pro as ccxt
import pytest
from msgspec.structs import replace

from lefi_tui.adapters.ccxt_answers import Account
from lefi_tui.adapters.venue_ways import Ways, ways_of
from tests.exchange.loopback.clients import opened
from tests.exchange.loopback.host import Far

SHARES = ["0.1", "0.2", "0.1", "0.1", "0.1", "0.2", "0.1", "0.1"]
BTC = "BTC/USDT:USDT"

pytestmark = pytest.mark.asyncio


async def read(client: Any, ways: Ways, symbol: str, units: float) -> list[Decimal]:
    """Three trades an answer; another order's are among them."""
    await client.load_markets()
    placed = await client.create_order(symbol, "market", "buy", units)
    await client.create_order(symbol, "market", "buy", units)
    account = Account(client, replace(ways, rows_most=3), "USDT")
    trades = await account.trades_of(symbol, str(placed["id"]), placed["timestamp"] or 1)
    return [Decimal(each["units"]) for each in trades]


@pytest.mark.parametrize(
    ("name", "acts", "symbol", "units"),
    [
        ("binanceusdm", "", BTC, 0.1),
        ("okx", "okx/", BTC, 10),
        ("binance", "spot/", "BTC/USDT", 0.05),
    ],
)
async def test_more_trades_than_one_answer_holds_are_read_page_after_page(
    far: Far, name: str, acts: str, symbol: str, units: float
) -> None:
    far.act(f"{acts}plan", shares=SHARES)
    async with opened(far, getattr(ccxt, name), timeout=3_000) as client:
        found = await read(client, ways_of(name), symbol, units)
    whole = sum(found)
    assert [each / whole for each in found] == [Decimal(each) for each in SHARES]
