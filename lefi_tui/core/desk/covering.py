"""How an open position is protected now: position open <=> protection known."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from lefi_tui.core.desk.guard_steps import NS_PER_S, is_guarded, why_bare
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.desk.venue_exits import exits_of
from lefi_tui.core.money import MONEY, nearest_to
from lefi_tui.core.order import LevelKind, Order
from lefi_tui.core.position import Position
from lefi_tui.core.protection import (
    EMPTY,
    KEPT_HERE,
    SLOT_OF,
    STOP,
    TRAIL,
    Cover,
    Guard,
    Protection,
    is_dust,
    is_in_vain,
    is_standing,
)

NO_DEAD_MAN: Final = frozenset({"off", "none", "failed"})


def protection_of(desk: Desk, position: Position, now_ns: int) -> Protection:
    key = (position.account, position.symbol)
    guard = desk.guards.get(key)
    lost_ns = 0 if guard is None else guard.lost_by(now_ns)
    if is_dust(desk.instruments.get(key), position.units, position.entry):
        return Protection(Cover.DUST, lost_ns=lost_ns, why="too little to be sold at all")
    slot = EMPTY if guard is None else guard.slot(STOP)
    held = [each for each in exits_of(desk, *key) if _is_stop(each) and not is_in_vain(each, slot)]
    if held:
        newest, is_real = held[-1], is_guarded(desk, position.account)
        cover = Cover.HELD if is_real else Cover.OURS
        if is_real and newest.venue_order_id == KEPT_HERE:
            cover = Cover.HERE
        price = _price(desk, newest, position)
        return Protection(cover, newest.leg, price, lost_ns=lost_ns)
    if guard is None or not guard.wants_stop:
        return Protection(Cover.NONE, lost_ns=lost_ns)
    return _without(desk, guard, now_ns)


def rests_alone(desk: Desk, order: Order) -> bool:
    """An entry that waits for its price at an exchange, and no dead-man's switch ends it."""
    known = desk.dead_men.get(order.account)
    is_resting = order.leg == "entry" and order.terms.limit is not None
    return is_resting and known is not None and known.state in NO_DEAD_MAN


def _without(desk: Desk, guard: Guard, now_ns: int) -> Protection:
    """On its way at first; after its time, or where it was refused, that is no word for it."""
    bare_ns = guard.bare_for(now_ns)
    is_late = guard.is_alarmed or bare_ns >= desk.protection_rules.alarm_s * NS_PER_S
    slot = guard.slot(STOP)
    is_bare = is_late or bool(slot.ended or slot.refused_ns)
    cover = Cover.BARE if is_bare else Cover.PENDING
    return Protection(cover, STOP, None, bare_ns, guard.lost_by(now_ns), why_bare(guard))


def _is_stop(order: Order) -> bool:
    return SLOT_OF[order.leg] == STOP and is_standing(order)


def _price(desk: Desk, order: Order, position: Position) -> Decimal | None:
    """A trail on paper stands where only its venue knows."""
    level = order.terms.exits.stop_loss
    if order.trigger is not None or order.leg == TRAIL or level is None:
        return order.trigger
    if level.kind is LevelKind.PRICE:
        return level.value
    sign = 1 if position.units > 0 else -1
    instrument = desk.instruments.get((position.account, position.symbol))
    exact = MONEY.fma(position.entry, -sign * level.value, position.entry)
    return exact if instrument is None else nearest_to(instrument.tick, exact)
