"""A book as a paper venue sees it: levels of both sides, and how an order would walk them.

The rule it keeps: what one order has eaten, the next does not find; a new moment is a new book.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple, Protocol

from msgspec import Struct, field

from lefi_tui.core.book import Book, Depth, Traded
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.money import ZERO
from lefi_tui.core.order import Side


class FundingRate(NamedTuple):
    at_ns: int
    rate: Decimal
    mark: Decimal


class BookMarket(Protocol):
    """Where a paper venue looks: any market with a book and trade prints."""

    def instruments(self) -> tuple[Instrument, ...]: ...

    def book(self, symbol: str, at_ns: int) -> Book:
        """The newest book that is not after `at_ns`."""
        ...

    def best(self, symbol: str, at_ns: int) -> tuple[Decimal, Decimal] | None:
        """Bid and ask of that book, without its depth; None while nobody knows it."""
        ...

    def traded(self, symbol: str, after_ns: int, until_ns: int) -> Sequence[Traded]:
        """Prints with after < time <= until, oldest first."""
        ...

    def mark(self, symbol: str, at_ns: int) -> Decimal | None:
        """None while nobody knows it: then nothing is liquidated, and no exit fires."""
        ...

    def extremes(self, symbol: str, since_ns: int, until_ns: int) -> tuple[Decimal, Decimal] | None:
        """Lowest and highest price between, where known: what a trail saw before a restart."""
        ...

    def funding_rates(self, symbol: str, after_ns: int, until_ns: int) -> Sequence[FundingRate]:
        """What perpetuals paid with after < time <= until, oldest first."""
        ...


class Eaten(Struct):
    """What our own orders took from a book, until the market shows a new one."""

    at_ns: int = -1
    taken: dict[tuple[Side, Decimal], Decimal] = field(default_factory=dict)

    def left(self, book: Book, side: Side, limit: Decimal | None = None) -> Iterator[Depth]:
        """Levels that an order of this side may still take, best first."""
        if book.at_ns != self.at_ns:
            self.at_ns, self.taken = book.at_ns, {}
        for price, units in book.against(side):
            if limit is not None and (limit - price) * side.sign < 0:
                return
            rest = units - self.taken.get((side, price), ZERO)
            if rest > 0:
                yield Depth(price, rest)

    def take(self, side: Side, depth: Depth) -> None:
        key = (side, depth.price)
        self.taken[key] = self.taken.get(key, ZERO) + depth.units


def walk(levels: Iterator[Depth], units: Decimal) -> list[Depth]:
    """What an order of this many units takes; less where the book is too thin."""
    out: list[Depth] = []
    for price, there in levels:
        if units <= 0:
            break
        part = min(units, there)
        out.append(Depth(price, part))
        units -= part
    return out


def units_worth(levels: Iterator[Depth], notional: Decimal) -> Decimal:
    """How many units this much money takes, level by level; the last level holds without end."""
    units = price = ZERO
    for price, there in levels:
        if price * there >= notional:
            break
        units += there
        notional -= price * there
    return units + notional / price if price else ZERO
