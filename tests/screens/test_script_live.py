"""What an expression is worth now and how close conditions are, in the whole program."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from lefi_tui.core.messages import StartBot
from lefi_tui.core.nearness import Near
from lefi_tui.views.distance_view import DistancesView
from screens.script_aside import near_lines, near_title
from screens.script_live import Place, wanted_at
from screens.scripts import ScriptsScreen
from tests.screens.real_desk import RealDesk, opened
from widgets.ink import CONSOLE, TRUE_COLOR, Ink

SCRIPT = """script "Near"
setting quick = 12 in 2..200
state seen = 0

on Candle("BTC/USDT", 1m) {
    x = EMA(close, quick)
    if close > x * 2 { seen = seen + 1 }
}
"""
FAR = Near(7, 90, 103, "close > x * 2", 0.0, is_met=False, was_reached=True, words="close is low")


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


@pytest.mark.parametrize(
    ("view", "title"),
    [
        (DistancesView((), "", "demo", at_ms=60_000), "in the market of demo, candle to 00:01 UTC"),
        (DistancesView((), "", "demo"), "in the market of demo, now"),
        (DistancesView((), "", "a", is_bot=True, at_ms=1_000), "last run of a, 00:00:01 UTC"),
        (DistancesView(refusal="It waits."), "How close each condition is: It waits."),
    ],
)
def test_it_is_always_said_of_what_it_is_and_of_when(view: DistancesView, title: str) -> None:
    assert near_title(view)[0].endswith(title)


def test_a_gauge_is_full_only_where_the_condition_is_met() -> None:
    rows = [FAR, _with(1.0, is_met=False), _with(1.0, is_met=True)]
    gauges = [line.text.plain.split()[0] for line in near_lines(rows, TRUE_COLOR)]
    assert gauges == ["░░░░░", "████░", "█████"]
    assert near_lines(rows, CONSOLE)[1].text.plain.startswith(" ####. ")
    assert near_title(DistancesView(refusal="no"))[1] is Ink.WARN


def _with(degree: float, *, is_met: bool) -> Near:
    return Near(7, 90, 103, "a > b", degree, is_met=is_met, was_reached=True, words="a is low")


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
        await desk.until("in the market of demo, candle to")
        await desk.until("% below x * 2")
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
        screen(desk).editor.move_cursor((6, 13))
        await desk.press("space")
        screen(desk).editor.move_cursor((5, 10))
        await desk.until("demo, set as bot")
