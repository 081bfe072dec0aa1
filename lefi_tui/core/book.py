"""The order book of a market as it stood at one moment, and what was traded there, exact."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from lefi_tui.core.order import Side
from lefi_tui.core.record import Record


class Depth(NamedTuple):
    price: Decimal
    units: Decimal


class Book(Record):
    """Best first on both sides."""

    symbol: str
    at_ns: int
    bids: tuple[Depth, ...]
    asks: tuple[Depth, ...]

    def against(self, side: Side) -> tuple[Depth, ...]:
        """What an order of this side trades with."""
        return self.asks if side is Side.BUY else self.bids

    def beside(self, side: Side) -> tuple[Depth, ...]:
        """What an order of this side would stand among."""
        return self.bids if side is Side.BUY else self.asks


class Traded(NamedTuple):
    """A trade print of the market, exact. `side` is who took."""

    at_ns: int
    price: Decimal
    units: Decimal
    side: Side
