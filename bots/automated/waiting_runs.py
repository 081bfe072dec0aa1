"""The runs of a bot that wait, carried on from answer to answer.

The rule it keeps: what came before a wait is decided and sent; after it, reads are new.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from msgspec.structs import replace

from bots.automated import waits
from bots.automated.ceiling import hold
from bots.automated.funds import funding
from bots.automated.state import BotState
from bots.automated.waits import Course, Kept, Step, WaitingRun
from bots.automated.wanted import Wanted, in_words
from lefi_tui.core import again
from lefi_tui.core.bot import (
    HELD_UP,
    STUCK,
    ApprovalAsked,
    Awaited,
    Intent,
    Note,
    Occasion,
    OrderOutcome,
    Refusal,
    Snapshot,
)
from lefi_tui.lang.program import StepResult
from lefi_tui.lang.waiting import (
    ApprovalAwaited,
    Begun,
    BlockEnds,
    Finalized,
    OrderAwaited,
    TransactionBegins,
    TransactionFailed,
    Wait,
)

TIMED: Final = frozenset({"approval", "again"})  # they end by themselves at their deadline
UNDOES: Final = frozenset({"undo", "again"})

Answered = OrderOutcome | bool
Went = tuple[Begun, list[Any], list[str]]  # the run, the slots behind it, what was done in words


class WaitingRuns:
    """Of one moment; what still waits behind it is in `runs`."""

    def __init__(
        self, state: BotState, occasion: Occasion, snapshot: Snapshot, wanted: Wanted
    ) -> None:
        self._bound, self._program = state.bound, state.bound.program
        self._occasion, self._snapshot, self._wanted = occasion, snapshot, wanted
        self.runs: list[WaitingRun] = list(state.waiting)
        self.tickets = state.tickets
        self.is_finalized = state.is_finalized
        self.asked: list[ApprovalAsked] = []

    def holds(self, handler: int) -> bool:
        return any(each.course.begun.handler == handler for each in self.runs)

    def answered(self) -> Iterator[tuple[WaitingRun, Answered]]:
        """Those whose answer is there, the oldest first; no answer in time is a no. One that
        finalizes the script ends the others."""
        answers = {each.ticket: each for each in self._occasion.answers}
        for run in tuple(self.runs):
            if run not in self.runs:
                continue  # the script was finalized meanwhile
            if self._occasion.is_held and not _is_half_done(run):
                continue
            given = answers.get(run.ticket)
            if run.kind in TIMED and run.deadline_ms <= self._occasion.at_ms:
                yield run, False
            elif given is not None:
                yield run, given.is_approved if given.outcome is None else given.outcome

    def resumed(self, run: WaitingRun, answer: Answered, slots: list[Any]) -> Went:
        """The run goes on with its answer, on slots and reads as they stand now."""
        self.runs.remove(run)
        course = run.course
        if run.kind in UNDOES:
            done = self._still_undoing(run, answer)
            return (course.begun, slots, done) if done else self._answer(course, slots, answer=True)
        if run.kind == "approval" and answer is True and self._has_changed(run, slots):
            asked = ApprovalAwaited(run.block, run.role, run.within_ms)
            self._ask(course, asked, slots)
            return course.begun, slots, ["asks again: what it would send has changed"]
        if isinstance(answer, OrderOutcome) and run.intent is not None:
            course = _with_step(course, Step(run.intent, answer, run.held))
        return self._answer(course, slots, answer)

    def _still_undoing(self, run: WaitingRun, answer: Answered) -> list[str]:
        """The next undo, or this one again; empty when all is traded back, or can't be."""
        assert run.intent is not None, run
        if run.kind == "again":
            return self._undo(run.course, (run.intent, *run.left), run.tries + 1)
        done = self._not_undone(run, answer)
        return done or (self._undo(run.course, run.left) if run.left else [])

    def _answer(self, course: Course, slots: list[Any], answer: Answered) -> Went:
        course = course.after(slots, self._wanted.reads(), answer)
        return self.carry_on(course, self._program.go_on(course.begun))

    def carry_on(self, course: Course, result: StepResult) -> Went:
        """From here to the run's end, or to where it waits for an answer that is not there yet."""
        done: list[str] = []
        while True:
            slots = result.state
            hold(self._bound, course.begun.handler, result.whole)
            done += self._taken(result)
            if BlockEnds(course.block) in result.effects:
                course = replace(course, block=0, steps=(), kept=())
            if result.wait is None:
                return course.begun, slots, done
            course, answer, said = self._asked(course, result.wait, slots)
            done += said
            if answer is None:
                return course.begun, slots, done
            course = course.after(slots, self._wanted.reads(), answer)
            result = self._program.go_on(course.begun)

    def _taken(self, result: StepResult) -> list[str]:
        if any(isinstance(each, Finalized) for each in result.effects):
            self.is_finalized = True  # what is half done is still ended, or undone
            self.runs = [each for each in self.runs if _is_half_done(each)]
        return self._wanted.take(result.effects)

    @property
    def reserved(self) -> float:
        """Free cash that transactions under way still need, in the account's quote."""
        return sum(kept.cost for run in self.runs for kept in run.course.kept)

    def awaited(self) -> tuple[Awaited, ...]:
        """What still waits, in words."""
        return tuple(_awaited(each) for each in self.runs)

    # ---- what a run waits for

    def _asked(
        self, course: Course, wait: Wait, slots: list[Any]
    ) -> tuple[Course, Answered | None, list[str]]:
        """The answer where there is one at once; else the run is kept until there is."""
        match wait:
            case OrderAwaited():
                return self._order(course, wait.order)
            case TransactionBegins():
                return self._begin(course, wait.number, slots)
            case TransactionFailed():
                steps = waits.undoing(course.steps)
                course = replace(course, block=0, steps=(), kept=())
                if not steps:
                    return course, True, []
                return course, None, self._undo(course, steps)
            case ApprovalAwaited():
                return course, None, self._ask(course, wait, slots)

    def _order(
        self, course: Course, order: Intent | Refusal
    ) -> tuple[Course, Answered | None, list[str]]:
        if isinstance(order, Refusal):
            self._wanted.take([order])
            return course, waits.refused(order.intent, order.text), [order.text]
        self.tickets += 1
        intent = replace(order, ticket=self.tickets, is_step=bool(course.block))
        refusal = self._wanted.send(intent)
        if refusal is not None:
            return course, waits.refused(intent, refusal.text), [refusal.text]
        held = self._wanted.held(intent)
        course = replace(course, kept=waits.behind(course.kept, intent.site))
        self.runs.append(WaitingRun(self.tickets, "order", course, intent, held))
        return course, None, [f"{in_words(intent)}, waits for it"]

    def _begin(
        self, course: Course, block: int, slots: list[Any]
    ) -> tuple[Course, Answered | None, list[str]]:
        if self._occasion.is_held:
            return course, False, ["the transaction is not begun: its bot waits for a person"]
        course = replace(course, block=block, steps=())
        ahead = course.after(slots, self._wanted.reads(), answer=True)
        orders = waits.rehearsed(self._program, ahead, block, self._snapshot)
        funds = funding(orders, self._snapshot)
        if not funds.lack:
            of_steps = zip(orders, funds.costs, strict=True)
            kept = tuple(Kept(each.site, cost) for each, cost in of_steps)
            return replace(course, kept=kept), True, []
        text = f"the transaction is not begun: {funds.lack}"
        self._wanted.take([Refusal(orders[0], "TRANSACTION_NOT_FUNDED", text)])
        return course, False, [text]

    def _undo(self, course: Course, steps: tuple[Intent, ...], tries: int = 0) -> list[str]:
        self.tickets += 1
        intent = replace(steps[0], ticket=self.tickets)
        self._wanted.send(intent)
        run = WaitingRun(self.tickets, "undo", course, intent, left=steps[1:], tries=tries)
        self.runs.append(run)
        return [f"undoes: {in_words(intent)}"]

    def _not_undone(self, run: WaitingRun, answer: Answered) -> list[str]:
        """An undo that failed is tried again a little later; in the end it is told, loudly.

        Empty where there is nothing left to do: its stop may have closed what it opened.
        """
        intent = run.intent
        assert intent is not None, run
        if not isinstance(answer, OrderOutcome) or answer.is_filled:
            return []
        if intent.is_reduce_only and not self._wanted.held(intent):
            return []
        words = f"{in_words(intent)} was not undone: {answer.reason or answer.status}"
        is_held_up = answer.status == HELD_UP  # by no fault of its own: not counted as a try
        if run.tries >= self._program.policy.retry and not is_held_up:
            self._wanted.take([Note(STUCK, f"{words}. What it leaves stays; look after it.")])
            return []
        self.tickets += 1
        left = waits.undo_left(intent, answer)
        wait_ms = again.MOST_MS if is_held_up else again.again_ms(run.tries)
        kept = replace(
            run,
            ticket=self.tickets,
            kind="again",
            intent=left,
            deadline_ms=self._occasion.at_ms + wait_ms,
            tries=run.tries - is_held_up,
        )
        self.runs.append(kept)
        return [f"{words}; tried again"]

    def _ask(self, course: Course, wait: ApprovalAwaited, slots: list[Any]) -> list[str]:
        orders = self._ahead(course, wait.number, slots)
        deadline_ms = self._occasion.at_ms + int(wait.within_ms)
        self.tickets += 1
        self.runs.append(
            WaitingRun(
                self.tickets,
                "approval",
                course,
                left=orders,
                block=wait.number,
                role=wait.role,
                within_ms=wait.within_ms,
                deadline_ms=deadline_ms,
                prices=waits.prices(orders, self._snapshot),
                units=waits.units(orders, self._snapshot),
            )
        )
        title = self._bound.titles[course.begun.handler]
        self.asked.append(ApprovalAsked(self.tickets, title, wait.role, deadline_ms, orders))
        return ["asks: " + (", ".join(in_words(each) for each in orders) or "no order")]

    def _ahead(self, course: Course, block: int, slots: list[Any]) -> tuple[Intent, ...]:
        ahead = course.after(slots, self._wanted.reads(), answer=True)
        return waits.rehearsed(self._program, ahead, block, self._snapshot)

    def _has_changed(self, run: WaitingRun, slots: list[Any]) -> bool:
        now = self._ahead(run.course, run.block, slots)
        return waits.has_changed(run, now, self._snapshot)


def _awaited(run: WaitingRun) -> Awaited:
    what = "a person" if run.intent is None else in_words(run.intent)
    until_ms = run.deadline_ms if run.kind in TIMED else 0
    return Awaited(run.ticket, run.kind, what, until_ms, _is_half_done(run))


def _is_half_done(run: WaitingRun) -> bool:
    return run.kind in UNDOES or bool(run.course.block)


def _with_step(course: Course, step: Step) -> Course:
    return replace(course, steps=(*course.steps, step)) if course.block else course
