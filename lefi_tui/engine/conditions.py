"""Asks the market what the limits look at: each market a limit concerns, every few seconds.

The rule it keeps: nothing is asked where no limit needs it, and an answer that does not come is
told as such by its age, never repeated as if it were new.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from msgspec import Struct, field

from lefi_tui.core.bot import Bar
from lefi_tui.core.desk import Desk
from lefi_tui.core.desk.limiting import Wanted, wanted
from lefi_tui.core.messages import ConditionsSeen, MarketInput
from lefi_tui.engine.ending import end_all
from lefi_tui.engine.venue_watch import VenueWatch
from lefi_tui.engine.world import World
from lefi_tui.engine.writer import SingleWriter
from lefi_tui.errors import LefiError
from lefi_tui.ports.conditions import Look
from lefi_tui.views.fold import Key, ScreenState

LOOK_S: Final = 1.0  # how soon a new limit, bot or position is seen
ASK_EVERY_NS: Final = 10_000_000_000
ANSWER_S: Final = 10.0
BAR_MS: Final = 3_600_000
BARS: Final = 130  # of an hour: what the longest measure needs, and a few
NS_PER_MS: Final = 1_000_000

_log: Final = logging.getLogger(__name__)


async def attend(writer: SingleWriter) -> None:
    """As long as the engine runs."""
    world, inbox = writer.setup.world, writer.inbox
    watch = ConditionsWatch(world, inbox.put, lambda: writer.publisher.screen)
    venues = VenueWatch(world, inbox.put, inbox.backlog)
    try:
        while True:
            await world.clock.sleep(LOOK_S)
            watch.look(writer.desk)
            venues.look(writer.desk)
    finally:
        await watch.close()
        await venues.close()


class _Asked(Struct):
    at_ns: int = 0
    newest_ms: int = -1  # opening time of the newest candle that was told
    task: asyncio.Task[None] | None = None


class ConditionsWatch(Struct):
    """`hear` takes market input to the inbox; `screen` knows the newest quote of every market."""

    world: World
    hear: Callable[[MarketInput], object]
    screen: Callable[[], ScreenState]
    _asked: dict[Key, _Asked] = field(default_factory=dict)

    def look(self, desk: Desk) -> None:
        """Begins what is due; at most one question a market at a time."""
        now_ns = self.world.clock.now_ns()
        for each in wanted(desk):
            asked = self._asked.setdefault((each.account, each.symbol), _Asked())
            is_due = now_ns - asked.at_ns >= ASK_EVERY_NS or now_ns < asked.at_ns
            if asked.task is None and is_due:
                asked.at_ns = now_ns
                asked.task = asyncio.get_running_loop().create_task(self._ask(each, asked))

    async def close(self) -> None:
        await end_all(each.task for each in self._asked.values() if each.task is not None)

    async def _ask(self, each: Wanted, asked: _Asked) -> None:
        try:
            async with asyncio.timeout(ANSWER_S):
                look = await self._conditions(each)
                bars = await self._bars(each, asked)
        except (OSError, LefiError, TimeoutError) as error:
            _log.warning("what limits look at of %s is not told: %s", each.symbol, error)
        else:
            self._tell(each, asked, look, bars)
        finally:
            asked.task = None

    async def _conditions(self, each: Wanted) -> Look:
        source = self.world.conditions.get(each.account)
        if source is None or not (each.volume or each.book):
            return Look()
        return await source.look(each.symbol, volume=each.volume, book=each.book)

    async def _bars(self, each: Wanted, asked: _Asked) -> tuple[Bar, ...]:
        """Those that closed since; none where the next one has not closed yet."""
        history = self.world.histories.get(each.account)
        now_ms = self.world.clock.now_ns() // NS_PER_MS
        is_due = now_ms >= asked.newest_ms + 2 * BAR_MS
        if history is None or not each.bars or not is_due:
            return ()
        count = BARS
        if asked.newest_ms >= 0:
            count = min(BARS, (now_ms - asked.newest_ms) // BAR_MS + 1)
        bars = await history.bars(each.symbol, BAR_MS, count, now_ms)
        return tuple(bar for bar in bars if bar.time_ms > asked.newest_ms)

    def _tell(self, each: Wanted, asked: _Asked, look: Look, bars: tuple[Bar, ...]) -> None:
        price = self.screen().prices.get((each.account, each.symbol))
        told = ConditionsSeen(
            each.account,
            each.symbol,
            self.world.clock.now_ns() // NS_PER_MS,
            None if price is None else price.quote,
            look.volume_24h,
            look.bids,
            look.asks,
            bars,
        )
        is_empty = told.quote is None and not bars and look == Look()
        if not is_empty and self.hear(told) and bars:
            asked.newest_ms = bars[-1].time_ms
