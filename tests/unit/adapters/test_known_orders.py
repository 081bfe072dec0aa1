"""What a venue remembers of its orders has a bound, in months of trading too."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from lefi_tui.adapters.exchange_orders import KEPT_MS, KNOWN_MAX, LOOK_BACK_MS, KnownOrders
from lefi_tui.adapters.exchange_stream import OrderTold
from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.adapters.venue_ways import ways_of
from lefi_tui.core.desk import Desk, apply
from lefi_tui.core.messages import ExitFired, VenueAccepted, VenueFilled
from lefi_tui.core.order import Order, OrderKind, OrderTerms, Side, Size, SizeKind
from lefi_tui.core.protection import STOP
from lefi_tui.ports.venue import VenueTimeoutError

TERMS = OrderTerms("BTC/USDT:USDT", Side.BUY, OrderKind.MARKET, Size(SizeKind.UNITS, Decimal(1)))


async def _unasked(*_: Any, **__: Any) -> Any:
    raise AssertionError("nothing is asked here")


def test_what_was_over_long_ago_is_forgotten_and_what_works_or_is_young_never() -> None:
    orders = KnownOrders(_unasked, VirtualClock(), "main", ways_of("binanceusdm"))
    every_ms = 4 * KEPT_MS // KNOWN_MAX  # a quarter of them within what is kept
    for number in range(4 * KNOWN_MAX):
        known = orders.add(Order(f"n{number}", "main", TERMS, "hand"), number * every_ms)
        known.is_over = number % 1_000 != 0  # one of a thousand works for months
    now_ms = 4 * KNOWN_MAX * every_ms
    assert len(orders.known) <= KNOWN_MAX
    assert {f"n{number}" for number in range(0, 4 * KNOWN_MAX, 1_000)} <= orders.known.keys()
    young = [number for number in range(4 * KNOWN_MAX) if now_ms - number * every_ms < KEPT_MS]
    assert {f"n{number}" for number in young} <= orders.known.keys()


@pytest.mark.asyncio
async def test_after_a_start_trades_of_a_met_exit_are_asked_for_from_when_it_was_met() -> None:
    """It may have hung for weeks before: so far back the exchange's lists do not reach."""
    hung_ns, met_ns = 10**18, 10**18 + 20 * 86_400 * 10**9
    terms = OrderTerms("BTC/USDT", Side.SELL, OrderKind.MARKET, Size(SizeKind.ALL))
    stop = Order("stop", "main", terms, "hand", leg=STOP, placed_at_ns=hung_ns)
    met = apply(Desk(orders={"stop": stop}), ExitFired("stop", Decimal(1), Decimal(100), met_ns))
    since: list[int] = []

    async def ask(_question: str, **asked: Any) -> Any:
        since.append(asked["since_ms"])
        raise VenueTimeoutError("no answer")

    orders = KnownOrders(ask, VirtualClock(met_ns), "main", ways_of("binance"))
    orders.remember(met.orders.values())
    with pytest.raises(VenueTimeoutError):
        await orders.look_up("stop")
    assert since == [met_ns // 10**6 - LOOK_BACK_MS]


def test_an_exit_that_the_exchange_has_cut_to_what_is_open_has_its_end_when_that_is_sold() -> None:
    """Its answer, which names no size, was quicker than the stream."""
    orders = KnownOrders(_unasked, VirtualClock(), "main", ways_of("binanceusdm"))
    terms = replace(TERMS, side=Side.SELL, is_reduce_only=True)
    order = Order("exit", "main", terms, "b", quantity=Decimal(4))
    orders.add(order, 0)
    told = {"state": "accepted", "code": "", "text": "", "venue_order_id": "7"}
    assert isinstance(orders.placed(order, told), VenueAccepted)
    trade = {
        "id": "1", "order": "7", "symbol": terms.symbol, "side": "sell", "price": "101",
        "units": "1", "fee": "0", "fee_currency": "USDT", "liquidity": "maker", "at_ms": 5,
    }  # fmt: skip
    news = OrderTold("exit", "7", terms.symbol, "sell", "closed", "1", "1", 5, trade)
    (fill,) = orders.heard(news)
    assert isinstance(fill, VenueFilled)
    assert fill.is_last
    assert orders.working() == {}
