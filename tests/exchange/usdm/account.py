"""One futures account: wallet, positions, orders, and what a fill does to all of them.

The rule it keeps: after each fill the books agree with the wallet, and each position with its
fills; whatever the account did is told to its stream before any answer leaves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any, Final

from tests.exchange.loopback.agenda import Agenda
from tests.exchange.loopback.books import FEES, FUNDING, OUTSIDE, TRADERS, Books, Entry
from tests.exchange.loopback.market import Level, Market
from tests.exchange.loopback.matching import Matcher, Order, Trade
from tests.exchange.usdm import events
from tests.exchange.usdm.algo import Algo
from tests.exchange.usdm.positions import CENTS, Position
from tests.exchange.usdm.symbols import Symbol

USDT: Final = "USDT"
BNB: Final = "BNB"
BNB_SHARE: Final = Decimal("0.9")  # a fee paid in BNB is a tenth less
BNB_PRICE: Final = Decimal(600)


@dataclass
class Shared:
    """What all accounts of the exchange have in common."""

    agenda: Agenda
    books: Books
    symbols: Mapping[str, Symbol]
    markets: Mapping[str, Market]
    wallet: str = "usdm"
    numbers: count[int] = field(default_factory=lambda: count(4_000_000_001))


class UsdmAccount:
    def __init__(self, name: str, shared: Shared, tell: Callable[[dict[str, Any]], None]) -> None:
        self.name, self.wallet = name, f"{shared.wallet}:{name}"
        self.shared, self._tell = shared, tell
        self.matcher = Matcher(self, shared.agenda, shared.markets.__getitem__)
        self.algos: dict[int, Algo] = {}
        self.positions: dict[tuple[str, str], Position] = {}
        self.leverages: dict[str, int] = {}
        self.isolated: set[str] = set()
        self.is_hedged = False
        self.is_multi_asset = False
        self.pays_bnb = False
        # A reducing order of more than is open: cut to it, taken whole (and never filled beyond
        # it), or refused. Binance's words and its users' tell of each of the three.
        self.excess = "cut"
        self.maker, self.taker = Decimal("0.0002"), Decimal("0.0005")
        self.dead_men: dict[str, int] = {}
        self._filled: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self.hidden: dict[str, int] = {}  # client id: no question finds it until then

    # ---- the wallet

    def balance(self, asset: str = USDT) -> Decimal:
        return self.shared.books.balance(self.wallet, asset)

    def post(self, kind: str, against: str, amount: Decimal, **more: Any) -> None:
        """`asset`, `symbol` and `trade` may be said; without a word the asset is USDT."""
        if amount == 0:
            return
        books, asset = self.shared.books, more.pop("asset", USDT)
        number, now_ms = len(books.entries) + 1, self.shared.agenda.now_ms()
        books.post(Entry(number, now_ms, kind, self.wallet, against, asset, amount, **more))
        books.show(self.wallet, asset, amount)

    def deposit(self, asset: str, amount: Decimal, kind: str = "TRANSFER") -> None:
        """From outside; it may be negative."""
        self.post(kind, OUTSIDE, amount, asset=asset)
        reason = "DEPOSIT" if amount > 0 else "WITHDRAW"
        self.say(events.balances(self, reason, (asset,), change=amount))
        self.check()

    @property
    def cross_balance(self) -> Decimal:
        return self.balance() - sum((each.margin for each in self.held()), Decimal(0))

    @property
    def available(self) -> Decimal:
        """What new positions may use."""
        left = self.cross_balance
        for each in self.held():
            if not each.is_isolated:
                left += self.profit(each) - each.initial_margin(self.mark(each.symbol.name))
        return left - self.order_margin

    @property
    def order_margin(self) -> Decimal:
        """Held back for what rests and would open something."""
        opening = (each for each in self.matcher.open() if not each.is_reduce_only)
        return sum((self.cost_of(each) for each in opening), Decimal(0))

    def cost_of(self, order: Order) -> Decimal:
        price = order.price or self.shared.markets[order.symbol].ask
        return order.left * price / self.leverage(order.symbol)

    # ---- positions

    def position(self, symbol: str, side: str = "BOTH") -> Position:
        if (symbol, side) not in self.positions:
            made = Position(self.shared.symbols[symbol], side)
            made.leverage, made.is_isolated = self.leverage(symbol), symbol in self.isolated
            self.positions[symbol, side] = made
        return self.positions[symbol, side]

    def margin(self, symbol: str, *, is_isolated: bool) -> None:
        """Of positions that are opened from now on."""
        (self.isolated.add if is_isolated else self.isolated.discard)(symbol)
        for position in self.positions.values():
            if position.symbol.name == symbol and not position.units:
                position.is_isolated = is_isolated

    def held(self) -> list[Position]:
        return [each for each in self.positions.values() if each.units]

    def leverage(self, symbol: str) -> int:
        return self.leverages.get(symbol, 20)

    def mark(self, symbol: str) -> Decimal:
        return self.shared.markets[symbol].mark

    def profit(self, position: Position) -> Decimal:
        return position.profit(self.mark(position.symbol.name))

    def backing(self, position: Position) -> Decimal:
        """What may be lost before the position is taken away."""
        if position.is_isolated:
            return position.margin
        others = [each for each in self.held() if not each.is_isolated and each is not position]
        worth = sum((self.profit(each) for each in others), Decimal(0))
        needs = sum((each.maintenance(self.mark(each.symbol.name)) for each in others), Decimal(0))
        return self.cross_balance + worth - needs

    def liquidation_price(self, position: Position) -> Decimal:
        return position.liquidation_price(self.backing(position))

    # ---- orders

    def new_number(self) -> int:
        return next(self.shared.numbers)

    def by_client_id(self, client_id: str) -> list[Order]:
        """Oldest first; ids are unique among what is open alone."""
        return self.matcher.by_client_id[client_id]

    def reducible(self, order: Order) -> Decimal:
        """How much of the position its side can close."""
        units = self.position(order.symbol, order.position_side).units
        return max(Decimal(0), -units if order.side == "BUY" else units)

    def promised(self, order: Order) -> Decimal:
        """What reducing orders of its side that rest would close."""
        resting = (
            each.left
            for each in self.matcher.open(order.symbol)
            if each.is_reduce_only and each.side == order.side
        )
        return sum(resting, Decimal(0))

    def room(self, order: Order) -> Decimal:
        """A reducing order rests as large as it was asked for: the position may be less by then."""
        return min(order.left, self.reducible(order)) if order.is_reduce_only else order.left

    def settle(self, order: Order, level: Level, *, is_maker: bool) -> None:
        price, quantity = level
        position = self.position(order.symbol, order.position_side)
        change = quantity if order.side == "BUY" else -quantity
        realized = position.take(change, price)
        self._filled[order.symbol, order.position_side] += change
        position.updated_ms = self.shared.agenda.now_ms()
        fee, asset = self._fee(price * quantity, is_maker=is_maker)
        number = self._printed(order, level)
        trade = Trade(number, position.updated_ms, price, quantity, is_maker, fee, asset, realized)
        order.trades.append(trade)
        self.post("REALIZED_PNL", TRADERS, realized, symbol=order.symbol, trade=number)
        self.post("COMMISSION", FEES, -fee, asset=asset, symbol=order.symbol, trade=number)
        self.say(events.balances(self, "ORDER", (USDT, asset), position))

    def told(self, order: Order, what: str) -> None:
        self.say(events.order(order, what, self.shared.agenda.now_ms()))
        if what == "TRADE":
            self._expire_reducers(order)
            self.check()

    def say(self, event: dict[str, Any]) -> None:
        self._tell(event)

    def fund(self, symbol: str, rate: Decimal) -> None:
        """Longs pay shorts where the rate is above zero."""
        for each in self.held():
            if each.symbol.name == symbol:
                paid = (each.notional(self.mark(symbol)) * rate).quantize(CENTS)
                self.post("FUNDING_FEE", FUNDING, -paid, symbol=symbol)
                self.say(events.balances(self, "FUNDING_FEE", (USDT,), each, change=-paid))
        self.check()

    def check(self) -> None:
        """The books agree with the wallet, and each position with its fills."""
        self.shared.books.check()
        for key, position in self.positions.items():
            told = self._filled[key]
            assert position.units == told, f"{key}: {position.units} held, {told} filled"

    def _fee(self, notional: Decimal, *, is_maker: bool) -> tuple[Decimal, str]:
        fee = (notional * (self.maker if is_maker else self.taker)).quantize(CENTS)
        in_bnb = (fee * BNB_SHARE / BNB_PRICE).quantize(CENTS)
        if self.pays_bnb and self.balance(BNB) >= in_bnb:
            return in_bnb, BNB
        return fee, USDT

    def _printed(self, order: Order, level: Level) -> int:
        market = self.shared.markets[order.symbol]
        now_ms = self.shared.agenda.now_ms()
        return market.print(*level, now_ms, is_buyer_maker=order.side == "SELL")

    def _expire_reducers(self, filled: Order) -> None:
        """What could only reduce a position that is gone, ends."""
        if self.position(filled.symbol, filled.position_side).units:
            return
        for order in self.matcher.open(filled.symbol):
            if order.is_reduce_only and order.position_side == filled.position_side:
                self.matcher.end(order, "EXPIRED")
