"""What a paper venue asks of an order before it takes it, and how many units a size is.

The rule it keeps: what is taken can be paid, sold and priced; all else is a refusal in words.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final, NamedTuple

from lefi_tui.adapters.paper_book import units_worth
from lefi_tui.adapters.paper_venue_account import GRAIN, ONE, Holding
from lefi_tui.core.book import Depth
from lefi_tui.core.instrument import Instrument, reducing
from lefi_tui.core.money import ZERO, floor_to, words
from lefi_tui.core.order import OrderKind, OrderTerms, Side, SizeKind
from lefi_tui.core.record import Record


class Refused(NamedTuple):
    code: str
    text: str


class Request(Record):
    """An order at the door, with all that the checks look at."""

    terms: OrderTerms
    units: Decimal
    holding: Holding
    free: Decimal  # cash less what is set aside
    sellable: Decimal  # units of spot less what resting sells have set aside
    levels: tuple[Depth, ...]  # what it would trade with, best first

    @property
    def instrument(self) -> Instrument:
        return self.holding.instrument

    @property
    def is_limit(self) -> bool:
        return self.terms.kind is OrderKind.LIMIT

    @property
    def leverage(self) -> Decimal:
        if not self.instrument.is_perpetual:
            return ONE
        return self.terms.leverage or (self.holding.leverage if self.holding.units else ONE)

    @property
    def opening(self) -> Decimal:
        """The units that open or enlarge a position."""
        return max(self.units - self.holding.closes(self.terms.side), ZERO)

    @property
    def notional(self) -> Decimal:
        """What all units are worth: at the limit, or along the levels they would take."""
        return self.worth(ZERO, self.units)

    def worth(self, skipped: Decimal, units: Decimal) -> Decimal:
        """What these units cost after `skipped` ones; what no level holds costs as the last."""
        if self.terms.limit is not None:
            return units * self.terms.limit
        worth = price = ZERO
        for price, there in self.levels:
            part = min(max(there - skipped, ZERO), units)
            skipped = max(skipped - there, ZERO)
            worth, units = worth + part * price, units - part
        return worth + units * price


def cost_of_one(instrument: Instrument, price: Decimal, leverage: Decimal) -> Decimal:
    """Free cash that a unit takes: margin, or the whole price; and the taker fee."""
    share = ONE / leverage if instrument.is_perpetual else ONE
    return price * (share + instrument.taker)


def units_of(request: Request) -> Decimal:
    """The order's units on the market's step, cut; a reducing one never past the position."""
    terms, holding = request.terms, request.holding
    closes = holding.closes(terms.side)
    units = request.units or floor_to(request.instrument.step or GRAIN, _asked(request, closes))
    is_reducing = terms.is_reduce_only or terms.size.kind is SizeKind.ALL
    return min(units, closes) if is_reducing else units


def _asked(request: Request, closes: Decimal) -> Decimal:
    size = request.terms.size
    match size.kind:
        case SizeKind.UNITS:
            return size.value
        case SizeKind.ALL:
            return closes
        case SizeKind.WORTH:
            return _worth(request, size.value)
        case SizeKind.SHARE if closes:
            return closes * size.value
        case SizeKind.SHARE:
            one = cost_of_one(request.instrument, ONE, request.leverage)
            return _worth(request, request.free * size.value / one)


def _worth(request: Request, notional: Decimal) -> Decimal:
    if request.terms.limit is not None:
        return notional / request.terms.limit
    return units_worth(iter(request.levels), notional)


def refusal(request: Request) -> Refused | None:
    """The first rule that the order breaks."""
    for rule in _RULES:
        wrong = rule(request)
        if wrong is not None:
            return wrong
    return None


def _kind(request: Request) -> Refused | None:
    if request.terms.kind in {OrderKind.MARKET, OrderKind.LIMIT}:
        return None
    text = f"A {request.terms.kind} order is sent with its entry, not alone."
    return Refused("KIND_UNKNOWN", text)


def _reduces(request: Request) -> Refused | None:
    terms = request.terms
    if not (terms.is_reduce_only or terms.size.kind is SizeKind.ALL):
        return None
    if request.holding.closes(terms.side):
        return None
    held = words(request.holding.units)
    text = f"Reduce only, but {held} {terms.symbol} is held: a {terms.side} reduces nothing."
    return Refused("REDUCE_ONLY", text)


def _priced(request: Request) -> Refused | None:
    instrument, limit = request.instrument, request.terms.limit
    if not request.is_limit:
        if request.levels:
            return None
        text = f"Nobody trades against a {request.terms.side} of {instrument.symbol} now."
        return Refused("BOOK_EMPTY", text)
    if limit is None or limit <= 0:
        return Refused("PRICE_MISSING", "A limit order names a price over 0.")
    if floor_to(instrument.tick, limit) != limit:
        text = f"Limit {words(limit)} is not on the tick {words(instrument.tick)}."
        return Refused("PRICE_OFF_TICK", text)
    return None


def _sized(request: Request) -> Refused | None:
    instrument, units = request.instrument, request.units
    if units <= 0:
        return Refused("QUANTITY_BELOW_STEP", "The size comes to no whole step. Ask for more.")
    if floor_to(instrument.step, units) != units:
        text = f"{words(units)} is no multiple of the step {words(instrument.step)}."
        return Refused("QUANTITY_OFF_STEP", text)
    if units == request.holding.closes(request.terms.side):
        return None  # what is left over can always be closed
    if units < instrument.minimum_quantity:
        least = words(instrument.minimum_quantity)
        text = f"{words(units)} {instrument.base} asked, {least} is the least. Ask for more."
        return Refused("QUANTITY_BELOW_MINIMUM", text)
    least_worth = reducing(instrument) if request.terms.is_reduce_only else instrument
    if request.notional < least_worth.minimum_notional:
        worth, least = words(request.notional), words(instrument.minimum_notional)
        text = f"{worth} {instrument.quote} asked, {least} is the least. Ask for more."
        return Refused("NOTIONAL_BELOW_MINIMUM", text)
    return None


def _leveraged(request: Request) -> Refused | None:
    instrument, asked = request.instrument, request.terms.leverage or ONE
    if asked < 1 or asked > instrument.leverage_max:
        text = f"Leverage {words(asked)} asked, 1 to {words(instrument.leverage_max)} allowed."
        return Refused("LEVERAGE_OUT_OF_RANGE", text)
    holding = request.holding
    enlarges = holding.units * request.terms.side.sign > 0
    if enlarges and request.leverage != holding.leverage:
        text = f"The open position has leverage {words(holding.leverage)}; close it to change."
        return Refused("LEVERAGE_DIFFERS", text)
    return None


def _held(request: Request) -> Refused | None:
    if request.instrument.is_perpetual or request.terms.side is Side.BUY:
        return None
    if request.units <= request.sellable:
        return None
    base = request.instrument.base
    text = f"{words(request.units)} {base} asked, {words(request.sellable)} free to sell."
    return Refused("UNITS_INSUFFICIENT", text)


def _paid(request: Request) -> Refused | None:
    worth = request.worth(request.units - request.opening, request.opening)
    need = worth * cost_of_one(request.instrument, ONE, request.leverage)
    if need <= request.free:
        return None
    quote = request.instrument.quote
    text = f"{words(need)} {quote} needed, {words(request.free)} free. Ask for less."
    return Refused("CASH_INSUFFICIENT", text)


_RULES: Final[tuple[Callable[[Request], Refused | None], ...]] = (
    _kind,
    _reduces,
    _priced,
    _sized,
    _leveraged,
    _held,
    _paid,
)
