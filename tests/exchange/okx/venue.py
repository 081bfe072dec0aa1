"""OKX perpetuals as a client meets them, with stop and target attached to an order.

The rule it keeps: what is attached waits as one order with two ends from when its order has ended
with a fill, for as much as was filled; when one end has closed the position the other is gone.
Sizes are contracts here and units of the base everywhere behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import count
from typing import Any, Final

from aiohttp import web

from tests.exchange.loopback.agenda import Agenda
from tests.exchange.loopback.ask import Route
from tests.exchange.loopback.books import Books
from tests.exchange.loopback.faults import Faults
from tests.exchange.loopback.keys import ApiKey
from tests.exchange.loopback.market import LISTED_MS, Market
from tests.exchange.loopback.matching import Order
from tests.exchange.okx import listings, orders, rest, rest_public
from tests.exchange.okx.door import OkxDoor
from tests.exchange.okx.streams import OkxStreams
from tests.exchange.usdm import algos, forced
from tests.exchange.usdm.account import Shared, UsdmAccount
from tests.exchange.usdm.algo import Algo

CASH: Final = Decimal(10_000)


@dataclass
class Pair:
    """Stop and target as one: `number` is what the client knows them by."""

    number: int
    client_id: str
    order: int
    ends: list[Algo]
    goes_with_position: bool = False

    @property
    def is_open(self) -> bool:
        return all(each.is_open for each in self.ends)

    @property
    def closes_all(self) -> bool:
        return self.ends[0].closes_all

    @property
    def children(self) -> list[str]:
        """What it became once it was met."""
        return [str(each.order_number) for each in self.ends if each.order_number]

    @property
    def state(self) -> str:
        if self.is_open:
            return "live"
        if self.children:
            return "effective"
        fired = any(each.triggered_ms for each in self.ends)
        return "order_failed" if fired else "canceled"


class OkxVenue(OkxDoor):
    routes: Mapping[str, Route] = {**rest_public.ROUTES, **rest.ROUTES, **orders.ROUTES}

    def __init__(
        self, agenda: Agenda, books: Books, keys: Mapping[str, ApiKey], faults: Faults
    ) -> None:
        super().__init__(agenda, keys, faults)
        now_ms = agenda.now_ms()
        self.listed_ms = now_ms - LISTED_MS
        self.symbols = listings.listed()
        self.streams = OkxStreams(self)
        self.markets = {
            each.name: Market(each.name, each.tick, each.price, begin_ms=now_ms, moved=[self.moved])
            for each in self.symbols.values()
        }
        numbers = count(9_000_000_001)
        shared = Shared(agenda, books, self.symbols, self.markets, "okx", numbers)
        names = dict.fromkeys(each.account for each in keys.values())
        self.accounts = {
            name: UsdmAccount(name, shared, partial(self._heard, name)) for name in names
        }
        self.attached: dict[int, dict[str, Any]] = {}
        self.pairs: dict[str, list[Pair]] = {name: [] for name in names}
        self.dead_men: dict[str, int] = {}
        for account in self.accounts.values():
            account.deposit("USDT", CASH)

    async def socket(self, request: web.Request) -> Any:
        return await self.streams.serve(request)

    def moved(self, market: Market) -> None:
        self.streams.moved(market)
        for name, account in self.accounts.items():
            account.matcher.look(market)
            algos.look(account, market)
            self._end_other_ends(name)
            forced.look(account)

    def wait(
        self, account: UsdmAccount, order: Order, units: Decimal, asked: Mapping[str, Any]
    ) -> Pair:
        """Stop, target or both begin to wait, for so much of what this order has opened."""
        pair = Pair(account.new_number(), _client_id(asked), order.number, [])
        # "Valid only when it reduces": one that closes all is of the position in any case.
        pair.goes_with_position = bool(asked.get("cxlOnClosePos") or asked.get("closeFraction"))
        for kind, name in (("STOP_MARKET", "sl"), ("TAKE_PROFIT_MARKET", "tp")):
            if asked.get(f"{name}TriggerPx"):
                made = self._end(account, order, kind, units)
                made.trigger = Decimal(str(asked[f"{name}TriggerPx"]))
                made.closes_all = asked.get("closeFraction") == "1"
                pair.ends.append(made)
        self.pairs[account.name].append(pair)
        return pair

    def dead_man(self, name: str, due_ms: int) -> None:
        """Nobody renewed it: all plain orders of the account go, what is attached stays."""
        if self.dead_men.get(name) != due_ms:
            return
        matcher = self.accounts[name].matcher
        for order in matcher.open():
            matcher.end(order, "CANCELED")

    def _end(self, account: UsdmAccount, order: Order, kind: str, units: Decimal) -> Algo:
        now_ms = self.agenda.now_ms()
        made = Algo(
            account.new_number(),
            f"{order.client_id}{kind[:1]}",
            order.symbol,
            "SELL" if order.side == "BUY" else "BUY",
            kind,
            units,
            position_side=order.position_side,
            is_reduce_only=True,
            created_ms=now_ms,
            updated_ms=now_ms,
        )
        account.algos[made.number] = made
        return made

    def _end_other_ends(self, name: str) -> None:
        for pair in self.pairs[name]:
            if not pair.is_open:
                for each in pair.ends:
                    if each.is_open:
                        algos.end(self.accounts[name], each, "CANCELED")

    def _end_bound(self, name: str) -> None:
        """What belongs to a position goes with it."""
        account = self.accounts[name]
        for pair in self.pairs[name]:
            symbol = pair.ends[0].symbol
            if pair.goes_with_position and pair.is_open and not account.position(symbol).units:
                for each in pair.ends:
                    algos.end(account, each, "CANCELED")

    def _heard(self, name: str, event: dict[str, Any]) -> None:
        """An order has ended: now its exits wait."""
        told = event.get("o", {})
        if event["e"] == "ORDER_TRADE_UPDATE" and told["x"] == "TRADE":
            self._end_bound(name)
        asked = self.attached.get(told.get("i", 0))
        if asked is not None and told["X"] in {"FILLED", "CANCELED", "EXPIRED"}:
            del self.attached[told["i"]]
            order = self.accounts[name].matcher.orders[told["i"]]
            if order.filled:
                self.wait(self.accounts[name], order, order.filled, asked)


def _client_id(asked: Mapping[str, Any]) -> str:
    return str(asked.get("attachAlgoClOrdId") or asked.get("algoClOrdId") or "")
