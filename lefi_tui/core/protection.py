"""What protects an open position at an exchange: its stop there, or why there is none.

The rules it keeps: a position is protected when the exchange has said that it holds its stop, and
never by our asking alone; of stop and trail the nearer one hangs there, as one order that closes
all; percents hang on the average entry price, a trail on the best price since its entry, and it
never steps back; a rest too small to be sold is dust, and asks for no stop.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final

from msgspec import field
from msgspec.structs import replace

from lefi_tui.core.instrument import Instrument
from lefi_tui.core.money import EXACT, MONEY, ZERO, ceil_to, floor_to, nearest_to
from lefi_tui.core.order import ExitPlan, Level, LevelKind, Order, OrderStatus, Side
from lefi_tui.core.record import Record

STOP: Final = "stop"
TARGET: Final = "target"
TRAIL: Final = "trail"
# An exchange holds one order of each kind that closes all: stop and trail share one.
SLOT_OF: Final[Mapping[str, str]] = MappingProxyType({STOP: STOP, TRAIL: STOP, TARGET: TARGET})
REFUSED: Final = "refused"
MISSING: Final = "missing"
WITHDRAWN: Final = "withdrawn"  # by a kill or by this rule, and by no person
PAST: Final = "PAST"  # a refusal: the price is beyond the level already

KEPT_HERE: Final = "kept by this program"  # in the place of a venue's order id

MOVE_EVERY_NS: Final = 2_000_000_000  # between two moves of one stop
TRAIL_STEP: Final = Decimal("0.0005")  # of the price: a trail moves by no less
RETRY_NS: Final = 1_000_000_000  # after the first refusal, then twice as long each time
RETRY_MOST_NS: Final = 30_000_000_000
TARGET_TRIES_MAX: Final = 5  # a target that is refused so often is left away
REARM_AGAIN_NS: Final = 3_600_000_000_000  # one that vanishes again so soon is another's wish
CLOSE_AGAIN_NS: Final = 5_000_000_000

_STANDING: Final = frozenset({OrderStatus.ACCEPTED, OrderStatus.PARTIALLY_FILLED})


class ProtectionRules(Record):
    """[protection] of the settings."""

    alarm_s: int = 5  # without a stop for so long: told to whoever is away
    close_s: int = 15  # its stop refused for so long: closed at market; 0: never


class DeadManState(Record):
    """The exchange's own switch, which cancels resting entries when nobody renews it."""

    state: str  # kept | failed | fired | off | none
    seconds: int = 0
    why: str = ""


class Asked(Record):
    """One exit as an entry named it, and whose it is."""

    level: Level
    entry: str
    owner: str
    run: str = ""
    site: int = -1
    group: str = ""


class Slot(Record):
    """What was asked of the exchange for one kind of exit, and how that ended."""

    order: str = ""  # the newest
    at_ns: int = 0  # when it was asked for
    tries: int = 0  # since one stood last
    ended: str = ""  # refused | missing | withdrawn; "" while it stands or is on its way
    why: str = ""
    refused_ns: int = 0  # since when it is refused
    is_past: bool = False  # refused because the price is beyond it already
    rearmed_ns: int = 0  # when a missing one was hung again last


EMPTY: Final = Slot()


class Guard(Record):
    """How one position is protected: as its entries asked, and how far that has come."""

    side: Side  # of the position
    entry: str  # the newest one that set it
    stop: Asked | None = None
    target: Asked | None = None
    trail: Asked | None = None
    best: Decimal = ZERO  # the trail keeps its distance from it
    made: int = 0  # exits so far: each has an id of its own
    slots: Mapping[str, Slot] = field(default_factory=dict)
    bare_ns: int = 0  # since when there is no stop that was asked for; 0: there is
    lost_ns: int = 0  # without it before that, in all
    is_alarmed: bool = False
    closed_ns: int = 0  # when it was closed by rule last

    def slot(self, name: str) -> Slot:
        return self.slots.get(name, EMPTY)

    @property
    def wants_stop(self) -> bool:
        return self.stop is not None or self.trail is not None

    def bare_for(self, now_ns: int) -> int:
        """How long it has been without its stop now."""
        return max(0, now_ns - self.bare_ns) if self.bare_ns else 0

    def lost_by(self, now_ns: int) -> int:
        """And in all."""
        return self.lost_ns + self.bare_for(now_ns)


class Hang(Record):
    """One exit as it should hang at the exchange now."""

    leg: str
    price: Decimal
    asked: Asked


def is_standing(order: Order) -> bool:
    """The exchange has said that it holds it, and not that it does no longer."""
    is_leaving = order.status is OrderStatus.CANCEL_PENDING and bool(order.venue_order_id)
    return order.status in _STANDING or is_leaving


def is_kept_here(order: Order) -> bool:
    """This program waits for its price: the exchange does not know it yet."""
    return order.venue_order_id == KEPT_HERE and order.status is OrderStatus.ACCEPTED


def is_fired(order: Order) -> bool:
    """This program held it, its price was met: an order that closes, on its way or at work."""
    is_exit = order.leg in SLOT_OF and order.trigger is not None
    return is_exit and order.quantity is not None and not order.is_final


def is_in_vain(order: Order, slot: Slot) -> bool:
    """It is held here alone, and its sale was refused when its price was met."""
    is_ours = order.venue_order_id == KEPT_HERE or is_fired(order)
    return is_ours and bool(slot.refused_ns)


