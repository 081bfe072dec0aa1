"""Runs that wait for an order or a person: what they wait for, and what it takes to go on.

The rules it keeps: what a person approves is what is sent, or it is asked again; a transaction is
funded as a whole before its first step, and undone in reverse order when a step fails.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.core.bot import Intent, OrderOutcome, Refusal, Snapshot
from lefi_tui.core.codec import from_plain, to_plain
from lefi_tui.core.order import ExitPlan, Level, Side, Size, SizeKind
from lefi_tui.core.read_key import ReadKey
from lefi_tui.core.record import Record
from lefi_tui.lang.program import Program
from lefi_tui.lang.waiting import Begun, BlockEnds, Leg, OrderAwaited, TransactionFailed

PRICE_MOVE_MAX: Final = 0.01  # since a person was asked; beyond it they are asked again
ANY_SITE: Final = -1
NO_EXITS: Final = ExitPlan()


class Step(Record):
    """One step of a transaction: what was asked, and what became of it."""

    intent: Intent
    outcome: OrderOutcome
    held: float = 0.0  # units of its symbol before it


class Kept(Record):
    """Free cash that is kept for one step, by its place in the script."""

    site: int
    cost: float


class Course(Record):
    """A run under way, and the transaction it is in, if any."""

    begun: Begun
    block: int = 0  # number of the `execute` it is in, 0 for none
    steps: tuple[Step, ...] = ()  # of that transaction
    kept: tuple[Kept, ...] = ()  # for its steps that are still to come

    def after(self, slots: list[Any], reads: tuple[float, ...], answer: Any) -> Course:
        leg = Leg(slots, reads, answer)
        return replace(self, begun=replace(self.begun, legs=(*self.begun.legs, leg)))


def behind(kept: tuple[Kept, ...], site: int) -> tuple[Kept, ...]:
    """What is still kept when this step is sent: its order keeps its own from here on, and the
    steps before it that were passed over are not to come any more."""
    sites = [each.site for each in kept]
    of_old = sites.index(ANY_SITE) + 1 if ANY_SITE in sites else 0
    return kept[sites.index(site) + 1 if site in sites else of_old :]


class WaitingRun(Record):
    """kind: order · undo (`left` are the next ones) · again (an undo that failed, tried once more
    at its deadline) · approval (`left` is what was shown)"""

    ticket: int
    kind: str
    course: Course
    intent: Intent | None = None  # of an order or undo
    held: float = 0.0  # units of its symbol when it was sent
    left: tuple[Intent, ...] = ()
    block: int = 0  # of an approval
    role: str = ""
    within_ms: float = 0.0
    deadline_ms: int = 0
    prices: tuple[float, ...] = ()  # of `left`, when it was asked
    tries: int = 0  # of an undo, before this one
    units: tuple[float, ...] = ()  # of `left`, when it was asked


class Queued(Record):
    """An event whose handler still waits; its run begins when that one has ended."""

    handler: int
    event: tuple[float | str, ...]
    carry: bool = True  # False: a candle of the past, which steps series only


# ---- a trial of a block


def rehearsed(
    program: Program, course: Course, block: int, snapshot: Snapshot
) -> tuple[Intent, ...]:
    """What the block would send from here, every order taken as filled."""
    found: list[Intent] = []
    begun = course.begun
    while True:
        result = program.go_on(begun)
        for effect in result.effects:
            if isinstance(effect, BlockEnds) and effect.number == block:
                return tuple(found)
            if isinstance(effect, Intent):
                found.append(effect)
        wait = result.wait
        if wait is None or (isinstance(wait, TransactionFailed) and wait.number <= block):
            return tuple(found)  # it, or a transaction around it, ends with a step that fails
        answer: OrderOutcome | bool = True
        if isinstance(wait, OrderAwaited):
            answer = _assumed(wait.order, snapshot)
            if isinstance(wait.order, Intent):
                found.append(wait.order)
        last = begun.legs[-1]
        begun = replace(begun, legs=(*begun.legs, Leg(last.slots, last.reads, answer)))


def _assumed(order: Intent | Refusal, snapshot: Snapshot) -> OrderOutcome:
    if isinstance(order, Refusal):
        return refused(order.intent, order.text)
    price = float(order.limit) if order.limit is not None else _spot(order, snapshot)
    units = _units(order, price, snapshot)
    return OrderOutcome(
        _side(order), price, units, price * units, 0.0, "filled", "", is_filled=True
    )


def _spot(intent: Intent, snapshot: Snapshot) -> float:
    return snapshot.read(ReadKey("spot", intent.symbol)) if intent.symbol else math.nan


def _side(intent: Intent) -> Side:
    return Side.BUY if intent.action == "buy" else Side.SELL


def _units(intent: Intent, price: float, snapshot: Snapshot) -> float:
    if intent.size is None:
        return abs(snapshot.read(ReadKey("position", intent.symbol, intent.account)))
    size = float(intent.size.value)
    match intent.size.kind:
        case SizeKind.UNITS:
            return size
        case SizeKind.WORTH:
            return size / price if price else math.nan
        case _:
            return _share(intent, size, price, snapshot)


def _share(intent: Intent, size: float, price: float, snapshot: Snapshot) -> float:
    """Of the position where it reduces one, else of free cash, as simulation.md's rule 6 has it."""
    held = snapshot.read(ReadKey("position", intent.symbol, intent.account))
    if held * (1 if intent.action == "buy" else -1) < 0:
        return min(size, 1.0) * abs(held)
    free = snapshot.read(ReadKey("cash", "", intent.account))
    fee = snapshot.read(ReadKey("taker", intent.symbol, intent.account))
    each = price * (1 / float(intent.leverage or 1) + (fee if math.isfinite(fee) else 0.0))
    return free * size / each if each else math.nan


