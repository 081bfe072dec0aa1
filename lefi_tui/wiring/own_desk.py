"""The desk with an engine in its own process, and what becomes of that engine without its screen.

A lost line, `d` or a screen that failed ends the screen only, while there is something at stake and
`on_hangup` does not say otherwise. SIGTERM and `q` end both.
"""

from __future__ import annotations

import asyncio
import logging
import signal
import threading
import time
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.messages import Command, StopBot
from lefi_tui.errors import EngineEndedError
from lefi_tui.settings import Loaded
from lefi_tui.terminal.signals import ENDS, LOST
from lefi_tui.views.desk_view import Mode
from lefi_tui.views.queries import DeskQuery, Query
from lefi_tui.views.stake import Stake, stake_of
from lefi_tui.wiring.demo import LOG_NAME, OPEN_S, started

if TYPE_CHECKING:
    from lefi_tui.engine.engine import Engine
    from lefi_tui.terminal.waiter import Line

FAILED: Final = 1  # the status of a screen that ended by a fault of its own
# Of the five seconds that a lost line allows under `on_hangup = "stop"`; sealing takes the rest.
STOP_BOTS_S: Final = 3.0
STOP_LOOK_S: Final = 0.05
IDLE_END_S: Final = 60.0  # an engine without a screen, a client and anything at stake ends then
LOOK_S: Final = 0.5
THROW_AWAY: Final = "This desk (--demo, practice) ends with its screen: nothing goes on. q leaves."

_log: Final = logging.getLogger(__name__)


class LateChannel(Struct):
    """A channel to an engine that is still starting: the screen is there at once, and waits."""

    engine: Future[Engine]

    async def _direct(self) -> Any:
        from lefi_tui.engine.channel import DirectChannel

        return DirectChannel(await asyncio.wrap_future(self.engine))

    async def send(self, command: Command) -> Any:
        return await (await self._direct()).send(command)

    async def ask(self, query: Query) -> Any:
        return await (await self._direct()).ask(query)


class Idle(Struct):
    """How long nobody has needed the engine."""

    limit_s: float = IDLE_END_S
    since_s: float | None = None

    def is_over(self, *, is_needed: bool, now_s: float) -> bool:
        if is_needed:
            self.since_s = None
            return False
        if self.since_s is None:
            self.since_s = now_s
        return now_s - self.since_s >= self.limit_s


class OwnDesk:
    def __init__(self, settings: Loaded, folder: Path, line: Line, *, is_throw_away: bool) -> None:
        self.also: tuple[str, ...] = ()  # what is practiced on, in place of the demo market
        self._settings = settings
        self._folder = folder
        self._line = line
        self._is_throw_away = is_throw_away
        self._outlives = not is_throw_away and settings.settings.on_hangup == "keep"
        self._is_detached = False
        self._engine: Future[Engine] = Future()
        self._has_begun = False

    def open(self) -> int:
        from lefi_tui.terminal.quick import Quick
        from lefi_tui.wiring.opened import open_desk
        from lefi_tui.wiring.rooms import furnished
        from screens.hand import Hand

        setup = furnished(
            self._settings,
            LateChannel(self._engine),
            self._folder,
            at_first_frame=self._begin,
            clean_up=self._clean_up,
            detach=self._detach,
            outlives_screen=self._outlives,
            **({"account": self.also[0], "mode": Mode.REPLAY} if self.also else {}),
            hand=Hand(self._straight, SystemClock().now_ns, Quick()),
        )
        status = open_desk(setup, self._line.signals)
        if self._goes_on(status):
            self._serve(status)
            return 0
        self._stop()
        return status

    def _straight(self, command: Command) -> Future[Any] | None:
        """From any thread; not before the engine is there."""
        if not self._engine.done() or self._engine.exception() is not None:
            return None
        engine = self._engine.result()
        return engine.submit(command, engine.people.owner)

    def _begin(self) -> None:
        """Behind the first frame: loading the engine would hold that up by half its time."""
        from lefi_tui.adapters.privacy import keep_private
        from lefi_tui.wiring.rooms import keep_loaded

        keep_private()
        self._has_begun = True
        keep_loaded()
        threading.Thread(target=self._start, name="engine-start", daemon=True).start()

    def _start(self) -> None:
        try:
            self._engine.set_result(started(self._settings.settings, self._folder, self.also))
        except BaseException as error:  # noqa: BLE001 -- told to whoever waits for the engine
            self._engine.set_exception(error)

    # ---- while the screen is there

    def _detach(self) -> str:
        if self._is_throw_away:
            return THROW_AWAY
        self._is_detached = True
        return ""

    async def _clean_up(self, cause: signal.Signals) -> None:
        if cause in ENDS:
            await asyncio.to_thread(self._stop)
        elif self._settings.settings.on_hangup == "stop":
            await asyncio.to_thread(self._stop_bots)

    def _stop_bots(self) -> None:
        """By the usual procedure, as far as the time allows; the next start goes on with it."""
        engine = self._engine.result(OPEN_S)
        for bot in engine.answer(DeskQuery()).bots:
            if bot.is_alive:
                engine.submit(StopBot(bot.id))
        end = time.monotonic() + STOP_BOTS_S
        while stake_of(engine.answer(DeskQuery())).bots and time.monotonic() < end:
            time.sleep(STOP_LOOK_S)

    # ---- when it has gone

    def _goes_on(self, status: int) -> bool:
        came = self._line.signals.came
        is_lost = LOST in came and self._outlives
        has_failed = status == FAILED and not self._is_throw_away
        is_left = self._is_detached or is_lost or has_failed
        if came & ENDS or not is_left or not self._has_begun:
            return False
        return self._stake().is_any

    def _stake(self) -> Stake:
        engine = self._engine.result(OPEN_S)
        try:
            return stake_of(engine.answer(DeskQuery()))
        except EngineEndedError:
            return Stake()  # nothing of it goes on here: the end says why

    def _serve(self, status: int) -> None:
        """Without a screen, until it is told to end or nobody needs it any more."""
        self._line.let_go(status, self._stake().goes_on, self._folder / LOG_NAME)
        _log.info("the screen has gone; %s", self._stake().goes_on)
        told = threading.Event()

        def heed(cause: signal.Signals) -> None:
            if cause in ENDS:
                told.set()

        signals = self._line.signals
        signals.listen(heed)
        engine, idle = self._engine.result(), Idle()
        while not told.wait(LOOK_S) and engine.is_running:
            is_needed = self._stake().is_any or engine.clients > 0
            if idle.is_over(is_needed=is_needed, now_s=time.monotonic()):
                _log.info("no screen, and nothing at stake for %.0f s: it ends", idle.limit_s)
                break
        self._end()

    def _end(self) -> None:
        from lefi_tui.terminal.shutdown import DEADLINE_SECONDS, end_within

        end_within(DEADLINE_SECONDS, signal.SIGTERM)
        self._stop()
        _log.info("the engine has ended; its journal is sealed")

    def _stop(self) -> None:
        """Ends the engine; one that could not start says why, once the screen is gone."""
        if not self._has_begun:
            return
        self._engine.result(OPEN_S).stop()
