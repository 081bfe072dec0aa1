"""What an expression is worth now and how close conditions are, in the whole program."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace
from rich.text import Text
from textual.app import App, ComposeResult
from textual.widgets import OptionList

from lefi_tui.core.messages import StartBot
from lefi_tui.core.nearness import Near, NearRun, Part, Side
from lefi_tui.views.distance_view import DistancesView
from screens.script_live import Place, wanted_at
from screens.script_near import near_lines
from screens.scripts import ScriptsScreen
from tests.screens.real_desk import RealDesk, opened
from widgets.findings import Findings
from widgets.ink import CONSOLE, TRUE_COLOR, Ink
from widgets.problems import Finding

SCRIPT = """script "Near"
setting quick = 12 in 2..200
state seen = 0

on Candle("BTC/USDT", 1m) {
    x = EMA(close, quick)
    if close > x * 2 { seen = seen + 1 }
}
"""
FAR = Part(
    ">",
    is_met=False,
    depth=1,
    away=0.99,
    left=Side("close", 1.0),
    right=Side("", 100.0),
    unit="a number",
)
BOTH = Part("and", is_met=False, away=0.99)


def nowhere(_: str) -> None:
    """No market is known."""


@asynccontextmanager
async def writing(home: Path, size: tuple[int, int] = (80, 24)) -> AsyncIterator[RealDesk]:
    """The program with that script open, the cursor in EMA."""
    (home / "scripts").mkdir()
    (home / "scripts" / "a_near.lefi").write_text(SCRIPT)
    async with opened(home, size) as desk:
        await desk.press("f3")
        await desk.until("a_near")
        await desk.press("home", "enter")
        await desk.until("a_near.lefi")
        screen(desk).editor.move_cursor((5, 10))
        yield desk


def screen(desk: RealDesk) -> ScriptsScreen:
    return next(each for each in desk.app.screen_stack if isinstance(each, ScriptsScreen))


# ---- as data


def test_what_can_not_be_told_says_why_and_what_is_no_expression_asks_nothing() -> None:
    state = wanted_at(Place(SCRIPT, SCRIPT.index("seen + 1")))
    assert (state.words, state.source) == ("seen", "")
    assert "only a running bot knows it" in state.refusal
    nothing = wanted_at(Place(SCRIPT, 0))
    assert (nothing.words, nothing.refusal, nothing.title) == ("", "", "Near")
    broken = wanted_at(Place("x = (", 3))
    assert (broken.text, broken.source) == ("", "")


def test_a_name_has_its_value_where_it_is_made_as_where_it_is_read() -> None:
    text = 'on Candle("BTC/USDT", 5m) {\n    calm = EMA(close, 5)\n    Print(calm)\n}\n'
    made, read = (wanted_at(Place(text, at)) for at in (text.index("calm"), text.rindex("calm")))
    assert (made.words, made.unit) == (read.words, read.unit) == ("calm", "USDT per BTC")
    assert "EMA(close, 5)" in made.source
    assert made.refusal == ""


def test_each_comparison_has_a_line_with_its_own_bar() -> None:
    met = replace(FAR, is_met=True, sign="<", left=Side("low", 1.0))
    near = Near(7, 90, 103, "a and b", was_reached=True, parts=(BOTH, FAR, met))
    view = DistancesView((NearRun(5, "candle", (near,)),))
    lines = near_lines(view, nowhere, TRUE_COLOR)
    assert [(each.text.plain, each.row) for each in lines[:-1]] == [
        (" ░░░░░   7 false: a and b", 6),
        (" ░░░░░       99 to go: close 1 > 100", 6),
        (" █████       true by 99: low 1 < 100", 6),
    ]
    assert lines[-1].text.plain.startswith(" Bars: within 10%, 3%, 1%, 0.3%")
    assert near_lines(view, nowhere, CONSOLE)[2].text.plain.startswith(" ##### ")


def test_handlers_have_a_line_of_their_own_where_there_are_several_or_one_never_ran() -> None:
    never = NearRun(9, "fill", refusal="has not run")
    near = Near(7, 90, 103, "a", was_reached=True, parts=(FAR,))
    view = DistancesView((NearRun(5, "candle", (near,), at_ms=1_000), never), is_bots=True)
    words = [each.text.plain.strip() for each in near_lines(view, nowhere, TRUE_COLOR)]
    assert words[0] == "candle: run of 00:00:01 UTC"
    assert words[2] == "fill: has not run"
    (line,) = near_lines(DistancesView((never,), is_bots=True), nowhere, TRUE_COLOR)
    assert (line.text.plain, line.row) == (" fill: has not run", 8)


class Page(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.found = Findings(TRUE_COLOR, id="found")

    def compose(self) -> ComposeResult:
        yield self.found


@pytest.mark.asyncio
async def test_the_heading_is_whole_in_a_narrow_window_and_the_list_stays_where_it_is_read() -> (
    None
):
    words = "It has not run since it was started or changed. " * 3
    app = Page()
    async with app.run_test(size=(80, 24)) as pilot:
        app.found.show(
            (words, Ink.WARN), [Finding(Text(f"row {n}"), n) for n in range(9)], TRUE_COLOR
        )
        await pilot.pause()
        strips = app.screen._compositor.render_strips()
        shown = " ".join(" ".join(strip.text for strip in strips).split())
        assert words.strip() in shown
        app.found.point(5)
        app.found.show(
            (words, Ink.WARN), [Finding(Text(f"new {n}"), n) for n in range(9)], TRUE_COLOR
        )
        listed = app.found.query_one(OptionList)
        assert listed.highlighted == 5
        assert str(listed.get_option_at_index(5).prompt) == "new 5"


# ---- by keys


@pytest.mark.asyncio
async def test_the_value_at_the_cursor_comes_from_the_market_and_ends_with_the_key(
    tmp_path: Path,
) -> None:
    async with writing(tmp_path) as desk:
        await desk.press("alt+v")
        shown = await desk.until("EMA(close, quick) = ")
        shown = await desk.until(lambda text: "USDT per BTC   demo, candle to" in text)
        assert "= …" not in shown
        await desk.until("market of demo, the script's defaults")
        await desk.until(" USDT (50%) to go: close ")
        assert re.search(r"= \d\d,\d{3}\.\d\d USDT per BTC", shown)
        screen(desk).editor.move_cursor((6, 31))
        await desk.until("seen: `seen` is a state; only a running bot knows it.")
        await desk.press("alt+v")
        await desk.until(lambda text: "only a running bot" not in text and "How close" not in text)
        assert screen(desk).query_of is None


@pytest.mark.asyncio
async def test_of_a_script_that_a_bot_runs_the_bot_tells(tmp_path: Path) -> None:
    async with writing(tmp_path) as desk:
        settings = (("quick", "20"),)
        start = StartBot("near-1", "automated", "demo", SCRIPT, settings, title="Near")
        await desk.send(start)
        await desk.press("alt+v")
        await desk.until("USDT per BTC   bot near-1 on demo")
        query = screen(desk).query_of
        assert query is not None
        await desk.until(lambda _: getattr(screen(desk).query_of, "settings", ()) == settings)
        own = ("is of bot near-1: It has not run", "is: bot near-1 with its settings and states")
        await desk.until(lambda text: any(each in text for each in own))
        screen(desk).editor.move_cursor((6, 31))
        await desk.until("seen = 0   bot near-1 on demo")
        screen(desk).editor.move_cursor((6, 13))
        await desk.press("space")
        screen(desk).editor.move_cursor((6, 32))
        await desk.until("seen: `seen` is a state; only a running bot knows it.")
        screen(desk).editor.move_cursor((5, 10))
        await desk.until("demo, set as bot")
        await desk.until("market of demo, the settings of bot near-1")
