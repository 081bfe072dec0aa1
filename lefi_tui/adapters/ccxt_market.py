"""What is known of an exchange's markets, as a paper venue sees them: books, prints, funding.

The rules it keeps: everything is stamped with our own clock at the moment we learned it; a book
that was not heard of for some seconds is no book, so that nothing trades at a price of before.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Container, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct, field

from lefi_tui.adapters.paper_book import FundingRate
from lefi_tui.core.book import Book, Depth, Traded
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.order import Side
from lefi_tui.ports.clock import Clock

NS_PER_MS: Final = 1_000_000
BOOK_OLD_NS: Final = 5_000_000_000
PRINTS_KEPT: Final = 20_000  # of one market; a paper venue looks four times a second
RATES_KEPT: Final = 100

Row = tuple[str, int, str, str, str]  # id, the exchange's ms, price, units, side


class _Known(Struct):
    """What is known of one market."""

    book: Book
    prints: deque[Traded] = field(default_factory=lambda: deque(maxlen=PRINTS_KEPT))
    answer: Counter[Row] | None = None  # the newest answer's prints, so that none counts twice
    newest_ms: int = 0
    last: Decimal | None = None
    rate: tuple[int, Decimal] | None = None  # when it is paid next, and how much
    rates: deque[FundingRate] = field(default_factory=lambda: deque(maxlen=RATES_KEPT))


class ExchangeMarket:
    """Implements `paper_book.BookMarket`; the feed tells it what it hears."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._instruments: dict[str, Instrument] = {}
        self._known: dict[str, _Known] = {}

    # ---- what the feed tells

    def enlist(self, instruments: Iterable[Instrument]) -> tuple[Instrument, ...]:
        """Those that are new, or whose rules have changed."""
        known = self._instruments
        changed = tuple(each for each in instruments if known.get(each.symbol) != each)
        self._instruments |= {each.symbol: each for each in changed}
        return changed

    def hear_book(self, symbol: str, told: Mapping[str, Any]) -> bool:
        """False for a book that can't be: crossed, or with an empty side."""
        bids, asks = (_levels(told[side]) for side in ("bids", "asks"))
        if not bids or not asks:
            return False
        if bids[0].price >= asks[0].price:
            return False
        self._of(symbol).book = Book(symbol, self._clock.now_ns(), bids, asks)
        return True

    def hear_prints(self, symbol: str, told: Iterable[Sequence[Any]]) -> list[Row]:
        """Those that are new, oldest first. The first answer only says where we came in."""
        known, now_ns = self._of(symbol), self._clock.now_ns()
        rows = [row for row in map(_row, told) if _is_sane(row[2]) and _is_sane(row[3])]
        before, known.answer = known.answer, Counter(rows)
        if rows:
            known.last = Decimal(rows[-1][2])
        if before is None:
            known.newest_ms = max((row[1] for row in rows), default=0)
            return []
        fresh = [row for row in _not_in(before, rows) if row[1] >= known.newest_ms]
        for row in fresh:
            known.newest_ms = max(known.newest_ms, row[1])
            known.prints.append(Traded(now_ns, Decimal(row[2]), Decimal(row[3]), Side(row[4])))
        return fresh

    def hear_last(self, symbol: str, told: str) -> None:
        if _is_sane(told):
            self._of(symbol).last = Decimal(told)

    def hear_funding(self, symbol: str, rate: Decimal, paid_ns: int) -> None:
        """What will be paid next, and when by our clock; what came before is then paid.

        The same moment may be named a little later the next time: both clocks are only measured.
        """
        known, now_ns = self._of(symbol), self._clock.now_ns()
        if known.rate is not None and known.rate[0] <= now_ns < paid_ns:
            mark = self.mark(symbol, now_ns)
            if mark is None:
                return  # told again in a minute, when there may be a book
            known.rates.append(FundingRate(now_ns, known.rate[1], mark))
        known.rate = (paid_ns, rate)

    def forget_funding(self, held: Container[str]) -> None:
        """What comes next of other markets is nobody's: a position opened later owes none of it."""
        for symbol, known in self._known.items():
            if symbol not in held:
                known.rate = None

    # ---- what the feed reads

    def last(self, symbol: str) -> Decimal | None:
        known = self._known.get(symbol)
        return None if known is None else known.last

    # ---- what a paper venue reads

    def instruments(self) -> tuple[Instrument, ...]:
        return tuple(self._instruments.values())

    def book(self, symbol: str, at_ns: int) -> Book:
        known = self._known.get(symbol)
        if known is None or at_ns - known.book.at_ns > BOOK_OLD_NS:
            return Book(symbol, at_ns, (), ())
        return known.book

    def best(self, symbol: str, at_ns: int) -> tuple[Decimal, Decimal] | None:
        book = self.book(symbol, at_ns)
        return (book.bids[0].price, book.asks[0].price) if book.bids else None

    def traded(self, symbol: str, after_ns: int, until_ns: int) -> Sequence[Traded]:
        known = self._known.get(symbol)
        if known is None:
            return ()
        return [each for each in known.prints if after_ns < each.at_ns <= until_ns]

    def mark(self, symbol: str, at_ns: int) -> Decimal | None:
        """Between bid and ask: a single print liquidates nobody."""
        best = self.best(symbol, at_ns)
        return None if best is None else (best[0] + best[1]) / 2

    def extremes(self, symbol: str, since_ns: int, until_ns: int) -> tuple[Decimal, Decimal] | None:
        prices = [each.price for each in self.traded(symbol, since_ns - 1, until_ns)]
        return (min(prices), max(prices)) if prices else None

    def funding_rates(self, symbol: str, after_ns: int, until_ns: int) -> Sequence[FundingRate]:
        known = self._known.get(symbol)
        if known is None:
            return ()
        return [each for each in known.rates if after_ns < each.at_ns <= until_ns]

    def _of(self, symbol: str) -> _Known:
        return self._known.setdefault(symbol, _Known(Book(symbol, 0, (), ())))


def _levels(told: Iterable[Sequence[str]]) -> tuple[Depth, ...]:
    """Without those that have no price or no units."""
    return tuple(
        Depth(Decimal(price), Decimal(units))
        for price, units in told
        if _is_sane(price) and _is_sane(units)
    )


def _is_sane(told: str) -> bool:
    number = Decimal(told)
    return number.is_finite() and number > 0


def _row(told: Sequence[Any]) -> Row:
    number, at_ms, price, units, side = told
    return (number, at_ms, price, units, side)


def _not_in(before: Counter[Row], rows: Iterable[Row]) -> Iterable[Row]:
    left = Counter(before)
    for row in rows:
        if left[row]:
            left[row] -= 1
        else:
            yield row
