"""What had its end here and works at the exchange is taken away once, and never said to be canceled
where the exchange had nothing left to cancel: it may have been filled."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lefi_tui.adapters.exchange_orders import KnownOrders
from lefi_tui.adapters.exchange_truth import Truth
from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.adapters.venue_ways import ways_of
from lefi_tui.core.ids import ClientOrderId, exit_id
from lefi_tui.core.messages import VenueCanceled
from lefi_tui.ports.venue import VenueTimeoutError

ORPHAN = exit_id(ClientOrderId.of("run", "event", 0, "entry"), "stop")


async def seen(state: str) -> Truth:
    async def ask(question: str, **_asked: Any) -> Any:
        if question == "view":
            order = {
                "id": ORPHAN, "venue_order_id": "7", "symbol": "BTC/USDT:USDT", "side": "sell",
                "units": "1", "filled": "0", "price": None, "is_trigger": False,
            }  # fmt: skip
            return {"orders": [order], "units": {}, "entries": {}, "legs": [], "coins": None}
        await VirtualClock().sleep(0)
        return {"state": state, "text": ""}

    clock = VirtualClock(10**9)
    truth = Truth(ask, clock, "main", KnownOrders(ask, clock, "main", ways_of("binanceusdm")))
    await truth.view()
    return truth


@pytest.mark.asyncio
async def test_two_who_take_the_same_away_hear_the_same() -> None:
    truth = await seen("canceled")
    one, other = await asyncio.gather(truth.take_away(ORPHAN), truth.take_away(ORPHAN))
    assert isinstance(one[0], VenueCanceled)
    assert one == other
    assert not truth.works(ORPHAN)


@pytest.mark.asyncio
async def test_what_is_gone_before_it_is_canceled_is_not_called_canceled() -> None:
    truth = await seen("gone")
    with pytest.raises(VenueTimeoutError, match="works there no more"):
        await truth.take_away(ORPHAN)
    assert not truth.works(ORPHAN)
