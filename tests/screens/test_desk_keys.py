"""The desk by keys, as a person uses it: a key becomes a command, its end is shown."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from threading import Event
from typing import Self

import pytest
from rich.cells import cell_len
from textual._xterm_parser import XTermParser
from textual.app import App, ComposeResult
from textual.events import Key
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widgets import Input

from lefi_tui.app import LefiApp
from lefi_tui.core import messages as m
from lefi_tui.errors import EngineEndedError
from lefi_tui.views.picture import picture
from lefi_tui.views.shelf import Startable
from screens.desk import DeskScreen
from screens.help import ACTS, CAREFUL, HelpScreen
from screens.keys import (
    ALWAYS,
    BEFORE_NUMBERS,
    KEYS,
    ON_DESK,
    SCREENS,
    TABLE,
    TOGETHER,
    TTADAK,
)
from screens.resume import ResumeScreen
from screens.setup import DeskSetup
from screens.start_bot import StartScreen
from screens.why import WhyScreen
from tests.screens.hand_fed import HandFed, busy
from tests.screens.patience import waited
from widgets.ink import TRUE_COLOR
from widgets.prices import Prices

SHELF = (
    Startable("ema_cross", "EMA cross", "automated", "Follows a trend.", "BTC/USDT"),
    Startable("range_forecast", "Range forecast", "indicator", "Forecasts.", "range_forecast"),
)


class Desk:
    """The application under a pilot, with the few looks and touches that the tests need."""

    def __init__(self, app: LefiApp, pilot: Pilot[int], fed: HandFed) -> None:
        self.app = app
        self.pilot = pilot
        self.fed = fed

    @property
    def text(self) -> str:
        """What stands on the screen."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    @property
    def screen(self) -> DeskScreen:
        desk = self.app.screen_stack[0]
        assert isinstance(desk, DeskScreen)
        return desk

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def until(self, true: Callable[[], bool]) -> None:
        """Steps of the application until this holds."""
        await waited(self.pilot, true, lambda: self.text)

    async def shows(self, words: str) -> None:
        await self.until(lambda: words in self.text)


@asynccontextmanager
async def opened(fed: HandFed, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Desk]:
    app = LefiApp(DeskSetup(fed, lambda: SHELF))
    async with app.run_test(size=size) as pilot:
        desk = Desk(app, pilot, fed)
        await desk.until(lambda: desk.screen.view is not None)
        yield desk


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_price_position_mode_stale_mark_and_next_key_are_in_sight(
    size: tuple[int, int],
) -> None:
    fed = busy()
    fed.later(8)
    fed.quote("BTC/USDT", 42_400.0)
    async with opened(fed, size) as desk:
        await desk.shows("+14.00")  # 0.05 * (42,400.0 - 42,120.1), as the desk counts it
        lines = desk.text.split("\n")
        assert len(lines) == size[1]
        assert all(cell_len(line) == size[0] for line in lines)
        assert " DEMO " in lines[0]
        assert " DEMO " in lines[-1]
        assert "42,400.0" in desk.text
        await desk.shows("old 8s")
        for key in ("f12 kill", "n new bot", "s stop", "w why", "F1 help", "F2-7 screens"):
            assert key in lines[-1]


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(40, 12), (60, 20), (112, 24), (113, 30), (200, 60)])
async def test_the_frame_is_closed_at_every_size(size: tuple[int, int]) -> None:
    async with opened(busy(), size) as desk:
        await desk.shows("BTC/USDT")
        lines = desk.text.split("\n")
        assert (lines[0][0], lines[0][-1]) == ("┏", "┓")
        assert (lines[-1][0], lines[-1][-1]) == ("┗", "┛")
        assert {line[0] + line[-1] for line in lines[1:-1]} == {"┃┃"}


@pytest.mark.asyncio
async def test_n_lists_what_can_be_started_and_enter_starts_it() -> None:
    async with opened(HandFed()) as desk:
        desk.fed.quote("BTC/USDT", 42_000.0)
        await desk.press("n")
        await desk.until(lambda: isinstance(desk.app.screen, StartScreen))
        await desk.shows("Follows a trend.")
        await desk.press("enter")
        await desk.shows("Started: EMA cross")
        assert desk.fed.commands == [
            m.StartBot("ema-cross", "automated", "demo", "BTC/USDT", title="EMA cross")
        ]
        assert desk.fed.desk.bots["ema-cross"].mode == "dry_run"


@pytest.mark.asyncio
async def test_an_enter_before_the_list_is_there_starts_nothing_that_nobody_has_seen() -> None:
    is_read = Event()

    def slow() -> tuple[Startable, ...]:
        is_read.wait(60)
        return SHELF

    fed = HandFed()
    app = LefiApp(DeskSetup(fed, slow))
    async with app.run_test(size=(80, 24)) as pilot:
        desk = Desk(app, pilot, fed)
        await desk.until(lambda: desk.screen.view is not None)
        await desk.press("n", "enter")
        await desk.shows("Enter starts the one you see")
        is_read.set()
        await desk.shows("Follows a trend.")
        assert fed.commands == []
        await desk.press("enter")
        await desk.until(lambda: bool(fed.commands))


