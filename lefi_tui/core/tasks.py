"""Work of the desk itself that is due: at a time, after an event, when a condition holds, or when
an event has come or was waited for long enough.

The rules it keeps: a time that was missed comes once, late; a failure is tried again so often and
no more; each attempt leaves one result that says what comes next.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, assert_never

from msgspec.structs import replace

from lefi_tui.core.record import Record
from lefi_tui.core.schedule import next_due

NS_PER_MS: Final = 1_000_000
RETRY_MS: Final = 60_000


class At(Record):
    """By a crontab line, or `every MILLISECONDS`."""

    spec: str
    zone: str = "UTC"


class After(Record):
    """So long after an event; tried again when it fails, at most so often."""

    event: str
    delay_ms: int = 0
    retries_max: int = 3


class When(Record):
    """Looked at so often; once it held, not again for its cooldown."""

    every_ms: int = 60_000
    cooldown_ms: int = 0


class Await(Record):
    """When an event has come; without it, the fallback after the timeout."""

    event: str
    timeout_ms: int = 600_000


Trigger = At | After | When | Await


class Did(StrEnum):
    """What an attempt came to."""

    DONE = "done"
    FAILED = "failed"
    NOT_YET = "not yet"  # its condition did not hold


class Result(Record):
    """What came of one attempt, and what comes next."""

    is_success: bool
    is_complete: bool = False  # nothing more comes of this event
    reschedules: bool = False
    delay_ms: int = 0  # until the next attempt
    cooldown_ms: int = 0
    is_timed_out: bool = False
    is_fallback: bool = False


class Task(Record):
    """Where one piece of work stands. `next_ns` 0: it waits for its event."""

    next_ns: int = 0
    last_ns: int = 0
    lag_ms: int = 0  # of the last attempt
    tries: int = 0
    has_come: bool = False  # the event it waits for
    result: Result | None = None

    def is_due(self, now_ns: int) -> bool:
        return 0 < self.next_ns <= now_ns


def begin(trigger: Trigger, now_ns: int) -> Task:
    match trigger:
        case At():
            return Task(next_due(trigger.spec, trigger.zone, now_ns))
        case After():
            return Task()
        case When():
            return Task(now_ns + trigger.every_ms * NS_PER_MS)
        case Await():
            return Task(now_ns + trigger.timeout_ms * NS_PER_MS)
        case _:
            assert_never(trigger)


def heard(trigger: Trigger, task: Task, event: str, now_ns: int) -> Task:
    """The task when an event has come; one that concerns it makes it due."""
    match trigger:
        case After() if trigger.event == event:
            return replace(task, next_ns=now_ns + max(1, trigger.delay_ms * NS_PER_MS), tries=0)
        case Await() if trigger.event == event and task.next_ns:
            return replace(task, next_ns=now_ns, has_come=True)
        case _:
            return task


def carried_out(trigger: Trigger, task: Task, now_ns: int, did: Did) -> Task:
    """The task after an attempt."""
    lag_ms = max(0, now_ns - task.next_ns) // NS_PER_MS
    result = _result(trigger, task, now_ns, did)
    next_ns = now_ns + result.delay_ms * NS_PER_MS if result.reschedules else 0
    if isinstance(trigger, At):
        next_ns = next_due(trigger.spec, trigger.zone, now_ns)
    tries = task.tries + 1 if did is Did.FAILED else 0
    return Task(next_ns, now_ns, lag_ms, tries, task.has_come, result)


def _result(trigger: Trigger, task: Task, now_ns: int, did: Did) -> Result:
    is_success = did is Did.DONE
    match trigger:
        case At():
            wait_ns = next_due(trigger.spec, trigger.zone, now_ns) - now_ns
            return Result(is_success, reschedules=True, delay_ms=wait_ns // NS_PER_MS)
        case After():
            again = did is Did.FAILED and task.tries < trigger.retries_max
            delay_ms = RETRY_MS if again else 0
            return Result(is_success, is_complete=not again, reschedules=again, delay_ms=delay_ms)
        case When():
            cooldown_ms = trigger.cooldown_ms if is_success else 0
            delay_ms = max(trigger.every_ms, cooldown_ms)
            return Result(is_success, reschedules=True, delay_ms=delay_ms, cooldown_ms=cooldown_ms)
        case Await():
            late = not task.has_come
            return Result(is_success, is_complete=True, is_timed_out=late, is_fallback=late)
        case _:
            assert_never(trigger)
