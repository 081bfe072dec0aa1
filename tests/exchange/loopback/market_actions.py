"""What a test may do to one venue's markets and orders, whichever venue it is."""

from __future__ import annotations

import random
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any, Protocol

from tests.exchange.loopback.agenda import Agenda
from tests.exchange.loopback.ask import text
from tests.exchange.loopback.market import Market
from tests.exchange.loopback.matching import FillPlan, Matcher


class Trades(Protocol):
    """An account of a venue."""

    @property
    def matcher(self) -> Matcher: ...

    def check(self) -> None: ...


class MarketActions:
    def __init__(
        self,
        agenda: Agenda,
        markets: Mapping[str, Market],
        accounts: Mapping[str, Trades],
        listed: Mapping[str, Any],
    ) -> None:
        self._agenda, self._markets, self._accounts = agenda, markets, accounts
        self._listed = listed

    # ---- listings

    def listing(self, symbol: str, **change: Any) -> None:
        """tick, step, minimum_quantity, minimum_notional, status, leverage_max, order_types."""
        listed = self._listed[symbol]
        for name, value in change.items():
            known = getattr(listed, name)
            setattr(listed, name, Decimal(value) if isinstance(known, Decimal) else value)
        self._markets[symbol].tick = listed.tick

    # ---- prices

    def price(self, symbol: str, price: str) -> None:
        """The best bid goes there, the best ask a tick above; resting orders and stops look."""
        self._markets[symbol].move(Decimal(price), self._agenda.now_ms())

    def book(self, symbol: str, units: str, spread: int = 1) -> None:
        """So much at each level, so many ticks between bid and ask."""
        market = self._markets[symbol]
        market.units, market.spread = Decimal(units), spread
        market.move(market.bid, self._agenda.now_ms())

    def mark(self, symbol: str, price: str) -> None:
        """The mark price alone; "" lets it follow the book again."""
        market = self._markets[symbol]
        market.mark_set = Decimal(price) if price else None
        market.move(market.bid, self._agenda.now_ms())

    def walk(self, symbol: str, moves: int, every_ms: int, seed: int) -> None:
        """At random, a tick to ten up or down each time."""
        market, chance = self._markets[symbol], random.Random(seed)

        def step(left: int) -> None:
            change = market.tick * chance.choice((-1, 1)) * chance.randint(1, 10)
            market.move(market.bid + change, self._agenda.now_ms())
            if left > 1:
                self._agenda.after(every_ms, lambda: step(left - 1))

        self._agenda.after(every_ms, lambda: step(moves))

    def replay(self, symbol: str, candles: list[list[Any]], every_ms: int) -> None:
        """Open, low, high, close of each ([ms, o, h, l, c, …]), a step at a time."""
        prices = [str(row[at]) for row in candles for at in (1, 3, 2, 4)]
        for number, price in enumerate(prices):
            self._agenda.after(every_ms * (number + 1), partial(self.price, symbol, price))

    # ---- accounts

    def settings(self, account: str = "main", **change: Any) -> None:
        """is_hedged, pays_bnb, is_multi_asset, maker, taker, as another hand would set them;
        excess: what becomes of a reducing order of more than is open (cut, whole, refused)."""
        owner = self._accounts[account]
        for name, value in change.items():
            assert hasattr(owner, name), f"an account has no {name}"
            setattr(owner, name, Decimal(value) if name in {"maker", "taker"} else value)

    # ---- orders

    def plan(
        self,
        shares: list[str],
        pause_ms: int = 0,
        then: str = "rest",
        account: str = "main",
        **met: Any,
    ) -> None:
        """The next order (of `symbol`; with `opens` the next that may open a position) fills in
        these shares; then it rests, is canceled, or expires."""
        assert then in {"rest", "cancel", "expire"}, "an order rests, is canceled, or expires"
        made = FillPlan(tuple(map(Decimal, shares)), pause_ms, then, **met)
        self._accounts[account].matcher.plans.append(made)

    def fills(self, account: str = "main") -> list[dict[str, Any]]:
        """Every fill in its order, after a check of the books."""
        self._accounts[account].check()
        rows = [
            {
                "trade": trade.number, "order": order.number, "client_id": order.client_id,
                "symbol": order.symbol, "side": order.side, "price": text(trade.price),
                "quantity": text(trade.quantity), "fee": text(trade.fee),
                "fee_asset": trade.fee_asset, "is_maker": trade.is_maker, "at_ms": trade.at_ms,
                "realized": text(trade.realized), "is_external": order.is_external,
            }
            for order in self._accounts[account].matcher.orders.values()
            for trade in order.trades
        ]  # fmt: skip
        return sorted(rows, key=lambda row: (row["at_ms"], row["trade"]))

    def orders(self, account: str = "main") -> list[dict[str, Any]]:
        return [
            {
                "number": each.number, "client_id": each.client_id, "symbol": each.symbol,
                "side": each.side, "kind": each.kind, "tif": each.tif, "status": each.status,
                "quantity": text(each.quantity), "filled": text(each.filled),
                "price": text(each.price), "average": text(each.average),
                "is_reduce_only": each.is_reduce_only, "origin": each.origin,
                "is_external": each.is_external, "position_side": each.position_side,
            }
            for each in self._accounts[account].matcher.orders.values()
        ]  # fmt: skip

    def end_order(self, client_id: str, status: str = "CANCELED", account: str = "main") -> None:
        """The venue or another hand ends it."""
        matcher = self._accounts[account].matcher
        matcher.end(matcher.by_client_id[client_id][-1], status)
