"""A bot from the script that is open: its form, its settings, and why it does not start."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from lefi_tui.core import messages as m
from screens.start_script import StartScriptScreen
from tests.screens.scripts_kit import BROKEN, RIGHT, Scripts, folder, opened


async def asked(scripts: Scripts) -> StartScriptScreen:
    await scripts.press("ctrl+r")
    await scripts.until(lambda: isinstance(scripts.app.screen, StartScriptScreen))
    found = scripts.app.screen
    assert isinstance(found, StartScriptScreen)
    await scripts.until(lambda: isinstance(scripts.app.focused, Input))
    return found


@pytest.mark.asyncio
async def test_a_bot_starts_with_the_settings_that_were_changed(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT)) as scripts:
        await scripts.open("mine")
        await asked(scripts)
        await scripts.shows("number 2 to 200")
        await scripts.shows("demo  DEMO  demo market: a made-up market, made-up money")
        await scripts.press("backspace", "backspace", "2", "0", "enter")
        await scripts.until(lambda: bool(scripts.fed.commands))
        assert scripts.fed.commands == [
            m.StartBot("mine", "automated", "demo", RIGHT, (("fast", "20"),), title="right")
        ]
        await scripts.shows("right starts on demo as mine.")


@pytest.mark.asyncio
async def test_settings_left_as_they_are_are_not_sent_and_a_second_bot_has_its_own_name(
    tmp_path: Path,
) -> None:
    async with opened(folder(tmp_path, mine=RIGHT)) as scripts:
        scripts.fed.start("mine")
        await scripts.open("mine")
        await scripts.until(
            lambda: bool(scripts.screen.desk_view and scripts.screen.desk_view.bots)
        )
        await asked(scripts)
        await scripts.press("enter")
        await scripts.until(lambda: bool(scripts.fed.commands))
        assert scripts.fed.commands == [
            m.StartBot("mine-2", "automated", "demo", RIGHT, title="right")
        ]


@pytest.mark.asyncio
async def test_a_value_out_of_bounds_is_said_beside_its_field_and_nothing_starts(
    tmp_path: Path,
) -> None:
    async with opened(folder(tmp_path, mine=RIGHT)) as scripts:
        await scripts.open("mine")
        await asked(scripts)
        await scripts.type("0")
        await scripts.shows("`fast` is outside its bounds 2 to 200.")
        await scripts.press("enter")
        await scripts.press("backspace")
        await scripts.shows("number 2 to 200")
        assert scripts.fed.commands == []
        await scripts.press("escape")
        assert scripts.app.screen is scripts.screen


@pytest.mark.asyncio
async def test_what_runs_is_saved_first(tmp_path: Path) -> None:
    own = folder(tmp_path, mine=RIGHT)
    async with opened(own) as scripts:
        await scripts.open("mine")
        await scripts.type("// ")
        await asked(scripts)
        await scripts.press("enter")
        await scripts.until(lambda: bool(scripts.fed.commands))
        sent = scripts.fed.commands[0]
        assert isinstance(sent, m.StartBot)
        assert (own / "mine.lefi").read_text() == sent.source == "// " + RIGHT


@pytest.mark.asyncio
async def test_a_script_with_errors_starts_nothing_and_says_so(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, broken=BROKEN)) as scripts:
        await scripts.open("broken")
        await scripts.shows("Problems: 2 errors")
        await scripts.press("ctrl+r")
        await scripts.shows("It can't start: the script has 2 errors. F8 goes to the next.")
        assert scripts.fed.commands == []
