"""One spot account: what it has of each asset, what its orders hold back, and its orders' rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any, Final

from tests.exchange.loopback.agenda import Agenda
from tests.exchange.loopback.books import FEES, OUTSIDE, TRADERS, Books, Entry
from tests.exchange.loopback.market import Level, Market
from tests.exchange.loopback.matching import Matcher, Order, Trade
from tests.exchange.loopback.refused import RefusedError

CENTS: Final = Decimal("0.00000001")
POOR: Final = "Account has insufficient balance for requested action."


@dataclass
class Pair:
    """A test may change any of it while the exchange runs."""

    name: str
    base: str
    tick: Decimal
    step: Decimal
    price: Decimal
    minimum_notional: Decimal = Decimal(5)
    quote: str = "USDT"


@dataclass
class SpotShared:
    agenda: Agenda
    books: Books
    pairs: Mapping[str, Pair]
    markets: Mapping[str, Market]
    numbers: count[int] = field(default_factory=lambda: count(7_000_000_001))


class SpotAccount:
    def __init__(self, name: str, shared: SpotShared) -> None:
        self.name, self.wallet, self.shared = name, f"spot:{name}", shared
        self.matcher = Matcher(self, shared.agenda, shared.markets.__getitem__)
        self.fee = Decimal("0.001")

    # ---- balances

    def balance(self, asset: str) -> Decimal:
        return self.shared.books.balance(self.wallet, asset)

    def locked(self, asset: str) -> Decimal:
        held = (self._holds(each) for each in self.matcher.open())
        return sum((amount for name, amount in held if name == asset), Decimal(0))

    def free(self, asset: str) -> Decimal:
        return self.balance(asset) - self.locked(asset)

    def post(self, kind: str, against: str, asset: str, amount: Decimal, **more: Any) -> None:
        books, now_ms = self.shared.books, self.shared.agenda.now_ms()
        number = len(books.entries) + 1
        books.post(Entry(number, now_ms, kind, self.wallet, against, asset, amount, **more))
        books.show(self.wallet, asset, amount)

    def deposit(self, asset: str, amount: Decimal) -> None:
        self.post("TRANSFER", OUTSIDE, asset, amount)
        self.check()

    def check(self) -> None:
        self.shared.books.check()
        for asset in self.shared.books.assets(self.wallet):
            assert self.free(asset) >= 0, f"more {asset} is held back than there is"

    def _holds(self, order: Order) -> tuple[str, Decimal]:
        pair = self.shared.pairs[order.symbol]
        if order.side == "SELL":
            return pair.base, order.left
        return pair.quote, order.left * (order.price or self.shared.markets[pair.name].ask)

    # ---- orders

    def place(self, made: Order) -> Order:
        """Checked against what is free and the book, then matched."""
        pair = self.shared.pairs[made.symbol]
        market = self.shared.markets[made.symbol]
        if any(each.is_open for each in self.matcher.by_client_id[made.client_id]):
            raise RefusedError(-2010, "Duplicate order sent.")
        if made.quantity * (made.price or market.ask) < pair.minimum_notional:
            raise RefusedError(-1013, "Filter failure: NOTIONAL")
        asset, amount = self._holds(made)
        if amount > self.free(asset):
            raise RefusedError(-2010, POOR)
        if made.tif == "GTX" and market.crosses(made.side, made.price):
            raise RefusedError(-2010, "Order would immediately match and take.")
        self.matcher.place(made)
        return made

    def room(self, order: Order) -> Decimal:
        """What is held back for it is there."""
        return order.left

    def settle(self, order: Order, level: Level, *, is_maker: bool) -> None:
        """The fee is taken from what comes in."""
        price, quantity = level
        pair, market = self.shared.pairs[order.symbol], self.shared.markets[order.symbol]
        now_ms = self.shared.agenda.now_ms()
        number = market.print(price, quantity, now_ms, is_buyer_maker=order.side == "SELL")
        cost = price * quantity
        comes = (pair.base, quantity) if order.side == "BUY" else (pair.quote, cost)
        goes = (pair.quote, cost) if order.side == "BUY" else (pair.base, quantity)
        fee = (comes[1] * self.fee).quantize(CENTS)
        more: dict[str, Any] = {"symbol": order.symbol, "trade": number}
        order.trades.append(
            Trade(number, now_ms, price, quantity, is_maker, fee, comes[0], Decimal(0))
        )
        self.post("TRADE", TRADERS, comes[0], comes[1], **more)
        self.post("TRADE", TRADERS, goes[0], -goes[1], **more)
        self.post("COMMISSION", FEES, comes[0], -fee, **more)

    def told(self, _order: Order, what: str) -> None:
        if what == "TRADE":
            self.check()
