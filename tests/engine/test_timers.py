"""When handlers are due: once each however often missed, on their own time when on time."""

from __future__ import annotations

import asyncio
from datetime import datetime
from pathlib import Path

import pytest

from lefi_tui.adapters.scheduler import ApScheduler
from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.timers import CATCH_UP_NS, STUCK_NS, Timers
from lefi_tui.engine.world import World
from tests.engine.kit import ACCOUNT, LIST, OPEN, MemoryVenue, send, setup, start

SECOND = 1_000_000_000
HOUR = 3_600 * SECOND


def test_a_missed_time_runs_once_and_says_how_late() -> None:
    timers = Timers()
    timers.set("a", ((3, "every 1000", "UTC"), (4, "every 7000", "UTC")), 0)
    assert timers.next_of("a") == SECOND
    assert timers.take_due("a", SECOND - 1) is None
    assert timers.take_due("a", SECOND + 5) == m.TimersDue("a", (3,), SECOND, 0, ("every 1000",))
    late = timers.take_due("a", 10 * SECOND)
    assert late == m.TimersDue("a", (3, 4), 10 * SECOND, 8_000, ("every 1000", "every 7000"))
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


def test_a_date_missed_while_the_engine_was_down_runs_once_late_and_a_period_begins_anew() -> None:
    timers = Timers()
    nine, day = 9 * HOUR, 24 * HOUR
    specs = ((1, "0 9 * * *", "UTC"), (2, "every 60000", "UTC"))
    timers.set("a", specs, day + nine + 300 * SECOND, {1: nine, 2: nine})
    late = timers.take_due("a", day + nine + 300 * SECOND)
    assert late == m.TimersDue("a", (1,), day + nine + 300 * SECOND, 300_000, ("0 9 * * *",))
    assert timers.dates("a") == {1: 2 * day + nine, 2: day + nine + 360 * SECOND}


def test_a_date_that_ran_before_the_engine_went_down_does_not_run_again() -> None:
    timers = Timers()
    timers.set("a", ((1, "0 9 * * *", "UTC"),), 9 * HOUR + SECOND, {1: 9 * HOUR})
    assert timers.next_of("a") == 33 * HOUR


def test_a_date_long_past_is_not_for_now_any_more() -> None:
    timers = Timers()
    timers.set("a", ((1, "0 9 * * *", "UTC"),), 9 * HOUR + CATCH_UP_NS + 1, {1: 0})
    assert timers.next_of("a") == 33 * HOUR
    timers.set("a", ((1, "0 9 * * *", "UTC"),), 9 * HOUR + CATCH_UP_NS - 1, {1: 0})
    assert timers.next_of("a") == 9 * HOUR


def test_what_is_due_and_not_carried_out_for_a_minute_is_stuck() -> None:
    timers = Timers()
    timers.set("a", ((1, "every 1000", "UTC"),), 0)
    timers.set_alarm("b", 2 * SECOND)
    assert timers.stuck(STUCK_NS + SECOND - 1) == ()
    assert timers.stuck(STUCK_NS + SECOND) == ("a",)
    assert timers.stuck(STUCK_NS + 2 * SECOND) == ("a", "b")


BERLIN = "Europe/Berlin"


@pytest.mark.parametrize(
    ("spec", "night", "hours"),
    [
        # 30 March 2025: 02:00 becomes 03:00, so 02:30 fires as the gap ends, once.
        ("30 2 * * *", "2025-03-29T12:00+01:00", ["2025-03-30T03:00+02:00"]),
        # 26 October 2025: 02:30 comes twice and fires once, the first time.
        ("30 2 * * *", "2025-10-25T12:00+02:00", ["2025-10-26T02:30+02:00"]),
        # Each hour of the longer day, 02:00 once: between it and 03:00 lie two hours.
        (
            "0 1-4 * * *",
            "2025-10-25T12:00+02:00",
            [f"2025-10-26T0{hour}" for hour in ("1:00+02:00", "2:00+02:00", "3:00+01:00")],
        ),
    ],
)
def test_daylight_saving_fires_each_local_time_once(
    spec: str, night: str, hours: list[str]
) -> None:
    """Second by second through the night, with a suspend of ten minutes now and then."""
    timers, now_ns = Timers(), _ns(night)
    timers.set("a", ((1, spec, BERLIN),), now_ns)
    fired: list[int] = []
    for step in range(24 * 60):
        now_ns += (600 if step % 100 == 99 else 60) * SECOND
        report = timers.take_due("a", now_ns)
        if report is not None:
            fired.append(report.at_ns - report.late_ms * 1_000_000)
    assert fired[: len(hours)] == [_ns(each) for each in hours]
    assert len(fired) == len(set(fired))


def test_the_clock_set_back_over_a_date_does_not_run_it_twice() -> None:
    timers = Timers()
    timers.set("a", ((1, "0 9 * * *", "UTC"),), 8 * HOUR)
    assert timers.take_due("a", 9 * HOUR) is not None
    timers.clock_went_back(8 * HOUR)
    assert timers.take_due("a", 9 * HOUR) is None
    assert timers.next_of("a") == 33 * HOUR


def _ns(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * SECOND


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
