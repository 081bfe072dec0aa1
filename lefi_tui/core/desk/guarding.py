"""Stops and targets at a real exchange: what hangs there is made to be what the position asks for.

The rules it keeps: nothing is held to hang there before the exchange has said so; one that is
refused is tried again and its position then closed by rule, one that vanishes is hung again once
and then told; what a person takes away stays away; exits go with their position. What is to be
done is a function of the desk and the time (`steps`); fills, words of the exchange and the
engine's own look lead to the same steps, so none is forgotten and none is done twice.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.core.desk import closing
from lefi_tui.core.desk.changing import put
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.guard_steps import (
    Alarm,
    Back,
    Bare,
    Clear,
    Close,
    Drop,
    Place,
    guarded,
    is_guarded,
    steps,
)
from lefi_tui.core.desk.orders import KILL, cancel_orders
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.desk.venue_exits import KINDS
from lefi_tui.core.ids import exit_id
from lefi_tui.core.messages import (
    ClosePosition,
    DeadManKept,
    DeadManSeen,
    ExitPlaced,
    GuardKept,
    OrderCancelRequested,
    PeakSeen,
    ProtectionRulesSet,
    ProtectionTold,
    SetProtectionRules,
    SubmitOrders,
    TendProtection,
    TradingState,
    VenueFilled,
    VenueRejected,
)
from lefi_tui.core.order import (
    HAND,
    ExitPlan,
    Order,
    OrderStatus,
    OrderTerms,
    Size,
    SizeKind,
)
from lefi_tui.core.protection import (
    MISSING,
    PAST,
    REFUSED,
    SLOT_OF,
    WITHDRAWN,
    DeadManState,
    Guard,
    Hang,
    Slot,
    is_better,
    is_dust,
    is_fired,
    is_in_vain,
    with_plan,
)

Key = tuple[str, str]
NS_PER_MS: Final = 1_000_000
BY: Final = "protection"  # who moves a stop, or closes what can't have one
__all__ = ["filled", "gone", "is_guarded", "peak_seen", "refused", "stands", "tend_all"]


def set_rules(draft: Draft, command: SetProtectionRules) -> None:
    if command.rules != draft.desk.protection_rules:
        draft.say(ProtectionRulesSet(command.rules))


def tend_all(draft: Draft, command: TendProtection) -> None:
    for key in guarded(draft.desk):
        _tend(draft, key, command.at_ns)


def dead_man_seen(draft: Draft, message: DeadManSeen) -> None:
    """Said again and again; kept when it is news."""
    known = draft.desk.dead_men.get(message.account)
    seen = DeadManState(message.state, message.seconds, message.why)
    if message.account in draft.desk.accounts and seen != known:
        told = (message.account, message.state, message.seconds, message.why)
        draft.say(DeadManKept(*told, message.at_ms * NS_PER_MS))


# ---- what leads to it


def filled(draft: Draft, order: Order | None, report: VenueFilled, heard_ns: int) -> None:
    """From its first fill on an entry's exits are the position's; what it does not name stays."""
    key = (report.account, report.symbol)
    position = draft.desk.positions.get(key)
    is_open = position is not None and order is not None
    if order is not None and order.leg == "entry" and is_open and position is not None:
        guard = _asked(draft.desk.guards.get(key), order, report)
        if guard is not None and position.units * order.terms.side.sign > 0:
            _keep(draft, key, guard, heard_ns)
    if order is not None and is_fired(order):
        _is_well(draft, order, heard_ns)
    _tend(draft, key, heard_ns)
    kept = draft.desk.guards.get(key)
    if kept is not None and kept.bare_ns == heard_ns:  # since its fill, though we hear of it now
        _change(draft, key, heard_ns, bare_ns=min(report.at_ns, heard_ns))


def _asked(before: Guard | None, entry: Order, report: VenueFilled) -> Guard | None:
    """None where it changes nothing."""
    plan, side = entry.terms.exits, entry.terms.side
    is_new = before is None or before.side is not side
    if plan == ExitPlan() or (not is_new and before is not None and before.entry == entry.id):
        return None
    guard = Guard(side, entry.id) if is_new or before is None else before
    whose = (entry.id, entry.owner, entry.run, entry.site, entry.group)
    return with_plan(replace(guard, entry=entry.id), plan, whose, report.price)


def set_anew(draft: Draft, key: Key, guard: Guard, at_ns: int) -> None:
    """By a person, or by the bot that holds it: what is due of it is asked for at once."""
    _keep(draft, key, guard, at_ns)
    _tend(draft, key, at_ns)


def stands(draft: Draft, order: Order, at_ns: int) -> None:
    """The exchange says that it holds it. One that is held here alone shows what it is worth when
    its price is met: until it sells, what was refused before counts on."""
    found = _own(draft.desk, order)
    if found is not None and not is_in_vain(draft.desk.orders[order.id], found[0].slot(found[1])):
        _is_well(draft, order, at_ns)
    _tend_exit(draft, order, at_ns)


def _is_well(draft: Draft, order: Order, at_ns: int) -> None:
    found = _own(draft.desk, order)
    if found is not None:
        guard, name = found
        slot = guard.slot(name)
        kept = replace(slot, tries=0, ended="", why="", refused_ns=0, is_past=False)
        if kept != slot:
            _keep(draft, _key(order), _with(guard, name, kept), at_ns)


def refused(draft: Draft, order: Order, report: VenueRejected, at_ns: int) -> None:
    found = _own(draft.desk, order)
    if found is not None:
        guard, name = found
        slot = guard.slot(name)
        ended = replace(
            slot,
            ended=REFUSED,
            why=report.text,
            refused_ns=slot.refused_ns or at_ns,
            is_past=report.code == PAST,
        )
        _keep(draft, _key(order), _with(guard, name, ended), at_ns)
    _tend_exit(draft, order, at_ns)


def gone(draft: Draft, order: Order, why: str, at_ns: int) -> None:
    """It has ended there without a fill. `order` is as it was before."""
    found = _own(draft.desk, order)
    if found is not None:
        guard, name = found
        by = _canceled_by(draft.desk, order)
        if by not in {"", BY, KILL}:
            _taken_away(draft, order, guard, at_ns)
        elif not by and is_fired(order):  # met, and not sold: as if it had been refused
            slot = guard.slot(name)
            ended = replace(slot, ended=REFUSED, why=why, refused_ns=slot.refused_ns or at_ns)
            _keep(draft, _key(order), _with(guard, name, ended), at_ns)
        else:  # a kill takes them with the rest: they come again with trading
            ended = replace(guard.slot(name), ended=WITHDRAWN if by else MISSING, why=why)
            _keep(draft, _key(order), _with(guard, name, ended), at_ns)
    _tend_exit(draft, order, at_ns)


def _canceled_by(desk: Desk, order: Order) -> str:
    """Who asked for its end; nobody where it went by itself. An older journal does not say who."""
    if order.canceled_by:
        return order.canceled_by
    is_asked = order.is_cancel_asked or order.status is OrderStatus.CANCEL_PENDING
    if not is_asked:
        return ""
    return KILL if desk.trading_state is TradingState.HALTED else HAND


def _taken_away(draft: Draft, order: Order, guard: Guard, at_ns: int) -> None:
    """A person's wish: it is not hung again."""
    key = _key(order)
    changes: dict[str, Any] = {order.leg: None}
    _keep(draft, key, _with(replace(guard, **changes), SLOT_OF[order.leg], Slot()), at_ns)
    position = draft.desk.positions.get(key)
    is_rest = position is None or is_dust(
        draft.desk.instruments.get(key), position.units, position.entry
    )
    if position is not None and position.units and not is_rest:
        text = f"the {order.leg} was canceled by hand, and is not hung again"
        draft.say(ProtectionTold(*key, "taken away", text, at_ns))


