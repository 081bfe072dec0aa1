"""The engine in virtual time: the market moves, all that follows is carried out, then it moves on.

Nothing is swallowed, nothing overtakes, and no wall time enters a row: the same input gives the
same journal, byte for byte.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Protocol

from lefi_tui.core.desk import Desk
from lefi_tui.core.messages import Command, EngineStarted, MarketInput, Sizing
from lefi_tui.engine.commits import Commits
from lefi_tui.engine.effects import Effects
from lefi_tui.engine.inbox import Inbox, Incoming
from lefi_tui.engine.setup import Setup
from lefi_tui.engine.standing import Standing
from lefi_tui.engine.turn import Handled, Receipt, take_turn
from lefi_tui.errors import RefusedError
from lefi_tui.ports.clock import Clock

# Turns that one moment may lead to before the market moves on: a bot that answers each of its
# own fills with an order would else never let time go on.
TURNS_MAX: Final = 10_000


class MovingClock(Clock, Protocol):
    """A clock that stands until it is moved."""

    def move_to(self, now_ns: int) -> None: ...


class Moments(Protocol):
    """A recorded or made-up market that moves when it is asked to."""

    def next_ns(self) -> int | None:
        """When its next moment is; None at its end."""
        ...

    def move(self) -> None:
        """Carry out that moment: tell the listeners what the venue and the market make of it."""
        ...


HearTurn = Callable[[tuple[Handled, ...], int], None]


class Lockstep:
    """Runs in the caller's loop, and begins with an empty journal; `clock` is its world's."""

    def __init__(self, setup: Setup, clock: MovingClock) -> None:
        journal, world = setup.journal, setup.world
        if journal.head().n:
            raise RefusedError(
                "a run in virtual time begins with an empty journal", where=journal.where
            )
        self._clock = clock
        self._inbox = Inbox(is_lockstep=True)
        self._effects = Effects(world, self._inbox.put)
        self._commits = Commits(journal, Standing(setup.empty), setup.pace)
        self._on_turn: HearTurn | None = None
        self._program = setup.program
        for venue in world.venues.values():
            venue.listen(self._effects.hear_report)
        for feed in world.feeds.values():
            feed.listen(self._hear_market)

    def on_turn(self, hear: HearTurn) -> None:
        """Who is told of each turn, after its commit: what was handled, and when."""
        self._on_turn = hear

    @property
    def desk(self) -> Desk:
        return self._commits.standing.desk

    @property
    def durable(self) -> Standing:
        """As the disk has it."""
        return self._commits.durable

    def _hear_market(self, message: MarketInput) -> None:
        assert self._inbox.put(message), "one moment holds more messages than an inbox"

    async def begin(self) -> None:
        now_ns = self._clock.now_ns()
        await self._commits.say(EngineStarted(now_ns, self._program, 0), now_ns)

    async def send(self, command: Command) -> Receipt:
        """The command and all that follows from it."""
        assert self._inbox.put(command)
        receipts = await self._settle()
        return receipts[0]

    async def run(self, moments: Moments) -> None:
        """To the market's end. Timers fire at their own time, between its moments."""
        while (at_ns := moments.next_ns()) is not None:
            await self.move(moments, at_ns)

    async def move(self, moments: Moments, at_ns: int) -> None:
        """One moment, and all that follows from it."""
        await self._fire_timers(at_ns)
        # Later than that where a venue's latency took its time.
        self._clock.move_to(max(at_ns, self._clock.now_ns()))
        moments.move()
        await self._settle()

    async def _fire_timers(self, until_ns: int) -> None:
        timers = self._effects.timers
        while True:
            due = [
                (due_ns, bot)
                for bot in timers.bots()
                if self._has_clock(bot) and (due_ns := timers.next_of(bot)) is not None
            ]
            at_ns, bot = min(due, default=(until_ns + 1, ""))
            if at_ns > until_ns:
                return
            self._clock.move_to(max(at_ns, self._clock.now_ns()))
            report = timers.take_due(bot, at_ns)
            assert report is not None
            assert self._inbox.put(report)
            await self._settle()

    def _has_clock(self, bot: str) -> bool:
        """On a candle file nothing happens between two closes: there the bot itself counts them."""
        record = self.desk.bots[bot]
        return self.desk.accounts[record.account].sizing is Sizing.AT_DECISION

    async def end(self) -> None:
        """Seals the tape: the whole story stands in the journal."""
        await self._effects.close()
        await self._commits.seal(self._clock.now_ns())

    async def _settle(self) -> list[Receipt]:
        """Turn, effects, answers, until nothing waits any more."""
        receipts: list[Receipt] = []
        for _ in range(TURNS_MAX):
            waiting = self._inbox.take()
            if waiting:
                receipts += await self._turn(each.message for each in waiting)
            await self._effects.settle()
            if not len(self._inbox):
                return receipts
        raise RefusedError(
            f"{TURNS_MAX} turns at one moment of virtual time; a bot answers itself without end"
        )

    async def _turn(self, messages: Iterable[Incoming]) -> list[Receipt]:
        at_ns = self._clock.now_ns()
        turn = take_turn(self._commits.standing, tuple(messages), at_ns)
        await self._commits.keep(turn)
        if self._on_turn is not None:
            self._on_turn(turn.handled, at_ns)
        for effect in turn.effects:
            self._effects.carry_out(effect)
        await self._commits.seal_if_due(at_ns)
        return [each.receipt() for each in turn.handled]