def refused(intent: Intent, reason: str) -> OrderOutcome:
    return not_filled(intent, "refused", reason)


def not_filled(intent: Intent, status: str, reason: str) -> OrderOutcome:
    return OrderOutcome(_side(intent), math.nan, 0.0, 0.0, 0.0, status, reason, is_filled=False)


# ---- a transaction


def undoing(steps: Sequence[Step]) -> tuple[Intent, ...]:
    """What trades these steps back, the last first."""
    done = (each for each in reversed(steps) if each.outcome.units > 0)
    return tuple(undo for step in done for undo in _undo(step))


def undo_left(intent: Intent, outcome: OrderOutcome) -> Intent:
    """What is still to be traded back behind an undo that was not filled as asked."""
    if intent.size is None or intent.action == "transfer" or not outcome.units:
        return intent
    units = intent.size.value - Decimal(repr(outcome.units))
    return replace(intent, size=Size(SizeKind.UNITS, max(units, Decimal(0))))


def _undo(step: Step) -> Iterator[Intent]:
    """What it opened is made smaller at most to nothing: a stop may have closed some of it. What
    it took of a position from before it is opened again, behind that."""
    intent, outcome = step.intent, step.outcome
    if intent.action == "transfer":
        yield replace(intent, account=intent.to, to=intent.account, ticket=0, is_undo=True)
        return
    sign = 1 if outcome.side is Side.BUY else -1
    units, held = Decimal(repr(outcome.units)), Decimal(repr(step.held))
    closed = min(units, abs(held)) if held * sign < 0 else Decimal(0)
    for part, is_reduce_only in ((units - closed, True), (closed, False)):
        if part:
            yield Intent(
                "sell" if outcome.side is Side.BUY else "buy",
                intent.symbol,
                intent.site,
                intent.account,
                Size(SizeKind.UNITS, part),
                # A perpetual is one position at one leverage: a Close of it has none of its own.
                leverage=intent.leverage or _held_at(intent, outcome),
                is_reduce_only=is_reduce_only,
                is_undo=True,
            )


def _held_at(intent: Intent, outcome: OrderOutcome) -> Decimal | None:
    return Decimal(repr(outcome.leverage)) if ":" in intent.symbol else None


# ---- an approval


def prices(orders: Sequence[Intent], snapshot: Snapshot) -> tuple[float, ...]:
    """What each would be carried out at by the book now."""
    return tuple(_book(each, snapshot) for each in orders)


def units(orders: Sequence[Intent], snapshot: Snapshot) -> tuple[float, ...]:
    """Of each as it would be sent now: a share of more cash is more."""
    return tuple(_units(each, _spot(each, snapshot), snapshot) for each in orders)


def _book(intent: Intent, snapshot: Snapshot) -> float:
    if not intent.symbol:
        return math.nan
    is_buy = intent.action == "buy"
    if intent.action == "close":
        is_buy = snapshot.read(ReadKey("position", intent.symbol, intent.account)) < 0
    return snapshot.read(ReadKey("ask" if is_buy else "bid", intent.symbol))


def has_changed(run: WaitingRun, now: Sequence[Intent], snapshot: Snapshot) -> bool:
    """Whether what would be sent now is another list, a price or size moved over 1 %, or a share
    has become so much more."""
    shown = run.left
    if len(shown) != len(now):
        return True
    moved = zip(run.prices, prices(shown, snapshot), strict=True)
    if any(_moved(before, after) for before, after in moved):
        return True
    if any(_grew(*each) for each in zip(run.units, units(now, snapshot), strict=False)):
        return True
    return any(_differ(one, other) for one, other in zip(shown, now, strict=True))