@pytest.mark.asyncio
async def test_the_second_on_the_list_is_the_indicator_that_can_not_trade() -> None:
    async with opened(HandFed()) as desk:
        await desk.press("n")
        await desk.until(lambda: isinstance(desk.app.screen, StartScreen))
        await desk.press("down", "enter")
        await desk.shows("range-forecast")
        assert desk.fed.desk.bots["range-forecast"].kind == "indicator"
        assert not desk.fed.desk.bots["range-forecast"].needs.can_trade


@pytest.mark.asyncio
async def test_s_stops_the_bot_under_the_cursor() -> None:
    async with opened(busy()) as desk:
        await desk.shows("perp-buyer")
        await desk.press("down", "s")
        await desk.shows("It holds on account demo (DEMO):")
        assert desk.fed.commands == []
        await desk.press("k")
        await desk.until(lambda: bool(desk.fed.commands))
        assert desk.fed.commands == [m.StopBot("perp-buyer")]
        await desk.shows("stopped")


@pytest.mark.asyncio
async def test_w_shows_the_conditions_with_the_values_they_had() -> None:
    async with opened(busy()) as desk:
        await desk.press("w")
        await desk.until(lambda: isinstance(desk.app.screen, WhyScreen))
        await desk.shows("count = 2")
        desk.fed.quote("BTC/USDT", 42_360.0)
        await desk.shows("count = 3")  # asked again while it is open
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.screen)


@pytest.mark.asyncio
async def test_f12_kills_from_everywhere_also_while_typing() -> None:
    async with opened(busy()) as desk:
        await desk.press("f12")
        await desk.shows("HALTED: kill key")
        await desk.press("r")
        await desk.until(lambda: isinstance(desk.app.focused, Input))
        await desk.press("o", "k", "q", "f12")
        await desk.until(lambda: len(desk.fed.commands) == 2)
        assert desk.fed.commands == [m.Kill(), m.Kill()]
        typed = desk.app.focused
        assert isinstance(typed, Input)
        assert typed.value == "okq"


@pytest.mark.asyncio
async def test_resuming_asks_for_a_reason_in_words() -> None:
    async with opened(busy()) as desk:
        await desk.press("f12")
        await desk.shows("r resume")
        await desk.press("r")
        await desk.until(lambda: isinstance(desk.app.screen, ResumeScreen))
        await desk.press("enter")
        await desk.shows("A reason is needed")
        assert desk.fed.commands == [m.Kill()]
        await desk.press("f", "i", "n", "e", "enter")
        await desk.shows("trading active")
        assert desk.fed.commands[-1] == m.Resume("fine")


@pytest.mark.asyncio
async def test_what_the_engine_refuses_is_said_below_the_panes() -> None:
    fed = busy()
    fed.refuses = "The inbox is full; try again."
    async with opened(fed) as desk:
        await desk.press("s", "k")
        await desk.shows("Stop bot refused: The inbox is full; try again.")


@pytest.mark.asyncio
async def test_a_silent_engine_is_said_on_the_frame_and_all_grows_old() -> None:
    fed = busy()
    async with opened(fed) as desk:
        await desk.shows("+11.50")
        fed.is_silent = True
        await desk.shows("engine silent")
        assert "+11.50" in desk.text


@pytest.mark.asyncio
async def test_an_engine_that_a_bug_has_ended_is_said_and_all_grows_old() -> None:
    fed = busy()
    async with opened(fed) as desk:
        await desk.shows("+11.50")
        fed.broke = EngineEndedError.by(ZeroDivisionError("a bug"), "the profile")
        await desk.shows("The engine has ended: a bug ended it, ZeroDivisionError: a bug.")
        await desk.shows("engine silent")


@pytest.mark.asyncio
async def test_tab_goes_round_the_panes_and_arrows_move_in_them() -> None:
    async with opened(busy()) as desk:
        seen = []
        for _ in range(5):
            focused = desk.app.focused
            assert focused is not None
            seen.append(focused.id)
            await desk.press("tab")
        assert sorted(str(each) for each in seen) == sorted(
            ["prices", "positions", "orders", "bots", "log"]
        )
        await desk.press("tab")
        await desk.press("down")
        log = desk.screen.query_one("#log")
        log.focus()
        await desk.press("down", "down")
        await desk.shows("Print: hello")


