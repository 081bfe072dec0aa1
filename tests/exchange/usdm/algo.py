"""Conditional orders: stops, take-profits and trailing stops wait here for the market's price.

They are no plain orders: a plain question does not show them, the dead-man's timer does not end
them, and the position's end leaves the other leg alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

TAKES_PROFIT = frozenset({"TAKE_PROFIT", "TAKE_PROFIT_MARKET"})


@dataclass
class Algo:
    """`status`: NEW, then TRIGGERED and FINISHED, or CANCELED, EXPIRED, REJECTED."""

    number: int
    client_id: str
    symbol: str
    side: str
    kind: str
    quantity: Decimal
    trigger: Decimal = Decimal(0)
    price: Decimal = Decimal(0)
    tif: str = "GTC"
    position_side: str = "BOTH"
    is_reduce_only: bool = False
    closes_all: bool = False
    working: str = "CONTRACT_PRICE"
    activate: Decimal = Decimal(0)
    callback: Decimal = Decimal(0)  # percent
    peak: Decimal = Decimal(0)  # of a trailing stop, once it is active
    status: str = "NEW"
    created_ms: int = 0
    updated_ms: int = 0
    triggered_ms: int = 0
    order_number: int = 0
    reason: str = ""

    @property
    def is_open(self) -> bool:
        return self.status == "NEW"

    def is_met(self, price: Decimal) -> bool:
        """Looks at the price and, for a trailing stop, remembers the best one."""
        if self.kind == "TRAILING_STOP_MARKET":
            return self._is_trailed(price)
        rises = (self.side == "BUY") != (self.kind in TAKES_PROFIT)
        return price >= self.trigger if rises else price <= self.trigger

    def _is_trailed(self, price: Decimal) -> bool:
        sells = self.side == "SELL"
        if not self.peak:
            waits = price < self.activate if sells else price > self.activate
            if self.activate and waits:
                return False
            self.peak = price
        self.peak = max(self.peak, price) if sells else min(self.peak, price)
        share = self.callback / 100
        self.trigger = self.peak * (1 - share if sells else 1 + share)
        return price <= self.trigger if sells else price >= self.trigger
