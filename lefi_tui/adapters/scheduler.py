"""The alarm: APScheduler in the engine's loop, one date a key, late rather than never.

Dates come from the core; nothing is kept here over a restart, because the bots themselves say
what they wait for (APScheduler's own store is a pickle, and forgets what it can't restore).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from apscheduler.executors.asyncio import AsyncIOExecutor
from apscheduler.jobstores.base import JobLookupError
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from lefi_tui.ports.scheduler import Fire

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


class ApScheduler:
    """Construct it anywhere; `start` binds it to the running loop."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            jobstores={"default": MemoryJobStore()},
            executors={"default": AsyncIOExecutor()},
            timezone=UTC,
            # The default forgets a one-shot job that is a second late, so a suspend loses it.
            job_defaults={"misfire_grace_time": None, "coalesce": True},
        )
        self._fire: Fire | None = None

    def start(self, fire: Fire) -> None:
        self._fire = fire
        self._scheduler.start()

    def set(self, key: str, due_ns: int) -> None:
        # Rounded up to a microsecond: never fired before its time.
        due = _EPOCH + timedelta(microseconds=-(-due_ns // 1_000))
        self._scheduler.add_job(
            self._run, "date", run_date=due, args=[key], id=key, replace_existing=True
        )

    def clear(self, key: str) -> None:
        try:
            self._scheduler.remove_job(key)
        except JobLookupError:
            return  # it has run, or never was

    async def _run(self, key: str) -> None:
        assert self._fire is not None
        self._fire(key)

    def wakeup(self) -> None:
        self._scheduler.wakeup()

    def shutdown(self) -> None:
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)
