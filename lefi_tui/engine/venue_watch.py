"""Asks each venue how it is while the thermostat looks at it: its answers, what it holds.

The rule it keeps: nothing is asked where the thermostat is off; a venue that does not say what it
holds is told as such, and its calls that failed are counted where they are made.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from msgspec import Struct, field

from lefi_tui.core.desk import Desk
from lefi_tui.core.desk.limiting import watched
from lefi_tui.core.messages import MarketInput, VenueStateSeen
from lefi_tui.engine.ending import end_all
from lefi_tui.engine.world import World
from lefi_tui.ports.conditions import Calls
from lefi_tui.ports.venue import VenueTimeoutError

ASK_EVERY_NS: Final = 10_000_000_000
ANSWER_S: Final = 10.0
NS_PER_MS: Final = 1_000_000


class VenueWatch(Struct):
    """`hear` takes market input to the inbox; `waiting` counts what stands there already."""

    world: World
    hear: Callable[[MarketInput], object]
    waiting: Callable[[], int]
    _asked_ns: dict[str, int] = field(default_factory=dict)
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)

    def look(self, desk: Desk) -> None:
        """Begins what is due; at most one question a venue at a time."""
        now_ns = self.world.clock.now_ns()
        for account in watched(desk):
            last_ns = self._asked_ns.get(account, now_ns - ASK_EVERY_NS)
            is_due = now_ns - last_ns >= ASK_EVERY_NS or now_ns < last_ns
            if is_due and account not in self._tasks:
                self._asked_ns[account] = now_ns
                task = asyncio.get_running_loop().create_task(self._ask(account))
                self._tasks[account] = task

    async def close(self) -> None:
        await end_all(self._tasks.values())

    async def _ask(self, account: str) -> None:
        world = self.world
        try:
            venue, source = world.venues.get(account), world.conditions.get(account)
            held = None
            if venue is not None:
                try:
                    async with asyncio.timeout(ANSWER_S):
                        held = tuple(sorted((await venue.holdings()).items()))
                except (VenueTimeoutError, TimeoutError):
                    held = None
            calls = Calls() if source is None else source.calls()
            at_ms = world.clock.now_ns() // NS_PER_MS
            waiting = self.waiting()
            self.hear(VenueStateSeen(account, at_ms, calls.asked, calls.failed, waiting, held))
        finally:
            del self._tasks[account]
