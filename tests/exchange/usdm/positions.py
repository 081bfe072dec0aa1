"""One position: what a fill does to it, its margin, and the price at which it is liquidated.

Its realized profit is told apart from the wallet, so that the books can be held against it.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from tests.exchange.usdm.symbols import Symbol

CENTS: Final = Decimal("0.00000001")  # what a wallet counts in


@dataclass
class Position:
    """Signed units; `margin` is its own wallet where it is isolated."""

    symbol: Symbol
    side: str = "BOTH"
    units: Decimal = Decimal(0)
    entry: Decimal = Decimal(0)
    leverage: int = 20
    is_isolated: bool = False
    margin: Decimal = Decimal(0)
    realized: Decimal = Decimal(0)
    updated_ms: int = 0

    @property
    def cost(self) -> Decimal:
        return abs(self.units) * self.entry

    def notional(self, mark: Decimal) -> Decimal:
        return self.units * mark

    def profit(self, mark: Decimal) -> Decimal:
        return (mark - self.entry) * self.units

    def initial_margin(self, mark: Decimal) -> Decimal:
        return abs(self.notional(mark)) / self.leverage

    def maintenance(self, mark: Decimal) -> Decimal:
        return abs(self.notional(mark)) * self.symbol.maintenance

    def take(self, change: Decimal, price: Decimal) -> Decimal:
        """A fill of signed units; tells the profit that it realizes."""
        closing = Decimal(0)
        if self.units * change < 0:
            closing = max(change, -self.units) if change < 0 else min(change, -self.units)
        realized = self._reduce(closing, price)
        self._add(change - closing, price)
        return realized

    def _reduce(self, change: Decimal, price: Decimal) -> Decimal:
        if change == 0:
            return Decimal(0)
        realized = ((self.entry - price) * change).quantize(CENTS)
        if self.is_isolated:
            self.margin *= 1 - change / -self.units
        self.units += change
        self.realized += realized
        if self.units == 0:
            self.entry = self.margin = Decimal(0)
        return realized

    def _add(self, change: Decimal, price: Decimal) -> None:
        if change == 0:
            return
        if self.is_isolated:
            self.margin += abs(change) * price / self.leverage
        self.entry = (self.cost + abs(change) * price) / (abs(self.units) + abs(change))
        self.units += change

    def liquidation_price(self, backing: Decimal) -> Decimal:
        """Where loss has eaten what backs it down to the maintenance margin; 0 is never."""
        if self.units == 0:
            return Decimal(0)
        rate = self.symbol.maintenance
        if self.units > 0:
            price = (self.cost - backing) / (self.units * (1 - rate))
        else:
            price = (self.cost + backing) / (-self.units * (1 + rate))
        return max(price, Decimal(0))
