"""The machine's candle market behind the methods of `CandleMarket`, so that one can stand for the
other: each call goes to the machine code, or to the same text as Python."""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from typing import Any, Final

from lefi_tui.core.bot import Bar
from lefi_tui.core.matching import Fees, Happened, MarketRules
from lefi_tui.core.matching.records import STOP, TARGET, TRAIL
from lefi_tui.core.messages import AccountReading
from lefi_tui.core.order import OrderTerms
from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine.market_code import Functions, market_code
from lefi_tui.simulate.machine.market_lists import book_at
from lefi_tui.simulate.machine.market_memory import new_market, put_order
from lefi_tui.simulate.machine.market_told import Telling, told

LEGS: Final = (STOP, TARGET, TRAIL)  # in the sequence of the layout


class CrowdedError(Exception):
    """The event way takes more orders than this market has places for."""


class MachineMarket:
    """As `CandleMarket`; `functions` are the machine's, or PLAIN, the same text as Python."""

    def __init__(
        self,
        markets: Mapping[str, MarketRules],
        fees: Fees,
        cash: float,
        functions: Functions | None = None,
    ) -> None:
        self._rules = tuple(markets.values())
        self._books = {name: book_at(number) for number, name in enumerate(markets)}
        self._ids: dict[int, str] = {0: ""}
        self._m, self._n = new_market(self._rules, fees, cash)
        self._do = market_code().functions if functions is None else functions
        self._given: tuple[Any, Any] = (self._m, self._n)
        if functions is None:
            places = len(self._m)
            m = (ctypes.c_double * places).from_buffer(self._m)
            n = (ctypes.c_int64 * places).from_buffer(self._n)
            self._given = (m, n)

    @property
    def books(self) -> Mapping[str, int]:
        """Where the book of each symbol begins."""
        return self._books

    @property
    def given(self) -> tuple[Any, Any]:
        """The two arrays, for machine code."""
        return self._given

    @property
    def telling(self) -> Telling:
        """What is told and not yet taken."""
        return Telling(self._m, self._n, self._rules, self.name_of)

    def has_room(self) -> bool:
        """Whether what one moment may tell has a place."""
        return bool(self._do["has_room"](self._given[1]))

    def _told(self) -> list[Happened]:
        happened = told(self.telling)
        self._n[at.TOLD] = 0
        return happened

    def send(self, order_id: str, terms: OrderTerms, site: int = 0) -> None:
        """It reaches the market at the next candle of its symbol."""
        o = self._do["new_order"](*self._given, self._books[terms.symbol])
        if not o:
            raise CrowdedError(f"more than {at.ORDERS} orders at work")
        put_order(self._m, self._n, o, terms)
        self._n[o + at.O_SITE] = site
        self._ids[self._n[o + at.O_NUMBER]] = order_id

    def cancel(self, order_id: str) -> bool:
        """At once; False for an order that is final or was never sent."""
        return any(self._do["cancel"](self._given[1], each) for each in self.numbers_of(order_id))

    def name_of(self, number: int) -> str:
        """What the order with this number in the sequence sent is called."""
        return self._ids[number]

    def numbers_of(self, order_id: str) -> Sequence[int]:
        return [number for number, each in self._ids.items() if each == order_id]

    def close(self, order_id: str, symbol: str, site: int) -> bool:
        """As the desk does it: cancels its orders, then trades to zero what is held; whether an
        order was sent."""
        o = self._do["close_book"](*self._given, self._books[symbol], site)
        if o:
            self._ids[self._n[o + at.O_NUMBER]] = order_id
        return bool(o)

    def is_working(self, site: int) -> bool:
        """Whether an order of this effect site is not final."""
        return bool(self._do["is_site_working"](self._given[1], site))

    def cancel_exit(self, symbol: str, leg: str) -> None:
        self._do["drop_exit"](self._given[1], self._books[symbol], LEGS.index(leg) + at.STOP)

    def working(self, symbol: str = "") -> tuple[str, ...]:
        """Orders that are not final, in the sequence sent; exits are not among them."""
        n, found = self._n, []
        for head in (0, *self._books.values()):
            o = n[head + at.FIRST]
            while o:
                if symbol in {"", self._symbol(n[o + at.O_BOOK])}:
                    found.append(n[o + at.O_NUMBER])
                o = n[o + at.O_NEXT]
        return tuple(map(self.name_of, sorted(found)))

    def _symbol(self, b: int) -> str:
        return self._rules[(b - at.BOOKS_AT) // at.BOOK].symbol

    def exits(self, symbol: str) -> tuple[tuple[str, str], ...]:
        """(leg, the entry that named it) of each exit of the symbol's position."""
        n, b = self._n, self._books[symbol]
        return tuple(
            (leg, self.name_of(n[b + at.B_STOP_ORDER + number]))
            for number, leg in enumerate(LEGS)
            if n[b + at.B_STOP_KIND + number] != at.NONE
        )

    def candles(self, bars: Sequence[Bar]) -> list[Happened]:
        """All candles that open at one moment, at most one a symbol, from funding to their mark."""
        self.play(bars)
        return self._told()

    def play(self, bars: Sequence[Bar]) -> None:
        """The same; what it tells is added to what is not yet taken."""
        m, n = self._m, self._n
        for b in self._books.values():
            n[b + at.B_IS_GIVEN] = 0
        for bar in bars:
            b = self._books[bar.symbol]
            n[b + at.B_IS_GIVEN] = 1
            m[b + at.B_OPEN], m[b + at.B_HIGH] = bar.open, bar.high
            m[b + at.B_LOW], m[b + at.B_CLOSE] = bar.low, bar.close
            m[b + at.B_FUNDING] = bar.funding or 0.0
        self._do["candles"](*self._given, bars[0].time_ms)

    def lapse(self) -> list[Happened]:
        """The data is at its end: what is not filled never will be."""
        self.finish()
        return self._told()

    def finish(self) -> None:
        """The same; what it tells is added to what is not yet taken."""
        self._do["lapse"](self._given[1])

    def mark(self, symbol: str) -> float:
        """The last close; not a number before the first."""
        return self._m[self._books[symbol] + at.B_MARK]

    def free_cash(self) -> float:
        return float(self._do["free_cash"](*self._given))

    def add_cash(self, amount: float) -> None:
        self._m[at.CASH] += amount

    def equity(self) -> float:
        return float(self._do["equity"](*self._given))

    def position(self, symbol: str) -> tuple[float, float, float]:
        """Signed units, average entry price, profit (realized and at the last close)."""
        m, b = self._m, self._books[symbol]
        profit = self._do["profit"](self._given[0], b, m[b + at.B_MARK])
        return m[b + at.B_UNITS], m[b + at.B_ENTRY], float(profit)

    def leverages(self) -> dict[str, float]:
        """Of each open position."""
        m, books = self._m, self._books.items()
        return {name: m[b + at.B_LEVERAGE] for name, b in books if m[b + at.B_UNITS]}

    def has_position(self) -> bool:
        return bool(self._do["has_position"](*self._given))

    def reading(self) -> AccountReading:
        """Free cash, equity, and of each position so far its units, entry and profit."""
        m, books = self._m, self._books.items()
        positions = tuple(
            (name, *self.position(name))
            for name, b in books
            if m[b + at.B_UNITS] or m[b + at.B_REALIZED]
        )
        return AccountReading(self.free_cash(), self.equity(), positions)
