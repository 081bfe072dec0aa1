"""Carries out transfers that a person let go: sent once, then asked for until it is known.

The rule it keeps: what has no answer is looked for, also after a start, and never sent again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Final

from lefi_tui.core.desk import Desk
from lefi_tui.core.desk.transfers import looking_for
from lefi_tui.core.messages import MoneyMoved, MoveMoney, Report
from lefi_tui.engine.ending import end_all
from lefi_tui.engine.world import World
from lefi_tui.ports.venue import MovesMoney, VenueTimeoutError

CALL_S: Final = 15.0
AGAIN_S: Final = (1.0, 2.0, 5.0, 10.0)  # waits between look-ups; the last one for ever


class Moving:
    def __init__(self, world: World, hear: Callable[[Report], None]) -> None:
        self._world, self._hear = world, hear
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def begin(self, desk: Desk) -> None:
        """After a start: what was sent before it is looked for."""
        for effect in looking_for(desk):
            self.carry_out(effect)

    def carry_out(self, effect: MoveMoney) -> None:
        if effect.flow in self._tasks:
            return
        task = asyncio.get_running_loop().create_task(self._move(effect))
        self._tasks[effect.flow] = task
        task.add_done_callback(partial(self._ended, effect.flow))

    async def close(self) -> None:
        await end_all(self._tasks.values())

    def _ended(self, flow: str, task: asyncio.Task[None]) -> None:
        del self._tasks[flow]
        error = None if task.cancelled() else task.exception()
        if error is not None:  # a bug of an adapter: whether it left is not known
            self._tell(flow, "unknown", f"{type(error).__name__}: {error}")

    async def _move(self, effect: MoveMoney) -> None:
        venue = self._world.venues.get(effect.account)
        if not isinstance(venue, MovesMoney):
            self._tell(effect.flow, "refused", f"no venue of {effect.account} moves money")
            return
        told = None if effect.is_sent else await self._sent(effect, venue)
        tries = 0
        while told is None or told.state == "unknown":
            await self._world.clock.sleep(AGAIN_S[min(tries, len(AGAIN_S) - 1)])
            tries += 1
            with suppress(VenueTimeoutError):
                told = await _in_time(venue.find_move(effect))
        self._hear(told)

    async def _sent(self, effect: MoveMoney, venue: MovesMoney) -> MoneyMoved:
        try:
            told = await _in_time(venue.move(effect))
        except VenueTimeoutError as error:
            told = self._answer(effect.flow, "unknown", str(error))
        if told.state == "unknown":
            self._hear(told)
        return told

    def _answer(self, flow: str, state: str, text: str) -> MoneyMoved:
        return MoneyMoved(flow, self._world.clock.now_ns(), state, text)

    def _tell(self, flow: str, state: str, text: str) -> None:
        self._hear(self._answer(flow, state, text))


async def _in_time(call: Awaitable[MoneyMoved]) -> MoneyMoved:
    try:
        async with asyncio.timeout(CALL_S):
            return await call
    except TimeoutError as error:
        raise VenueTimeoutError(f"no answer in {CALL_S:g} s") from error
