"""What a venue shows of an account, for all who ask at nearly the same time.

The rule it keeps: a view is begun behind the moment of each who gets it, so that it shows what was
there by then; who comes while one is under way shares the next with all others who do.
"""

from __future__ import annotations

import asyncio

from msgspec import Struct, field

from lefi_tui.core.reconcile import TheirView
from lefi_tui.engine.ending import end_all
from lefi_tui.ports.venue import SharedVenue


class FreshViews(Struct):
    """Lives in the engine's loop."""

    _next: dict[str, asyncio.Task[TheirView]] = field(default_factory=dict)  # not begun yet
    _turns: dict[str, asyncio.Lock] = field(default_factory=dict)
    _tasks: set[asyncio.Task[TheirView]] = field(default_factory=set)

    async def of(self, account: str, venue: SharedVenue) -> TheirView:
        """Raises as the venue does."""
        task = self._next.get(account)
        if task is None:
            task = asyncio.get_running_loop().create_task(self._taken(account, venue))
            self._next[account] = task
            self._tasks.add(task)
            task.add_done_callback(self._ended)
        return await asyncio.shield(task)  # one who gives up takes it from no other

    async def _taken(self, account: str, venue: SharedVenue) -> TheirView:
        async with self._turns.setdefault(account, asyncio.Lock()):
            self._next.pop(account, None)
            return await venue.their_view()

    def _ended(self, task: asyncio.Task[TheirView]) -> None:
        """Its error is for those who wait; where nobody does any more it is no news."""
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()

    async def close(self) -> None:
        await end_all(self._tasks)
