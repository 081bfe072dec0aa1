"""What runs when, and what hangs: the engine's own jobs beside the bots' timers."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from msgspec.structs import replace

from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.core.tasks import After, Await, Did, When
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.jobs import Job, Jobs
from lefi_tui.errors import RefusedError
from lefi_tui.views.queries import ScheduleQuery
from lefi_tui.views.schedule_view import ScheduleRow, ScheduleView
from tests.engine.kit import LIST, OPEN, MemoryVenue, running, send, start

S = 1_000_000_000


class Line:
    """Jobs in virtual time, and what they did."""

    def __init__(self) -> None:
        self.clock = VirtualClock(0)
        self.jobs = Jobs(self.clock)
        self.done: list[str] = []
        self.answer = Did.DONE

    async def work(self) -> Did:
        self.done.append(f"{self.clock.now_ns() // S} s")
        return self.answer

    async def fallback(self) -> Did:
        self.done.append("fallback")
        return Did.DONE

    async def go_to(self, second: int) -> None:
        self.clock.move_to(second * S)
        self.jobs.look()
        await self.jobs.settle()


@pytest.mark.asyncio
async def test_a_job_after_an_event_is_tried_again_and_one_that_waits_falls_back() -> None:
    line = Line()
    line.jobs.add(Job("mend", "mend", After("broke", 5_000, 1), line.work))
    line.jobs.add(Job("wait", "wait", Await("answer"), line.work, line.fallback))
    line.jobs.hear("broke")
    line.answer = Did.FAILED
    for second in (4, 5, 64, 65, 500, 600, 2_000):
        await line.go_to(second)
    assert line.done == ["5 s", "65 s", "fallback"]
    mend, wait = line.jobs.all()
    assert mend.task.result is not None
    assert (mend.task.result.is_complete, mend.task.result.is_success) == (True, False)
    assert wait.task.result is not None
    assert wait.task.result.is_fallback


@pytest.mark.asyncio
async def test_a_job_with_a_bug_or_without_its_disk_comes_again() -> None:
    line = Line()
    errors: list[Exception] = [RefusedError("no"), OSError("full"), ZeroDivisionError("a bug")]

    async def break_down() -> Did:
        line.done.append("tried")
        raise errors.pop(0)

    line.jobs.add(Job("odd", "odd", When(60_000), break_down))
    for minute in (1, 2, 3):
        await line.go_to(60 * minute)
    (job,) = line.jobs.all()
    assert (line.done, job.task.tries, job.is_running) == (["tried"] * 3, 3, False)
    assert job.task.next_ns == 240 * S


def _rows(engine: Engine) -> dict[tuple[str, str], ScheduleRow]:
    view = asyncio.run(engine.ask(ScheduleQuery()))
    assert isinstance(view, ScheduleView)
    return {(row.owner, row.what): row for row in view.rows}


def test_timers_windows_and_jobs_stand_in_one_schedule(tmp_path: Path) -> None:
    engine = running(tmp_path, MemoryVenue())
    far_ns = 4_000_000_000 * S
    send(engine, OPEN, LIST, start(every="every 3600000"))
    send(engine, replace(start("later", every="0 9 * * 1"), from_ns=far_ns))
    send(engine, replace(start("until"), until_ns=far_ns))
    rows = _rows(engine)
    assert rows["ema-1", "every 1h"].next_ns % (3_600 * S) == 0
    assert rows["later", "window begins"].next_ns == far_ns
    assert rows["later", "0 9 * * 1 UTC"].next_ns == 0
    assert rows["until", "window ends"].next_ns == far_ns + 1
    assert rows["engine", "drop old market records"].next_ns
    assert not any(row.is_stuck for row in rows.values())
    engine.stop()
