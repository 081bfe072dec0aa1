"""Binance spot as a client meets it, with the wallet API that stands on the same host."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from aiohttp import web

from tests.exchange.loopback.agenda import Agenda
from tests.exchange.loopback.ask import Route
from tests.exchange.loopback.binance import BinanceDoor
from tests.exchange.loopback.books import Books
from tests.exchange.loopback.faults import Faults
from tests.exchange.loopback.keys import ApiKey
from tests.exchange.loopback.market import Market
from tests.exchange.spot import rest, wallet
from tests.exchange.spot.account import Pair, SpotAccount, SpotShared

CASH: Final = Decimal(10_000)
PAIRS: Final = (
    Pair("BTCUSDT", "BTC", Decimal("0.01"), Decimal("0.00001"), Decimal(60_000)),
    Pair("ETHUSDT", "ETH", Decimal("0.01"), Decimal("0.0001"), Decimal(3_000)),
)


class SpotVenue(BinanceDoor):
    hosts = frozenset({"api.binance.com", "dapi.binance.com", "demo-api.binance.com"})
    routes: Mapping[str, Route] = {**rest.ROUTES, **wallet.ROUTES}

    def __init__(
        self, agenda: Agenda, books: Books, keys: Mapping[str, ApiKey], faults: Faults
    ) -> None:
        super().__init__(agenda, keys, faults)
        self.pairs = {each.name: replace(each) for each in PAIRS}
        now_ms = agenda.now_ms()
        self.markets = {
            each.name: Market(each.name, each.tick, each.price, begin_ms=now_ms, moved=[self.moved])
            for each in self.pairs.values()
        }
        self.shared = SpotShared(agenda, books, self.pairs, self.markets)
        names = dict.fromkeys(each.account for each in keys.values())
        self.accounts = {name: SpotAccount(name, self.shared) for name in names}
        self.transfer_status = "CONFIRMED"
        self.futures_free: Callable[[str, str], Decimal] = lambda _account, _asset: Decimal(0)
        for account in self.accounts.values():
            account.deposit("USDT", CASH)

    def free(self, account: str, kind: str, asset: str) -> Decimal:
        """What may leave one of the two wallets."""
        if kind == "spot":
            return self.accounts[account].free(asset)
        return self.futures_free(account, asset)

    def moved(self, market: Market) -> None:
        for account in self.accounts.values():
            account.matcher.look(market)

    async def socket(self, _request: web.Request) -> Any:
        return web.Response(status=404, text="no streams here")
