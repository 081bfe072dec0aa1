"""Binance USD-M as a client meets it: hosts, routes, accounts; what a move of the market does."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any, Final

from aiohttp import web

from tests.exchange.loopback.agenda import Agenda
from tests.exchange.loopback.ask import Ask, Route
from tests.exchange.loopback.binance import BinanceDoor
from tests.exchange.loopback.books import Books
from tests.exchange.loopback.calls import Calls
from tests.exchange.loopback.faults import Faults
from tests.exchange.loopback.keys import ApiKey
from tests.exchange.loopback.market import LISTED_MS, Market
from tests.exchange.usdm import (
    algos,
    events,
    forced,
    rest_account,
    rest_orders,
    rest_public,
    symbols,
    ws_api,
)
from tests.exchange.usdm.account import Shared, UsdmAccount
from tests.exchange.usdm.listen_keys import ListenKeys
from tests.exchange.usdm.streams import Streams

CASH: Final = Decimal(10_000)


class UsdmVenue(BinanceDoor):
    hosts = frozenset(
        {
            "fapi.binance.com",
            "fstream.binance.com",
            "demo-fapi.binance.com",
            "demo-fstream.binance.com",
            ws_api.HOST,
        }
    )
    routes: Mapping[str, Route] = {
        **rest_public.ROUTES,
        **rest_orders.ROUTES,
        **rest_account.ROUTES,
    }

    def __init__(
        self, agenda: Agenda, books: Books, keys: Mapping[str, ApiKey], faults: Faults
    ) -> None:
        super().__init__(agenda, keys, faults)
        self.books, self.calls = books, Calls()
        self.symbols = symbols.listed()
        now_ms = agenda.now_ms()
        self.listed_ms = now_ms - LISTED_MS
        self.markets = {
            each.name: Market(each.name, each.tick, each.price, begin_ms=now_ms, moved=[self.moved])
            for each in self.symbols.values()
        }
        self.listen_keys = ListenKeys(agenda, self._key_expired)
        self.streams = Streams(self)
        shared = Shared(agenda, books, self.symbols, self.markets)
        self.accounts = {
            name: UsdmAccount(name, shared, partial(self.streams.tell_user, name))
            for name in dict.fromkeys(each.account for each in keys.values())
        }
        for account in self.accounts.values():
            account.deposit("USDT", CASH)

    # ---- what a request is held against

    def account(self, ask: Ask) -> UsdmAccount:
        return self.accounts[ask.key.account]

    def market(self, ask: Ask) -> Market:
        return self.markets[symbols.symbol_of(self.symbols, ask).name]

    def is_visible(self, account: UsdmAccount, client_id: str, created_ms: int) -> bool:
        """Questions may find an order later than the matching engine did."""
        now_ms = self.agenda.now_ms()
        until_ms = max(created_ms + self.read_lag_ms, account.hidden.get(client_id, 0))
        return now_ms >= until_ms or until_ms == created_ms

    async def socket(self, request: web.Request) -> Any:
        if request.host.startswith(ws_api.HOST):
            return await ws_api.serve(self, request)
        return await self.streams.serve(request)

    def free(self, account: str, asset: str) -> Decimal:
        """What may leave the wallet."""
        owner = self.accounts[account]
        return owner.available if asset == "USDT" else owner.balance(asset)

    # ---- what time and the market do

    def moved(self, market: Market) -> None:
        for account in self.accounts.values():
            account.matcher.look(market)
            algos.look(account, market)
            forced.look(account)
        self.streams.moved(market)

    def dead_man(self, account: UsdmAccount, symbol: str, due_ms: int) -> None:
        """Nobody renewed it: the plain orders of this symbol go, stops stay."""
        if account.dead_men.get(symbol) != due_ms:
            return
        del account.dead_men[symbol]
        for order in account.matcher.open(symbol):
            account.matcher.end(order, "CANCELED")

    def _key_expired(self, _account: str, key: str) -> None:
        self.streams.tell_key(key, events.key_expired(key, self.agenda.now_ms()))
