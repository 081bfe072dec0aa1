"""Virtual time: the same input gives the same journal, byte for byte."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lefi_tui.core import messages as m
from lefi_tui.engine.commits import Pace
from lefi_tui.ports.journal import Row, TapeRow
from tests.engine.kit import LIST, OPEN, MemoryVenue, bars, quote, start
from tests.engine.story import MINUTE_NS, MemoryFeed, lockstep, random_inputs, tell


def _run(folder: Path, seed: int, pace: Pace | None = None) -> tuple[list[Row], list[TapeRow]]:
    feed, venue = MemoryFeed(), MemoryVenue()
    step, journal = lockstep(folder, feed, venue, pace)

    async def live() -> None:
        await tell(step, random_inputs(seed, 120), feed)
        await step.end()

    asyncio.run(live())
    rows, tape = list(journal.rows()), list(journal.tape())
    journal.close()
    return rows, tape


def test_the_same_input_twice_gives_byte_identical_journals(tmp_path: Path) -> None:
    first = _run(tmp_path / "a", 11)
    second = _run(tmp_path / "b", 11)
    assert first == second
    assert len(first[0]) > 100
    assert first[1]


def test_another_input_gives_another_journal(tmp_path: Path) -> None:
    assert _run(tmp_path / "a", 11)[0] != _run(tmp_path / "b", 12)[0]


def test_how_often_the_desk_is_saved_does_not_show_in_any_row(tmp_path: Path) -> None:
    assert _run(tmp_path / "a", 3) == _run(tmp_path / "b", 3, Pace(snapshot_events=10))


def test_a_whole_market_runs_to_its_end_through_journal_and_venue(tmp_path: Path) -> None:
    candles = [bars(minute, 1.0 if minute % 3 else -1.0) for minute in range(30)]
    feed = MemoryFeed([quote(0, 100.0), *candles])
    venue = MemoryVenue()
    step, journal = lockstep(tmp_path, feed, venue)

    async def live() -> None:
        await step.begin()
        for command in (OPEN, LIST, start()):
            assert (await step.send(command)).is_accepted
        await step.run(feed)
        await step.end()

    asyncio.run(live())
    fills = [row for row in journal.rows() if row.type == "OrderFilled"]
    journal.close()
    assert len(fills) == len(venue.orders) == 29  # nothing to close at the first candle


def test_timers_fire_at_their_own_time_between_two_moments(tmp_path: Path) -> None:
    feed = MemoryFeed([bars(0, 1.0), bars(1, 1.0)])
    step, journal = lockstep(tmp_path, feed, MemoryVenue())

    async def live() -> None:
        await step.begin()
        for command in (OPEN, LIST, start(every="every 20000")):
            await step.send(command)
        await step.run(feed)
        await step.end()

    asyncio.run(live())
    due = [row.at_ns for row in journal.rows() if row.type == m.TimersDue.__name__]
    journal.close()
    assert due == [second * 1_000_000_000 for second in (20, 40, 60, 80, 100, 120)]
    assert MINUTE_NS == 60_000_000_000


def test_a_lost_answer_is_looked_up_and_the_order_is_carried_out_once(tmp_path: Path) -> None:
    feed, venue = MemoryFeed(), MemoryVenue(silent=1)
    step, journal = lockstep(tmp_path, feed, venue)

    async def live() -> None:
        await tell(step, [bars(0, 1.0)], feed)
        await step.end()

    asyncio.run(live())
    kinds = [row.type for row in journal.rows()]
    journal.close()
    assert kinds.count("OrderSubmitted") == kinds.count("OrderFilled") == 1
    assert kinds.index("OrderUnconfirmed") < kinds.index("OrderFilled")
    assert len(venue.orders) == 1
    assert venue.looked_up == list(venue.orders)
