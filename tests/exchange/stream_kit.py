"""An account that trades with its own stream, against the exchange's ledger."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

from msgspec import Struct, field

from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.ccxt_venue import ExchangeVenue
from lefi_tui.adapters.exchange_stream import StreamTerms
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.messages import Report, VenueCanceled, VenueFilled
from lefi_tui.core.order import Order
from tests.exchange.loopback.host import Far
from tests.exchange.test_live_venue import BTC

# Ten times quicker than in earnest.
QUICK = StreamTerms(
    ping_s=0.1, dead_s=1.0, keep_s=60.0, first_wait_s=0.05, most_wait_s=0.4,
    deaf_s=0.3, look_s=0.1, proven_s=30.0, quiet_s=0.2,
)  # fmt: skip
SOON_S = 60.0


class Account(Struct):
    """One that trades: its venue, whatever was told of it, in words and as reports."""

    far: Far
    venue: ExchangeVenue
    told: list[Report] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    touched: list[str] = field(default_factory=list)

    def fills(self, order: Order | None = None) -> dict[str, VenueFilled]:
        """As a desk books them: once, by their ids, and each telling is the same."""
        found: dict[str, VenueFilled] = {}
        for each in self.told:
            if isinstance(each, VenueFilled) and (order is None or each.order == order.id):
                before = found.setdefault(each.trade_id, each)
                assert _essence(before) == _essence(each)
        return found

    def agrees(self) -> bool:
        """Fills, prices and fees are those of the exchange's ledger."""
        ours = {name: _essence(each) for name, each in self.fills().items()}
        theirs = {
            f"{BTC} {row['trade']}": (
                row["client_id"], row["side"].lower(), *(
                    Decimal(row[name]) for name in ("price", "quantity", "fee")
                ), "maker" if row["is_maker"] else "taker",
            )
            for row in self.far.act("fills")
        }  # fmt: skip
        return ours == theirs

    def ended(self, order: Order) -> list[VenueCanceled]:
        return [
            each for each in self.told if isinstance(each, VenueCanceled) and each.order == order.id
        ]

    async def sends(self, *orders: Order) -> None:
        for each in await self.venue.submit(orders):
            self.told.append(each)


def _essence(fill: VenueFilled) -> tuple[Any, ...]:
    return (fill.order, fill.side, fill.price, fill.quantity, fill.fee, fill.liquidity)


@asynccontextmanager
async def trading(
    far: Far, link: ExchangeLink, terms: StreamTerms = QUICK
) -> AsyncIterator[Account]:
    """Its stream is open and proven."""
    far.act("begin")
    venue = ExchangeVenue(link, SystemClock(), "main", "USDT", terms)
    account = Account(far, venue)
    venue.listen(account.told.append)
    venue.stream.say = lambda what, _why: account.words.append(what)
    venue.on_change(account.touched.append)
    runs = asyncio.create_task(venue.run())
    try:
        await soon(runs, lambda: venue.stream.standing().is_proven)
        account.words.clear()  # of the stream that the test before has left
        account.touched.clear()
        yield account
    finally:
        runs.cancel()
        await asyncio.wait([runs])


async def soon(runs: asyncio.Task[None] | None, is_so: Callable[[], Any]) -> None:
    async with asyncio.timeout(SOON_S):
        while not is_so():
            assert runs is None or not runs.done(), runs.exception()
            await SystemClock().sleep(0.01)


async def settled(is_so: Callable[[], Any]) -> None:
    await soon(None, is_so)


def reads(far: Far) -> int:
    """Questions about orders and trades."""
    paths = ("/order", "/openOrders", "/userTrades", "/allOrders")
    return sum(far_call["path"].endswith(paths) for far_call in far.act("calls", method="GET"))


def keys_asked(far: Far) -> int:
    return len(far.act("calls", path="/fapi/v1/listenKey", method="POST"))
