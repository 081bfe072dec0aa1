"""The single writer: turn after turn, commit, then publish, then effects; and what it does when the
journal fails it.

Then it is halted: nothing is published, no order leaves, the desk is what the disk has. Cancels and
the kill still leave, noted in the emergency log first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from typing import Final

from lefi_tui.core.desk import Desk, apply
from lefi_tui.core.messages import (
    Effect,
    EngineStarted,
    Event,
    HandleDead,
    Report,
    TradingState,
    TradingStateChanged,
)
from lefi_tui.engine.commits import Commits
from lefi_tui.engine.comparing import Comparing
from lefi_tui.engine.dead_letters import DeadLetters
from lefi_tui.engine.depth import DepthBoard
from lefi_tui.engine.effects import Effects
from lefi_tui.engine.freeze import Freeze
from lefi_tui.engine.games import Games
from lefi_tui.engine.halted import KILL
from lefi_tui.engine.inbox import Inbox, Waiting
from lefi_tui.engine.kill_notes import PATIENCE_S
from lefi_tui.engine.killing import Killing
from lefi_tui.engine.press_book import PressBook
from lefi_tui.engine.publisher import Publisher
from lefi_tui.engine.reconciling import Reconciling
from lefi_tui.engine.recovery import Recovered
from lefi_tui.engine.reserved import Reserved
from lefi_tui.engine.sampling import Sampler
from lefi_tui.engine.setup import Setup
from lefi_tui.engine.shot import Shot
from lefi_tui.engine.shots import Shots
from lefi_tui.engine.turn import Turn, take_turn
from lefi_tui.ports.journal import JournalChangedError, JournalError
from lefi_tui.views.doubts_picture import doubts_view
from lefi_tui.views.doubts_view import DoubtsView

TAPE_FLUSH_S: Final = 1.0  # what a crash may lose of market input that led to nothing
EMERGENCY_AFTER_S: Final = PATIENCE_S  # a cancel that waits longer takes the reserved path
PROBE_S: Final = 1.0  # between two attempts to write again

_log: Final = logging.getLogger(__name__)


class SingleWriter:
    """Lives in one loop; only `inbox.put` may be called from elsewhere."""

    def __init__(self, setup: Setup, recovered: Recovered, publisher: Publisher) -> None:
        self.setup = setup
        self.inbox = Inbox()
        self.publisher = publisher
        self.recovered = recovered
        self.depth = DepthBoard(setup.world)
        self.games = Games(self)
        freeze = Freeze(setup.folder / KILL)
        self.effects = Effects(setup.world, self.inbox.put, freeze)
        self.commits = Commits(setup.journal, recovered.standing, setup.pace)
        self.failure: Exception | None = None
        self._found: Exception | None = None  # what halts it before its next turn
        shared = setup.world.shared
        self.reconciling = Reconciling(self.effects, publisher, self.inbox, shared)
        self.comparing = Comparing(setup.world, lambda: self.desk, self.inbox.put)
        self._is_broken = False  # by a bug that no guard foresaw: it ends the engine
        self._is_stopping = False
        self._is_flush_due = False
        self._is_look_due = False
        self._sampler = Sampler()
        self._in_flight: Turn | None = None
        self.dead = DeadLetters(setup.folder)
        self.effects.undone = lambda effect, why: self.dead.keep(effect, why, self._now())
        self._flush_timer: asyncio.TimerHandle | None = None
        self._next_probe_ns = 0
        self.killing = Killing(self, freeze, setup.folder, setup.world.clock)
        self._reserved = Reserved(self.killing, publisher)
        self.shots = Shots(self, PressBook(setup.folder))

    @property
    def desk(self) -> Desk:
        """As screens may know it: what is durable, and halted where the journal failed."""
        desk = self.commits.standing.desk
        if self.failure is None:
            return desk
        return apply(desk, self._halted(0))

    def doubts(self) -> DoubtsView:
        evidence = self.effects.look_ups.evidence.all()
        return doubts_view(self.killing.sight, self.comparing.answered(), evidence, self._now())

    @property
    def in_flight(self) -> Turn | None:
        """The turn that is being committed, or has left before that."""
        return self._in_flight or self.shots.ahead()

    @property
    def held(self) -> Iterable[Report]:
        """What venues told since the journal failed."""
        return self._reserved.held

    def _now(self) -> int:
        return self.setup.world.clock.now_ns()

    # ---- life

    async def begin(self) -> None:
        """The start is journaled, what left without a commit too; then the venues are asked."""
        self.inbox.bind(asyncio.get_running_loop())
        self.effects.look_ups.ends.answered = self.reconciling.answered
        self.effects.view = self.comparing.soon
        self.effects.look_ups.against = self.comparing.against
        reached = self.recovered.standing.head.n
        await self._say(EngineStarted(self._now(), self.setup.program, reached))
        if self.recovered.difference is not None:
            self.commits.save_next()  # told once; the next start begins behind it
            cause = f"the journal tells another story: {self.recovered.difference}"
            await self._say(TradingStateChanged(TradingState.HALTED, cause, "engine", self._now()))
        found = self.killing.found()
        await self._journal_emergency()
        if found is not None:
            await self._turn([Waiting(found)])
        self.reconciling.begin(self.desk)

    async def _say(self, event: Event) -> None:
        at_ns = self._now()
        await self.commits.say(event, at_ns)
        self.publisher.event(self.commits.standing.head.n, at_ns, event)

    async def run(self) -> None:
        try:
            while not self._is_stopping:
                await self.inbox.wait()
                await self.shots.patience()
                await self.work()
        except BaseException:
            self._is_broken = True
            raise
        finally:
            self.shots.shut()

    async def work(self) -> None:
        """One turn over what waits now, behind that of a press which has left."""
        told = self.shots.market() if self._is_calm() else None
        if told is not None and await self._goes_on(told):
            await self._flush_if_due()  # the journal's rows are the same behind it
            return
        await self.shots.aside()
        fired = self.shots.close()
        if fired is not None:
            await self._turn([fired.waiting], fired.shot)
        found, self._found = self._found, None
        if found is not None and self.failure is None:
            self._halt(found)
        waiting = self.killing.admit([*(told or ()), *self.inbox.take()])
        if self.failure is not None:
            await self._without_journal(waiting)
            return
        admitted = self.reconciling.admit(waiting, self.desk)
        if admitted:
            await self._turn(admitted)
        await self._flush_if_due()
        if self._is_look_due and self.failure is None:
            await self._sample()
        self.shots.rest()

    def _is_calm(self) -> bool:
        """Nothing else than what the market tells is to be done or looked at."""
        is_due = self._is_look_due or self._found is not None or self.failure is not None
        return self.reconciling.is_open and self.killing.shadow is None and not is_due

    async def _goes_on(self, told: list[Waiting]) -> bool:
        """What leads to no row: the keys are aimed at the desk behind it, then both change in one
        moment, so that no press finds none ready. False where it goes the usual way."""
        if not told:
            return True
        at_ns = self._now()
        try:
            turn = take_turn(self.commits.standing, [each.message for each in told], at_ns)
            is_light = self.commits.is_light(turn)
            if not is_light or not self.shots.goes_on(turn.after, turn.batch.tape):
                return False
        except Exception:  # noqa: BLE001 -- the usual way finds it again, and halts in words
            _log.exception("nothing can be aimed at the desk behind these messages")
            return False
        await self._kept(turn, told, None)
        await self._follow(turn, told, at_ns)
        return True

    def look_at_equity(self) -> None:
        """After the next turn, so that no sample stands between a message and its events."""
        self._is_look_due |= self._sampler.is_due(self.commits.standing.desk, self._now())
        if self._is_look_due or not self.shots.has_ready:
            self.inbox.nudge()

    async def _sample(self) -> None:
        self._is_look_due = False
        prices = self.publisher.screen.prices
        for sample in self._sampler.due(self.commits.standing.desk, prices, self._now()):
            try:
                await self._say(sample)
            except JournalError as error:
                self._fail(error, [])
                return

    def stop(self) -> None:
        self._is_stopping = True
        self.inbox.nudge()

    async def end(self) -> None:
        """A clean end: the tape is sealed, so that its whole story stands in the journal. Behind a
        bug nothing more is written: nobody knows what it left."""
        if self.failure is None and not self._is_broken:
            try:
                fired = self.shots.close()
                if fired is not None:
                    await self._turn([fired.waiting], fired.shot)
                await self.commits.seal(self._now())
            except JournalError as error:
                self._halt(error)
        self.shots.end()
        await self.killing.close()
        await self.effects.close()

    # ---- a turn

    async def _turn(self, waiting: list[Waiting], shot: Shot | None = None) -> None:
        at_ns = self._now() if shot is None else shot.at_ns
        before = self.commits.standing
        try:
            turn = take_turn(before, [each.message for each in waiting], at_ns)
            if shot is not None:
                shot.check(turn)
        except Exception as bug:  # noqa: BLE001 -- the engine's top guard: a bug halts, loudly
            _log.exception("a message can't be carried out; the engine is halted")
            messages = [each.message for each in waiting]
            self.dead.keep_culprit(self.commits.standing, messages, bug, self._now())
            self._fail(bug, waiting)
            return
        if await self._kept(turn, waiting, shot):
            await self._follow(turn, waiting, at_ns)

    async def _kept(self, turn: Turn, waiting: list[Waiting], shot: Shot | None) -> bool:
        """Whether it happened: it is durable, or has left with a press."""
        self._in_flight = turn
        try:
            await self.commits.keep(turn, self.effects.prepare(turn.effects, shot))
        except JournalError as error:
            left = self.effects.launching.drop()
            if shot is None or not left:
                await self._commit_failed(error, waiting, turn, left)
                return False
            if await self._reached() == turn.after.head.seq:
                self.commits.adopt(turn.after)
            else:
                self.commits.owe(turn)
            self._halt(error)
        finally:
            self._in_flight = None
        return True

    async def _follow(self, turn: Turn, waiting: list[Waiting], at_ns: int) -> None:
        self.killing.carried(turn)
        self._handle_dead(turn)
        self.publisher.turn(turn, at_ns)
        for each, handled in zip(waiting, turn.handled, strict=True):
            each.reply(handled.receipt())
        for effect in turn.effects:
            self.effects.carry_out(effect)
        await self._after(at_ns)

    def _handle_dead(self, turn: Turn) -> None:
        told = (each.message for each in turn.handled if isinstance(each.message, HandleDead))
        for found in filter(None, map(self.dead.taken, told)):
            if isinstance(found, Effect):
                self.effects.carry_out(found)
            else:
                self.inbox.put(found)

    async def _after(self, at_ns: int) -> None:
        if self.commits.has_pending and self._flush_timer is None:
            loop = asyncio.get_running_loop()
            self._flush_timer = loop.call_later(TAPE_FLUSH_S, self._flush_later)
        await self._sealing(at_ns)
        self.effects.look_up_unheard(self.desk.orders)
        self.reconciling.look(self.desk)
        self.killing.look_for_cause()

    async def _sealing(self, at_ns: int) -> None:
        try:
            sealed = await self.commits.seal_if_due(at_ns)
        except JournalError as error:
            self._fail(error, [])
            return
        if sealed is not None:
            self.publisher.event(self.commits.standing.head.n, at_ns, sealed)

    def _flush_later(self) -> None:
        self._flush_timer = None
        self._is_flush_due = True
        self.inbox.nudge()

    async def _flush_if_due(self) -> None:
        if not self._is_flush_due or self.failure is not None:
            return
        self._is_flush_due = False
        try:
            await self.commits.flush()
        except JournalError as error:
            self.halt(error)

    # ---- without a journal

    async def _commit_failed(
        self, error: JournalError, waiting: list[Waiting], turn: Turn, left: frozenset[str]
    ) -> None:
        """The disk may have kept it all the same: then it happened, though nothing was sent."""
        if await self._reached() == turn.after.head.seq > self.commits.durable.head.seq:
            self.commits.adopt(turn.after)
            self.effects.not_sent(turn.effects, left)
            waiting = [each for each in waiting if not isinstance(each.message, Report)]
        self._fail(error, waiting)

    async def _reached(self) -> int:
        try:
            head = await asyncio.to_thread(self.setup.journal.head)
        except JournalError:
            return -1
        return head.seq

    def _fail(self, error: Exception, waiting: Iterable[Waiting]) -> None:
        self._halt(error)
        for each in waiting:
            self._reserved.take(each, self.failure)

    def halt(self, error: Exception) -> None:
        """Something beside the turns found the journal wrong: behind what has left."""
        if self.shots.hold() and self.failure is None:
            self._halt(error)
        else:
            self._found = error
            self.inbox.nudge()

    def _halt(self, error: Exception) -> None:
        _log.error("halted: %s", error)
        self.commits.roll_back()
        self.failure = error
        at_ns = self._now()
        self._next_probe_ns = self.setup.world.clock.monotonic_ns() + int(PROBE_S * 1e9)
        self.publisher.event(0, at_ns, self._halted(at_ns))
        asyncio.get_running_loop().call_later(PROBE_S, self.inbox.nudge)

    def _halted(self, at_ns: int) -> TradingStateChanged:
        cause = str(self.failure)
        return TradingStateChanged(TradingState.HALTED, cause, "engine", at_ns)

    async def _without_journal(self, waiting: list[Waiting]) -> None:
        for each in waiting:
            self._reserved.take(each, self.failure)
        if isinstance(self.failure, JournalError) and not isinstance(
            self.failure, JournalChangedError
        ):
            await self._probe()

    async def _probe(self) -> None:
        """Whether the journal can be written again; if so, what was kept goes into it."""
        monotonic_ns = self.setup.world.clock.monotonic_ns()
        if monotonic_ns < self._next_probe_ns:
            return
        self._next_probe_ns = monotonic_ns + int(PROBE_S * 1e9)
        asyncio.get_running_loop().call_later(PROBE_S * 1.05, self.inbox.nudge)
        try:
            await self.commits.say(self._halted(self._now()), self._now())
        except JournalError as error:
            self.failure = error
            return
        self.failure = None
        await self._journal_emergency()
        if self.failure is not None:
            return  # failed again: what was kept waits for the next attempt
        held = [Waiting(report) for report in self._reserved.held]
        self._reserved.held.clear()
        if held:
            await self._turn(held)
        self.reconciling.begin(self.desk)

    async def _journal_emergency(self) -> None:
        notes = [Waiting(command) for command in self.killing.notes.emergency.notes()]
        if notes:
            await self._turn(notes)
