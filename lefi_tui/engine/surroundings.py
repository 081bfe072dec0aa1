"""What runs beside the turns: feeds, timers, a watch on the clock, the engine's own jobs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from typing import Any, Final

from lefi_tui.core.desk import BotStatus
from lefi_tui.core.desk.feeding import history_of, watch_of
from lefi_tui.core.desk.waiting import next_deadline
from lefi_tui.core.messages import LoadHistory, MarketInput, SetAlarm, Watch
from lefi_tui.engine import conditions, noticing
from lefi_tui.engine.ending import end_all
from lefi_tui.engine.jobs import Jobs
from lefi_tui.engine.outside import attend
from lefi_tui.engine.protecting import Protecting
from lefi_tui.engine.sampling import LOOK_S
from lefi_tui.engine.scheduling import Scheduling
from lefi_tui.engine.tending import RECONCILED, STARTED, Tending
from lefi_tui.engine.writer import SingleWriter
from lefi_tui.ports.market_feed import MarketFeed

DRIFT_CHECK_S: Final = 1.0
DRIFT_MOST_NS: Final = 2_000_000_000  # wall against monotonic, or a loop that slept
FEED_AGAIN_S: Final = (1.0, 2.0, 5.0, 10.0, 30.0)  # waits before a broken feed is begun again

_log: Final = logging.getLogger(__name__)


class Surroundings:
    def __init__(self, writer: SingleWriter) -> None:
        self._writer = writer
        self._world = writer.setup.world
        self._tasks: set[asyncio.Task[None]] = set()
        self._feed_failures: dict[str, int] = {}
        self._tending = Tending(writer)
        self._protecting = Protecting(writer)
        self.jobs = Jobs(self._world.clock)
        self.scheduling = Scheduling(writer.effects.timers, self.jobs, writer.setup.records)

    def listen(self) -> None:
        """Where venues and feeds tell; before the first of them is asked anything."""
        for venue in self._world.venues.values():
            venue.listen(self._writer.effects.hear_report)
        for feed in self._world.feeds.values():
            feed.listen(self._hear_market)
        self._writer.depth.listen()
        if self._world.scheduler is not None:
            self._world.scheduler.start(self._writer.effects.fire)
        if self._world.notifier is not None:
            noticing.listen(self._writer.publisher, self._world.notifier)

    def _hear_market(self, message: MarketInput) -> None:
        self._protecting.hear(message)
        self._writer.games.hear(message)
        self._writer.inbox.put(message)  # one that finds no room is counted as refused

    def begin(self) -> None:
        self._task(self._watch_clock())
        self._task(self._watch_equity())
        self._task(conditions.attend(self._writer))
        self._task(self._protecting.run())
        self._task(self._writer.depth.run())
        self._task(self._writer.games.run())
        self._task(self._writer.killing.watch_file())
        if self._world.notifier is not None:
            self._task(noticing.carry(self._writer, self._world.notifier))
        self._writer.comparing.begin()
        self._task(self._tell_reconciled())
        for account, feed in self._world.feeds.items():
            self._task(self._feed_when_heard(account, feed))
        self._task(self._wake_bots())
        for job in self._tending.jobs():
            self.jobs.add(job)
        self.jobs.hear(STARTED)
        self._task(self.jobs.run())
        for source in self._world.sources:
            self._task(attend(self._writer, source))

    async def close(self) -> None:
        if self._world.scheduler is not None:
            self._world.scheduler.shutdown()
            await self._world.clock.sleep(0)  # it ends in the loop's next round
        await self._writer.comparing.close()
        await end_all(self._tasks)
        if self._world.notifier is not None:
            await self._world.notifier.close()

    def _task(
        self,
        work: Coroutine[Any, Any, None],
        ended: Callable[[asyncio.Task[None]], None] | None = None,
    ) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(ended or _log_failure)

    # ---- feeds

    async def _tell_reconciled(self) -> None:
        await self._writer.reconciling.is_done.wait()
        self.jobs.hear(RECONCILED)
        self._writer.effects.moving.begin(self._writer.desk)

    async def _feed_when_heard(self, account: str, feed: MarketFeed) -> None:
        """Market input leads to orders, so it begins when the venue has said what became of those
        before; while the rest of the account is still unseen it is shown, and stepped by nobody."""
        await self._writer.reconciling.heard(account)
        desk = self._writer.desk
        wanted = watch_of(desk, account) if account in desk.accounts else _nothing(account)
        await feed.watch(wanted)
        self._run_feed(account, feed)

    def _run_feed(self, account: str, feed: MarketFeed) -> None:
        self._task(feed.run(), partial(self._feed_ended, account=account, feed=feed))

    def _feed_ended(self, task: asyncio.Task[None], account: str, feed: MarketFeed) -> None:
        error = None if task.cancelled() else task.exception()
        if error is None:
            return  # a file is at its end
        failures = self._feed_failures.get(account, 0)
        self._feed_failures[account] = failures + 1
        wait_s = FEED_AGAIN_S[min(failures, len(FEED_AGAIN_S) - 1)]
        _log.error("the feed of %s broke; again in %s s", account, wait_s, exc_info=error)
        asyncio.get_running_loop().call_later(wait_s, self._run_feed, account, feed)

    async def _wake_bots(self) -> None:
        """Living bots after a start: their timers are set, a history that never came is asked."""
        records = self._writer.setup.records
        kept = () if records is None else await records.schedule()
        last = {(each.bot, each.handler): each.last_ns or 0 for each in kept}
        for account in {each.account: None for each in self._writer.desk.bots.values()}:
            self._task(self._wake_those_of(account, last))

    async def _wake_those_of(self, account: str, last: Mapping[tuple[str, int], int]) -> None:
        await self._writer.reconciling.cleared(account)
        desk = self._writer.desk
        for bot in [each for each in desk.bots.values() if each.account == account]:
            if next_ns := next_deadline(desk, bot):
                self._writer.effects.carry_out(SetAlarm(bot.id, next_ns))
            if not bot.is_alive:
                continue
            handlers = [each[0] for each in bot.needs.timers]
            since = {each: max(bot.awake_ns, last.get((bot.id, each), 0)) for each in handlers}
            self._writer.effects.wake(bot.id, bot.needs.timers, since)
            if bot.update is not None:
                self._writer.effects.carry_out(history_of(bot, bot.update))
            if bot.status is BotStatus.WARMING:
                needs = bot.needs
                wanted = LoadHistory(bot.id, bot.account, needs.bars, needs.history_bars)
                self._writer.effects.carry_out(wanted)

    # ---- the clock

    async def _watch_clock(self) -> None:
        """After a suspend, or when someone set the clock, what is due is looked at again."""
        clock = self._world.clock
        wall, steady = clock.now_ns(), clock.monotonic_ns()
        while True:
            await clock.sleep(DRIFT_CHECK_S)
            now, mono = clock.now_ns(), clock.monotonic_ns()
            drift = (now - wall) - (mono - steady)
            slept = mono - steady - int(DRIFT_CHECK_S * 1e9)
            wall, steady = now, mono
            if abs(drift) > DRIFT_MOST_NS or slept > DRIFT_MOST_NS:
                self._clock_jumped(drift)

    def _clock_jumped(self, drift_ns: int) -> None:
        effects = self._writer.effects
        _log.warning("the clock jumped by %.1f s; timers are looked at again", drift_ns / 1e9)
        if drift_ns < -DRIFT_MOST_NS:
            effects.timers.clock_went_back(self._world.clock.now_ns())
        for bot in effects.timers.bots():
            effects.fire(bot)
        if self._world.scheduler is not None:
            self._world.scheduler.wakeup()

    async def _watch_equity(self) -> None:
        while True:
            await self._world.clock.sleep(LOOK_S)
            self._writer.look_at_equity()
            self._writer.publisher.look(self._writer.desk, self._world.clock.now_ns())


def _nothing(account: str) -> Watch:
    return Watch(account, (), (), ())


def _log_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and task.exception() is not None:
        _log.error("a task of the engine failed", exc_info=task.exception())
