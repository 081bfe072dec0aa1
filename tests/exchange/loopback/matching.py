"""Orders and their fills: what every venue of ours does alike.

A venue checks an order before, and settles each fill after; in between stands this. A fill plan of
a test (30 %, 30 %, 40 %) takes the place of the book's answer for one order.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Protocol

from tests.exchange.loopback.agenda import Agenda
from tests.exchange.loopback.market import Level, Market

OPEN: Final = frozenset({"NEW", "PARTIALLY_FILLED"})


@dataclass(frozen=True)
class Trade:
    number: int
    at_ms: int
    price: Decimal
    quantity: Decimal
    is_maker: bool
    fee: Decimal
    fee_asset: str
    realized: Decimal


@dataclass
class Order:
    """`kind` is MARKET or LIMIT; `origin` names what it came from (a stop, a liquidation)."""

    number: int
    client_id: str
    symbol: str
    side: str
    kind: str
    quantity: Decimal
    price: Decimal = Decimal(0)
    tif: str = "GTC"
    is_reduce_only: bool = False
    position_side: str = "BOTH"
    origin: str = ""
    created_ms: int = 0
    updated_ms: int = 0
    status: str = "NEW"
    trades: list[Trade] = field(default_factory=list)
    is_external: bool = False
    quote_quantity: Decimal = Decimal(0)
    close_all: bool = False

    @property
    def filled(self) -> Decimal:
        return sum((each.quantity for each in self.trades), Decimal(0))

    @property
    def left(self) -> Decimal:
        return self.quantity - self.filled

    @property
    def quote(self) -> Decimal:
        return sum((each.quantity * each.price for each in self.trades), Decimal(0))

    @property
    def average(self) -> Decimal:
        return self.quote / self.filled if self.trades else Decimal(0)

    @property
    def is_open(self) -> bool:
        return self.status in OPEN

    @property
    def limit(self) -> Decimal | None:
        return self.price if self.kind == "LIMIT" else None


@dataclass
class FillPlan:
    """Shares of the order, one after another; what is left then rests, is canceled or expires."""

    shares: tuple[Decimal, ...]
    pause_ms: int = 0
    then: str = "rest"
    symbol: str = ""
    opens: bool = False  # met by orders alone that may open a position


class Settles(Protocol):
    """The venue's side of a match: it keeps the books and tells the streams."""

    def settle(self, order: Order, level: Level, *, is_maker: bool) -> None:
        """Books the fill and appends it to the order."""

    def room(self, order: Order) -> Decimal:
        """How much of it may still fill: one that only reduces, what is open against it."""

    def told(self, order: Order, what: str) -> None:
        """`what` is the execution type: NEW, TRADE, CANCELED, EXPIRED, AMENDMENT."""


class Matcher:
    def __init__(self, venue: Settles, agenda: Agenda, market: Callable[[str], Market]) -> None:
        self._venue = venue
        self._agenda = agenda
        self._market = market
        self.orders: dict[int, Order] = {}
        self.by_client_id: defaultdict[str, list[Order]] = defaultdict(list)
        self._open: dict[int, Order] = {}
        self.plans: deque[FillPlan] = deque()

    def open(self, symbol: str = "") -> list[Order]:
        return [each for each in tuple(self._open.values()) if not symbol or each.symbol == symbol]

    def place(self, order: Order) -> None:
        """Accepted, told, matched; at its end it is filled, expired or at rest."""
        self._keep(order)
        self._venue.told(order, "NEW")
        plan = self._plan(order)
        if plan is None:
            self._take(order)
        else:
            self._follow(order, plan, 0)

    def force(self, order: Order, price: Decimal) -> None:
        """The exchange's own order: filled at once, at the price it says."""
        self._keep(order)
        self._venue.told(order, "NEW")
        self.fill(order, (price, order.left), is_maker=False)

    def look(self, market: Market) -> None:
        """The price has moved: what rests at it or better is filled at its own price."""
        for order in self.open(market.symbol):
            if order.is_open and order.kind == "LIMIT" and market.crosses(order.side, order.price):
                self.fill(order, (order.price, order.left), is_maker=True)

    def fill(self, order: Order, level: Level, *, is_maker: bool) -> None:
        price, quantity = level
        quantity = min(quantity, self._venue.room(order))
        if not quantity:
            self.end(order, "EXPIRED")
            return
        order.status = "FILLED" if quantity == order.left else "PARTIALLY_FILLED"
        self._dated(order)
        self._venue.settle(order, (price, quantity), is_maker=is_maker)
        self._venue.told(order, "TRADE")

    def end(self, order: Order, status: str) -> None:
        """CANCELED or EXPIRED, whatever of it is filled."""
        assert order.is_open, "an order ends once"
        order.status = status
        self._dated(order)
        self._venue.told(order, status)

    def amend(self, order: Order, quantity: Decimal, price: Decimal) -> None:
        order.quantity, order.price = quantity, price
        self._dated(order)
        self._venue.told(order, "AMENDMENT")
        self._take(order)

    def _keep(self, order: Order) -> None:
        self.orders[order.number] = self._open[order.number] = order
        self.by_client_id[order.client_id].append(order)

    def _dated(self, order: Order) -> None:
        order.updated_ms = self._agenda.now_ms()
        if not order.is_open:
            self._open.pop(order.number, None)

    def _take(self, order: Order) -> None:
        market = self._market(order.symbol)
        levels = market.takes(order.side, order.left, order.limit)
        if order.tif == "FOK" and sum(units for _, units in levels) < order.left:
            levels = []
        for level in levels:
            if order.is_open:  # else it has closed the position, and ended with it
                self.fill(order, level, is_maker=False)
        if order.is_open and (order.kind == "MARKET" or order.tif in {"IOC", "FOK"}):
            self.end(order, "EXPIRED")

    def _plan(self, order: Order) -> FillPlan | None:
        for plan in self.plans:
            is_met = not (plan.opens and order.is_reduce_only)
            if is_met and plan.symbol in {"", order.symbol}:
                self.plans.remove(plan)
                return plan
        return None

    def _follow(self, order: Order, plan: FillPlan, at: int) -> None:
        if not order.is_open:
            return  # canceled meanwhile
        if at == len(plan.shares):
            if order.is_open and plan.then != "rest":
                self.end(order, "CANCELED" if plan.then == "cancel" else "EXPIRED")
            return
        price = order.limit or next(self._market(order.symbol).side(order.side))[0]
        part = min(order.quantity * plan.shares[at], order.left)
        self.fill(order, (price, part), is_maker=False)
        if plan.pause_ms:
            self._agenda.after(plan.pause_ms, lambda: self._follow(order, plan, at + 1))
        else:
            self._follow(order, plan, at + 1)