@pytest.mark.asyncio
@pytest.mark.parametrize("key", ["f1", "question_mark"])
async def test_help_is_made_from_the_one_table_of_keys(key: str) -> None:
    async with opened(busy(), (120, 600)) as desk:
        await desk.press(key)
        await desk.until(lambda: isinstance(desk.app.screen, HelpScreen))
        await desk.shows("Stops every bot")
        text = desk.text
        for each in KEYS:
            assert each.tooltip.split(".")[0].split(",")[0][:30] in text


@pytest.mark.asyncio
async def test_help_tells_how_to_go_about_then_what_looks_and_what_is_dangerous_marked() -> None:
    async with opened(busy(), (120, 600)) as desk:
        await desk.press("f1")
        await desk.shows("Stops every bot")
        text = desk.text
        parts = ["Going about", "F2 desk", "F3 scripts", "Ctrl+P palette", "On the desk", "Chart"]
        parts += [ACTS, "Lists what can be started", CAREFUL, "!x ", "!f12", "Everywhere, also"]
        places = [text.index(each) for each in parts]
        assert places == sorted(places)
        assert text.count("Stops every bot, cancels every working order") == 1


@pytest.mark.asyncio
async def test_help_is_read_to_its_end_where_it_is_longer_than_the_screen() -> None:
    async with opened(busy(), (80, 24)) as desk:
        await desk.press("f1")
        await desk.until(lambda: isinstance(desk.app.screen, HelpScreen))
        await desk.shows("[keys] in config.toml")  # before the words that it is about
        await desk.press("down", "pagedown", "end")
        await desk.shows("in the log: refused or failed")


@pytest.mark.asyncio
async def test_q_leaves_at_once_when_nothing_runs_and_asks_twice_when_a_bot_does() -> None:
    async with opened(HandFed()) as desk:
        await desk.press("q")
        assert desk.app.return_code == 0
    async with opened(busy()) as desk:
        await desk.press("q")
        await desk.shows("q again leaves")
        assert not desk.app._exit
        await desk.press("q")
        assert desk.app._exit


class Watched(Prices):
    """The watch list, telling which of its lines it wants painted."""

    def __init__(self) -> None:
        super().__init__(TRUE_COLOR, id="watched")
        self.painted: list[int] = []

    def refresh(
        self,
        *regions: Region,
        repaint: bool = True,
        layout: bool = False,
        recompose: bool = False,
    ) -> Self:
        self.painted.extend(region.y for region in regions)
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


class OnePane(App[None]):
    def compose(self) -> ComposeResult:
        yield Watched()


@pytest.mark.asyncio
async def test_only_changed_lines_are_painted_again() -> None:
    fed = busy()
    app = OnePane()
    async with app.run_test(size=(80, 10)) as pilot:
        pane = app.query_one(Watched)
        pane.show(picture(fed.state, fed.desk, fed.now_ns))
        await pilot.pause()
        pane.painted.clear()
        pane.show(picture(fed.state, fed.desk, fed.now_ns))
        assert pane.painted == []
        fed.quote("ETH/USDT", 2_300.0)
        pane.show(picture(fed.state, fed.desk, fed.now_ns))
        assert pane.painted == [2]


def test_every_binding_has_an_id_a_tooltip_and_a_key_of_its_own() -> None:
    assert len({each.id for each in KEYS}) == len(KEYS)
    assert all(each.tooltip.endswith(".") for each in KEYS)
    groups = {each.group for each in KEYS} - ALWAYS
    for together in (*TOGETHER, *((each,) for each in groups)):
        met = [each for each in KEYS if each.group in {*ALWAYS, *together}]
        # Where a group has a meaning for numbers, they are no screens' numbers.
        yields = BEFORE_NUMBERS.intersection(together)
        pressed = [
            key
            for each in met
            for key in each.keys.split(",")
            if not (yields and each.group == SCREENS and key.isdigit())
        ]
        assert len(pressed) == len(set(pressed))


def test_every_key_with_alt_arrives_as_what_the_table_calls_it() -> None:
    """Alt+B is a word to the left for a terminal, Alt+. only a full stop."""
    letters = {key for each in KEYS for key in each.keys.split(",") if re.match(r"alt\+.$", key)}
    assert letters
    for key in letters:
        parser = XTermParser()
        heard = [*parser.feed(f"\x1b{key[-1]}"), *parser.feed("")]
        assert [each.key for each in heard if isinstance(each, Key)] == [key]


def test_a_keymap_may_give_a_game_the_number_of_a_screen_and_nobody_elses_key() -> None:
    table, problems = TABLE.mapped({"game_flatten": "6", "game_buy": "f5"})
    assert table.shown("game_flatten") == "6"
    assert [each for each in problems if "game_buy" in each and "go_orders" in each]
    assert table.goes_before((TTADAK,), "6")
    assert not table.goes_before((TTADAK,), "9")
    assert not table.goes_before(ON_DESK, "1")
