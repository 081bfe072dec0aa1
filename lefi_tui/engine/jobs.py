"""Jobs of the engine itself beside the turns: tidying, looking after timers and histories.

The rule they keep: none decides about money; what a job asks of the desk goes the way of any
message.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from msgspec import Struct, field

from lefi_tui.core import tasks
from lefi_tui.core.tasks import Did, Task, Trigger
from lefi_tui.errors import LefiError
from lefi_tui.ports.clock import Clock

LOOK_S: Final = 1.0
WORK_S: Final = 300.0  # a job that takes longer is ended, and has failed

Work = Callable[[], Awaitable[Did]]
_log: Final = logging.getLogger(__name__)


class Job(Struct):
    """One piece of work; `fallback` is for an event that did not come."""

    name: str
    title: str
    trigger: Trigger
    work: Work
    fallback: Work | None = None
    limit_s: float = WORK_S
    task: Task = field(default_factory=Task)
    is_running: bool = False


class Jobs:
    """Lives in the engine's loop."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._jobs: dict[str, Job] = {}
        self._running: set[asyncio.Task[None]] = set()

    def add(self, job: Job) -> None:
        assert job.name not in self._jobs, f"two jobs are named {job.name}"
        job.task = tasks.begin(job.trigger, self._clock.now_ns())
        self._jobs[job.name] = job

    def all(self) -> tuple[Job, ...]:
        return tuple(self._jobs.values())

    def hear(self, event: str) -> None:
        """An event that jobs may wait for."""
        for job in self._jobs.values():
            job.task = tasks.heard(job.trigger, job.task, event, self._clock.now_ns())

    async def run(self) -> None:
        try:
            while True:
                self.look()
                await self._clock.sleep(LOOK_S)
        finally:
            for task in self._running:
                task.cancel()

    def look(self) -> None:
        """Begins what is due; one that still runs is not begun again."""
        now_ns = self._clock.now_ns()
        for job in self._jobs.values():
            if job.task.is_due(now_ns) and not job.is_running:
                job.is_running = True
                running = asyncio.get_running_loop().create_task(self._carry_out(job))
                self._running.add(running)
                running.add_done_callback(partial(self._ended, job))

    async def settle(self) -> None:
        """Until what was begun has ended: in virtual time only."""
        while self._running:
            await asyncio.wait(self._running)

    async def _carry_out(self, job: Job) -> None:
        late = isinstance(job.trigger, tasks.Await) and not job.task.has_come
        work = job.fallback if late and job.fallback is not None else job.work
        try:
            async with asyncio.timeout(job.limit_s):
                did = await work()
        except (OSError, LefiError) as error:  # a timeout is an OSError too
            _log.warning("%s failed: %s", job.title, error or "it took too long")
            did = Did.FAILED
        job.task = tasks.carried_out(job.trigger, job.task, self._clock.now_ns(), did)

    def _ended(self, job: Job, running: asyncio.Task[None]) -> None:
        """A bug in a job is logged, and it comes again at its next time."""
        self._running.discard(running)
        job.is_running = False
        if not running.cancelled() and running.exception() is not None:
            _log.error("%s failed", job.title, exc_info=running.exception())
            job.task = tasks.carried_out(job.trigger, job.task, self._clock.now_ns(), Did.FAILED)
