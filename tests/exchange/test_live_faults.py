"""Market orders while two of five requests go wrong: what we believe is what the exchange did."""

from __future__ import annotations

import asyncio
from collections import Counter
from decimal import Decimal

import pytest

from lefi_tui.adapters.ccxt_venue import ExchangeVenue
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.messages import VenueFilled, VenueNeverSaw, VenueRejected
from lefi_tui.core.order import Side
from tests.exchange.loopback.clients import linked
from tests.exchange.loopback.host import Far
from tests.exchange.test_live_venue import BTC, order, truth

ORDERS = 120
AT_ONCE = 20
NAMES = [
    "502 after", "500 after", "502 before", "503 before", "503 unknown", "503 unavailable", "408",
    "reset after", "reset before", "page", "empty", "truncated", "late", "reject",
]  # fmt: skip


def venue_there(far: Far) -> ExchangeVenue:
    return ExchangeVenue(linked(far), SystemClock(), "main", "USDT")


@pytest.mark.asyncio
@pytest.mark.parametrize("seed", [1, 2])
async def test_what_is_believed_is_what_the_exchange_has_done(far: Far, seed: int) -> None:
    far.act("limits", weight_1m=100_000)  # so many look-ups of so many orders in some seconds
    venue = venue_there(far)
    assert await venue.holdings() == {}
    far.act("mix", seed=seed, share=0.4, names=NAMES, is_order=True)
    slots = asyncio.Semaphore(AT_ONCE)

    async def traded(number: int) -> Decimal:
        """Units that we believe were bought of it."""
        side = Side.BUY if number % 3 else Side.SELL
        sent = order(f"fault {seed} {number}", side=side)
        async with slots:
            (told,) = await venue.submit((sent,))
            if isinstance(told, VenueRejected):
                return Decimal(0)
            reports = await truth(venue, sent.id)
        fills = {each.trade_id: each for each in reports if isinstance(each, VenueFilled)}
        is_absent = any(isinstance(each, VenueNeverSaw) for each in reports)
        assert is_absent == (not fills), reports
        return side.sign * sum((each.quantity for each in fills.values()), Decimal(0))

    believed = await asyncio.gather(*(traded(number) for number in range(ORDERS)))
    met = far.act("faults_met")
    far.act("no_faults")
    try:
        assert len(met) > ORDERS / 5, met
        assert await venue.holdings() == {BTC: sum(believed, Decimal(0))}
        filled = Counter(each["client_id"] for each in far.act("fills"))
        assert set(filled.values()) == {1}
        assert sum(each != 0 for each in believed) == len(filled)
        assert far.act("counts")["held"] == 0  # nothing was asked while it said wait
    finally:
        await venue.close()
