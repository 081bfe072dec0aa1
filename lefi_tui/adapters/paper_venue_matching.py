"""A paper exchange on a book: what our orders, exits and margins become as the market goes on.

The rules it keeps: an id is carried out once; filled <= ordered; a reducing order never turns a
position; an order at rest waits until what stood before it has traded; the books always balance.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from lefi_tui.adapters.paper_book import walk
from lefi_tui.adapters.paper_venue_account import Holding, grained
from lefi_tui.adapters.paper_venue_exits import LIQUIDATION, REASONS, TARGET, Exit
from lefi_tui.adapters.paper_venue_floor import Live, PaperFloor, Part, closing_side
from lefi_tui.adapters.paper_venue_rules import Request, refusal, units_of
from lefi_tui.core.book import Depth, Traded
from lefi_tui.core.ids import exit_id
from lefi_tui.core.messages import FundingCharged, VenueAccepted, VenueRejected
from lefi_tui.core.money import ZERO, floor_to
from lefi_tui.core.order import Order, Side, TimeInForce

MINUTE_NS: Final = 60_000_000_000
# A market that nobody looked at for longer is not caught up with: the paper venue stood still.
CATCH_UP_NS: Final = 10 * MINUTE_NS
WORKING_ORDERS_MAX: Final = 1_000


class PaperExchange(PaperFloor):
    """Deterministic: the same market, orders and moments make the same reports."""

    # ---- what comes in

    def arrive(self, order: Order, now_ns: int, sent_ns: int = 0) -> None:
        """An order reaches the exchange; one that is known already changes nothing."""
        self.advance(now_ns)
        if self.stories.counts_attempt(order.id):
            return
        if order.leg in REASONS and not self.stories.came_too_late(order.id):
            self._set_anew(order)
            return
        wrong, request = self._at_the_door(order)
        if wrong is not None or request is None:
            self._say(VenueRejected(order.id, self._now_ns, *(wrong or _UNKNOWN_MARKET)))
            return
        terms, units = order.terms, request.units
        live = Live(order.id, terms, units, request.leverage, request.opening)
        if self._would_cross(live) and terms.is_post_only:
            text = f"Post only, but limit {terms.limit} would trade at once."
            self._say(VenueRejected(order.id, self._now_ns, "POST_ONLY_WOULD_CROSS", text))
            return
        self.live[order.id] = live
        number = self.stories.venue_order_id()
        self._say(VenueAccepted(order.id, self._now_ns, number, units, sent_ns))
        self._take(live)

    def refuse(self, order: Order, code: str, text: str, now_ns: int) -> None:
        """Turned away before the door; the refusal is its story, like any other."""
        self.advance(now_ns)
        if not self.stories.counts_attempt(order.id):
            self._say(VenueRejected(order.id, self._now_ns, code, text))

    def _at_the_door(self, order: Order) -> tuple[tuple[str, str] | None, Request | None]:
        terms = order.terms
        holding = self.account.holdings.get(terms.symbol)
        if holding is None:
            return _UNKNOWN_MARKET, None
        if self.stories.came_too_late(order.id):
            return ("CAME_TOO_LATE", "It was looked up before, and said to be unknown here."), None
        if len(self.live) >= WORKING_ORDERS_MAX:
            text = f"{WORKING_ORDERS_MAX} orders work already; cancel some first."
            return ("ORDERS_TOO_MANY", text), None
        levels = tuple(self._eaten[terms.symbol].left(self._book(terms.symbol), terms.side))
        asked = order.quantity or ZERO
        request = Request(terms, asked, holding, self.free, self._sellable(holding), levels)
        request = replace(request, units=units_of(request))
        return refusal(request), request

    def cancel(self, order: str, now_ns: int) -> None:
        """Nothing is said of an order that is final, or that was never here."""
        self.advance(now_ns)
        if order in self.live:
            self._drop(self.live[order], "asked")
        for held in self.exits.values():
            for leg, each in list(held.items()):
                if each.id == order:
                    self._drop_exit(held, leg, "asked")

    def working(self) -> tuple[str, ...]:
        held = (each.id for legs in self.exits.values() for each in legs.values())
        return (*self.live, *held)

    # ---- the market goes on

    def advance(self, now_ns: int) -> None:
        """All that the market did since the last time: funding, liquidation, exits, rests."""
        begin_ns = max(self._now_ns, now_ns - CATCH_UP_NS)
        if now_ns <= begin_ns:
            return
        before = dict.fromkeys(self.instruments, begin_ns)
        for at_ns, symbol, prints in self._moments(begin_ns, now_ns):
            self._now_ns = at_ns
            self._moment(self.account.holdings[symbol], before[symbol], prints)
            before[symbol] = at_ns
        self._now_ns = now_ns

    def _moments(self, begin_ns: int, now_ns: int) -> list[tuple[int, str, list[Traded]]]:
        """Each time that a symbol we are in has traded, and now; in the sequence of time."""
        busy = {each.terms.symbol for each in self.live.values()}
        moments: list[tuple[int, str, list[Traded]]] = []
        for symbol, holding in self.account.holdings.items():
            if holding.units or symbol in busy:
                traded = self.market.traded(symbol, begin_ns, now_ns)
                times: dict[int, list[Traded]] = {now_ns: []}
                for at_ns, prints in groupby(traded, lambda each: each.at_ns):
                    times[at_ns] = list(prints)
                moments += [(at_ns, symbol, prints) for at_ns, prints in times.items()]
        return sorted(moments, key=lambda moment: moment[0])

    def _moment(self, holding: Holding, before_ns: int, prints: list[Traded]) -> None:
        symbol = holding.instrument.symbol
        self._fund(holding, before_ns)
        self._liquidate(holding)
        mark = self.market.mark(symbol, self._now_ns)
        prices = [each.price for each in prints] or ([] if mark is None else [mark])
        self._stops(holding, prices)
        self._rest(symbol, prints)

    def _fund(self, holding: Holding, before_ns: int) -> None:
        symbol = holding.instrument.symbol
        if not holding.units or not holding.instrument.is_perpetual:
            return
        for at_ns, rate, mark in self.market.funding_rates(symbol, before_ns, self._now_ns):
            amount = grained(rate * mark * holding.units)
            paid = self.account.fund(symbol, amount, self.free)
            charge = f"{symbol}-{at_ns // 1_000_000}"
            self._say(FundingCharged(self.name, symbol, at_ns, paid, charge))

    def _liquidate(self, holding: Holding) -> None:
        if not holding.units or not holding.instrument.is_perpetual:
            return
        mark = self.market.mark(holding.instrument.symbol, self._now_ns)
        if mark is None or (mark - holding.liquidation) * holding.sign > 0:
            return
        order = exit_id(holding.entry_order, LIQUIDATION)
        side, units, leverage = closing_side(holding), abs(holding.units), holding.leverage
        price = holding.bankruptcy
        self._fill(
            holding, Part(order, side, price, units, "none", LIQUIDATION, leverage, is_last=True)
        )

    # ---- exits

    def _stops(self, holding: Holding, prices: list[Decimal]) -> None:
        held = self.exits[holding.instrument.symbol]
        for price in prices:
            for each in self._nearest_first(holding, held):
                # One that fires takes the others with it.
                is_held = held.get(each.leg) is each
                if is_held and (each.is_fired or each.is_met(holding, price)):
                    self._fire(holding, each)
            for each in held.values():
                each.follow(holding.sign, price)

    def _nearest_first(self, holding: Holding, held: dict[str, Exit]) -> list[Exit]:
        stops = [each for each in held.values() if each.leg != TARGET]
        return sorted(stops, key=lambda each: -each.level(holding) * holding.sign)

    def _fire(self, holding: Holding, each: Exit) -> None:
        """Sell it all along the book; what the book does not take goes on at the next moment."""
        each.is_fired = True
        symbol, side = holding.instrument.symbol, closing_side(holding)
        if not holding.instrument.is_perpetual:
            self._free_units(symbol)
        levels = self._eaten[symbol].left(self._book(symbol), side)
        for depth in walk(levels, abs(holding.units)):
            self._fill_exit(holding, each, depth, "taker")

    def _free_units(self, symbol: str) -> None:
        """Spot that waits to be sold at a limit is sold by the stop instead."""
        for live in list(self.live.values()):
            if live.terms.symbol == symbol and live.terms.side is Side.SELL:
                self._drop(live, "its units are sold by the stop")

    # ---- orders

    def requeue(self, live: Live) -> None:
        """A limit order from before a restart goes to the end of the queue at its price."""
        self.live[live.id] = live
        live.queue = self._standing(live.terms.symbol, live.terms.side, live.limit)

    def _would_cross(self, live: Live) -> bool:
        if live.terms.limit is None:
            return True
        symbol, side = live.terms.symbol, live.terms.side
        return any(self._eaten[symbol].left(self._book(symbol), side, live.limit))

    def _take(self, live: Live) -> None:
        """What it can trade with at once; the rest lapses or stands in line."""
        symbol, terms = live.terms.symbol, live.terms
        levels = self._eaten[symbol].left(self._book(symbol), terms.side, terms.limit)
        parts = walk(levels, live.left)
        is_whole = sum((each.units for each in parts), ZERO) == live.units
        if terms.time_in_force is TimeInForce.FOK and not is_whole:
            self._drop(live, "fill or kill: the book does not hold it all", is_expired=True)
            return
        for depth in parts:
            if live.id not in self.live:
                return
            self._eaten[symbol].take(terms.side, depth)
            self._fill_live(live, depth, "taker")
        if live.id not in self.live:
            return
        if terms.limit is None:
            self._drop(live, "the book is empty beyond", is_expired=True)
        elif terms.time_in_force is not TimeInForce.GTC:
            self._drop(live, "immediate or cancel", is_expired=True)
        else:
            live.queue = self._standing(symbol, terms.side, live.limit)

    def _rest(self, symbol: str, prints: list[Traded]) -> None:
        """Orders at rest, best price first, then the target of the position."""
        resting = [each for each in self.live.values() if each.terms.symbol == symbol]
        resting.sort(key=lambda each: -each.limit * each.terms.side.sign)
        used: dict[int, Decimal] = {}
        for live in resting:
            line = _Line(live.terms.side, live.limit, live.left, live.queue)
            units = self._reached(symbol, line, prints, used)
            live.queue = line.queue
            if units and live.id in self.live:
                self._fill_live(live, Depth(live.limit, units), "maker")
        self._target(self.account.holdings[symbol], prints, used)

    def _target(self, holding: Holding, prints: list[Traded], used: dict[int, Decimal]) -> None:
        symbol = holding.instrument.symbol
        each = self.exits[symbol].get(TARGET)
        if each is None:
            return
        level, side = each.level(holding), closing_side(holding)
        if each.queued_at != level:
            each.queued_at, each.queue = level, self._standing(symbol, side, level)
        line = _Line(side, level, abs(holding.units), each.queue)
        units = self._reached(symbol, line, prints, used)
        each.queue = line.queue
        if units:
            self._fill_exit(holding, each, Depth(level, units), "maker")

    def _reached(
        self, symbol: str, line: _Line, prints: list[Traded], used: dict[int, Decimal]
    ) -> Decimal:
        """How much of an order at rest these prints, and a book past its price, fill."""
        if any((each.price - line.limit) * line.side.sign < 0 for each in prints):
            line.queue = ZERO
            return line.left  # the market went through: all at this price has traded
        filled = ZERO
        for at, each in enumerate(prints):
            if each.price == line.limit and each.side is not line.side:
                there = each.units - used.get(at, ZERO)
                before = min(line.queue, there)
                part = min(there - before, line.left - filled)
                line.queue -= before
                filled += part
                used[at] = used.get(at, ZERO) + part
        filled += sum(self._crossed(symbol, line, line.left - filled), ZERO)
        return floor_to(self.instruments[symbol].step, filled)

    def _crossed(self, symbol: str, line: _Line, units: Decimal) -> Iterator[Decimal]:
        """What the other side of the book offers at our price or better."""
        known = self.market.best(symbol, self._now_ns)
        if known is None:
            return
        best = known[1] if line.side is Side.BUY else known[0]
        if (best - line.limit) * line.side.sign > 0:
            return
        eaten = self._eaten[symbol]
        for depth in walk(eaten.left(self._book(symbol), line.side, line.limit), units):
            eaten.take(line.side, depth)
            yield depth.units


class _Line(Struct):
    """A place in the queue at one price."""

    side: Side
    limit: Decimal
    left: Decimal
    queue: Decimal


_UNKNOWN_MARKET: Final = ("MARKET_UNKNOWN", "The venue has no such market.")
