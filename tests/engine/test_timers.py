"""When handlers are due: once each however often missed, on their own time when on time."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lefi_tui.adapters.scheduler import ApScheduler
from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.timers import Timers
from lefi_tui.engine.world import World
from tests.engine.kit import ACCOUNT, LIST, OPEN, MemoryVenue, send, setup, start

SECOND = 1_000_000_000


def test_a_missed_time_runs_once_and_says_how_late() -> None:
    timers = Timers()
    timers.set("a", ((3, "every 1000", "UTC"), (4, "every 7000", "UTC")), 0)
    assert timers.next_of("a") == SECOND
    assert timers.take_due("a", SECOND - 1) is None
    assert timers.take_due("a", SECOND + 5) == m.TimersDue("a", (3,), SECOND)
    late = timers.take_due("a", 10 * SECOND)
    assert late == m.TimersDue("a", (3, 4), 10 * SECOND, late_ms=8_000)
    assert timers.next_of("a") == 11 * SECOND


def test_a_clock_set_back_begins_periods_anew_and_never_repeats_a_date() -> None:
    timers = Timers()
    noon = 12 * 3_600 * SECOND
    timers.set("a", ((1, "every 1000", "UTC"), (2, "0 13 * * *", "UTC")), noon)
    timers.clock_went_back(noon - 3_600 * SECOND)
    assert timers.next_of("a") == noon - 3_599 * SECOND
    timers.set("a", ((2, "0 13 * * *", "UTC"),), noon)
    timers.clock_went_back(noon - 86_400 * SECOND)
    assert timers.next_of("a") == noon + 3_600 * SECOND


def test_cleared_timers_are_gone() -> None:
    timers = Timers()
    timers.set("a", ((1, "every 1000", "UTC"),), 0)
    timers.set("a", (), 0)
    assert timers.next_of("a") is None
    assert timers.bots() == ()


def test_the_scheduler_wakes_the_bot_and_again_after_a_start(tmp_path: Path) -> None:
    def begin() -> Engine:
        world = World(SystemClock(), {ACCOUNT: MemoryVenue()}, scheduler=ApScheduler())
        engine = Engine(setup(tmp_path, world=world))
        engine.start()
        return engine

    async def live() -> None:
        engine = begin()
        send(engine, OPEN, LIST, start(every="every 100"))
        await _two_notes(engine)
        engine.stop()
        again = begin()
        await _two_notes(again)
        again.stop()

    asyncio.run(live())
    journal = SqliteJournal(tmp_path)
    due = [row for row in journal.rows() if row.type == "TimersDue"]
    journal.close()
    assert len(due) >= 4


async def _two_notes(engine: Engine) -> None:
    heard = engine.subscribe()
    assert heard is not None
    notes: list[m.Message] = []
    async for published in heard:
        if isinstance(published.event, m.NoteWritten):
            notes.append(published.event)
        if len(notes) == 2:
            heard.close()
            return
