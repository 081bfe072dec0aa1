"""The engine: a thread with a loop of its own, so that no repaint ever holds up a fill or a kill.

Everything else reaches it by `send`, `ask` and `events`, from any thread or over the socket.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.core.approval import may
from lefi_tui.core.desk import Desk
from lefi_tui.core.messages import (
    CancelOrder,
    Command,
    HandleDead,
    HoldBots,
    Kill,
    MarketInput,
    MoveOrder,
    PlayGame,
    Report,
    Resume,
    StartBot,
)
from lefi_tui.core.roles import TRADER, Who, refusal_of, signed
from lefi_tui.engine.absence import Absence
from lefi_tui.engine.by_hand import as_seen, is_by_hand
from lefi_tui.engine.health import Health, HealthQuery
from lefi_tui.engine.inbox import Waiting
from lefi_tui.engine.live_starts import asks_for, is_asking
from lefi_tui.engine.people import People
from lefi_tui.engine.press_book import begun
from lefi_tui.engine.publisher import Publisher, Subscription
from lefi_tui.engine.reading import Reading, Sight
from lefi_tui.engine.receipts import Receipts
from lefi_tui.engine.recovery import Recovered, recollect
from lefi_tui.engine.setup import Setup
from lefi_tui.engine.socket import SocketServer
from lefi_tui.engine.surroundings import Surroundings
from lefi_tui.engine.tracing import Tracing
from lefi_tui.engine.turn import Receipt
from lefi_tui.engine.writer import EMERGENCY_AFTER_S, SingleWriter
from lefi_tui.errors import RefusedError
from lefi_tui.views.approvals_picture import with_questions
from lefi_tui.views.away import AwayView
from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.picture import answer, picture
from lefi_tui.views.queries import (
    AwayQuery,
    BookQuery,
    DeadQuery,
    DeskQuery,
    DoubtsQuery,
    GameQuery,
    InsideQuery,
    KillQuery,
    LimitsQuery,
    MarketsQuery,
    NoticeErrand,
    Query,
    VaultErrand,
    WalletsQuery,
    WhyQuery,
)

MARKET_QUERIES: Final = (BookQuery, GameQuery, InsideQuery)
QUICK: Final = (
    DeskQuery,
    WhyQuery,
    AwayQuery,
    HealthQuery,
    KillQuery,
    DeadQuery,
    DoubtsQuery,
    LimitsQuery,
    MarketsQuery,
    WalletsQuery,
    *MARKET_QUERIES,
)  # from memory, in the caller's thread
# What stands beside the desk: the writer's own parts tell it.
BESIDE: Final[Mapping[type[Query], Callable[[SingleWriter], Any]]] = {
    DeadQuery: lambda writer: writer.dead.view(),
    KillQuery: lambda writer: writer.killing.view(),
    DoubtsQuery: lambda writer: writer.doubts(),
}
STOP_S: Final = 30.0  # a clean end takes a commit and a sealed segment

_log: Final = logging.getLogger(__name__)


class Engine:
    """`start` returns when the journal has been carried out again; then it takes commands."""

    def __init__(
        self, setup: Setup, socket: Path | None = None, people: People | None = None
    ) -> None:
        self.people = people or People()
        self._setup = setup
        self._socket = socket
        self._publisher = Publisher()
        self._absence = Absence(setup.folder)
        tracing = Tracing(setup.journal, setup.empty, setup.world.clock)
        self._reading = Reading(setup.world, setup.records, tracing)
        self._writer: SingleWriter | None = None
        self._server: SocketServer | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started: Future[Recovered] = Future()
        self._ended: Future[None] = Future()
        self._receipts = Receipts()
        self._is_open = True
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    # ---- from any thread

    def start(self, *, is_open: bool = True) -> Recovered:
        """Raises what keeps it from starting (JournalError); the journal is closed then. Without
        `is_open` nobody is let in before `let_in` is called."""
        self._is_open = is_open
        self._thread.start()
        return self._started.result()

    def let_in(self) -> None:
        """From here on screens and commands of other processes find it."""
        if self._server is not None and self._loop is not None:
            asyncio.run_coroutine_threadsafe(self._server.open(), self._loop).result()

    def stop(self) -> None:
        """Seals the tape, closes the journal; raises what went wrong in the engine, if anything."""
        loop, writer = self._loop, self._writer
        if loop is not None and writer is not None and self._thread.is_alive():
            loop.call_soon_threadsafe(writer.stop)
        self._ended.result(STOP_S)
        self._thread.join(STOP_S)

    @property
    def is_running(self) -> bool:
        return self._thread.is_alive()

    @property
    def clients(self) -> int:
        """Screens and commands at the socket now."""
        return 0 if self._server is None else self._server.clients

    def submit(self, command: Command, who: Who | None = None) -> Future[Receipt]:
        """The receipt comes when the command's turn is durable. `who` sends it, and is believed
        over what it says of that; none is the program that set this engine up."""
        done = self._receipts.one()
        refusal = "" if who is None else self._may_not(who, command)
        if not done.done():
            refusal = refusal or self._send(command if who is None else signed(command, who), done)
            if refusal:
                done.set_result(Receipt(is_accepted=False, text=refusal))
        return done

    def _send(self, command: Command, done: Future[Receipt]) -> str:
        """Why it goes no further, in words; empty where its receipt is to come."""
        writer, loop = self._writer, self._loop
        if writer is None or loop is None or not self._thread.is_alive():
            return "The engine is not running."
        if self._has_left(writer, command, done):
            return ""
        refusal = _refusal(writer, command)
        if refusal:
            return refusal
        command = self._by_the_engine(command)
        if is_asking(command) and (account := asks_for(writer.desk, command)) is not None:
            put = partial(self._put_or_refuse, done)
            loop.call_soon_threadsafe(self._reading.starts.begin, command, account, put)
            return ""
        waiting = Waiting(command, done)
        if not writer.inbox.put(command, done):
            return f"The inbox is full ({len(writer.inbox)} messages wait). Try again in a moment."
        if isinstance(command, CancelOrder):
            loop.call_soon_threadsafe(self._watch_over, waiting)
        return ""

    def _has_left(self, writer: SingleWriter, command: Command, done: Future[Receipt]) -> bool:
        """A kill, and a press that stood ready: at once, in whoever's thread this is."""
        if isinstance(command, Kill):
            self._kill(writer, command, done)
            return True
        return isinstance(command, PlayGame) and writer.shots.fire(command, done)

    def _by_the_engine(self, command: Command) -> Command:
        """With what the engine alone may say of it."""
        if isinstance(command, StartBot | MoveOrder):
            return replace(command, facts=None)
        return as_seen(command, self._publisher.screen) if is_by_hand(command) else command

    def _put_or_refuse(self, done: Future[Receipt], command: Command) -> None:
        if not self._running().inbox.put(command, done):
            text = "The inbox is full. Try again in a moment."
            done.set_result(Receipt(is_accepted=False, text=text))

    def _may_not(self, who: Who, command: Command) -> str:
        account = command.account if isinstance(command, Resume) else ""
        lift = "" if self._writer is None else self._writer.desk.lift_of(account)
        refusal = refusal_of(who, command, lift)
        if refusal:
            _log.warning("refused: %s", refusal)
        return refusal

    def _kill(self, writer: SingleWriter, command: Kill, done: Future[Receipt]) -> None:
        """No new exposure from this line on; its time is its own, by whichever way it goes."""
        kill = replace(command, at_ns=command.at_ns or self._setup.world.clock.now_ns())
        writer.killing.freeze.ask(kill)
        note = writer.killing.notes.begin(kill)
        assert self._loop is not None
        self._loop.call_soon_threadsafe(writer.killing.ask, kill, done, note)

    def hear(self, message: MarketInput | Report) -> bool:
        """Market input or a report that comes from elsewhere than a feed or a venue of ours."""
        return self._writer is not None and self._writer.inbox.put(message)

    def _watch_over(self, waiting: Waiting) -> None:
        """A cancel does not wait for a disk that hangs."""
        assert self._loop is not None
        self._loop.call_later(EMERGENCY_AFTER_S, self._leave_if_waiting, waiting)

    def _leave_if_waiting(self, waiting: Waiting) -> None:
        assert self._writer is not None
        message = waiting.message
        if isinstance(message, CancelOrder) and waiting.answer and not waiting.answer.done():
            self._writer.killing.note_cancel(message)

    def answer(self, query: Query, who: Who | None = None) -> Any:
        """One frozen view, taken in the caller's thread from values that never change; raises
        EngineEndedError where a bug ended the engine: what stood then is no answer for now."""
        self._receipts.look()
        who = who or self.people.owner
        if isinstance(query, HealthQuery):
            return self._health(self._running())
        beside = BESIDE.get(type(query))
        if beside is not None:
            return beside(self._running())
        sight = self._sight(who)
        if isinstance(query, MARKET_QUERIES):
            return self._market_view(query, sight.desk)
        if isinstance(query, AwayQuery):
            return self._away(sight)
        if isinstance(query, DeskQuery):
            return self._desk_view(query, sight)
        return answer(query, sight.screen, sight.desk, sight.now_ns)

    def _market_view(self, query: BookQuery | GameQuery | InsideQuery, desk: Desk) -> Any:
        writer = self._running()
        if isinstance(query, GameQuery):
            return writer.games.view(query, desk)
        if isinstance(query, InsideQuery):
            return writer.depth.inside(query.account, query.symbol)
        return writer.depth.look(query.account, query.symbol, query.prints)

    def _away(self, sight: Sight) -> AwayView:
        """It is told once, to whose desk it is."""
        if not sight.who.is_owner:
            return AwayView()
        running = tuple(each.id for each in sight.desk.bots.values() if each.is_alive)
        return replace(self._absence.take(sight.screen, sight.now_ns), bots=running)

    def _desk_view(self, query: DeskQuery, sight: Sight) -> DeskView:
        if query.is_watched and sight.who.is_owner:
            self._absence.looked(sight.screen, sight.now_ns)
        view = picture(sight.screen, sight.desk, sight.now_ns)
        return with_questions(view, sight.desk, sight.who)

    async def ask(self, query: Query, who: Who | None = None) -> Any:
        """The same from any loop, and the questions that need records or history."""
        who = who or self.people.owner
        if isinstance(query, NoticeErrand) and not may(who.role, TRADER):
            why = f"{who.name} is {who.role}; the errands of the outbox need the role {TRADER}"
            raise RefusedError(why, where="lefi notify", next_step="The owner gives roles: [roles]")
        if isinstance(query, VaultErrand) and not who.is_owner:
            why = f"{who.name} is not the owner of this desk"
            raise RefusedError(why, where="the vault", next_step="Its owner opens it")
        if isinstance(query, QUICK):
            return self.answer(query, who)
        self._receipts.look()
        assert self._loop is not None, "the engine has not started"
        reading = self._reading.answer(query, self._sight(who))
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(reading, self._loop))

    @property
    def desk(self) -> Desk:
        """As screens may know it; raises AssertionError before the engine has started."""
        return self._sight(self.people.owner).desk

    def _running(self) -> SingleWriter:
        assert self._writer is not None, "the engine has not started"
        return self._writer

    def _sight(self, who: Who) -> Sight:
        now_ns = self._setup.world.clock.now_ns()
        return Sight(self._running().killing.sight, self._publisher.screen, now_ns, who)

    def subscribe(self) -> Subscription | None:
        """A listener in the caller's running loop."""
        return self._publisher.subscribe()

    def _health(self, writer: SingleWriter) -> Health:
        standing = writer.commits.standing
        return Health(
            program=self._setup.program,
            journal=self._setup.journal.where,
            messages=standing.head.n,
            rows=standing.head.seq,
            waiting=len(writer.inbox),
            swallowed=writer.inbox.swallowed,
            refused=writer.inbox.refused,
            notes_dropped=0
            if self._setup.world.notifier is None
            else self._setup.world.notifier.dropped,
            checking=len(writer.reconciling.waiting),
            recovered_messages=writer.recovered.messages,
            failure="" if writer.failure is None else str(writer.failure),
        )

    # ---- in its own thread

    def _run(self) -> None:
        try:
            asyncio.run(self._live())
        except BaseException as error:  # noqa: BLE001 -- handed to whoever starts or stops it
            if not self._started.done():
                self._started.set_exception(error)
                self._ended.set_result(None)
            else:
                self._receipts.broke(error, self._setup.folder)
                self._ended.set_exception(error)
        else:
            self._ended.set_result(None)
        finally:
            self._receipts.end()
            self._publisher.close()

    async def _live(self) -> None:
        journal = self._setup.journal
        try:
            self._loop = asyncio.get_running_loop()
            recovered = await begun(journal, self._setup.empty, self._setup.folder)
            self._setup.on_recovered(recovered.standing.desk)
            memory = await asyncio.to_thread(recollect, journal, self._absence.seen_ns)
            self._publisher.screen = memory.now
            self._absence.recall(memory)
            writer = SingleWriter(self._setup, recovered, self._publisher)
            await asyncio.to_thread(writer.commits.measure)
            await self._serve(writer)
        finally:
            self._absence.close()
            await asyncio.to_thread(journal.close)

    def _hold_bots(self, writer: SingleWriter) -> None:
        """Before anything wakes them."""
        policy = self._setup.on_restart
        if policy != "run" and any(bot.is_alive for bot in writer.desk.bots.values()):
            writer.inbox.put(HoldBots(policy))

    def _door(self) -> SocketServer:
        assert self._socket is not None
        return SocketServer(self, self._socket, self.people)

    async def _serve(self, writer: SingleWriter) -> None:
        surroundings = Surroundings(writer)
        self._reading.scheduling = surroundings.scheduling
        self._reading.starts.desk = lambda: writer.desk
        surroundings.listen()
        await writer.begin()
        self._writer = writer
        server = self._server = None if self._socket is None else self._door()
        try:
            if server is not None and self._is_open:
                await server.open()
            self._hold_bots(writer)
            surroundings.begin()
            self._started.set_result(writer.recovered)
            await writer.run()
        finally:
            if server is not None:
                await server.close()
            await surroundings.close()
            await writer.end()


def _refusal(writer: SingleWriter, command: Command) -> str:
    """What stands beside the journal and so is not the desk's to know; empty when all is well."""
    match command:
        case Resume():
            return writer.killing.resume_refusal()
        case HandleDead():
            return writer.dead.refusal(command.letter, is_again=command.is_again)
        case _:
            return ""