Whose = tuple[str, str, str, int, str]  # entry, owner, run, site, group: of who asks


def with_plan(guard: Guard, plan: ExitPlan, whose: Whose, price: Decimal) -> Guard:
    """The exits that a plan names, set anew; what it does not name stays."""
    asked = {STOP: plan.stop_loss, TARGET: plan.take_profit, TRAIL: plan.trail}
    named: dict[str, Any] = {
        leg: Asked(level, *whose) for leg, level in asked.items() if level is not None
    }
    if TRAIL in named:
        named["best"] = price
    # It is set anew, so it is not one that was moved, refused or taken away a moment ago.
    anew = {SLOT_OF[leg] for leg in named if leg in SLOT_OF}
    slots = {
        name: Slot(order=each.order) if name in anew else each for name, each in guard.slots.items()
    }
    return replace(guard, slots=slots, **named)


# ---- levels


def wanted(guard: Guard, slot: str, entry: Decimal, tick: Decimal) -> Hang | None:
    """The exit of this kind, on the tick; None where none is asked for, or at no price at all."""
    if slot == TARGET:
        found = [_target(guard, entry, tick)]
    else:
        found = [_stop(guard, entry, tick), _trail(guard, tick)]
    sign = guard.side.sign
    some = [each for each in found if each is not None and each.price > 0]
    return max(some, key=lambda each: each.price * sign) if some else None


def _stop(guard: Guard, entry: Decimal, tick: Decimal) -> Hang | None:
    if guard.stop is None:
        return None
    return Hang(
        STOP, nearest_to(tick, _away(guard.stop.level, entry, -guard.side.sign)), guard.stop
    )


def _trail(guard: Guard, tick: Decimal) -> Hang | None:
    if guard.trail is None:
        return None
    level, sign = guard.trail.level, -guard.side.sign
    if level.kind is LevelKind.PRICE:  # of a trail it is the distance
        exact = EXACT.add(guard.best, level.value.copy_abs().copy_sign(Decimal(sign)))
    else:
        exact = _away(level, guard.best, sign)
    return Hang(TRAIL, nearest_to(tick, exact), guard.trail)


def _target(guard: Guard, entry: Decimal, tick: Decimal) -> Hang | None:
    """In our favor: a target earns at least what it says."""
    if guard.target is None:
        return None
    exact = _away(guard.target.level, entry, guard.side.sign)
    rounded = ceil_to(tick, exact) if guard.side is Side.BUY else floor_to(tick, exact)
    return Hang(TARGET, rounded, guard.target)


def _away(level: Level, base: Decimal, sign: int) -> Decimal:
    if level.kind is LevelKind.PRICE:
        return level.value
    return MONEY.fma(base, level.value * sign, base)


def is_better(guard: Guard, price: Decimal) -> bool:
    """A new best price, by a step that is worth a move."""
    if guard.trail is None or price <= 0:
        return False
    gained = MONEY.subtract(price, guard.best) * guard.side.sign
    return gained >= MONEY.multiply(price, TRAIL_STEP)


# ---- when to ask


def may_hang(slot: Slot, name: str, now_ns: int) -> bool:
    """Whether the exchange may be asked for one now. A refused one is tried again, later each
    time; a missing one is hung again once, and by itself not again for a while;
    what we took away ourselves, each time."""
    if slot.ended == REFUSED:
        if name == TARGET and slot.tries >= TARGET_TRIES_MAX:
            return False
        return now_ns - slot.at_ns >= min(RETRY_NS << min(max(slot.tries - 1, 0), 8), RETRY_MOST_NS)
    if slot.ended == MISSING:
        return not slot.rearmed_ns or now_ns - slot.rearmed_ns >= REARM_AGAIN_NS
    return True


def is_given_up(slot: Slot, name: str, now_ns: int) -> bool:
    """It is missing, and not hung again by itself."""
    return slot.ended == MISSING and not may_hang(slot, name, now_ns)


# ---- dust


def is_dust(instrument: Instrument | None, units: Decimal, price: Decimal | None) -> bool:
    """A rest that no order can sell. A perpetual's reducing orders need no least value."""
    if instrument is None or not units:
        return False
    size = units.copy_abs()
    if floor_to(instrument.step, size) == ZERO or size < instrument.minimum_quantity:
        return True
    if instrument.is_perpetual or price is None:
        return False
    return MONEY.multiply(size, price) < instrument.minimum_notional


def rest_of(instrument: Instrument, bought: Decimal, fee_share: Decimal) -> Decimal:
    """What stays behind for ever when all of a spot fill is sold whose fee was taken in base."""
    if instrument.is_perpetual:
        return ZERO
    had = MONEY.fma(bought, -fee_share, bought)
    return EXACT.subtract(had, floor_to(instrument.step, had))


# ---- what is shown


class Cover(StrEnum):
    HELD = "held"  # the exchange holds its stop
    HERE = "here"  # this program does, while it runs: the exchange keeps none
    OURS = "ours"  # a paper venue does, in this program
    PENDING = "pending"  # asked for, and not confirmed yet
    BARE = "unprotected"
    NONE = "no stop asked"
    DUST = "dust"


class Protection(Record):
    """How one open position is protected now."""

    cover: Cover
    leg: str = ""
    price: Decimal | None = None
    bare_ns: int = 0  # for how long it has been without
    lost_ns: int = 0  # in all
    why: str = ""
