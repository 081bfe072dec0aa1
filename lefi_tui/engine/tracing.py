"""Questions of the past beside the turns: in slices on another thread, so that no turn waits long.

Whoever asks is told at once how far it is and asks again; what nobody asks for any more is left.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator
from itertools import islice
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from lefi_tui.core.desk import Desk
from lefi_tui.engine.retelling import Retelling
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.journal import JournalReader
from lefi_tui.views.queries import StoryQuery
from lefi_tui.views.story_view import StoryView

SLICE: Final = 64  # messages carried out before the engine has its turn: a few milliseconds
REST_S: Final = 0.001  # between two slices
ANSWER_S: Final = 0.2  # a story that takes longer says how far it is
LEFT_NS: Final = 5_000_000_000  # not asked for so long, it is not wanted any more
AT_ONCE_MAX: Final = 4
ABANDONED: Final = "Others were asked for since; ask again."


class _Job(Struct):
    task: asyncio.Task[StoryView]
    asked_ns: int
    done: int = 0
    total: int = 0


class Tracing:
    """Lives in the engine's loop."""

    def __init__(self, journal: JournalReader, empty: Desk, clock: Clock) -> None:
        self._journal = journal
        self._empty = empty
        self._clock = clock
        self._jobs: dict[StoryQuery, _Job] = {}

    async def answer(self, query: StoryQuery) -> StoryView:
        job = self._jobs.get(query) or self._begun(query)
        job.asked_ns = self._clock.monotonic_ns()
        try:
            async with asyncio.timeout(ANSWER_S):
                return await asyncio.shield(job.task)
        except TimeoutError:
            return self._waiting(query, job)
        finally:
            if job.task.done():  # told, or failed: the next question begins anew
                self._jobs.pop(query, None)

    def _waiting(self, query: StoryQuery, job: _Job) -> StoryView:
        waiting = StoryView(Retelling(self._journal, self._empty, query).view.title)
        return replace(waiting, is_ready=False, done=job.done, total=job.total)

    def _begun(self, query: StoryQuery) -> _Job:
        if len(self._jobs) >= AT_ONCE_MAX:
            oldest = min(self._jobs, key=lambda each: self._jobs[each].asked_ns)
            self._jobs.pop(oldest)  # it ends at its next slice
        loop = asyncio.get_running_loop()
        job = _Job(loop.create_task(self._told(query)), self._clock.monotonic_ns())
        self._jobs[query] = job
        return job

    async def _told(self, query: StoryQuery) -> StoryView:
        retelling = Retelling(self._journal, self._empty, query)
        steps = retelling.steps()
        while (last := await asyncio.to_thread(_slice, steps)) is not None:
            job = self._jobs.get(query)
            if job is None or self._clock.monotonic_ns() - job.asked_ns > LEFT_NS:
                self._jobs.pop(query, None)
                return StoryView(retelling.view.title, untold=ABANDONED)
            job.done, job.total = last
            await self._clock.sleep(REST_S)
        return retelling.view


def _slice(steps: Iterator[tuple[int, int]]) -> tuple[int, int] | None:
    """How far it is; None at its end."""
    taken = deque(islice(steps, SLICE), maxlen=1)
    return taken[0] if taken else None
