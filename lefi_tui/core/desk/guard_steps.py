"""What is due of a position's protection now: a function of the desk and the time, and no more.

The rule it keeps: once its steps are done and the exchange has answered there are none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lefi_tui.core.desk.closes import closes_of
from lefi_tui.core.desk.in_doubt import with_unknown
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.desk.venue_exits import exits_of
from lefi_tui.core.messages import TradingState
from lefi_tui.core.money import ZERO
from lefi_tui.core.order import Order, OrderStatus
from lefi_tui.core.position import Position
from lefi_tui.core.protection import (
    CLOSE_AGAIN_NS,
    MOVE_EVERY_NS,
    REFUSED,
    SLOT_OF,
    STOP,
    TARGET,
    Guard,
    Hang,
    is_dust,
    is_given_up,
    is_in_vain,
    is_standing,
    may_hang,
    wanted,
)
from lefi_tui.core.record import Record

Key = tuple[str, str]
REAL: Final = "live"  # the mode of an account at an exchange, its practice market too
NS_PER_S: Final = 1_000_000_000


class Drop(Record):
    """These exits are of no position, or of none that asks for them."""

    orders: tuple[str, ...]


class Place(Record):
    """This exit is to hang there, in the place of an older one."""

    slot: str
    hang: Hang
    old: str = ""


class Bare(Record):
    """It has no stop from here on."""

    since_ns: int


class Back(Record):
    """It has it again, or asks for none any more."""


class Alarm(Record):
    why: str


class Close(Record):
    why: str


class Clear(Record):
    """The position is closed."""


Step = Drop | Place | Bare | Back | Alarm | Close | Clear


def is_guarded(desk: Desk, account: str) -> bool:
    known = desk.accounts.get(account)
    return known is not None and known.mode == REAL


def guarded(desk: Desk) -> tuple[Key, ...]:
    """All that has a guard, or an exit that may be nobody's."""
    exits = (
        (each.account, each.terms.symbol)
        for each in desk.orders.values()
        if each.leg in SLOT_OF and is_guarded(desk, each.account)
    )
    return tuple(dict.fromkeys((*desk.guards, *exits)))


def is_due(desk: Desk, now_ns: int) -> bool:
    return any(steps(desk, key, now_ns) for key in guarded(desk))


def steps(desk: Desk, key: Key, now_ns: int) -> tuple[Step, ...]:
    if not is_guarded(desk, key[0]):
        return ()
    return (*_orphans(desk, key), *_of_guard(desk, key, now_ns))


def _orphans(desk: Desk, key: Key) -> Iterator[Step]:
    """An exit trades against its position: with none, or on its side, it would open another."""
    units = with_unknown(desk, key[0]).get(key[1], ZERO)
    found = tuple(
        each.id
        for each in exits_of(desk, *key)
        if units * each.terms.side.sign >= 0 and not _is_leaving(each)
    )
    if found:
        yield Drop(found)


def _of_guard(desk: Desk, key: Key, now_ns: int) -> Iterator[Step]:
    guard, position = desk.guards.get(key), desk.positions.get(key)
    if guard is None:
        return
    if position is None or position.units * guard.side.sign <= 0:
        yield Clear()
        return
    is_there = with_unknown(desk, key[0]).get(key[1], ZERO) * guard.side.sign > 0
    is_bare = is_there and _is_bare(desk, key, guard, position)
    yield from _covered(guard, now_ns, is_bare=is_bare)
    if is_bare:
        yield from _alarmed(desk, guard, now_ns)
    if not is_there:
        return  # the venue shows none: whoever held it waits for a person already
    if desk.trading_state is TradingState.HALTED or closes_of(desk, *key):
        return
    why = _why_close(desk, guard, now_ns)
    if why:
        yield Close(why)
        return
    for name in (STOP, TARGET):
        yield from _hung(desk, key, name, now_ns)


def _is_bare(desk: Desk, key: Key, guard: Guard, position: Position) -> bool:
    if not guard.wants_stop or is_dust(desk.instruments.get(key), position.units, position.entry):
        return False
    stops = (each for each in exits_of(desk, *key) if SLOT_OF[each.leg] == STOP)
    slot = guard.slot(STOP)
    return not any(is_standing(each) and not is_in_vain(each, slot) for each in stops)


def _covered(guard: Guard, now_ns: int, *, is_bare: bool) -> Iterator[Step]:
    if is_bare and not guard.bare_ns:
        yield Bare(now_ns)
    if guard.bare_ns and not is_bare:
        yield Back()


def _alarmed(desk: Desk, guard: Guard, now_ns: int) -> Iterator[Step]:
    slot = guard.slot(STOP)
    is_long = guard.bare_for(now_ns) >= desk.protection_rules.alarm_s * NS_PER_S
    if not guard.is_alarmed and (is_long or is_given_up(slot, STOP, now_ns)):
        yield Alarm(why_bare(guard))


def why_bare(guard: Guard) -> str:
    slot = guard.slot(STOP)
    if slot.ended:
        return f"its stop is {slot.ended}: {slot.why}"
    if slot.refused_ns:
        return f"its stop is {REFUSED}: {slot.why}"
    return "the exchange has not said yet that it holds its stop"


def _why_close(desk: Desk, guard: Guard, now_ns: int) -> str:
    if guard.closed_ns and now_ns - guard.closed_ns < CLOSE_AGAIN_NS:
        return ""
    past = next((name for name in (STOP, TARGET) if guard.slot(name).is_past), "")
    if past:
        return f"the price is past its {past} already"
    slot, most_s = guard.slot(STOP), desk.protection_rules.close_s
    if most_s and slot.refused_ns and now_ns - slot.refused_ns >= most_s * NS_PER_S:
        return f"its stop is refused for {most_s} s: {slot.why}"
    return ""


def _hung(desk: Desk, key: Key, name: str, now_ns: int) -> Iterator[Step]:
    """One kind of exit as it should be, beside what is asked for already."""
    guard, position, slot = desk.guards[key], desk.positions[key], desk.guards[key].slot(name)
    instrument, current = desk.instruments.get(key), desk.orders.get(slot.order)
    tick = ZERO if instrument is None else instrument.tick
    hang = wanted(guard, name, position.entry, tick)
    if is_dust(instrument, position.units, position.entry):
        if current is not None and not _is_leaving(current):
            yield Drop((current.id,))
    elif hang is None:
        return
    elif current is None:
        if may_hang(slot, name, now_ns):
            yield Place(name, hang)
    elif _is_moved(current, hang, slot.at_ns, now_ns):
        yield Place(name, hang, current.id)


def _is_moved(current: Order, hang: Hang, at_ns: int, now_ns: int) -> bool:
    if _is_leaving(current) or not is_standing(current) or current.trigger is None:
        return False
    is_other = (current.trigger, current.leg) != (hang.price, hang.leg)
    return is_other and now_ns - at_ns >= MOVE_EVERY_NS


def _is_leaving(order: Order) -> bool:
    return order.is_cancel_asked or order.status is OrderStatus.CANCEL_PENDING
