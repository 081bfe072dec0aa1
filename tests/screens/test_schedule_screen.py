"""The schedule as a person looks at it: next, last, how late, and what hangs first."""

from __future__ import annotations

from lefi_tui.views.schedule_view import ScheduleRow, ScheduleView, in_order
from widgets.ink import PALETTES, Ink
from widgets.lines import Frame, Page
from widgets.schedule import Schedule

S = 1_000_000_000
NOW = 1_700_000_000 * S
ROWS = [
    ScheduleRow("engine", "drop old market records", "waits", NOW + 300 * S),
    ScheduleRow("dca", "0 9 * * 1 UTC", "running", NOW + 90 * S, NOW - 7_200 * S, 8_000),
    ScheduleRow("dca", "every 1m", "running", NOW - 61 * S, is_stuck=True, why="due"),
    ScheduleRow("later", "every 5m", "scheduled"),
]
VIEW = ScheduleView(NOW, in_order(ROWS))


def pane() -> Schedule:
    return Schedule(next(iter(PALETTES.values())), id="schedule")


def drawn(width: int = 80, view: ScheduleView | None = VIEW) -> tuple[list[str], Page]:
    page = pane().draw(view, Frame(width, 8))
    return ["".join(text for text, _ in row.spans) for row in page.rows], page


def test_what_hangs_stands_first_then_what_comes_next() -> None:
    lines, page = drawn()
    assert [line.split()[0].strip("▹") for line in lines[1:5]] == ["dca", "dca", "engine", "later"]
    assert "STUCK" in lines[1]
    assert any(ink is Ink.BAD for _, ink in page.rows[1].spans)
    for words in ("in 1m", "2h ago", "8.0s"):
        assert words in lines[2]
    assert all(len(line) == 80 for line in lines)


def test_a_narrow_terminal_keeps_whose_what_and_next() -> None:
    lines, _ = drawn(40)
    assert "0 9 * *" in lines[2]
    assert "in 1m" in lines[2]


def test_the_line_below_tells_a_row_in_full() -> None:
    words = pane().explain(VIEW, 1)
    assert words.startswith("dca, 0 9 * * 1 UTC: running; next 2023-11-14 22:14 UTC; last ")
    assert words.endswith("20:13 UTC, 8.0s late")


def test_an_empty_schedule_and_a_silent_engine_say_so() -> None:
    assert "nothing runs by the clock" in drawn(80, ScheduleView(NOW, ()))[0][1]
    assert drawn(80, None)[0][1].strip()
