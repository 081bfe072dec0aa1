"""A market moved by hand: a book, prints and funding as a test says, for a venue in any process.

Every act takes a second of virtual time and is plain data, so that it can cross a socket.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from lefi_tui.adapters.paper_book import FundingRate
from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.core.book import Book, Depth, Traded
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.order import Side

SPOT: Final = "BTC/USDT"
PERPETUAL: Final = "BTC/USDT:USDT"
SECOND_NS: Final = 1_000_000_000
BEGIN_NS: Final = 1_700_000_000 * SECOND_NS
LEVELS: Final = 3


def _instrument(symbol: str, settle: str, leverage: int) -> Instrument:
    return Instrument(
        symbol,
        "BTC",
        "USDT",
        settle,
        tick=Decimal("0.5"),
        step=Decimal("0.001"),
        minimum_quantity=Decimal("0.002"),
        minimum_notional=Decimal(5),
        leverage_max=Decimal(leverage),
    )


INSTRUMENTS: Final = (_instrument(SPOT, "", 1), _instrument(PERPETUAL, "USDT", 20))


class HandMarket:
    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self._books: dict[str, Book] = {}
        self._marks: dict[str, Decimal] = {}
        self._prints: dict[str, list[Traded]] = {SPOT: [], PERPETUAL: []}
        self._rates: list[tuple[str, FundingRate]] = []
        for symbol in (SPOT, PERPETUAL):
            self.act({"do": "book", "symbol": symbol, "bid": "99.5", "ask": "100", "units": "10"})

    # ---- what a test does

    def act(self, act: dict[str, Any]) -> None:
        """do: book (bid, ask, units at each level), print (price, units, side), fund (rate)."""
        self.clock.move_to(self.clock.now_ns() + SECOND_NS)
        symbol, now_ns = act["symbol"], self.clock.now_ns()
        if act["do"] == "book":
            self._set_book(symbol, Decimal(act["bid"]), Decimal(act["ask"]), Decimal(act["units"]))
        elif act["do"] == "print":
            price = Decimal(act["price"])
            traded = Traded(now_ns, price, Decimal(act["units"]), Side(act["side"]))
            self._prints[symbol].append(traded)
            self._marks[symbol] = price
        else:
            rate = FundingRate(now_ns, Decimal(act["rate"]), self._marks[symbol])
            self._rates.append((symbol, rate))

    def _set_book(self, symbol: str, bid: Decimal, ask: Decimal, units: Decimal) -> None:
        assert bid < ask, "a crossed book"
        tick = Decimal("0.5")
        self._books[symbol] = Book(
            symbol,
            self.clock.now_ns(),
            tuple(Depth(bid - tick * away, units) for away in range(LEVELS)),
            tuple(Depth(ask + tick * away, units) for away in range(LEVELS)),
        )
        self._marks[symbol] = (bid + ask) / 2

    # ---- what a venue reads

    def instruments(self) -> tuple[Instrument, ...]:
        return INSTRUMENTS

    def book(self, symbol: str, _at_ns: int) -> Book:
        return self._books[symbol]

    def best(self, symbol: str, _at_ns: int) -> tuple[Decimal, Decimal]:
        book = self._books[symbol]
        return book.bids[0].price, book.asks[0].price

    def traded(self, symbol: str, after_ns: int, until_ns: int) -> Sequence[Traded]:
        return [each for each in self._prints[symbol] if after_ns < each.at_ns <= until_ns]

    def mark(self, symbol: str, _at_ns: int) -> Decimal:
        return self._marks[symbol]

    def extremes(self, symbol: str, since_ns: int, until_ns: int) -> tuple[Decimal, Decimal]:
        seen = [
            each.price for each in self._prints[symbol] if since_ns <= each.at_ns <= until_ns
        ] or [self._marks[symbol]]
        return min(seen), max(seen)

    def funding_rates(self, symbol: str, after_ns: int, until_ns: int) -> Sequence[FundingRate]:
        return [
            rate
            for name, rate in self._rates
            if name == symbol and after_ns < rate.at_ns <= until_ns
        ]
