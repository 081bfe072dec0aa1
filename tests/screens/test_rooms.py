"""Going about: rooms by key, palette, jump letters, keys of one's own, settings and the tour."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from lefi_tui.app import LefiApp
from lefi_tui.core import messages as m
from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.picture import picture
from lefi_tui.views.settings_view import AccountSetting, PlaceRow, SettingRow, SettingsView
from lefi_tui.views.tour import DONE, STEPS, Tour, follow, took
from screens.desk import DeskScreen
from screens.jump import JumpScreen
from screens.keys import KEYS, TABLE, KeyTable
from screens.settings import SettingsScreen
from screens.setup import DeskSetup
from tests.screens import real_desk
from tests.screens.hand_fed import HandFed, busy
from tests.screens.test_desk_keys import SHELF, Desk

VIEW = SettingsView(
    rows=(
        SettingRow("tape_days", "7", "/home/t/config.toml", "days that input is kept"),
        SettingRow("live_trading", "false", "default", "allows live accounts"),
    ),
    accounts=(AccountSetting("main", "binanceusdm", "paper"),),
    places=(PlaceRow("settings", "/home/t/config.toml"),),
    problems=("LE201 Setting can't be used  /home/t/config.toml: nope",),
    live_is_shut_because="live_trading is not true in config.toml",
    keys=(("stop", "f9"),),
)


@asynccontextmanager
async def opened(
    fed: HandFed,
    table: KeyTable = TABLE,
    read: Callable[[], SettingsView] = lambda: VIEW,
    size: tuple[int, int] = (80, 24),
) -> AsyncIterator[Desk]:
    setup = DeskSetup(
        fed,
        lambda: SHELF,
        table=table,
        rooms={"settings": lambda send, palette: SettingsScreen(send, palette, read)},
    )
    app = LefiApp(setup)
    async with app.run_test(size=size) as pilot:
        desk = Desk(app, pilot, fed)
        await desk.until(lambda: desk.screen.view is not None)
        yield desk


@pytest.mark.asyncio
@pytest.mark.parametrize(("there", "back"), [("f7", "f2"), ("6", "1")])
async def test_a_room_is_a_key_away_and_keeps_mode_and_kill_on_its_frame(
    there: str, back: str
) -> None:
    async with opened(busy()) as desk:
        await desk.press(there)
        await desk.shows("from /home/t/config.toml")
        lines = desk.text.split("\n")
        assert " DEMO " in lines[0]
        assert " equity " in lines[0]
        assert " f12 kill " in lines[-1]
        assert "LE201" in desk.text
        assert "binanceusdm, paper" in desk.text
        await desk.press(back)
        await desk.until(lambda: isinstance(desk.app.screen, DeskScreen))


@pytest.mark.asyncio
async def test_the_file_is_read_again_when_asked() -> None:
    views = [VIEW, replace(VIEW, problems=(), rows=())]
    async with opened(HandFed(), read=lambda: views.pop(0)) as desk:
        await desk.press("f7")
        await desk.shows("1 line can't be used")
        await desk.press("r")
        await desk.shows("All are in force.")
        assert "LE201" not in desk.text


@pytest.mark.asyncio
async def test_a_room_that_is_not_here_is_said_and_a_dialog_is_left_for_one_that_is() -> None:
    async with opened(HandFed()) as desk:
        await desk.press("f3")
        await desk.shows("There is no screen scripts here.")
        await desk.press("question_mark")
        await desk.shows("On the desk")
        await desk.press("f7")
        await desk.until(lambda: isinstance(desk.app.screen, SettingsScreen))


@pytest.mark.asyncio
async def test_a_command_from_a_room_is_answered_in_that_room() -> None:
    async with opened(HandFed()) as desk:
        await desk.press("f7")
        await desk.until(lambda: isinstance(desk.app.screen, SettingsScreen))
        desk.fed.refuses = "there is no bot nobody"
        desk.app.send(m.StopBot("nobody"))
        await desk.shows("refused: there is no bot nobody")


@pytest.mark.asyncio
async def test_a_question_mark_is_help_of_the_screen_in_sight_and_each_foot_names_help() -> None:
    async with opened(busy()) as desk:
        assert "F1 help" in desk.text.split("\n")[-1]
        await desk.press("f7")
        await desk.until(lambda: isinstance(desk.app.screen, SettingsScreen))
        assert "F1 help" in desk.text.split("\n")[-1]
        await desk.press("question_mark")
        await desk.shows("Reads the file again")


@pytest.mark.asyncio
async def test_help_over_a_window_tells_the_keys_of_the_window_first(tmp_path: Path) -> None:
    async with real_desk.opened(tmp_path, (80, 60)) as desk:
        await desk.press("b")
        await desk.until("Order BTC/USDT on demo")
        await desk.press("f1")
        text = await desk.until("In the order ticket")
        assert "On the desk" not in text.split("In the order ticket")[0]


@pytest.mark.asyncio
async def test_what_was_asked_for_right_before_leaving_is_still_sent() -> None:
    fed = HandFed()
    async with opened(fed) as desk:
        await desk.press("f12", "q")
        await desk.until(lambda: desk.app.return_code == 0)
    assert fed.commands == [m.Kill()]


@pytest.mark.asyncio
async def test_a_jump_letter_goes_to_its_pane_and_another_key_only_closes() -> None:
    async with opened(busy(), size=(120, 40)) as desk:
        first = desk.app.screen.focused
        await desk.press("ctrl+g")
        await desk.until(lambda: isinstance(desk.app.screen, JumpScreen))
        await desk.press("1")
        await desk.until(lambda: desk.app.screen is desk.screen)
        assert desk.app.screen.focused is first
        await desk.press("ctrl+g")
        await desk.until(lambda: isinstance(desk.app.screen, JumpScreen))
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.screen)
        await desk.press("ctrl+g", "a")
        await desk.until(lambda: getattr(desk.screen.focused, "id", "") == "prices")


@pytest.mark.asyncio
async def test_a_key_of_ones_own_works_and_is_what_the_frame_and_help_say() -> None:
    table, problems = TABLE.mapped({"stop": "f9"})
    assert not problems
    async with opened(busy(), table) as desk:
        assert "f9 stop" in desk.text.split("\n")[-1]
        await desk.press("s")
        await desk.press("f9", "k")
        await desk.until(lambda: any(isinstance(each, m.StopBot) for each in desk.fed.commands))
        assert sum(isinstance(each, m.StopBot) for each in desk.fed.commands) == 1


def test_a_keymap_that_can_t_be_used_says_why_and_changes_nothing() -> None:
    table, problems = TABLE.mapped({"sotp": "f9", "stop": "f12", "why": "n"})
    assert table.keys == KEYS
    assert "Did you mean stop?" in problems[0]
    assert "taken by kill" in problems[1]
    assert "taken by start" in problems[2]


def _view(fed: HandFed) -> DeskView:
    return picture(fed.state, fed.desk, fed.now_ns)


def test_the_tour_goes_on_only_when_the_step_really_happened() -> None:
    fed = HandFed()
    tour = follow(Tour(), _view(fed))
    assert follow(tour, _view(fed)) == tour

    def next_step(number: int) -> Tour:
        after = follow(follow(tour, _view(fed)), _view(fed))
        assert after.number == number
        return after

    fed.quote("BTC/USDT", 42_000.0)
    fed.start("first")
    tour = next_step(1)
    fed.quote("BTC/USDT", 42_001.0)
    assert follow(tour, _view(fed)).number == 1  # nobody has looked yet
    tour = took(tour, "why")
    tour = next_step(2)
    fed.tell(m.StopBot("first", at_ns=fed.now_ns))
    fed.fill("42001")
    tour = next_step(3)
    fed.tell(m.Kill(at_ns=fed.now_ns))
    tour = next_step(4)
    fed.tell(m.Resume("seen it", at_ns=fed.now_ns))
    tour = next_step(5)
    assert (tour.text, len(STEPS)) == (DONE, 5)


@pytest.mark.asyncio
async def test_t_begins_the_tour_below_the_panes_and_ends_it() -> None:
    async with opened(HandFed()) as desk:
        await desk.press("t")
        await desk.shows("Tour 1/5: n lists scripts")
        await desk.press("t")
        await desk.until(lambda: "Tour" not in desk.text)


@pytest.mark.asyncio
async def test_what_the_tour_asks_for_is_read_to_its_end_on_a_low_screen() -> None:
    async with opened(HandFed()) as desk:
        await desk.press("t")
        await desk.shows("Tour 1/5")
        await desk.until(lambda: Tour().text in _below(desk))
        await desk.press("t")
        await desk.until(lambda: "Tour" not in desk.text)


def _below(desk: Desk) -> str:
    """The lines of words, as one."""
    return " ".join(line.strip("┃ ") for line in desk.text.split("\n")[-3:-1])


@pytest.mark.asyncio
async def test_the_foot_names_no_key_that_has_nothing_to_act_on(tmp_path: Path) -> None:
    async with real_desk.opened(tmp_path, (120, 40)) as desk:
        await desk.press("alt+l")
        await desk.until("No script is open")
        await desk.until(lambda _: "o open" in desk.lines[-1])
        assert "e settings" not in desk.lines[-1]
        await desk.press("alt+g")
        await desk.until(lambda _: "n new game" in desk.lines[-1])
        assert "BUY GAME" not in desk.lines[-1]
        await desk.press("f3")
        await desk.until(lambda _: "Ctrl+N new" in desk.lines[-1])
        assert "Ctrl+S save" not in desk.lines[-1]
        await desk.press("enter")
        await desk.until(lambda _: "Ctrl+S save" in desk.lines[-1])


LATER = 61_234.5


def stands(desk: Desk) -> str:
    """What the desk's list of prices holds, in sight or not."""
    return "\n".join(strip.text for strip in desk.screen.prices._strips)


@pytest.mark.asyncio
async def test_below_a_room_the_desk_is_known_and_not_drawn_until_it_is_in_sight(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is drawn below paints the room above it anew, ten times a second."""
    async with opened(busy()) as desk:
        await desk.press("f7")
        await desk.shows("from /home/t/config.toml")
        before, painted = stands(desk), list[Any]()
        monkeypatch.setattr(desk.app, "_display", lambda _screen, what: painted.append(what))
        desk.fed.quote("BTC/USDT", LATER)
        await desk.until(lambda: LATER in _prices(desk.screen.view))
        await desk.until(lambda: bool(painted))  # its own frame: what is held is worth more now
        monkeypatch.undo()
        assert {y for each in painted for y, _, _ in each.spans} == {0}
        assert stands(desk) == before
        desk.app.action_go("desk")
        assert f"{LATER:,}" in stands(desk)


def _prices(view: DeskView | None) -> list[float]:
    return [] if view is None else [each.last for each in view.prices]
