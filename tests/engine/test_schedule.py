"""What runs when, and what hangs: the engine's own jobs beside the bots' timers."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Generator
from pathlib import Path

import pytest
from msgspec.structs import replace

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import SystemClock, VirtualClock
from lefi_tui.core.tasks import After, Await, Did, When
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.jobs import Job, Jobs
from lefi_tui.engine.publisher import Publisher
from lefi_tui.engine.recovery import recover
from lefi_tui.engine.tending import STARTED, Tending
from lefi_tui.engine.writer import SingleWriter
from lefi_tui.errors import RefusedError
from lefi_tui.ports.journal import JournalError, Row
from lefi_tui.views.queries import ScheduleQuery
from lefi_tui.views.schedule_view import ScheduleRow, ScheduleView
from tests.engine.kit import (
    EMPTY,
    LIST,
    OPEN,
    MemoryVenue,
    bars,
    quote,
    running,
    send,
    setup,
    start,
    until,
)

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


class Unread(SqliteJournal):
    """The disk gives nothing for a while; `rows` is asked at a start, too."""

    fails = 0

    def rows(self, after_seq: int = 0, types: Collection[str] = ()) -> Generator[Row, None, None]:
        if self.fails:
            self.fails -= 1
            raise JournalError("the disk does not answer")
        return super().rows(after_seq, types)


class Tended:
    """The engine's own jobs, in virtual time, on a journal with an order that works."""

    def __init__(self, folder: Path) -> None:
        engine = running(folder, MemoryVenue(holds=True))
        send(engine, OPEN, LIST, start())
        assert engine.hear(quote(0, 100.0))
        assert engine.hear(bars(0, 1.0))
        asyncio.run(until(lambda: bool(engine.desk.orders)))
        engine.stop()
        self.clock = VirtualClock(0)
        self.journal = Unread(folder)
        parts = setup(folder, MemoryVenue(deaf=True), journal=self.journal)
        parts = replace(parts, world=replace(parts.world, clock=self.clock))
        self.publisher = Publisher()
        self.writer = SingleWriter(parts, recover(self.journal, EMPTY), self.publisher)
        self.jobs = Jobs(self.clock)
        for job in Tending(self.writer).jobs():
            self.jobs.add(job)

    async def go_to(self, second: int) -> None:
        self.clock.move_to(second * S)
        self.jobs.look()
        await self.jobs.settle()


def test_a_venue_that_keeps_silent_at_a_start_is_told_of(tmp_path: Path) -> None:
    tended = Tended(tmp_path)

    async def live() -> None:
        tended.writer.reconciling.begin(tended.writer.desk)
        await tended.go_to(9)
        assert not any("what became of" in each.what for each in tended.publisher.screen.log)
        await tended.go_to(10)

    asyncio.run(live())
    told = [each for each in tended.publisher.screen.log if "what became of" in each.what]
    assert [(each.where, each.what) for each in told] == [
        ("main", "Its venue has not said what became of an order since the start")
    ]


def test_an_old_journal_that_can_not_be_read_now_is_checked_again_and_then_halts(
    tmp_path: Path,
) -> None:
    tended = Tended(tmp_path)

    async def live(fails: int) -> None:
        tended.journal.fails = fails
        tended.jobs.hear(STARTED)
        for minute in range(1, 6):
            await tended.go_to(tended.clock.now_ns() // S + 60 * minute)

    asyncio.run(live(3))
    assert tended.writer.failure is None
    asyncio.run(live(4))
    assert "does not answer" in str(tended.writer.failure)


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
    once = "check the old journal", "hear from venues what became of orders"
    for _ in range(100):
        rows = _rows(engine)
        if all(rows["engine", each].status == "done" for each in once):
            break
        asyncio.run(SystemClock().sleep(0.05))
    else:
        pytest.fail("they are done within seconds of a start")
    assert not any(row.is_stuck for row in rows.values())
    engine.stop()