def peak_seen(draft: Draft, report: PeakSeen) -> None:
    key = (report.account, report.symbol)
    guard = draft.desk.guards.get(key)
    if guard is not None and is_better(guard, report.price):
        _keep(draft, key, replace(guard, best=report.price), report.at_ns)
        _tend(draft, key, report.at_ns)


# ---- what is done


def _tend_exit(draft: Draft, order: Order, at_ns: int) -> None:
    if order.leg in SLOT_OF:
        _tend(draft, _key(order), at_ns)


def _tend(draft: Draft, key: Key, at_ns: int) -> None:
    for each in steps(draft.desk, key, at_ns):
        _DO[type(each)](draft, key, each, at_ns)


def _drop(draft: Draft, _key: Key, step: Drop, at_ns: int) -> None:
    found = (draft.desk.orders.get(each) for each in step.orders)
    cancel_orders(draft, [each for each in found if each is not None], at_ns, BY)


def _clear(draft: Draft, key: Key, _step: Clear, at_ns: int) -> None:
    _keep(draft, key, None, at_ns)


def _bare(draft: Draft, key: Key, step: Bare, at_ns: int) -> None:
    _change(draft, key, at_ns, bare_ns=step.since_ns)


def _back(draft: Draft, key: Key, _step: Back, at_ns: int) -> None:
    guard = draft.desk.guards[key]
    bare_ns = guard.bare_for(at_ns)
    _change(draft, key, at_ns, bare_ns=0, lost_ns=guard.lost_ns + bare_ns, is_alarmed=False)
    if guard.is_alarmed:
        text = "its stop hangs at the exchange" if guard.wants_stop else "none is asked for now"
        draft.say(ProtectionTold(*key, "protected", text, at_ns, bare_ns))


