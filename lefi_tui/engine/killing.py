"""The engine's part of a kill: freeze, cancels at once, HALTED; then on until the proof.

While the journal can be written, each further step is a turn like any other. While it can't, the
same pure code runs on a desk in memory (kill_shadow), and its orders leave by the emergency log;
the journal takes them over when it is back, and none is sent twice: their ids hang on the kill
alone.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, Final

from lefi_tui.core.desk import Desk
from lefi_tui.core.desk.kill_changes import cause
from lefi_tui.core.desk.killing import ENGINE, is_due
from lefi_tui.core.desk.moving import newest
from lefi_tui.core.kill import KillStage
from lefi_tui.core.messages import (
    AdvanceKill,
    CancelOrder,
    Kill,
    KillBegan,
    TradingState,
    TradingStateChanged,
)
from lefi_tui.core.order import Order
from lefi_tui.engine.emergency import Note
from lefi_tui.engine.ending import end_all
from lefi_tui.engine.freeze import Freeze
from lefi_tui.engine.halted import Halt
from lefi_tui.engine.inbox import Waiting
from lefi_tui.engine.kill_notes import PATIENCE_S, KillNotes
from lefi_tui.engine.kill_reads import KillReads
from lefi_tui.engine.kill_shadow import Host, Shadow
from lefi_tui.engine.turn import Receipt, Turn
from lefi_tui.ports.clock import Clock
from lefi_tui.views.kill_view import KillView, kill_view

BREATH_S: Final = 0.01  # a kill's cancels leave before all else of it takes the loop
TICK_S: Final = 0.05
PROVEN_TICK_S: Final = 0.5
FILE_S: Final = 0.25  # between two looks for the KILL file
LEFT: Final = "It is carried out; the journal has it when its disk answers."

_log: Final = logging.getLogger(__name__)


class Killing:
    """Lives in the engine's loop."""

    def __init__(self, host: Host, freeze: Freeze, folder: Path, clock: Clock) -> None:
        self._host, self.freeze, self._clock = host, freeze, clock
        self.notes = KillNotes(folder, freeze, host.effects.cancel_ready)
        self._begun: Kill | None = None  # the newest
        self._refused: Kill | None = None  # by the journal, which is to have it all the same
        self._waits_since_ns: int | None = None  # for the journal to take what it was given
        self._asked: Future[Any] | None = None  # the step that the journal was given
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop_task: asyncio.Task[None] | None = None
        self._memory = Shadow(host, self.notes, clock, self._task)
        self._reads = KillReads(host.effects, clock, self._task, lambda: self._desk().kill)

    @property
    def shadow(self) -> Desk | None:
        """The desk in memory, while the journal has not the kill."""
        return self._memory.desk

    # ---- a start and an end

    def found(self) -> Kill | None:
        """A kill that this start finds in a file, and the desk does not know of."""
        halt = self.notes.prepare()
        self._host.effects.overheard = self._memory.overhear
        desk = self._host.desk
        is_halted = desk.trading_state is TradingState.HALTED
        self.freeze.follow(is_halted=is_halted)
        if is_halted:
            if halt is None:  # the engine died before its file was there
                halt = Halt(desk.trading_cause, ENGINE, self._clock.now_ns())
                self.notes.halt(halt)
            self._go_on()
            return None
        if halt is None:
            return None
        return Kill(halt.at_ns or self._clock.now_ns(), halt.by, halt.cause)

    async def close(self) -> None:
        await end_all(self._tasks)
        self.notes.close()

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            _log.error("a part of the kill failed", exc_info=task.exception())

    # ---- a kill is asked for

    def ask(
        self, kill: Kill, answer: Future[Any] | None = None, note: Future[bool] | None = None
    ) -> None:
        """Its cancels first, its turn behind them; in the loop. Whoever asked from another thread
        has begun its `note` there: it is written while this loop is still to be woken."""
        self.begin(kill, answer, note)
        self._task(self._put(kill, answer))

    def begin(
        self, kill: Kill, answer: Future[Any] | None = None, note: Future[bool] | None = None
    ) -> None:
        """At once: nothing of it waits for the journal, nor for room in the inbox."""
        if kill == self._begun:
            return
        self._begun = kill
        self.freeze.ask(kill)
        note = note or self.notes.begin(kill)
        self._wait()
        if self.shadow is None:
            self._memory.begin()
        orders = list(self._desk().orders.values())
        if self.notes.is_there_soon(note):
            self._cancel(orders)
        else:
            self._task(self._cancel_behind(note, orders))
        self._memory.advance(kill)
        self._task(self._written_down(kill, answer))
        self._go_on()

    def refused(self, kill: Kill) -> None:
        """No turn can take it now: the journal has failed."""
        self._refused = kill
        self.begin(kill)

    async def _cancel_behind(self, note: Future[bool], orders: Iterable[Order]) -> None:
        await self.notes.written(note)
        self._cancel(orders)

    def _cancel(self, orders: Iterable[Order]) -> None:
        """They make risk smaller, and may come twice: so they wait for the note to be written, by
        which a start behind a crash knows of the kill, and not for the disk to have it. Had the
        machine gone down before that, the kill would not be known either if they waited."""
        by_account: dict[str, list[str]] = {}
        for order in orders:
            by_account.setdefault(order.account, []).append(order.id)
        for account, ids in by_account.items():
            self._host.effects.cancel(account, tuple(ids))

    async def _written_down(self, kill: Kill, answer: Future[Any] | None) -> None:
        await self._clock.sleep(BREATH_S)
        self.notes.halt(Halt(kill.reason, kill.by, kill.at_ns))
        if answer is not None:
            await self._clock.sleep(PATIENCE_S)
            if not answer.done():
                answer.set_result(Receipt(is_accepted=True, text=LEFT))

    async def _put(self, kill: Kill, answer: Future[Any] | None) -> None:
        await self._clock.sleep(BREATH_S)
        while not self._host.inbox.put(kill, answer):
            await self._clock.sleep(TICK_S)

    def note_cancel(self, command: CancelOrder) -> None:
        """A cancel that the journal has no room for."""
        self._task(self._cancel_one(command, newest(self._desk(), command.order)))

    async def _cancel_one(self, command: CancelOrder, order: Order | None) -> None:
        if not await self.notes.synced(command):
            _log.error("the emergency log takes no note; the cancel leaves all the same")
        if order is not None:
            self._host.effects.cancel(order.account, (order.id,))

    # ---- what turns and files say

    def carried(self, turn: Turn) -> None:
        """After a turn's commit and before its effects."""
        for handled in turn.handled:
            if isinstance(handled.message, Kill):
                self.freeze.taken(handled.message)
            for event in handled.step.events:
                if isinstance(event, TradingStateChanged):
                    self._follow(event)
                elif isinstance(event, KillBegan):
                    self._go_on()
        self.notes.emergency.taken(each.message for each in turn.handled)

    def _follow(self, event: TradingStateChanged) -> None:
        self.freeze.follow(is_halted=event.state is TradingState.HALTED)
        self.notes.follow(event)

    def look_for_cause(self) -> None:
        """What may kill by itself, after each turn."""
        now_ns = self._clock.now_ns()
        why = "" if self.freeze.is_on else cause(self._host.desk, now_ns)
        if why:
            self.ask(Kill(now_ns, ENGINE, why))

    async def watch_file(self) -> None:
        while True:
            await self._clock.sleep(FILE_S)
            desk = self._desk()
            if self.freeze.has_kill_file and desk.trading_state is not TradingState.HALTED:
                why = f"the file {self.notes.files.kill_file} is there"
                self.ask(Kill(self._clock.now_ns(), "KILL file", why))

    def admit(self, waiting: list[Waiting]) -> list[Waiting]:
        """A step that the journal was given is not done late: the desk in memory has gone on."""
        if self.shadow is None:
            return waiting
        late = [each for each in waiting if isinstance(each.message, AdvanceKill)]
        for each in late:
            each.reply(Receipt(is_accepted=False, text=LEFT))
        return [each for each in waiting if each not in late]

    def resume_refusal(self) -> str:
        """Why trading can't be resumed; empty when it can."""
        if not self.freeze.has_kill_file:
            return ""
        return (
            f"Trading stays halted: the file {self.notes.files.kill_file} is there. Find out who "
            "put it there and why, remove it, then resume."
        )

    # ---- onward

    def _desk(self) -> Desk:
        return self._host.desk if self.shadow is None else self.shadow

    @property
    def sight(self) -> Desk:
        """The desk as a person may know it: with the kill at once, journaled or not."""
        return self._desk()

    def view(self) -> KillView:
        return kill_view(self._desk(), str(self.notes.files.kill_file) * self.freeze.has_kill_file)

    def _go_on(self) -> None:
        if self._loop_task is None or self._loop_task.done():
            self._loop_task = self._task(self._run())

    async def _run(self) -> None:
        while self.shadow is not None or self._host.desk.kill is not None:
            state = self._desk().kill
            is_proven = state is not None and state.stage is KillStage.PROVEN
            await self._clock.sleep(PROVEN_TICK_S if is_proven else TICK_S)
            self._look()

    def _look(self) -> None:
        desk = self._in_charge()
        if desk is None or desk.kill is None:
            return
        if desk.kill.stage is KillStage.CLOSING:
            self._reads.look(desk)
        now_ns = self._clock.now_ns()
        if not is_due(desk, now_ns):
            return
        if self.shadow is not None:
            self._memory.advance(AdvanceKill(now_ns))
        elif self._asked is None or self._asked.done():
            self._asked = Future()
            self._wait()
            self._host.inbox.put(AdvanceKill(), self._asked)

    def _wait(self) -> None:
        self._waits_since_ns = self._clock.monotonic_ns()

    def _is_stuck(self) -> bool:
        """Whether the journal is away, or its disk takes longer than a kill waits."""
        if self._host.failure is not None:
            return True
        asked = self._asked is not None and not self._asked.done()
        if self._waits_since_ns is None or not (asked or self.freeze.is_asked):
            return False
        return self._clock.monotonic_ns() - self._waits_since_ns > PATIENCE_S * 1e9

    def _in_charge(self) -> Desk | None:
        """The desk that decides now; None while the journal takes over what left without it."""
        if self._host.failure is None:
            self._put_refused()
        is_stuck = self._is_stuck()
        if self.shadow is None:
            if is_stuck:
                self._memory.begin()
            return self._desk()
        if is_stuck:
            return self.shadow
        if self.freeze.is_asked:
            return None
        if self.notes.emergency.is_empty:
            self._memory.end()
            return self._host.desk
        for each in self.notes.emergency.open_notes:
            self._put_again(each)
        return None

    def _put_refused(self) -> None:
        """A kill whose note had no room: the journal is back, and has never heard of it."""
        kill, self._refused = self._refused, None
        if (
            kill is not None
            and self.freeze.is_asked
            and kill not in self.notes.emergency.open_notes
        ):
            self._host.inbox.put(kill)
            self._wait()

    def _put_again(self, note: Note) -> None:
        """It was noted while the journal came back; taken twice it changes nothing."""
        if self._asked is None or self._asked.done():
            self._asked = Future()
            self._host.inbox.put(note, self._asked)
