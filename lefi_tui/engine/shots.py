"""A game's next key, decided before it comes: its orders stand ready, and leave with the press.

While a game is armed and nothing else is to be done, the turns that a BUY and a SELL would be are
taken ahead, on the desk as it stands, and their orders are made ready at their venue. A press that
finds its turn so is written to the press book, and the orders leave, in the thread that read it.

Whoever heard the press waits for that write, and another one listens meanwhile (the rest leave in a
thread of their own): no key waits for a disk, nor does the engine.
The rules it keeps: nothing leaves that the disk does not have; a press that was taken so is the
next turn there is, on the very desk that it was decided on; it overtakes no message before it;
nothing older than a shot's life leaves so, nor anything after a kill was asked for. A press that
finds nothing ready goes the usual way, but one that comes while it is made ready waits for that.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from bots.ttadak import GameState
from lefi_tui.core.desk import Desk
from lefi_tui.core.desk.state import BotRecord
from lefi_tui.core.game import Do, Play
from lefi_tui.core.messages import CancelOrders, PlayGame, SubmitOrders
from lefi_tui.core.order import Order
from lefi_tui.engine.fold import IMPOSSIBLE
from lefi_tui.engine.games import armed
from lefi_tui.engine.inbox import Waiting
from lefi_tui.engine.press_book import Press, PressBook, line_of, told_of
from lefi_tui.engine.shot import Fired, Ground, Shot
from lefi_tui.engine.standing import Standing
from lefi_tui.engine.turn import Turn, take_turn
from lefi_tui.ports.errands import ERRANDS
from lefi_tui.ports.journal import TapeRow
from lefi_tui.ports.venue import Launch, Preparing

if TYPE_CHECKING:
    from lefi_tui.engine.writer import SingleWriter

AGAIN_S: Final = 0.1  # while nothing moves
APART_NS: Final = 50_000_000  # between aims: no screen shows more than 20 books a second
AT_ONCE: Final = 10  # aims that need not wait so long, where there were few
FOLLOW_NS: Final = 20_000_000  # between aims at what the market tells, where that never pauses
BEHIND_S: Final = 0.002  # until its turn: whoever sends its orders has the processor first
ASIDE_S: Final = 0.005  # a disk that takes longer holds up no turn
NS_PER_S: Final = 1_000_000_000
LEAVES_S: Final = 0.5  # an end waits so long for a press that is leaving
GAMES: Final = (Do.BUY, Do.SELL)

_log: Final = logging.getLogger(__name__)


# Which press it is, what goes, as whose press, and what does not.
Leaving = tuple[int, Shot, PlayGame, list[Shot]]


class Shots:
    """`fire` may be called from any thread, all else in the engine's loop."""

    def __init__(self, writer: SingleWriter, book: PressBook) -> None:
        self._writer, self._book = writer, book
        self._clock = writer.setup.world.clock
        self._ready: dict[tuple[str, Do], Shot] = {}
        self._fired: Fired | None = None
        self._aiming: frozenset[str] = frozenset()  # games whose next keys are being decided
        self._early: Waiting | None = None  # a press of one of them, for which none was ready
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._rests = False  # nothing else changes the desk now
        self._is_shut = False
        self._gone = asyncio.Event()  # that press, and whoever sends it has had its time
        self._count = self._noted = 0  # presses that were taken; the newest of the book
        self._departing = threading.Lock()  # one at a time, and none behind a later one
        self._leaving: queue.SimpleQueue[Leaving | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._aimed_ns = self._paid_ns = self._followed_ns = 0
        self._due: asyncio.TimerHandle | None = None

    # ---- from any thread

    def fire(self, command: PlayGame, answer: Future[Any] | None) -> bool:
        """Whether it was taken; its orders have left then, or follow their turn."""
        if self._writer.inbox.backlog():
            return False
        waiting = Waiting(command, answer)
        with self._lock:
            return self._shoot(command, waiting) or self._waits(command, waiting)

    def _shoot(self, command: PlayGame, waiting: Waiting) -> bool:
        """With the lock held."""
        shot = self._ready.get((command.bot, command.play.do))
        if shot is None or not shot.fits(command, self._clock.monotonic_ns()):
            return False
        told = replace(command, at_ns=shot.at_ns)
        self._fired = Fired(Waiting(told, waiting.answer), shot)
        others = [each for each in self._ready.values() if each is not shot]
        self._ready = {}
        self._count += 1
        leaving = (self._count, shot, told, others)
        if not ERRANDS.take(partial(self._leave, *leaving)):
            self._leaving.put(leaving)
        return True

    def _waits(self, command: PlayGame, waiting: Waiting) -> bool:
        """For what is about to be ready, which is sooner than its usual way; with the lock held."""
        is_aimed = command.bot in self._aiming and command.play.do in GAMES
        if not is_aimed or self._ready or self._fired is not None or self._early is not None:
            return False
        self._early = waiting
        return True

    def _leave_all(self) -> None:
        """The thread in which presses leave whose own thread does nothing else than to listen."""
        while (entry := self._leaving.get()) is not None:
            self._leave(*entry)

    def _leave(self, number: int, shot: Shot, told: PlayGame, others: list[Shot]) -> None:
        with self._departing:
            if number < self._noted:
                self._wake(others)  # a later one is in the book: this one had its turn long ago
                return
            self._noted = number
            if self._book.note(shot.line, told) and all(map(self._may_leave, shot.orders)):
                shot.go()
            self._wake(others)  # not sooner: its turn would take this thread's time
            if not shot.has_left:  # its turn came first, and failed or sends it as always
                self._book.void()

    def _may_leave(self, order: Order) -> bool:
        return self._writer.killing.freeze.may_leave(order)

    def _wake(self, others: list[Shot]) -> None:
        assert self._loop is not None, "nothing is ready before there is a loop"
        with suppress(RuntimeError):  # the engine has just ended: the next start finds the press
            self._loop.call_soon_threadsafe(self._loop.call_later, BEHIND_S, self._taken, others)

    # ---- in the loop

    def _taken(self, others: list[Shot]) -> None:
        fired = self._fired
        if fired is not None:
            fired.shot.claim()
            self._gone.set()
        _drop(others)
        self._writer.inbox.nudge()

    def close(self) -> Fired | None:
        """The desk is about to change: from here on nothing fires; what has fired comes first."""
        self._rests = False
        self._put_off()
        with self._lock:
            fired, self._fired = self._fired, None
            self._gone.clear()
            ready, self._ready = self._ready, {}
        _drop(ready.values())
        if fired is not None:
            fired.shot.claim()
        return fired

    async def patience(self) -> None:
        """While something is ready, quotes of its own market wait for the next aim; all else comes
        at once."""
        left_ns = self._aimed_ns + APART_NS - self._clock.monotonic_ns()
        markets = {(each.sends[0].account, _symbol(each)) for each in self._ready.values()}
        if left_ns > 0 and markets and self._writer.inbox.has_only_quotes(markets):
            await self._writer.inbox.more(left_ns / NS_PER_S)

    async def aside(self) -> None:
        """A press that leaves has the processor before the engine has it."""
        if self._fired is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(ASIDE_S):
                    await self._gone.wait()

    def market(self) -> list[Waiting] | None:
        """What it told, where something is ready and nothing else waits; taken."""
        may_follow = self._ready and self._rests and self._follows()
        return self._writer.inbox.take_market() if may_follow else None

    @property
    def has_ready(self) -> bool:
        return bool(self._ready)

    def _follows(self) -> bool:
        """Some at once, and so many a second: where more is told, keys are aimed in its pauses."""
        now_ns = self._clock.monotonic_ns()
        self._followed_ns = max(self._followed_ns, now_ns - AT_ONCE * FOLLOW_NS)
        return self._followed_ns < now_ns

    def goes_on(self, standing: Standing, tape: tuple[TapeRow, ...]) -> bool:
        """The desk is about to be this one, by nothing else than these rows of the tape: what is
        ready is aimed at it first. False where a press was quicker: its turn comes before."""
        self._put_off()
        self._followed_ns += FOLLOW_NS
        return self._take_aim(Ground(standing, (*self._writer.commits.pending, *tape)))

    def rest(self) -> None:
        """All is done for now."""
        self._loop = asyncio.get_running_loop()
        self._rests = not self._is_shut
        desk = self._writer.commits.standing.desk
        if self._rests and self._due is None and any(self._armed(desk)):
            self._due = self._loop.call_later(self._wait_s(), self._aim)

    def _wait_s(self) -> float:
        """Some at once, and so many a second: what comes singly is followed without a wait."""
        now_ns = self._clock.monotonic_ns()
        saved_ns = min(now_ns - self._paid_ns, AT_ONCE * APART_NS)
        self._paid_ns = now_ns - saved_ns
        return max(APART_NS - saved_ns, 0) / NS_PER_S

    def ahead(self) -> Turn | None:
        """The turn of a press that has fired and is not taken yet: what may have left with it."""
        fired = self._fired
        message = None if fired is None else fired.waiting.message
        if fired is None or not isinstance(message, PlayGame):
            return None
        fired.shot.claim()
        return self._turn(self._writer.commits.standing, message, fired.shot.at_ns)

    def hold(self) -> bool:
        """Nothing fires before the next rest. Whether no press still waits for its turn."""
        self._put_off()
        with self._lock:
            ready, self._ready = self._ready, {}
            is_still = self._fired is None
        _drop(ready.values())
        return is_still

    def shut(self) -> None:
        """No press is taken so any more; one that was is still to have its turn."""
        self._is_shut = True
        self.hold()

    def end(self) -> None:
        """A press that has no turn by now is found by the next start."""
        self.shut()
        self._leaving.put(None)
        if self._thread is not None:
            self._thread.join(LEAVES_S)
        if self._departing.acquire(timeout=LEAVES_S):
            self._departing.release()
        self._book.close()

    def _put_off(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _aim(self) -> None:
        self._due = None
        if self._fired is not None:
            self._writer.inbox.nudge()  # its line takes long: its turn does not wait for that disk
            return
        is_still = self._rests and self._writer.failure is None
        if not is_still or self._writer.inbox.backlog():
            return  # behind what is to be done first it is asked for again
        if self._thread is None:
            self._thread = threading.Thread(target=self._leave_all, name="press", daemon=True)
            self._thread.start()
        commits = self._writer.commits
        self._take_aim(Ground(commits.standing, commits.pending))

    def _take_aim(self, ground: Ground) -> bool:
        """Whether no press was quicker."""
        self._aimed_ns = self._clock.monotonic_ns()
        self._paid_ns += APART_NS
        games = list(self._armed(ground.standing.desk))
        with self._lock:
            self._aiming = frozenset(each.id for each in games)
        made: dict[tuple[str, Do], Shot] = {}
        is_done = False
        try:
            for each in self._made(games, ground):
                made[each.play.bot, each.play.play.do] = each
                if self._is_awaited(each) or self._fired is not None:
                    break
            is_done = True
        finally:
            if not is_done:  # the desk that they were decided on may never come
                _drop(made.values())
                made = {}
            is_first = self._aimed(made)
        if games and self._loop is not None:
            self._due = self._loop.call_later(AGAIN_S, self._aim)
        return is_first

    def _is_awaited(self, shot: Shot) -> bool:
        early = None if self._early is None else self._early.message
        game, key = shot.play.bot, shot.play.play.do
        return isinstance(early, PlayGame) and (early.bot, early.play.do) == (game, key)

    def _aimed(self, made: dict[tuple[str, Do], Shot]) -> bool:
        """A press that came meanwhile leaves now, or goes its usual way before all behind it."""
        with self._lock:
            is_first = self._fired is None
            if is_first:
                made, self._ready = self._ready, made
            early, self._early, self._aiming = self._early, None, frozenset()
            play = None if early is None else early.message
            has_left = early is not None and isinstance(play, PlayGame) and self._shoot(play, early)
            dropped = list(made.values())
            if early is not None and not has_left:  # none behind it may overtake it
                dropped += self._ready.values()
                self._ready = {}
        _drop(dropped)
        if early is not None and not has_left:
            self._writer.inbox.put_first(early)
        return is_first

    def _armed(self, desk: Desk) -> Iterator[BotRecord]:
        """Games that a key would begin now."""
        if self._writer.failure is None and not self._writer.killing.freeze.is_on:
            for bot, state in armed(desk):
                if state.game is None and self._writer.reconciling.is_clear(bot.account):
                    yield bot

    def _made(self, games: Iterable[BotRecord], ground: Ground) -> Iterator[Shot]:
        at_ns = self._clock.now_ns()
        for bot in games:
            venue = self._writer.setup.world.venues.get(bot.account)
            if isinstance(venue, Preparing):
                shots = (self._shot(bot, do, venue, ground, at_ns) for do in GAMES)
                yield from (each for each in shots if each is not None)

    def _shot(
        self, bot: BotRecord, do: Do, venue: Preparing, ground: Ground, at_ns: int
    ) -> Shot | None:
        standing = ground.standing
        play = PlayGame(bot.id, Play(do, pressed_ns=at_ns), at_ns)
        sends = _sends(self._turn(standing, play, at_ns))
        if self._fired is not None:
            return None  # one leaves now: this would be dropped behind it
        launches = _launches(venue, sends)
        if not launches:
            return None
        told = told_of(order for each in sends for order in each.orders)
        line = line_of(Press(standing.head, at_ns, play, told, ground.pending))
        state = bot.state
        presses = state.keys.presses if isinstance(state, GameState) else ()
        made_ns = self._clock.monotonic_ns()
        return Shot(play, at_ns, made_ns, sends, launches, presses, line)

    def _turn(self, standing: Standing, play: PlayGame, at_ns: int) -> Turn | None:
        try:
            return take_turn(standing, [play], at_ns)
        except IMPOSSIBLE:
            _log.exception("a press can't be taken ahead; it goes its usual way")
            return None


def _sends(turn: Turn | None) -> tuple[SubmitOrders, ...]:
    """What it sends, where nothing must leave before it."""
    effects = () if turn is None else turn.effects
    if any(isinstance(each, CancelOrders) for each in effects):
        return ()
    return tuple(each for each in effects if isinstance(each, SubmitOrders))


def _launches(venue: Preparing, sends: Iterable[SubmitOrders]) -> tuple[Launch, ...]:
    """All of them, or none."""
    ready: list[Launch] = []
    for each in sends:
        launch = venue.prepared(each.orders)
        if launch is None:
            for other in ready:
                other.drop()
            return ()
        ready.append(launch)
    return tuple(ready)


def _symbol(shot: Shot) -> str:
    return shot.orders[0].terms.symbol


def _drop(shots: Iterable[Shot]) -> None:
    for each in shots:
        each.drop()
