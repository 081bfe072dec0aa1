"""While you were away: told once, to the screen that comes back, also after a restart."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lefi_tui.core import messages as m
from lefi_tui.core.order import Side
from lefi_tui.engine.absence import ABSENT_NS, TOLD_NS, Absence
from lefi_tui.engine.engine import Engine
from lefi_tui.views.away import AwayView, Memory, remembered
from lefi_tui.views.fold import ScreenState, fold
from lefi_tui.views.queries import AwayQuery, DeskQuery
from tests.engine.kit import LIST, OPEN, MemoryVenue, bars, quote, setup, start, until

SECOND = 1_000_000_000
MORNING_NS = 1_700_000_000 * SECOND


def with_events(state: ScreenState, *events: m.Event) -> ScreenState:
    for event in events:
        state = fold(state, event)
    return state


def faulted(at_s: int) -> m.BotFaulted:
    return m.BotFaulted("ema-1", MORNING_NS + at_s * SECOND, f"fault {at_s}")


def refused(at_s: int) -> m.CommandRefused:
    return m.CommandRefused("StopBot", MORNING_NS + at_s * SECOND, "there is no such bot")


def texts(view: AwayView) -> list[str]:
    return [f"{row.what} {row.why}" for row in view.lines]


def test_a_screen_that_asks_all_the_time_misses_nothing(tmp_path: Path) -> None:
    absence, state = Absence(tmp_path), ScreenState()
    absence.looked(state, MORNING_NS)
    state = with_events(state, faulted(1))
    view = absence.take(state, MORNING_NS + ABSENT_NS)
    assert not view.is_any


def test_what_came_while_nobody_looked_is_counted_and_told_once(tmp_path: Path) -> None:
    absence = Absence(tmp_path)
    state = with_events(ScreenState(), faulted(0))
    absence.looked(state, MORNING_NS)
    state = with_events(state, faulted(1), refused(2), refused(3))
    back_ns = MORNING_NS + 3_600 * SECOND
    absence.looked(state, back_ns)  # the desk asks for its picture first
    view = absence.take(state, back_ns + 1)
    assert (view.tally.errors, view.tally.refusals, view.tally.fills) == (1, 2, 0)
    assert texts(view) == ["Stop bot refused there is no such bot", "Faulted fault 1"]
    assert (view.since_ns, view.until_ns) == (MORNING_NS, back_ns)
    assert not absence.take(state, back_ns + 2).is_any


def test_a_second_screen_that_comes_later_is_told_nothing(tmp_path: Path) -> None:
    absence, state = Absence(tmp_path), ScreenState()
    absence.looked(state, MORNING_NS)
    state = with_events(state, faulted(1))
    back_ns = MORNING_NS + 60 * SECOND
    for later_ns in range(0, TOLD_NS + SECOND, SECOND):
        absence.looked(state, back_ns + later_ns)
    assert not absence.take(state, back_ns + TOLD_NS).is_any


def test_a_line_that_was_there_and_came_again_is_told(tmp_path: Path) -> None:
    absence = Absence(tmp_path)
    state = with_events(ScreenState(), refused(0))
    absence.looked(state, MORNING_NS)
    state = with_events(state, refused(5))
    view = absence.take(state, MORNING_NS + 60 * SECOND)
    assert [row.times for row in view.lines] == [2]


def test_the_first_start_of_all_has_nothing_to_tell(tmp_path: Path) -> None:
    absence = Absence(tmp_path)
    assert not absence.take(with_events(ScreenState(), faulted(0)), MORNING_NS).is_any


def test_counts_are_the_least_there_were_when_the_memory_begins_too_late(tmp_path: Path) -> None:
    first = Absence(tmp_path)
    first.looked(ScreenState(), MORNING_NS)
    first.close()
    events = [(MORNING_NS + each * SECOND, faulted(each)) for each in range(1, 5)]
    again = Absence(tmp_path)
    memory = remembered(events, again.seen_ns, is_whole=False)
    again.recall(memory)
    view = again.take(memory.now, MORNING_NS + 60 * SECOND)
    assert (view.tally.errors, view.is_cut) == (4, True)
    assert again.seen_ns > MORNING_NS


def test_a_memory_ends_where_somebody_looked_last() -> None:
    events = [(MORNING_NS + each * SECOND, faulted(each)) for each in range(4)]
    memory: Memory = remembered(events, MORNING_NS + 2 * SECOND, is_whole=True)
    assert (len(memory.seen.log), len(memory.now.log)) == (3, 4)
    assert not memory.is_cut


def test_a_restarted_engine_knows_its_log_its_last_actions_and_what_was_missed(
    tmp_path: Path,
) -> None:
    engine = Engine(setup(tmp_path, MemoryVenue()))
    engine.start()
    for command in (OPEN, LIST, start()):
        engine.submit(command).result(30)
    engine.answer(DeskQuery(is_watched=True))  # and then the screen is gone
    engine.hear(quote(0, 100.0))
    engine.hear(bars(0, 1.0))
    asyncio.run(until(lambda: bool(engine.answer(DeskQuery()).positions)))
    before = engine.answer(DeskQuery())
    engine.stop()

    again = Engine(setup(tmp_path, MemoryVenue()))
    again.start()
    after = again.answer(DeskQuery(is_watched=True))
    assert [row.what for row in after.log[1:]] == [row.what for row in before.log]
    assert after.log[0].what == "Engine started"
    assert [bot.did for bot in after.bots] == [bot.did for bot in before.bots]
    view = again.answer(AwayQuery())
    assert (view.tally.fills, view.tally.decisions) == (1, 1)
    assert view.bots == ("ema-1",)
    assert any(Side.BUY.value in row.what for row in view.lines)
    assert not again.answer(AwayQuery()).is_any
    again.stop()
