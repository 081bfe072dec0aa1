"""The trades of a run as the market told them, in numbers; a Trade is made where one is asked for.

Most of whom a run is for want its numbers and its newest trades: to make all of ten thousand takes
as long as the run itself.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Final, overload

from msgspec import Struct

from lefi_tui.core.matching import MarketRules
from lefi_tui.core.matching.account import REASONS
from lefi_tui.core.metrics import Trade
from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine.market_told import LEGS

SIDES: Final = {1: "long", -1: "short"}
CLOSE: Final = "close"
_BY_LEG: Final = ("order", *(REASONS.get(each, each) for each in LEGS[1:]))


class _Part(Struct):
    """What was taken at one time, and where in it a fill closed something."""

    m: array[float]
    n: array[int]
    places: array[int]
    first: int  # the number of its first trade


class ToldTrades(Sequence[Trade]):
    """Owns what it was given; it grows as more is told."""

    def __init__(self, rules: Sequence[MarketRules]) -> None:
        """`rules`: by the number of the book."""
        self._symbols = [each.symbol for each in rules]
        self._parts: list[_Part] = []
        self.pnl = array("d")
        self.both: list[int] = []  # as TradeBook has it

    def add(self, m: array[float], n: array[int]) -> None:
        """What was told, from its first place on."""
        closed = n[at.T_CLOSED :: at.TELLING]
        places = array("q", compress(range(0, len(n), at.TELLING), closed))
        part = _Part(m, n, places, len(self.pnl))
        self._parts.append(part)
        self.pnl.extend(compress(m[at.T_PNL :: at.TELLING], closed))
        if any(compress(n[at.T_HAD_BOTH :: at.TELLING], closed)):
            self.both += _both(part)

    def __len__(self) -> int:
        return len(self.pnl)

    @overload
    def __getitem__(self, place: int) -> Trade: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Trade]: ...
    def __getitem__(self, place: int | slice) -> Trade | Sequence[Trade]:
        rows = range(len(self))[place]
        if isinstance(rows, int):
            return self._between(rows, rows + 1)[0]
        if not rows:
            return []
        first = min(rows[0], rows[-1])
        made = self._between(first, max(rows[0], rows[-1]) + 1)
        return [made[each - first] for each in rows]

    def __iter__(self) -> Iterator[Trade]:
        return iter(self._between(0, len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def _between(self, first: int, end: int) -> list[Trade]:
        made: list[Trade] = []
        for part in self._parts:
            begin, until = (max(each - part.first, 0) for each in (first, end))
            made += self._made(part.m, part.n, part.places[begin:until])
        return made

    def _made(self, m: array[float], n: array[int], places: array[int]) -> Iterator[Trade]:
        def numbers(column: int) -> list[float]:
            return [m[t + column] for t in places]

        def wholes(column: int) -> list[int]:
            return [n[t + column] for t in places]

        marks = zip(wholes(at.T_CODE), wholes(at.T_IS_CLOSE), strict=True)
        return map(
            Trade,
            [self._symbols[(each - at.BOOKS_AT) // at.BOOK] for each in wholes(at.T_BOOK)],
            [SIDES[each] for each in wholes(at.T_CLOSED)],
            numbers(at.T_TRADE),
            wholes(at.T_SINCE),
            numbers(at.T_TRADE + 1),
            wholes(at.T_TIME),
            numbers(at.T_PRICE),
            numbers(at.T_TRADE + 2),
            numbers(at.T_PNL),
            [CLOSE if mark and leg == at.ENTRY else _BY_LEG[leg] for leg, mark in marks],
        )


def _both(part: _Part) -> Iterator[int]:
    """Its exits whose candle could have met a stop and the target; an entry's mark is another."""
    for number, t in enumerate(part.places, part.first):
        if part.n[t + at.T_HAD_BOTH] != 0 and part.n[t + at.T_CODE] != at.ENTRY:
            yield number
