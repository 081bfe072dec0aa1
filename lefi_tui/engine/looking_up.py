"""Asks a venue what became of an order, again and again, until it says.

The rules it keeps: one look-up an order at a time, and of an account only some at once, for each
takes turns of the others there; a venue that has an order and does not find it leaves it in doubt,
in sight; absence is believed where nothing held there speaks against it, and known of what never
left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import Any, Final, TypeVar

from msgspec import Struct, field

from lefi_tui.core.messages import Report, VenueNeverSaw
from lefi_tui.engine.evidence import Evidence
from lefi_tui.engine.world import World
from lefi_tui.ports.venue import OrderMissingError, Venue, VenueTimeoutError

LOOK_UP_FIRST_S: Final = 0.25  # doubled after each look-up without an answer
LOOK_UP_MOST_S: Final = 10.0
CALL_S: Final = 10.0  # of any call to a venue
# Of one account: some requests each, which with the views that others ask for beside them come
# well within the limit of a call.
AT_ONCE: Final = 4


Answer = TypeVar("Answer")


async def in_time(call: Awaitable[Answer]) -> Answer:
    """No call waits for ever: a venue that hangs is one that did not answer."""
    try:
        async with asyncio.timeout(CALL_S):
            return await call
    except TimeoutError as error:
        raise VenueTimeoutError(f"no answer in {CALL_S:g} s") from error


async def _known(_account: str, _order: str) -> str:
    """Nothing speaks against it."""
    return ""


def _sent(_order: str) -> bool:
    """As far as anybody knows."""
    return False


def _known_by_nobody(_order: str) -> None:
    """No start waits for it."""


class Ends(Struct):
    """What a look-up leads to: reports, a doubt, an answer, a cancel that was lost."""

    tell: Callable[[tuple[Report, ...]], object]
    doubt: Callable[[str, str], object]
    lost_cancel: Callable[[str, str], object]
    answered: Callable[[str], object] = _known_by_nobody


class LookUps(Struct):
    """`begin` runs a task of the engine; `is_unsent` knows what has certainly not left, `against`
    what speaks against an absence."""

    world: World
    begin: Callable[[Coroutine[Any, Any, None]], asyncio.Task[None]]
    ends: Ends
    is_unsent: Callable[[str], bool] = _sent
    against: Callable[[str, str], Awaitable[str]] = _known
    evidence: Evidence = field(default_factory=Evidence)
    _looking: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _turns: dict[str, asyncio.Semaphore] = field(default_factory=dict)  # by account

    def look_up(self, account: str, order: str) -> None:
        if order in self._looking:
            return
        task = self.begin(self._look_up(account, order))
        task.add_done_callback(partial(self._looked, account=account, order=order))
        self._looking[order] = task

    def leave_off(self, order: str) -> None:
        """What waits for its next time is dropped."""
        task = self._looking.pop(order, None)
        if task is not None:
            task.cancel()

    def _looked(self, task: asyncio.Task[None], account: str, order: str) -> None:
        if self._looking.get(order) is task:  # else it was left off, and another one looks
            del self._looking[order]
        if task.cancelled():
            return
        if task.exception() is None:
            self.ends.answered(order)
        else:  # a bug in the adapter: the order's fate is still unknown, so it is asked again
            self.begin(self._look_up_later(account, order))

    async def _look_up_later(self, account: str, order: str) -> None:
        await self.world.clock.sleep(LOOK_UP_MOST_S)
        self.look_up(account, order)

    async def _look_up(self, account: str, order: str) -> None:
        venue = self.world.venues.get(account)
        wait_s, is_doubted = LOOK_UP_FIRST_S, False
        turns = self._turns.setdefault(account, asyncio.Semaphore(AT_ONCE))
        while venue is not None:
            try:
                async with turns:
                    reports = await self._asked(venue, account, order)
            except VenueTimeoutError as error:
                why = str(error) or "no answer in time"
                self.evidence.note(order, why, self.world.clock.now_ns())
                if isinstance(error, OrderMissingError) and not is_doubted:
                    is_doubted = True
                    self.ends.doubt(order, why)
                    self.ends.answered(order)  # a start goes on: its market waits, by the gate
                await self.world.clock.sleep(wait_s)
                wait_s = min(2 * wait_s, LOOK_UP_MOST_S)
                continue
            self.evidence.forget(order)
            self.ends.tell(reports)
            if reports:
                self.ends.lost_cancel(account, order)
            return

    async def _asked(self, venue: Venue, account: str, order: str) -> tuple[Report, ...]:
        if self.is_unsent(order):
            return (VenueNeverSaw(order, self.world.clock.now_ns()),)
        reports = await in_time(venue.look_up(order))
        if any(isinstance(each, VenueNeverSaw) for each in reports):
            against = await in_time(self.against(account, order))
            if against:
                raise OrderMissingError(against)
        return reports