def _alarm(draft: Draft, key: Key, step: Alarm, at_ns: int) -> None:
    _change(draft, key, at_ns, is_alarmed=True)
    bare_ns = draft.desk.guards[key].bare_for(at_ns)
    draft.say(ProtectionTold(*key, "unprotected", step.why, at_ns, bare_ns))


def _close(draft: Draft, key: Key, step: Close, at_ns: int) -> None:
    _change(draft, key, at_ns, closed_ns=at_ns)
    bare_ns = draft.desk.guards[key].bare_for(at_ns)
    draft.say(ProtectionTold(*key, "closing", step.why, at_ns, bare_ns))
    closing.close_position(draft, ClosePosition(*key, at_ns, BY))


def _place(draft: Draft, key: Key, step: Place, at_ns: int) -> None:
    """The venue takes the old one away first: it holds one that closes all, and no second."""
    guard, old = draft.desk.guards[key], draft.desk.orders.get(step.old)
    again = guard.made
    while draft.desk.order(exit_id(step.hang.asked.entry, step.hang.leg, again)) is not None:
        again += 1
    order = _exit(key, guard, step.hang, again, at_ns)
    slot = guard.slot(step.slot)
    is_missed = slot.ended == MISSING
    made = replace(
        slot,
        order=order.id,
        at_ns=at_ns,
        tries=slot.tries + 1,
        ended="",
        why=slot.why if slot.refused_ns else "",
        is_past=False,
        rearmed_ns=at_ns if is_missed else slot.rearmed_ns,
    )
    if old is not None:
        draft.say(OrderCancelRequested(old.id, at_ns, BY))
    draft.say(ExitPlaced(order, at_ns))
    _keep(draft, key, _with(replace(guard, made=again), step.slot, made), at_ns)
    draft.ask(SubmitOrders(key[0], (order,)))
    if is_missed or slot.ended == WITHDRAWN:
        draft.say(ProtectionTold(*key, "hung again", slot.why, at_ns, guard.bare_for(at_ns)))


def _exit(key: Key, guard: Guard, hang: Hang, again: int, at_ns: int) -> Order:
    asked, leg = hang.asked, hang.leg
    plan: dict[str, Any] = {_PLANNED[leg]: asked.level}
    terms = OrderTerms(
        key[1],
        guard.side.opposite,
        KINDS[leg],
        Size(SizeKind.ALL),
        is_reduce_only=True,
        exits=ExitPlan(**plan),
    )
    return Order(
        id=exit_id(asked.entry, leg, again),
        account=key[0],
        terms=terms,
        owner=asked.owner,
        run=asked.run,
        site=asked.site,
        leg=leg,
        group=asked.group,
        status=OrderStatus.SUBMITTED,
        placed_at_ns=at_ns,
        trigger=hang.price,
    )


_PLANNED: Final = {"stop": "stop_loss", "target": "take_profit", "trail": "trail"}
_DO: Final[dict[type, Callable[..., None]]] = {
    Drop: _drop,
    Clear: _clear,
    Bare: _bare,
    Back: _back,
    Alarm: _alarm,
    Close: _close,
    Place: _place,
}


# ---- small things


def _key(order: Order) -> Key:
    return order.account, order.terms.symbol


def _own(desk: Desk, order: Order) -> tuple[Guard, str] | None:
    """The guard whose newest exit of this kind it is, and which kind."""
    guard, name = desk.guards.get(_key(order)), SLOT_OF.get(order.leg)
    if guard is None or name is None or guard.slot(name).order != order.id:
        return None
    return guard, name


def _with(guard: Guard, name: str, slot: Slot) -> Guard:
    return replace(guard, slots=put(guard.slots, name, slot))


def _keep(draft: Draft, key: Key, guard: Guard | None, at_ns: int) -> None:
    draft.say(GuardKept(*key, guard, at_ns))


def _change(draft: Draft, key: Key, at_ns: int, **changes: Any) -> None:
    _keep(draft, key, replace(draft.desk.guards[key], **changes), at_ns)
