"""The simulated venue on candles: one account, some symbols, shared cash.

A candle goes: funding; the open (new orders as sent, resting limits that the open satisfies, exits
the open has passed); the run; the mark. Orders wait for the next candle of their symbol.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lefi_tui.core.bot import Bar
from lefi_tui.core.matching.account import Account, Deal
from lefi_tui.core.matching.book import Book
from lefi_tui.core.matching.records import (
    DATA_ENDED,
    MARKET_POST_ONLY,
    NOT_SATISFIED,
    POST_ONLY_SATISFIED,
    Happened,
    Rested,
)
from lefi_tui.core.matching.rules import Fees, MarketRules
from lefi_tui.core.matching.run import exit_met, has_both, is_untouched, next_met, path
from lefi_tui.core.matching.sizing import Sized, limit_of, sized
from lefi_tui.core.matching.waiting import Waiting, waiting
from lefi_tui.core.matching.wrongs import Wrong
from lefi_tui.core.messages import AccountReading
from lefi_tui.core.order import OrderTerms


class CandleMarket:
    """Deterministic: the same orders and candles in the same sequence tell the same records."""

    def __init__(self, markets: Mapping[str, MarketRules], fees: Fees, cash: float) -> None:
        self._account = Account(markets, fees, cash)
        self._books = self._account.books
        self._sent = 0
        self._waiting: list[Waiting] = []

    @property
    def books(self) -> Mapping[str, Book]:
        """For whoever carries out quiet candles beside it."""
        return self._books

    @property
    def cash(self) -> float:
        return self._account.cash

    def send(self, order_id: str, terms: OrderTerms) -> None:
        """It reaches the market at the next candle of its symbol."""
        assert terms.symbol in self._books, terms.symbol
        self._sent += 1
        self._waiting.append(waiting(order_id, self._sent, terms))

    def cancel(self, order_id: str) -> bool:
        """At once; False for an order that is final or was never sent."""
        for orders in (self._waiting, *(book.resting for book in self._books.values())):
            for order in orders:
                if order.id == order_id:
                    orders.remove(order)
                    return True
        return False

    def cancel_exit(self, symbol: str, leg: str) -> None:
        """Takes a stop, target or trail off a position; the caller has seen it in `exits`."""
        self._books[symbol].exits.drop(leg)

    def working(self, symbol: str = "") -> tuple[str, ...]:
        """Orders that are not final, in the sequence sent; exits are not among them."""
        return tuple(each.id for each in self._working() if symbol in {"", each.symbol})

    def _working(self) -> list[Waiting]:
        resting = [each for book in self._books.values() for each in book.resting]
        return sorted([*resting, *self._waiting], key=_number)

    def exits(self, symbol: str) -> tuple[tuple[str, str], ...]:
        """(leg, the entry that named it) of each exit of the symbol's position."""
        return self._books[symbol].exits.placed()

    def candles(self, bars: Sequence[Bar]) -> list[Happened]:
        """All candles that open at one moment, at most one a symbol, from funding to their mark."""
        account = self._account
        account.told, account.time_ms = [], bars[0].time_ms
        if len(bars) == 1 and not self._waiting and self._is_quiet(bars[0]):
            self._mark(self._books[bars[0].symbol], bars[0])
            return account.told
        given = {bar.symbol: bar for bar in bars}
        books = [(book, given[name]) for name, book in self._books.items() if name in given]
        assert len(books) == len(bars), "a candle of a symbol that this market does not have"
        for book, bar in books:
            account.charge_funding(book, bar.funding, bar.open)
        self._open(books, given)
        for book, bar in books:
            if not book.is_idle:
                self._run(book, bar)
        for book, bar in books:
            self._mark(book, bar)
        return account.told

    def _is_quiet(self, bar: Bar) -> bool:
        """Most candles meet nothing: no order, no funding, no exit within their range."""
        book = self._books[bar.symbol]
        if book.resting or bar.funding:
            return False
        held = book.holding
        return not held.units or is_untouched(book.rules, held, book.exits, bar)

    def _mark(self, book: Book, bar: Bar) -> None:
        book.close = bar.close
        if book.holding.units:
            book.exits.next_candle(book.holding.sign, bar.high, bar.low)

    def lapse(self) -> list[Happened]:
        """The data is at its end: what is not filled never will be."""
        self._account.told = []
        for order in self._working():
            self.cancel(order.id)
            self._account.lapse(order, DATA_ENDED)
        return self._account.told

    def free_cash(self) -> float:
        return self._account.free_cash()

    def add_cash(self, amount: float) -> None:
        """Moved in from another account, or out when below 0; the caller has looked at what is
        free."""
        self._account.cash += amount

    def equity(self) -> float:
        return self._account.equity()

    def position(self, symbol: str) -> tuple[float, float, float]:
        """Signed units, average entry price, profit (realized and at the last close)."""
        book = self._books[symbol]
        held = book.holding
        return held.units, held.entry, held.profit(book.close)

    def leverages(self) -> dict[str, float]:
        """Of each open position."""
        books = self._books.items()
        return {name: each.holding.leverage for name, each in books if each.holding.units}

    def has_position(self) -> bool:
        for book in self._books.values():  # noqa: SIM110 -- at every candle: twice as fast as any()
            if book.holding.units:
                return True
        return False

    def reading(self) -> AccountReading:
        """Free cash, equity, and of each position so far its units, entry and profit."""
        positions = tuple(
            (name, book.holding.units, book.holding.entry, book.holding.profit(book.close))
            for name, book in self._books.items()
            if book.holding.units or book.holding.realized
        )
        return AccountReading(self.free_cash(), self.equity(), positions)

    # ---- a candle

    def _open(self, books: Sequence[tuple[Book, Bar]], given: Mapping[str, Bar]) -> None:
        """All opens of the moment: orders as sent, resting limits as sent, then exits."""
        resting = sorted((each for book, _ in books for each in book.resting), key=_number)
        if self._waiting:
            arriving = [order for order in self._waiting if order.symbol in given]
            self._waiting = [order for order in self._waiting if order.symbol not in given]
            for order in arriving:
                self._arrive(order, given[order.symbol].open)
        for order in resting:
            opening = given[order.symbol].open
            if order in self._books[order.symbol].resting and _satisfies(order, opening):
                self._fill_resting(order, opening, is_inside=False)
        for book, bar in books:
            met = exit_met(book.rules, book.holding, book.exits, (bar.open, bar.open, 0))
            if met is not None:
                self._account.fire(book, met)

    def _run(self, book: Book, bar: Bar) -> None:
        at = bar.open
        for end, direction in path(book.holding, bar):
            while True:
                way = (at, end, direction)
                met = next_met(book.rules, book.holding, book.exits, book.resting, way)
                if met is None:
                    break
                at = met.at
                if met.leg:
                    had_both = has_both(book.rules, book.holding, book.exits, bar)
                    self._account.fire(book, met, had_both=had_both)
                else:
                    order = next(each for each in book.resting if each.number == met.number)
                    self._fill_resting(order, at, is_inside=True)
            at = end

    def _fill_resting(self, order: Waiting, price: float, *, is_inside: bool) -> None:
        book = self._books[order.symbol]
        book.resting.remove(order)
        deal = Deal(price, self._account.fees.maker, "maker", is_inside=is_inside)
        self._account.fill_fixed(book, order, deal)

    # ---- a new order meets its first open

    def _arrive(self, order: Waiting, opening: float) -> None:
        book = self._books[order.symbol]
        if order.limit is not None:
            self._arrive_limit(book, order, (order.limit, opening))
        elif order.is_post_only:
            self._account.lapse(order, MARKET_POST_ONLY)
        else:
            price = opening * (1 + order.sign * self._account.fees.slippage)
            answer = self._size(book, order, price)
            if answer is not None:
                deal = Deal(price, self._account.fees.taker, "taker", answer.leverage)
                self._account.fill(book, order, deal)

    def _arrive_limit(self, book: Book, order: Waiting, prices: tuple[float, float]) -> None:
        limit, opening = prices
        fitted = limit_of(book.rules, limit, order.sign)
        if isinstance(fitted, Wrong):
            self._account.refuse(order, fitted)
            return
        order.limit = fitted
        is_satisfied = _satisfies(order, opening)
        if order.is_post_only and is_satisfied:
            self._account.lapse(order, POST_ONLY_SATISFIED)
            return
        if order.lapses and not is_satisfied:
            self._account.lapse(order, NOT_SATISFIED)
            return
        answer = self._size(book, order, order.limit)
        if answer is None:
            return
        if is_satisfied:
            deal = Deal(opening, self._account.fees.taker, "taker")
            self._account.fill_fixed(book, order, deal)
            return
        order.aside_cash = answer.cost
        order.aside_units = 0.0 if book.rules.is_perpetual or order.sign > 0 else order.units
        book.resting.append(order)
        told = Rested(order.id, order.symbol, order.units, self._account.time_ms)
        self._account.told.append(told)

    def _size(self, book: Book, order: Waiting, price: float) -> Sized | None:
        """Fixes the order's units at this price and the taker rate, or refuses it."""
        answer = sized(order, self._account.scene(book, price, self._account.fees.taker))
        if isinstance(answer, Wrong):
            self._account.refuse(order, answer)
            return None
        order.units, order.only_reduces = answer.units, answer.only_reduces
        return answer


def _number(order: Waiting) -> int:
    return order.number


def _satisfies(order: Waiting, opening: float) -> bool:
    """Whether the open is at the limit or better."""
    assert order.limit is not None
    return opening * order.sign <= order.limit * order.sign
