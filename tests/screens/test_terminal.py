"""How the terminal is spoken to: only what changed, never waiting; and where it is refused."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual import app as textual_app
from textual._compositor import ChopsUpdate, LayoutUpdate
from textual.driver import Driver
from textual.drivers import linux_driver
from textual.geometry import Region
from textual.strip import Strip

from lefi_tui.terminal.fitness import palette_name, refusal, wants_mouse
from lefi_tui.terminal.slim import Canvas, SlimDisplay, difference
from lefi_tui.terminal.writer import BACKLOG_MAX, PatientFile
from widgets.ink import PALETTES

WIDTH, HEIGHT = 12, 3
STYLES = [Style.parse("red"), Style.parse("bold green on blue"), Style()]
CONSOLE = Console(force_terminal=True, color_system="truecolor", width=WIDTH)
TOKEN = re.compile(r"\x1b\[(\d+);(\d+)H|\x1b\[([\d;]*)m|([^\x1b])")


def played(grid: dict[tuple[int, int], tuple[str, str]], text: str) -> None:
    """Carry out the escape codes on a grid of cells: position, style, character."""
    x = y = 0
    style = ""
    for match in TOKEN.finditer(text):
        row, column, codes, char = match.groups()
        if row:
            y, x = int(row) - 1, int(column) - 1
        elif char:
            grid[x, y] = (char, style)
            x += 1
        else:
            style = "" if codes in {"", "0"} else codes


def line(parts: list[tuple[str, int]]) -> Strip:
    """A line of exactly WIDTH cells."""
    text = [Segment(letters, STYLES[style]) for letters, style in parts]
    return Strip(text).adjust_cell_length(WIDTH)


LINES = st.lists(
    st.tuples(st.text("abc ", min_size=1, max_size=4), st.integers(0, 2)), max_size=5
).map(line)
SCREENS = st.lists(LINES, min_size=HEIGHT, max_size=HEIGHT)


def update(screen: list[Strip], cut: int) -> LayoutUpdate:
    """The screen as Textual hands it over: lines of strips, here cut in two."""
    rows = [[strip.crop(0, cut), strip.crop(cut, WIDTH)] for strip in screen]
    return LayoutUpdate([*rows], Region(0, 0, WIDTH, HEIGHT))


@settings(max_examples=200)
@given(st.lists(st.tuples(SCREENS, st.integers(1, WIDTH - 1)), min_size=2, max_size=5))
def test_painting_differences_ends_in_the_same_cells_as_painting_all(
    screens: list[tuple[list[Strip], int]],
) -> None:
    slim: dict[tuple[int, int], tuple[str, str]] = {}
    canvas = Canvas()
    for screen, cut in screens:
        played(slim, canvas.paint(update(screen, cut), CONSOLE))
        whole: dict[tuple[int, int], tuple[str, str]] = {}
        played(whole, Canvas().paint(update(screen, cut), CONSOLE))
        assert slim == whole


def test_a_changed_digit_costs_a_few_bytes() -> None:
    canvas = Canvas()
    before = Strip([Segment("BTC ", STYLES[0]), Segment("42.1", STYLES[1]), Segment(" ok  ")])
    after = Strip([Segment("BTC ", STYLES[0]), Segment("42.2", STYLES[1]), Segment(" ok  ")])
    canvas.paint(LayoutUpdate([[before]], Region(0, 0, 13, 1)), CONSOLE)
    assert canvas.paint(LayoutUpdate([[before]], Region(0, 0, 13, 1)), CONSOLE) == ""
    text = canvas.paint(LayoutUpdate([[after]], Region(0, 0, 13, 1)), CONSOLE)
    assert "42.2" in text
    assert "BTC" not in text
    assert "ok" not in text
    assert difference(list(before), list(after)) == (4, [Segment("42.2", STYLES[1])])


def test_writing_to_a_terminal_that_is_not_read_returns_at_once() -> None:
    reader, writer = os.pipe()
    file = PatientFile(writer)
    for _ in range(400):
        file.write("x" * 1_000)  # six times what a pipe holds
    assert file.is_behind
    assert file.backlog > BACKLOG_MAX
    file.close(0.05)
    os.close(reader)
    assert file.drain(5)  # the line is gone now, so nothing waits any more
    os.close(writer)


def test_what_was_written_arrives_in_order() -> None:
    reader, writer = os.pipe()
    file = PatientFile(writer)
    for number in range(100):
        file.write(f"{number},")
    file.close(5)
    assert os.read(reader, 65_536).decode() == "".join(f"{number}," for number in range(100))
    assert not file.is_behind
    os.close(reader)
    os.close(writer)


def test_a_lost_terminal_is_no_error() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    file = PatientFile(writer)
    file.write("nobody hears this")
    assert file.drain(5)
    assert file.is_lost
    file.write("nor this")
    assert not file.backlog
    os.close(writer)


@pytest.mark.parametrize("term", ["dumb", "", "unknown"])
def test_a_terminal_that_can_not_place_text_is_refused_with_what_to_do(term: str) -> None:
    text = refusal({"TERM": term}, has_input=True, has_output=True)
    assert repr(term) in text
    assert "lefi run" in text


def test_no_terminal_at_all_is_refused_and_a_real_one_is_not() -> None:
    environ = {"TERM": "xterm-256color"}
    assert "standard input" in refusal(environ, has_input=False, has_output=True)
    assert "standard output" in refusal(environ, has_input=True, has_output=False)
    assert refusal(environ, has_input=True, has_output=True) == ""


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "truecolor"),
        ({"TERM": "xterm-256color"}, "256"),
        ({"TERM": "tmux-256color"}, "256"),
        ({"TERM": "screen"}, "16"),
        ({"TERM": "linux"}, "console"),
        ({"TERM": "xterm-256color", "TEXTUAL_COLOR_SYSTEM": "standard"}, "16"),
    ],
)
def test_the_palette_follows_what_the_terminal_says(environ: dict[str, str], name: str) -> None:
    assert palette_name(environ) == name
    assert name in PALETTES


def test_the_mouse_is_off_over_ssh() -> None:
    assert wants_mouse({"TERM": "xterm"})
    assert not wants_mouse({"TERM": "xterm", "SSH_CONNECTION": "1.2.3.4 1 5.6.7.8 22"})


def test_importing_the_desk_loads_no_engine_and_no_database() -> None:
    code = "import lefi_tui.app, sys; print('\\n'.join(sys.modules))"
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    )
    loaded = set(run.stdout.split())
    unwanted = ("sqlmodel", "sqlalchemy", "apscheduler", "alembic", "pydantic", "numpy", "ccxt")
    assert not loaded.intersection(unwanted)
    assert not [name for name in loaded if name.startswith(("lefi_tui.engine", "lefi_tui.adap"))]
    assert not [name for name in loaded if name.startswith(("bots", "lefi_tui.lang"))]


# ---- tripwires: the private names of Textual that we lean on, in the version that is pinned


def test_textual_still_has_the_names_the_slim_display_leans_on() -> None:
    stock = textual_app.App[None]()
    for name in (
        "_display",
        "_driver",
        "_batch_count",
        "_running",
        "_closed",
        "_previous_cursor_position",
        "_sync_available",
    ):
        assert hasattr(stock, name), name
    assert SlimDisplay._display is not textual_app.App._display
    assert {"strips", "region"} <= vars(LayoutUpdate([], Region(0, 0, 1, 1))).keys()
    chops = ChopsUpdate([], [], [])
    assert {"chops", "spans", "chop_ends"} <= vars(chops).keys()


def test_textual_still_has_the_names_the_driver_leans_on() -> None:
    names = linux_driver.LinuxDriver.__init__.__code__.co_names
    assert "_file" in names
    assert "_auto_restart" in Driver.__init__.__code__.co_names
    assert "_file" in linux_driver.LinuxDriver.start_application_mode.__code__.co_names
    assert "stop" in linux_driver.LinuxDriver.close.__code__.co_names


def test_a_region_that_ends_where_a_strip_begins_does_not_forget_that_strip() -> None:
    canvas = Canvas()
    pane, side = Strip([Segment("abc")]), Strip([Segment("|")])
    canvas.paint(LayoutUpdate([[pane, side]], Region(0, 0, 4, 1)), CONSOLE)
    changed = ChopsUpdate([{0: Strip([Segment("abd")]), 3: side}], [(0, 0, 3)], [[3, 4]])
    assert "abd" in canvas.paint(changed, CONSOLE)
    assert canvas.paint(LayoutUpdate([[side]], Region(3, 0, 1, 1)), CONSOLE) == ""
