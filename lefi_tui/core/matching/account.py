"""The money side of a candle market: shared cash, its symbols' books, and each fill booked once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.matching.book import Book, new_book
from lefi_tui.core.matching.exits import bankruptcy_price
from lefi_tui.core.matching.records import (
    ENTRY,
    LIQUIDATION,
    POSITION_CLOSED,
    STOP,
    TARGET,
    Filled,
    Funded,
    Gone,
    Happened,
    Refused,
)
from lefi_tui.core.matching.rules import Fees, MarketRules
from lefi_tui.core.matching.run import Meeting
from lefi_tui.core.matching.sizing import Scene, refitted
from lefi_tui.core.matching.waiting import Waiting
from lefi_tui.core.matching.wrongs import Wrong
from lefi_tui.core.order import Side
from lefi_tui.core.record import Record

# Other legs are their own reason.
REASONS: Final = {STOP: "stop_loss", TARGET: "take_profit"}


class Deal(Record):
    """How an order trades: where, for which fee, and whether inside the candle."""

    price: float
    rate: float
    liquidity: str
    leverage: float = 1.0
    is_inside: bool = False


class Account:
    def __init__(self, markets: Mapping[str, MarketRules], fees: Fees, cash: float) -> None:
        self.books: dict[str, Book] = {name: new_book(rules) for name, rules in markets.items()}
        self.fees = fees
        self.cash = cash  # what resting orders set aside included
        self.told: list[Happened] = []
        self.time_ms = 0

    def free_cash(self) -> float:
        aside = 0.0
        for book in self.books.values():
            for order in book.resting:
                aside += order.aside_cash
        return self.cash - aside

    def equity(self) -> float:
        equity = self.cash
        for book in self.books.values():
            equity += book.worth()
        return equity

    def scene(self, book: Book, price: float, rate: float) -> Scene:
        return Scene(book.rules, book.holding, self.free_cash(), book.free_units, price, rate)

    def refuse(self, order: Waiting, wrong: Wrong) -> None:
        self.told.append(Refused(order.id, order.symbol, wrong.code, wrong.text, self.time_ms))

    def lapse(self, order: Waiting, reason: str) -> None:
        self.told.append(Gone(order.id, order.symbol, reason, self.time_ms))

    def charge_funding(self, book: Book, rate: float | None, opening: float) -> None:
        """On the position held at the row's open: a long pays plus, a short receives it."""
        held = book.holding
        if not rate or not held.units or not held.is_perpetual:
            return
        amount = rate * opening * held.units
        self.cash -= amount
        self.told.append(Funded(book.rules.symbol, amount, self.time_ms))

    def fill_fixed(self, book: Book, order: Waiting, deal: Deal) -> None:
        """A limit order whose units were fixed when it reached the market."""
        answer = refitted(order, self.scene(book, deal.price, deal.rate))
        if isinstance(answer, Wrong):
            self.refuse(order, answer)
            return
        order.units = answer.units
        self.fill(book, order, replace(deal, leverage=answer.leverage))

    def fill(self, book: Book, order: Waiting, deal: Deal) -> None:
        before = book.holding.units
        filled = Filled(
            order=order.id,
            leg=ENTRY,
            symbol=order.symbol,
            side=Side.BUY if order.sign > 0 else Side.SELL,
            price=deal.price,
            units=order.units,
            fee=deal.rate * deal.price * order.units,
            liquidity=deal.liquidity,
            reason="close" if order.is_close else "order",
            time_ms=self.time_ms,
            leverage=deal.leverage,
        )
        self._book(book, filled)
        if book.holding.sign == order.sign:  # a reducing order sets no exits
            self._hang(book, order, deal, is_new=before * order.sign <= 0)

    def _hang(self, book: Book, order: Waiting, deal: Deal, *, is_new: bool) -> None:
        exits, held = book.exits, book.holding
        if is_new:
            exits.clear()
            exits.opened_at = deal.price
        exits.hang(order.id, order.exits, deal.price, is_inside=deal.is_inside)
        exits.is_target_late = False
        target = exits.target_level(held.sign, held.entry)
        # A level already passed at the fill acts there, inside a candle too.
        is_passed = target is not None and deal.price * held.sign >= target * held.sign
        exits.is_target_late = deal.is_inside and not is_passed

    def fire(self, book: Book, met: Meeting, *, had_both: bool = False) -> None:
        """An exit of the position, for all its units."""
        held = book.holding
        price, rate, liquidity = self._exit_deal(book, met)
        units = abs(held.units)
        filled = Filled(
            order=book.exits.owner(met.leg),
            leg=met.leg,
            symbol=book.rules.symbol,
            side=Side.SELL if held.units > 0 else Side.BUY,
            price=price,
            units=units,
            fee=rate * price * units,
            liquidity=liquidity,
            reason=REASONS.get(met.leg, met.leg),
            time_ms=self.time_ms,
            leverage=held.leverage,
            had_both=had_both,
        )
        self._book(book, filled)

    def _exit_deal(self, book: Book, met: Meeting) -> tuple[float, float, str]:
        """Price, fee rate and liquidity of an exit that fires."""
        if met.leg == LIQUIDATION:
            return bankruptcy_price(book.holding), 0.0, "none"
        if met.leg == TARGET:
            return met.at, self.fees.maker, "maker"
        sign, opened_at = book.holding.sign, book.exits.opened_at
        # In the candle whose open filled the entry a stop sells at the stop, even where slippage
        # put the fill beyond it; a level that the fill itself had passed acts at the open.
        is_level = opened_at is not None and met.level * sign < opened_at * sign
        price = met.level if is_level else met.at
        return price * (1 - sign * self.fees.slippage), self.fees.taker, "taker"

    def _book(self, book: Book, filled: Filled) -> None:
        """Cash and position after a fill; what the position carried goes with it."""
        held, before = book.holding, book.holding.sign
        closed, brings = held.fill(
            filled.units * filled.side.sign,
            filled.price,
            filled.fee,
            leverage=filled.leverage,
            time_ms=self.time_ms,
        )
        self.cash += brings
        covered = 0.0 if closed is None else closed.covered
        self.told.append(replace(filled, covered=covered) if covered else filled)
        if before and held.sign != before:
            book.exits.clear()
            self._drop_reducing(book)

    def _drop_reducing(self, book: Book) -> None:
        """Resting orders that only reduce go with the position they would have reduced."""
        for order in [each for each in book.resting if each.only_reduces]:
            book.resting.remove(order)
            self.lapse(order, POSITION_CLOSED)
