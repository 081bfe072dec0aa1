"""A limit order goes to another price: canceled, and when that is final, anew for what is left.

The rules it keeps: never two of it at once; never more than was left, also when the old one fills
while it is moved or is found to have filled later; what ends long after it was asked for stays
ended; whoever cancels it meanwhile is obeyed. A stop or a target is set anew where it hangs.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.bot import STUCK
from lefi_tui.core.desk import protecting, waiting
from lefi_tui.core.desk.draft import Draft
from lefi_tui.core.desk.facts import gate_answer
from lefi_tui.core.desk.hand import doubts_of, new_id
from lefi_tui.core.desk.live import hand_gates
from lefi_tui.core.desk.orders import cancel_orders, submit
from lefi_tui.core.desk.protecting import Wish
from lefi_tui.core.desk.state import Desk
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.live_gates import hand_refusal
from lefi_tui.core.messages import MoveOrder, NoteWritten, OrderCanceled, OrderMoving
from lefi_tui.core.money import EXACT, ZERO, words
from lefi_tui.core.order import (
    HAND,
    ExitPlan,
    Level,
    LevelKind,
    Moving,
    Order,
    OrderStatus,
    Side,
    Size,
    SizeKind,
)
from lefi_tui.core.protection import SLOT_OF, STOP, TRAIL
from lefi_tui.core.risk.gate import refusals

MOVE_NS_MAX: Final = 30_000_000_000  # a cancel is final within it, or the move is over
NAME: Final = "MoveOrder"


def move_order(draft: Draft, command: MoveOrder) -> None:
    order = newest(draft.desk, command.order)
    if order is None:
        text = f"No working order {command.order} to move: it is final, or was never ours."
        refusal = text
    elif order.leg in SLOT_OF:
        refusal = _move_exit(draft, order, command)
    else:
        refusal = _move(draft, order, command)
    if refusal:
        draft.refuse(NAME, command.at_ns, refusal)


def newest(desk: Desk, order_id: str) -> Order | None:
    """The order, or the one that stands in its place already, however often it was moved; none
    where it has its end."""
    after = {each.moved_from: each for each in (*desk.closed.values(), *desk.orders.values())}
    order = desk.order(order_id) or after.get(order_id)
    while order is not None and order.is_final:
        order = after.get(order.id)
    return order


# ---- asked for


def _move(draft: Draft, order: Order, command: MoveOrder) -> str:
    """Why it is not moved, in words; the gate is asked first, so that nothing is lost by a no."""
    refusal = _why_not(order)
    instrument = draft.desk.instruments.get((order.account, order.terms.symbol))
    if refusal or instrument is None:
        return refusal or f"The market of {order.id} is not listed any more."
    at = order.terms.limit if order.moving is None else order.moving.limit
    assert at is not None, order
    limit = _wanted(instrument, command, at)
    if limit == at:
        return f"Order {order.id} is at {words(at)} already."
    less = ZERO if order.moving is None else order.moving.less
    moving = Moving(limit, command.at_ns, less)
    refusal = _gated(draft.desk, order, command) or _refused(draft.desk, order, moving, command)
    if refusal:
        return refusal
    if order.status is not OrderStatus.CANCEL_PENDING:
        cancel_orders(draft, [order], command.at_ns, command.by)
    draft.say(OrderMoving(order.id, moving, command.at_ns, command.by))
    return ""


def _why_not(order: Order) -> str:
    if order.owner != HAND:
        return (
            f"Order {order.id} is {order.owner}'s, which looks after it: cancel it, or change the "
            "bot's settings."
        )
    if order.terms.limit is None:
        return f"Order {order.id} has no limit to move."
    if order.is_doubted:
        return f"Order {order.id} has no answer yet, so nobody knows where it stands. Wait: Alt+U."
    if order.status is OrderStatus.CANCEL_PENDING and order.moving is None:
        return f"Order {order.id} is being canceled."
    if order.remaining is None:
        return f"Order {order.id} has no units yet. Wait a moment."
    return ""


def _wanted(instrument: Instrument, command: MoveOrder, at: Decimal) -> Decimal:
    return command.price if command.price is not None else at + command.ticks * instrument.tick


def _gated(desk: Desk, order: Order, command: MoveOrder) -> str:
    """For real money as for an order that is placed; what only reduces is asked nothing."""
    if order.terms.is_reduce_only:
        return ""
    shut = hand_refusal(order.account, hand_gates(desk, order.account, command))
    return f"{shut} It stays where it is." if shut else ""


def _refused(desk: Desk, order: Order, moving: Moving, command: MoveOrder) -> str:
    """On a desk where the old one has ended: what it set aside is the new one's to use."""
    trial = Draft(desk)
    trial.say(OrderCanceled(order.id, command.at_ns, "moved"))
    anew = _anew(trial.desk, order, moving, command.at_ns)
    if anew is None:
        return f"Nothing is left of order {order.id} to move."
    answer = gate_answer(trial.desk, anew, command.at_ns)
    doubts = () if command.is_confirmed else doubts_of(desk, answer.order, None)
    failed = refusals((*answer.verdicts, *doubts))
    text = "; ".join(each.text or each.code for each in failed)
    return f"{text} It stays where it is." if text else ""


