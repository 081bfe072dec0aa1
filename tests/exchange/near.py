"""One account's venue in virtual time, the exchange behind it: what a test of minutes needs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from decimal import Decimal
from typing import Any

from lefi_tui.adapters.ccxt_venue import ExchangeVenue
from lefi_tui.core.ids import ClientOrderId
from lefi_tui.core.order import Order, OrderKind, OrderTerms, Side, Size, SizeKind
from tests.exchange.loopback.actions import Actions
from tests.exchange.loopback.exchange import KEYS, LoopbackExchange
from tests.exchange.virtual import NS_PER_S, LoopClock, NearLink, in_virtual_time

BTC = "BTC/USDT:USDT"


class SetClock(LoopClock):
    """The wall's clock of our machine, which somebody may set."""

    ahead_s = 0.0

    def now_ns(self) -> int:
        return super().now_ns() + round(self.ahead_s * NS_PER_S)


class Near:
    def __init__(self, clock: SetClock, **settings: Any) -> None:
        """`settings` are ccxt's; our limiter is on unless they say otherwise."""
        self.clock = clock
        exchange = LoopbackExchange(LoopClock(asyncio.get_running_loop()))
        self._actions = Actions(exchange)
        key = {"apiKey": KEYS[0].key, "secret": KEYS[0].secret}
        given = {"enableRateLimit": True, **settings}
        link: Any = NearLink("binanceusdm", exchange.door, key, clock, **given)
        self.link, self.venue = link, ExchangeVenue(link, clock, "main", "USDT")

    def act(self, done: str, /, **what: Any) -> Any:
        action = self._actions.find(done)
        assert action is not None, done
        return action(**what)

    def calls(self, **where: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.act("calls", **where)
        return found


def near(story: Callable[[Near], Coroutine[Any, Any, None]], **settings: Any) -> None:
    """Tells the story from its beginning; an hour of it takes no time."""

    async def told(clock: LoopClock) -> None:
        begun = Near(SetClock(clock._loop), **settings)
        try:
            await story(begun)
        finally:
            await begun.venue.close()

    in_virtual_time(told)


def order(name: str, units: str = "0.01", side: Side = Side.BUY, **terms: Any) -> Order:
    quantity = Decimal(units)
    size = Size(SizeKind.UNITS, quantity)
    kind = OrderKind.LIMIT if "limit" in terms else OrderKind.MARKET
    asked = OrderTerms(BTC, side, kind, size, **terms)
    return Order(ClientOrderId.of("hand", name, -1, "entry"), "main", asked, "hand",
                 quantity=quantity)  # fmt: skip


def kinds(reports: Iterable[Any]) -> list[str]:
    return [type(each).__name__ for each in reports]
