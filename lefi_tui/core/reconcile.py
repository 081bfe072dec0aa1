"""What we hold to be true beside what the venue says, and what is to be done about each difference.

Pure: two views in, actions out. The rules it keeps: the same views give the same actions in any
order; once they are carried out there are none; what is not ours is shown and never touched; while
an order of a market is doubted, nothing is said of that market's units.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from msgspec import field
from msgspec.structs import replace

from lefi_tui.core.money import EXACT, ZERO
from lefi_tui.core.order import Side
from lefi_tui.core.record import Record


class OurOrder(Record):
    """One that we hold to be working."""

    id: str  # client order id
    symbol: str
    filled: Decimal  # units of the base
    is_doubted: bool = False  # sent, and no answer yet: the venue may not show it so soon


class TheirOrder(Record):
    """One that the venue says is working."""

    venue_order_id: str
    client_id: str  # "" where it has none
    symbol: str
    side: Side
    quantity: Decimal
    filled: Decimal
    price: Decimal | None = None  # its limit or trigger
    is_trigger: bool = False  # waits for that price to be met


class Leg(Record):
    """A market that is held on both sides at once: its units are the difference of the two."""

    symbol: str
    long: Decimal
    short: Decimal


class OurView(Record):
    orders: tuple[OurOrder, ...] = ()
    ended: frozenset[str] = frozenset()  # client ids of ours whose end we know
    units: Mapping[str, Decimal] = field(default_factory=dict)  # of bots and of the hand
    unknown: Mapping[str, Decimal] = field(default_factory=dict)  # beside them, nobody's of ours
    foreign: tuple[TheirOrder, ...] = ()  # shown as not ours


class TheirView(Record):
    orders: tuple[TheirOrder, ...] = ()
    units: Mapping[str, Decimal] = field(default_factory=dict)
    entries: Mapping[str, Decimal] = field(default_factory=dict)  # average price of what is held
    legs: tuple[Leg, ...] = ()
    coins: Mapping[str, Decimal] | None = None  # of a spot wallet, by market; not all is a bot's


class LookUp(Record):
    """The venue is asked for one order, and what it says is merged in."""

    order: str
    why: str


class ShowForeign(Record):
    """The orders that are not ours, all of them, as they stand."""

    orders: tuple[TheirOrder, ...]


class SetUnknown(Record):
    """So many units of a market belong to none of our bots and not to the hand."""

    symbol: str
    units: Decimal


Action = LookUp | ShowForeign | SetUnknown


def short_of_coins(theirs: TheirView, books: Mapping[str, Decimal]) -> TheirView:
    """Coins beyond our books are somebody's own, and no difference. Where there are fewer than we
    hold to be ours, what is left is all that can be: told as if it were a position."""
    if theirs.coins is None:
        return theirs
    left = {symbol: theirs.coins.get(symbol, ZERO) for symbol in books}
    short = {symbol: held for symbol, held in left.items() if held < books[symbol]}
    return replace(theirs, units={**theirs.units, **short})


def reconcile(ours: OurView, theirs: TheirView) -> tuple[Action, ...]:
    """All that is to be done, sorted: look-ups, then what is foreign, then units."""
    look_ups = _look_ups(ours, theirs)
    known = {each.id for each in ours.orders} | ours.ended
    foreign = _sorted(each for each in theirs.orders if each.client_id not in known)
    shown = () if foreign == _sorted(ours.foreign) else (ShowForeign(foreign),)
    return (*look_ups, *shown, *_units(ours, theirs, _doubted(ours, theirs, look_ups)))


def _sorted(orders: Iterable[TheirOrder]) -> tuple[TheirOrder, ...]:
    return tuple(sorted(orders, key=lambda each: (each.symbol, each.venue_order_id)))


def _look_ups(ours: OurView, theirs: TheirView) -> tuple[LookUp, ...]:
    # An id is good among working orders only: of two that bear it the fuller one says more.
    fuller = sorted(theirs.orders, key=lambda each: (each.filled, each.venue_order_id))
    there = {each.client_id: each for each in fuller if each.client_id}
    found = [LookUp(each.id, why) for each in ours.orders if (why := _difference(each, there))]
    # One that has ended for us and works for them: our end of it was wrong, or theirs is late.
    risen = ours.ended & there.keys()
    found += [LookUp(name, "it works there, and has ended here") for name in risen]
    return tuple(sorted(found, key=lambda each: each.order))


def _difference(order: OurOrder, there: Mapping[str, TheirOrder]) -> str:
    theirs = there.get(order.id)
    if theirs is None:
        return "" if order.is_doubted else "it is not among the venue's working orders"
    if order.is_doubted:
        return "the venue has it"
    return "" if theirs.filled <= order.filled else f"{theirs.filled} filled there"


def _doubted(ours: OurView, theirs: TheirView, look_ups: Iterable[LookUp]) -> set[str]:
    """Markets whose units hang on an answer that is still to come."""
    asked = {each.order for each in look_ups}
    risen = {each.symbol for each in theirs.orders if each.client_id in asked}
    return risen | {each.symbol for each in ours.orders if each.is_doubted or each.id in asked}


def _units(ours: OurView, theirs: TheirView, doubted: set[str]) -> Iterable[SetUnknown]:
    for symbol in sorted({*ours.units, *ours.unknown, *theirs.units} - doubted):
        unknown = EXACT.subtract(theirs.units.get(symbol, ZERO), ours.units.get(symbol, ZERO))
        if unknown != ours.unknown.get(symbol, ZERO):
            yield SetUnknown(symbol, unknown)
