"""Perpetuals behind the venue port on a book: isolated margin, liquidation, leverage, funding."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lefi_tui.core.ids import exit_id
from lefi_tui.core.order import Size, SizeKind
from tests.contract.doors import Door, buy
from tests.exchange.hand_market import PERPETUAL

pytestmark = pytest.mark.asyncio


async def test_isolated_margin_is_set_aside_and_lost_at_most(door: Door) -> None:
    entry = buy("10", symbol=PERPETUAL, leverage=Decimal(10))
    await door.submit(entry)
    free = Decimal((await door.market.summary())["free"])
    assert free == Decimal(10_000) - 100 - Decimal("0.5")
    await door.book("90.5", "91", symbol=PERPETUAL)  # liquidation at 100 * (0.9 + 0.004)
    assert await door.position(PERPETUAL) == 10
    await door.book("90", "90.5", symbol=PERPETUAL)
    fill = door.fills(exit_id(entry.id, "liquidation"))[0]
    assert (fill.price, fill.fee, fill.liquidity) == (Decimal(90), Decimal(0), "none")
    assert fill.reason == "liquidation"
    summary = await door.market.summary()
    assert Decimal(summary["free"]) == free
    assert summary["is_balanced"]


async def test_another_leverage_than_the_open_positions_is_rejected(door: Door) -> None:
    await door.submit(buy("1", symbol=PERPETUAL, leverage=Decimal(5)))
    other, much = (buy("1", symbol=PERPETUAL, leverage=Decimal(each)) for each in (6, 21))
    await door.submit(other)
    await door.submit(much)
    assert door.rejection(other.id) == "LEVERAGE_DIFFERS"
    assert door.rejection(much.id) == "LEVERAGE_OUT_OF_RANGE"


async def test_funding_is_paid_by_longs_where_the_rate_is_over_zero(door: Door) -> None:
    await door.submit(buy("10", symbol=PERPETUAL, leverage=Decimal(2)))
    before = Decimal((await door.market.summary())["free"])
    await door.funds("0.001")
    paid = before - Decimal((await door.market.summary())["free"])
    charges = [each for each in door.told if type(each).__name__ == "FundingCharged"]
    assert paid == Decimal("0.001") * 10 * Decimal("99.75")
    assert len(charges) == 1


async def test_funding_that_free_cash_can_not_pay_is_taken_from_the_margin(door: Door) -> None:
    await door.book("99.5", "100", units="1000", symbol=PERPETUAL)
    size = Size(SizeKind.SHARE, Decimal(1))
    entry = buy("0", symbol=PERPETUAL, leverage=Decimal(10), size=size)
    await door.submit(entry)
    await door.funds("0.01")
    summary = await door.market.summary()
    assert Decimal(summary["free"]) == 0
    assert summary["is_balanced"]
    # A tenth of the margin is gone: it is liquidated before 100 * (0.9 + 0.004).
    await door.book("91", "91.5", symbol=PERPETUAL)
    assert door.fills(exit_id(entry.id, "liquidation"))
