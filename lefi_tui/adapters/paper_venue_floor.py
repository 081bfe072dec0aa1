"""The floor of a paper exchange: orders at work, exits that are held, and each fill into the books.

The rules it keeps: filled <= ordered; a reducing order never turns a position; exits go with their
position; the books balance after every fill.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from msgspec import Struct

from lefi_tui.adapters.paper_book import BookMarket, Eaten
from lefi_tui.adapters.paper_venue_account import Execution, Holding, PaperAccount, grained
from lefi_tui.adapters.paper_venue_exits import REASONS, Exit, asked_legs
from lefi_tui.adapters.paper_venue_rules import cost_of_one
from lefi_tui.adapters.paper_venue_story import Stories
from lefi_tui.core.book import Book, Depth
from lefi_tui.core.ids import exit_id
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.messages import (
    Report,
    VenueAccepted,
    VenueCanceled,
    VenueFilled,
    VenueRejected,
)
from lefi_tui.core.money import ZERO
from lefi_tui.core.order import Order, OrderTerms, Side, SizeKind


class Live(Struct):
    """An order that is not final."""

    id: str
    terms: OrderTerms
    units: Decimal
    leverage: Decimal
    opening: Decimal  # units that open a position, as it stood when the order came
    filled: Decimal = ZERO
    queue: Decimal = ZERO  # what stood before us at our price

    @property
    def left(self) -> Decimal:
        return self.units - self.filled

    @property
    def is_reducing(self) -> bool:
        return self.terms.is_reduce_only or self.terms.size.kind is SizeKind.ALL

    @property
    def limit(self) -> Decimal:
        assert self.terms.limit is not None, self
        return self.terms.limit


class Part(NamedTuple):
    """One execution on its way into the books."""

    order: str
    side: Side
    price: Decimal
    units: Decimal
    liquidity: str
    reason: str
    leverage: Decimal
    is_last: bool


class PaperFloor:
    def __init__(self, market: BookMarket, account: str, cash: Decimal, now_ns: int) -> None:
        self.market = market
        self.name = account
        self.instruments: dict[str, Instrument] = {}
        self.account = PaperAccount((), cash)
        self.live: dict[str, Live] = {}
        self.exits: dict[str, dict[str, Exit]] = {}
        self.stories = Stories(now_ns)
        self._eaten: dict[str, Eaten] = {}
        self._now_ns = now_ns
        self.enlist(market.instruments())

    def enlist(self, instruments: Iterable[Instrument]) -> None:
        """New markets, and new rules of known ones; what is held of a market stays as it is."""
        for each in instruments:
            self.instruments[each.symbol] = each
            self.account.enlist(each)
            self.exits.setdefault(each.symbol, {})
            self._eaten.setdefault(each.symbol, Eaten())

    # ---- money

    @property
    def free(self) -> Decimal:
        return self.account.cash - sum((self._reserve(each) for each in self.live.values()), ZERO)

    def _reserve(self, live: Live) -> Decimal:
        """What an order at rest has set aside."""
        if live.terms.limit is None:
            return ZERO
        instrument = self.instruments[live.terms.symbol]
        if not instrument.is_perpetual and live.terms.side is Side.SELL:
            return ZERO
        opening = min(live.opening, live.left)
        return opening * cost_of_one(instrument, live.terms.limit, live.leverage)

    def _sellable(self, holding: Holding) -> Decimal:
        symbol = holding.instrument.symbol
        resting = (
            each.left
            for each in self.live.values()
            if each.terms.symbol == symbol and each.terms.side is Side.SELL
        )
        return holding.units - sum(resting, ZERO)

    def _book(self, symbol: str) -> Book:
        return self.market.book(symbol, self._now_ns)

    def _standing(self, symbol: str, side: Side, price: Decimal) -> Decimal:
        """What stands at this price already: it trades before us."""
        levels = self._book(symbol).beside(side)
        return sum((units for at, units in levels if at == price), ZERO)

    # ---- exits

    def _fill_exit(self, holding: Holding, each: Exit, depth: Depth, liquidity: str) -> None:
        side = closing_side(holding)
        if liquidity == "taker":
            self._eaten[holding.instrument.symbol].take(side, depth)
        part = Part(
            each.id,
            side,
            depth.price,
            depth.units,
            liquidity,
            REASONS[each.leg],
            holding.leverage,
            depth.units == abs(holding.units),
        )
        if part.is_last:
            del self.exits[holding.instrument.symbol][each.leg]
        self._fill(holding, part)

    def _hang(self, live: Live, price: Decimal) -> None:
        """The exits an entry names hang on the position from its first fill on, each one anew."""
        held = self.exits[live.terms.symbol]
        for leg, level in asked_legs(live.terms.exits):
            order, again = exit_id(live.id, leg), 0
            if order in self.stories and leg in held:
                continue
            while order in self.stories:  # it closed the first part; the rest needs its own
                again += 1
                order = exit_id(live.id, leg, again)
            if leg in held:
                self._drop_exit(held, leg, "a newer entry set it anew")
            held[leg] = Exit(order, live.id, leg, level, price)
            self._say(VenueAccepted(order, self._now_ns, self.stories.venue_order_id()))

    def _set_anew(self, order: Order) -> None:
        """An exit that comes by itself takes the place of the one that hangs."""
        symbol = order.terms.symbol
        holding = self.account.holdings.get(symbol)
        if holding is None or not holding.closes(order.terms.side):
            text = f"There is no position of {symbol} for it to close."
            self._say(VenueRejected(order.id, self._now_ns, "NO_POSITION", text))
            return
        held = self.exits[symbol]
        best = self.market.mark(symbol, self._now_ns) or holding.entry
        for leg, level in asked_legs(order.terms.exits):
            if leg in held:
                self._drop_exit(held, leg, "it was set anew")
            held[leg] = Exit(order.id, order.group, leg, level, best)
            self._say(VenueAccepted(order.id, self._now_ns, self.stories.venue_order_id()))

    def _drop_exit(self, held: dict[str, Exit], leg: str, reason: str) -> None:
        self._say(VenueCanceled(held.pop(leg).id, self._now_ns, reason))

    # ---- fills

    def _fill_live(self, live: Live, depth: Depth, liquidity: str) -> None:
        holding = self.account.holdings[live.terms.symbol]
        closes = holding.closes(live.terms.side)
        units = min(depth.units, closes) if live.is_reducing else depth.units
        if not units:
            self._drop(live, "there is nothing left to reduce")
            return
        if not self._affords(live, holding, units, depth.price):
            self._drop(live, "the cash it needs is not free any more")
            return
        live.filled += units
        is_last = not live.left
        if is_last:
            del self.live[live.id]
        reason = "close" if live.terms.size.kind is SizeKind.ALL else "order"
        part = Part(
            live.id, live.terms.side, depth.price, units, liquidity, reason, live.leverage, is_last
        )
        self._fill(holding, part)
        if holding.units * live.terms.side.sign > 0 and not live.is_reducing:
            self._hang(live, depth.price)

    def _affords(self, live: Live, holding: Holding, units: Decimal, price: Decimal) -> bool:
        """A position may have turned since the order came: what it opens is paid from free."""
        side, instrument = live.terms.side, holding.instrument
        opening = max(units - holding.closes(side), ZERO)
        if not instrument.is_perpetual and side is Side.SELL:
            return not opening
        need = opening * cost_of_one(instrument, price, live.leverage)
        return need <= self.free + self._reserve(live)

    def _fill(self, holding: Holding, part: Part) -> None:
        """Into the books, then told; exits go when the position is closed or turned."""
        instrument, sign = holding.instrument, holding.sign
        price = self._bounded(holding, part)
        rate = {"maker": instrument.maker, "taker": instrument.taker}.get(part.liquidity, ZERO)
        fee = grained(rate * price * part.units)
        self.account.execute(
            Execution(instrument, part.side, price, part.units, fee, part.leverage, part.order)
        )
        assert self.account.is_balanced(), part
        trade, symbol = self.stories.trade_id(), instrument.symbol
        self._say(
            VenueFilled(
                part.order,
                trade,
                self._now_ns,
                self.name,
                symbol,
                part.side.value,
                price,
                part.units,
                fee,
                part.liquidity,
                part.reason,
                part.is_last,
                sent_ns=self.stories.sent_ns(part.order),
            )
        )
        if sign and holding.sign != sign:
            self._closed(symbol)

    def _bounded(self, holding: Holding, part: Part) -> Decimal:
        """No exit loses more than the margin: past bankruptcy the venue bears the rest."""
        if not (holding.instrument.is_perpetual and holding.closes(part.side)):
            return part.price
        worst = holding.bankruptcy
        return max(part.price, worst) if holding.sign > 0 else min(part.price, worst)

    def _closed(self, symbol: str) -> None:
        held = self.exits[symbol]
        for leg in list(held):
            self._drop_exit(held, leg, "its position is closed")
        for live in list(self.live.values()):
            if live.terms.symbol == symbol and live.is_reducing:
                self._drop(live, "its position is closed")

    def _drop(self, live: Live, reason: str, *, is_expired: bool = False) -> None:
        self.live.pop(live.id, None)
        self._say(VenueCanceled(live.id, self._now_ns, reason, is_expired))

    def _say(self, report: Report) -> None:
        self.stories.say(report)


def closing_side(holding: Holding) -> Side:
    return Side.SELL if holding.sign > 0 else Side.BUY
