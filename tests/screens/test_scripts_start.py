"""A bot from the script that is open: its form, its settings, and why it does not start."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.widgets import Input, OptionList

from lefi_tui.app import LefiApp
from lefi_tui.core import messages as m
from lefi_tui.views.shelf import Startable
from lefi_tui.views.typed_time import last_ms
from lefi_tui.views.work_plan import NS_PER_MS
from lefi_tui.wiring.rooms import start_form
from screens.setup import DeskSetup
from screens.start_script import StartScriptScreen
from tests.screens.hand_fed import HandFed
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


@pytest.mark.asyncio
async def test_the_arrows_go_through_the_fields_of_a_form_longer_than_the_screen(
    tmp_path: Path,
) -> None:
    many = "".join(f"setting n{number} = {number} in 1..99\n" for number in range(1, 13))
    used = " + ".join(f"n{number}" for number in range(1, 13))
    text = f'{many}on Start {{ Print("{{{used}}}") }}\n'
    async with opened(folder(tmp_path, mine=text), (80, 16)) as scripts:
        await scripts.open("mine")
        found = await asked(scripts)
        fields = list(found.query(Input))
        assert scripts.app.focused is fields[0]
        await scripts.press(*["down"] * 14)  # twelve settings, and how long it is for
        await scripts.until(lambda: scripts.app.focused is fields[-1])
        await scripts.press("up")
        await scripts.until(lambda: scripts.app.focused is fields[-2])


@pytest.mark.asyncio
async def test_the_star_in_the_list_comes_and_goes_with_what_is_not_saved(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT), (120, 40)) as scripts:
        await scripts.open("mine")
        await scripts.type("x")
        await scripts.shows("mine*")
        await scripts.press("ctrl+z")
        await scripts.until(lambda: "mine*" not in scripts.text)
        await scripts.press("ctrl+end")
        await scripts.until(lambda: scripts.screen.editor.cursor_location[0] > 2)
        await scripts.press("ctrl+home", "alt+k")
        await scripts.until(lambda: scripts.screen.editor.text == RIGHT.partition("\n")[2])


async def once_until_2099(scripts: Scripts) -> None:
    """With two slips, each said beside its field."""
    await scripts.press("down", "end", *["backspace"] * 9)
    await scripts.type("onse")
    await scripts.shows("'onse' is no way to work; write")
    await scripts.press("enter", "backspace", "backspace", "c", "e", "down", "down")
    await scripts.type("2001-01-01")
    await scripts.shows("that is in the past; write a later end")
    await scripts.press("enter", *["backspace"] * 10)
    await scripts.type("2099-01-01")
    await scripts.shows("the same, or a day; empty: no end")


@pytest.mark.asyncio
async def test_e_in_the_start_list_asks_for_account_settings_and_how_long_it_is_for() -> None:
    text = 'setting symbol = "BTC/USDT"\non Candle(symbol, 5m) { Print(close) }\n'
    shelf = (
        Startable("prints", "Prints", "automated", "Prints closes.", text),
        Startable("range_forecast", "Range", "indicator", "Forecasts.", "range_forecast"),
    )
    fed = HandFed()
    app = LefiApp(DeskSetup(fed, lambda: shelf, start_form))
    async with app.run_test(size=(80, 24)) as pilot:
        scripts = Scripts(app, pilot, fed)
        await scripts.until(lambda: app.screen.is_attached)
        fed.quote("BTC/USDT", 42_000.0)
        await scripts.shows("42,000.0")
        await scripts.press("n")
        await scripts.shows("Prints closes.")
        await scripts.press("e")
        await scripts.until(lambda: isinstance(app.focused, Input))
        await scripts.type("ETH/USDT")
        await once_until_2099(scripts)
        await scripts.press("enter")
        await scripts.until(lambda: bool(fed.commands))
        settings = (("symbol", "ETH/USDT"),)
        sent = m.StartBot("prints", "automated", "demo", text, settings, title="Prints")
        end_ns = last_ms("2099-01-01") * NS_PER_MS
        assert fed.commands == [replace(sent, work=m.Work.ONCE, until_ns=end_ns)]
        await scripts.press("n")
        await scripts.shows("Forecasts.")
        await scripts.press("down")
        await scripts.until(lambda: app.screen.query_one(OptionList).highlighted == 1)
        await scripts.press("e")
        await scripts.shows("It has no settings: Enter starts it")