def _grew(before: float, after: float) -> bool:
    """A size below zero, which is refused when it is sent, must be like itself here too."""
    return after > before + PRICE_MOVE_MAX * abs(before)


def _moved(before: float, after: float) -> bool:
    if math.isnan(before) or math.isnan(after):
        return math.isnan(before) != math.isnan(after)
    return abs(after - before) > PRICE_MOVE_MAX * abs(before)


def _differ(one: Intent, other: Intent) -> bool:
    if replace(one, size=None, limit=None, exits=NO_EXITS) != replace(
        other, size=None, limit=None, exits=NO_EXITS
    ):
        return True
    if _moved(float(one.limit or 0), float(other.limit or 0)):
        return True
    return any(_part_differs(*each) for each in zip(_parts(one), _parts(other), strict=True))


def _parts(intent: Intent) -> tuple[Size | Level | None, ...]:
    exits = intent.exits
    return intent.size, exits.stop_loss, exits.take_profit, exits.trail


def _part_differs(one: Size | Level | None, other: Size | Level | None) -> bool:
    if one is None or other is None:
        return one is not other
    return one.kind is not other.kind or _moved(float(one.value), float(other.value))


# ---- as data


def run_out(program: Program, begun: Begun) -> Any:
    return {
        "handler": begun.handler,
        "slots": program.encode(begun.slots),
        "event": [_out(each) for each in begun.event],
        "reads": [_out(each) for each in begun.reads],
        "legs": [
            {
                "slots": program.encode(leg.slots),
                "reads": [_out(each) for each in leg.reads],
                "answer": leg.answer if isinstance(leg.answer, bool) else to_plain(leg.answer),
            }
            for leg in begun.legs
        ],
    }


def run_in(program: Program, data: Any) -> Begun:
    return Begun(
        data["handler"],
        program.decode(data["slots"]),
        tuple(_in(each) for each in data["event"]),
        tuple(float(_in(each)) for each in data["reads"]),
        tuple(
            Leg(
                program.decode(leg["slots"]),
                tuple(float(_in(each)) for each in leg["reads"]),
                _answer_in(leg["answer"]),
            )
            for leg in data.get("legs", ())
        ),
    )


def _answer_in(data: Any) -> OrderOutcome | bool:
    if isinstance(data, bool):
        return data
    outcome: OrderOutcome = from_plain(OrderOutcome, data)
    return outcome


def _out(value: float | str) -> float | str | None:
    return None if isinstance(value, float) and math.isnan(value) else value


def _in(value: float | str | None) -> float | str:
    return math.nan if value is None else value


def queued_out(queued: Queued) -> Any:
    event = [_out(each) for each in queued.event]
    return {"handler": queued.handler, "event": event, "carry": queued.carry}


def queued_in(data: Any) -> Queued:
    event = tuple(_in(each) for each in data["event"])
    return Queued(data["handler"], event, data.get("carry", True))


def waiting_out(program: Program, run: WaitingRun) -> Any:
    course = run.course
    return {
        "ticket": run.ticket,
        "kind": run.kind,
        "begun": run_out(program, course.begun),
        "whole": course.block,
        "steps": [to_plain(each) for each in course.steps],
        "kept": [to_plain(each) for each in course.kept],
        "intent": None if run.intent is None else to_plain(run.intent),
        "held": _out(run.held),
        "left": [to_plain(each) for each in run.left],
        "block": run.block,
        "role": run.role,
        "within_ms": run.within_ms,
        "deadline_ms": run.deadline_ms,
        "prices": [_out(each) for each in run.prices],
        "tries": run.tries,
        "units": [_out(each) for each in run.units],
    }


def waiting_in(program: Program, data: Any) -> WaitingRun:
    steps = tuple(from_plain(Step, each) for each in data["steps"])
    # An older program wrote what is kept in the order of the steps, without their places.
    kept = tuple(Kept(ANY_SITE, each) for each in data.get("costs", ()))
    kept += tuple(from_plain(Kept, each) for each in data.get("kept", ()))
    course = Course(run_in(program, data["begun"]), data["whole"], steps, kept)
    intent = data["intent"]
    return WaitingRun(
        data["ticket"],
        data["kind"],
        course,
        None if intent is None else from_plain(Intent, intent),
        float(_in(data.get("held", 0.0))),
        tuple(from_plain(Intent, each) for each in data["left"]),
        data["block"],
        data["role"],
        data["within_ms"],
        data["deadline_ms"],
        tuple(float(_in(each)) for each in data["prices"]),
        data.get("tries", 0),
        tuple(float(_in(each)) for each in data.get("units", ())),
    )