def _move_exit(draft: Draft, order: Order, command: MoveOrder) -> str:
    if order.leg == TRAIL:
        return "A trail follows the market by itself: set another distance, or cancel it."
    at = protecting.level_now(draft.desk, order)
    key = (order.account, order.terms.symbol)
    instrument = draft.desk.instruments.get(key)
    if at is None or instrument is None:
        return f"Where the {order.leg} of {key[1]} hangs is not known here. Wait for its answer."
    level = Level(LevelKind.PRICE, _wanted(instrument, command, at))
    plan = ExitPlan(stop_loss=level) if order.leg == STOP else ExitPlan(take_profit=level)
    return protecting.protect(draft, key, Wish(plan, HAND, command.at_ns))


# ---- carried out


def _anew(desk: Desk, order: Order, moving: Moving, at_ns: int) -> Order | None:
    """For what is left of it; None where nothing is."""
    remaining = order.remaining
    left = ZERO if remaining is None else EXACT.subtract(remaining, moving.less)
    if left <= 0:
        return None
    terms = replace(order.terms, limit=moving.limit, size=Size(SizeKind.UNITS, left))
    return Order(
        id=new_id(desk, order.run, f"moved/{order.id}", at_ns),
        account=order.account,
        terms=terms,
        owner=order.owner,
        run=order.run,
        group=order.group,
        placed_at_ns=at_ns,
        moved_from=order.id,
    )


def go_on(draft: Draft, order_id: str, at_ns: int) -> None:
    """The venue has said that the old one is gone."""
    order = draft.desk.order(order_id)
    if order is None or order.moving is None or order.status not in waiting.ENDED_EARLY:
        return
    if at_ns - order.moving.at_ns > MOVE_NS_MAX:
        text = (
            f"Order {order.id} was to go to {words(order.moving.limit)}; its cancel came so late "
            "that it is not placed anew. Place it again if it is still wanted."
        )
        draft.refuse(NAME, at_ns, text)
        return
    anew = _anew(draft.desk, order, order.moving, at_ns)
    if anew is not None:
        submit(draft, anew, at_ns)


def filled_late(draft: Draft, before: Order, units: Decimal, at_ns: int) -> None:
    """A fill that overtook the cancel is known only now: the new order is so much smaller."""
    if before.moving is None or before.status not in waiting.ENDED_EARLY:
        return
    after = newest(draft.desk, before.id)
    if after is None or after.remaining is None or after.terms.limit is None:
        _tell(draft, before, units, at_ns)
        return
    known = after.moving or Moving(after.terms.limit, at_ns)
    moving = replace(known, at_ns=at_ns, less=EXACT.add(known.less, units))
    if after.status is not OrderStatus.CANCEL_PENDING:
        cancel_orders(draft, [after], at_ns, HAND)
    draft.say(OrderMoving(after.id, moving, at_ns, HAND))


def _tell(draft: Draft, order: Order, units: Decimal, at_ns: int) -> None:
    verb = "bought" if order.terms.side is Side.BUY else "sold"
    text = (
        f"{words(units)} of {order.terms.symbol} was {verb} by order {order.id} after it had been "
        "moved, and nothing works in its place: look whether that is more than you wanted."
    )
    draft.say(NoteWritten(HAND, STUCK, text, "", at_ns))
