"""Versions of a script and another text for a bot, by keys: shown before anything is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from textual.widgets import Static

from lefi_tui.core import messages as m
from lefi_tui.core.desk.live import version_of
from lefi_tui.core.live_gates import TYPED, Gate, LiveFacts, ScriptTests
from lefi_tui.views.gates_view import GatesView
from lefi_tui.views.scripts import ScriptRow
from lefi_tui.views.update_view import UpdateView
from lefi_tui.wiring.script_store import ScriptFolder
from screens.bots import BotsScreen
from screens.scripts import ScriptsScreen
from screens.texts import READS
from screens.update_bot import UpdateBotScreen
from screens.versions import VersionsScreen
from tests.screens import bots_kit, scripts_kit
from tests.screens.bots_kit import SCRIPT, Trader
from tests.screens.scripts_kit import RIGHT, folder

LATER = RIGHT.replace("fast = 12", "fast = 20").replace("close > fast", "close >= fast")


def saved(place: Path, name: str, *texts: str) -> Path:
    """An own script with a version of each of these texts, the last one its text."""
    own = folder(place, **{name: texts[0]})
    store = ScriptFolder(own)
    script = store.read(ScriptRow(name))
    for text in texts[1:]:
        script = store.save(script, text)
    return own


def shown(screen: Any) -> str:
    return "\n".join(str(each.render()) for each in screen.query(Static))


async def _versions(scripts: scripts_kit.Scripts) -> VersionsScreen:
    await scripts.press("alt+s")
    await scripts.until(lambda: isinstance(scripts.app.screen, VersionsScreen))
    screen = scripts.app.screen
    assert isinstance(screen, VersionsScreen)
    await scripts.until(lambda: screen.looked.compared is not None)
    return screen


# ---- of a script


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_what_each_save_changed_is_told_by_meaning_and_by_lines(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with scripts_kit.opened(saved(tmp_path, "mine", RIGHT, LATER), size) as scripts:
        await scripts.open("mine")
        screen = await _versions(scripts)
        assert "~ when close > fast -> close >= fast" in shown(screen)
        assert "Version 2 (" in shown(screen)
        assert "), the one before it" in shown(screen)
        assert "~ fast: 12 in 2..200 -> 20 in 2..200" in shown(screen)
        assert "+setting fast = 20 in 2..200" in shown(screen)
        await scripts.press("down")
        now = "the first, against 2, the text in the editor: what going back to it would change"
        await scripts.until(lambda: now in shown(screen))
        await scripts.press("v")
        await scripts.until(lambda: "close >= fast -> close > fast" in shown(screen))


@pytest.mark.asyncio
async def test_back_to_one_makes_a_new_version_and_the_editor_shows_it(tmp_path: Path) -> None:
    own = saved(tmp_path, "mine", RIGHT, LATER)
    async with scripts_kit.opened(own) as scripts:
        await scripts.open("mine")
        await _versions(scripts)
        await scripts.press("down", "enter")
        await scripts.shows("Go back to version 1")
        await scripts.press("escape")  # asked, and not done
        assert (own / "mine.lefi").read_text() == LATER
        await scripts.press("enter", "enter")
        await scripts.until(lambda: isinstance(scripts.app.screen, ScriptsScreen))
        await scripts.until(lambda: "version 3" in scripts.text)
        await scripts.shows("Tests: 1 passed")  # as behind a save
        assert scripts.editor.text == RIGHT
        assert (own / "mine.lefi").read_text() == RIGHT
        rows = ScriptFolder(own).versions(ScriptRow("mine")).rows
        assert [each.how for each in rows] == ["as it was found", "saved", "back to 1"]


@pytest.mark.asyncio
async def test_to_go_back_is_one_step_of_undo_and_the_cursor_stays_near(tmp_path: Path) -> None:
    typed = LATER.replace('script "right"', 'script "right"  // b')
    async with scripts_kit.opened(saved(tmp_path, "mine", RIGHT, LATER)) as scripts:
        await scripts.open("mine")
        await scripts.press("end")
        await scripts.type("  // b")
        await scripts.press("ctrl+s")
        await scripts.shows("Saved as version 3")
        scripts.editor.move_cursor((8, 3))
        await _versions(scripts)
        await scripts.press("down", "down", "enter", "enter")
        await scripts.until(lambda: scripts.editor.text == RIGHT)
        await scripts.until(lambda: isinstance(scripts.app.screen, ScriptsScreen))
        assert scripts.editor.cursor_location == (8, 3)
        await scripts.press("ctrl+z")
        assert scripts.editor.text == typed
        assert scripts.editor.cursor_location == (8, 3)
        await scripts.shows("not saved")
        await scripts.press("ctrl+z")  # what was typed before is a step of its own
        assert scripts.editor.text == LATER


@pytest.mark.asyncio
async def test_what_is_typed_and_not_saved_is_never_replaced(tmp_path: Path) -> None:
    async with scripts_kit.opened(saved(tmp_path, "mine", RIGHT, LATER)) as scripts:
        await scripts.open("mine")
        await scripts.type("x")
        screen = await _versions(scripts)
        assert "What you typed since is not saved, and not in it." in shown(screen)
        await scripts.press("down", "enter")
        await scripts.until(lambda: "against 2, the saved text" in shown(screen))
        await scripts.until(lambda: "undo it first" in shown(screen))
        assert scripts.app.screen is screen
        assert scripts.editor.text.startswith("x")


@pytest.mark.asyncio
async def test_a_save_says_which_version_it_made(tmp_path: Path) -> None:
    async with scripts_kit.opened(folder(tmp_path, mine=RIGHT), (120, 40)) as scripts:
        await scripts.open("mine")
        await scripts.press("end")
        await scripts.type(" // mine")
        await scripts.press("ctrl+s")
        await scripts.shows("Saved as version 2")


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_save_with_errors_says_that_it_made_no_version_and_what_its_bot_does(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    """Whole at the head of the text, for as long as it is so."""
    fed = trading()
    fed.run_script("sunday", LATER)
    async with scripts_kit.opened(saved(tmp_path, "mine", RIGHT, LATER), size, fed=fed) as scripts:
        await scripts.open("mine")
        await scripts.shows("mine.lefi  saved as version 2; sunday runs it")
        await scripts.type("x")
        await scripts.press("ctrl+s")
        told = "aved, 1 error, no version made; sunday goes on with version 2"
        await scripts.shows(f"mine.lefi  s{told}")
        await scripts.shows(f"S{told}.")
        await scripts.press("backspace")
        await scripts.type("// new")
        await scripts.press("enter", "ctrl+s")
        await scripts.shows("mine.lefi  saved as version 3; sunday goes on with version 2")


@pytest.mark.asyncio
async def test_a_version_that_was_changed_on_the_disk_is_told_and_not_taken(tmp_path: Path) -> None:
    own = saved(tmp_path, "mine", RIGHT, LATER)
    for each in (own / ".versions" / "mine.lefi").glob("*.lefi"):
        each.write_text("evil")
    async with scripts_kit.opened(own, (120, 40)) as scripts:
        await scripts.open("mine")
        await scripts.press("alt+s")
        await scripts.until(lambda: isinstance(scripts.app.screen, VersionsScreen))
        screen = scripts.app.screen
        await scripts.until(lambda: "was changed since it was kept" in shown(screen))
        assert (own / "mine.lefi").read_text() == LATER


# ---- of a bot

TIGHT = SCRIPT.replace("stop_loss = 2%", "stop_loss = 1%")


def trading() -> Trader:
    fed = Trader()
    fed.quote("BTC/USDT", 42_000.0)
    fed.run_script()
    return fed


async def _update(desk: Any) -> UpdateBotScreen:
    await desk.press("u")
    await desk.until(lambda: isinstance(desk.app.screen, UpdateBotScreen))
    screen = desk.app.screen
    assert isinstance(screen, UpdateBotScreen)
    return screen


def sent(desk: Any) -> list[m.UpdateBot]:
    return [each for each in desk.fed.commands if isinstance(each, m.UpdateBot)]


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_bot_takes_the_newest_version_after_a_person_has_read_what_it_means(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    own = saved(tmp_path, "cross", SCRIPT, TIGHT)
    async with bots_kit.opened(trading(), "bots", size, own) as desk:
        screen = await _update(desk)
        await desk.until(lambda: "The text has" in shown(screen) or "tests passed" in shown(screen))
        assert "stop_loss = 1%" in shown(screen)
        assert "Its orders, its position and the exits of that stay as they are" in shown(screen)
        assert not sent(desk)
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, BotsScreen))
        (command,) = sent(desk)
        assert (command.bot, command.source, command.is_whole) == ("cross", TIGHT, False)
        names = (command.named, command.named_before)
        assert names == ("version 2 of cross", "version 1 of cross")


@pytest.mark.asyncio
async def test_a_text_it_can_t_take_says_why_and_is_not_sent(tmp_path: Path) -> None:
    wrong = SCRIPT.replace("BTC/USDT", "DOGE/USDT")
    own = saved(tmp_path, "cross", SCRIPT, wrong)
    async with bots_kit.opened(trading(), "bots", (120, 40), own) as desk:
        screen = await _update(desk)
        await desk.until(lambda: "It can't take it" in shown(screen))
        await desk.press("enter")
        assert isinstance(desk.app.screen, UpdateBotScreen)
        await desk.press("down")
        await desk.until(lambda: "runs this text" in shown(screen))
        await desk.press("enter", "escape")
        assert not sent(desk)


@pytest.mark.asyncio
async def test_a_bot_of_no_own_script_says_how_it_is_updated_all_the_same() -> None:
    async with bots_kit.opened(trading(), "bots", (120, 40)) as desk:
        screen = await _update(desk)
        await desk.until(lambda: "lefi bots update cross --script FILE" in shown(screen))


OPEN = (
    Gate("live_trading", is_open=True, found="true in config.toml"),
    Gate(TYPED, is_open=False, found="it was not typed back yet", next="Type demo"),
)
SHUT = Gate("key", is_open=False, found="its key can withdraw", next="`lefi keys test demo`")


@pytest.mark.asyncio
async def test_real_money_shows_its_gates_and_asks_for_the_accounts_name(tmp_path: Path) -> None:
    own = saved(tmp_path, "cross", SCRIPT, TIGHT)
    fed = trading()
    accounts = fed.desk.accounts
    live = {n: replace(e, mode="live", venue="binanceusdm") for n, e in accounts.items()}
    fed.desk = replace(fed.desk, accounts=live)
    fed.gates = GatesView("demo", is_real=True, rows=(SHUT, *OPEN))
    async with bots_kit.opened(fed, "bots", (120, 40), own) as desk:
        screen = await _update(desk)
        await desk.until(lambda: "SHUT  key" in shown(screen))
        await desk.press(*"demo", "enter")
        await desk.until(lambda: shown(screen).endswith("a gate is shut"))
        fed.gates = GatesView("demo", is_real=True, rows=OPEN)
        await desk.until(lambda: "SHUT  key" not in shown(screen))
        await desk.press(*["backspace"] * 4, *"dem", "enter")
        await desk.until(lambda: "Type demo, letter by letter." in shown(screen))
        assert not sent(desk)
        await desk.press("o", "enter")
        await desk.until(lambda: bool(sent(desk)))
        assert sent(desk)[0].typed == "demo"


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_bot_is_told_by_the_version_it_runs_and_how_it_takes_another(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    own = saved(tmp_path, "cross", TIGHT, SCRIPT)
    async with bots_kit.opened(trading(), "bots", size, own) as desk:
        await desk.until(lambda: "version 2 of cross, text " in desk.text)
        assert " u update " in desk.text.splitlines()[-1]
        screen = await _update(desk)
        await desk.press("down")
        head = "Version 1 of cross ("
        await desk.until(lambda: head in shown(screen) and "of cross" in desk.text)
        assert ") against version 2 of cross\n" in shown(screen)


@pytest.mark.asyncio
async def test_an_order_that_no_line_of_the_text_knows_is_marked_among_the_working_ones() -> None:
    rests = "Buy(symbol, 100 USDT, at = 20000)"
    fed = trading()
    fed.run_script("rests", SCRIPT.replace("Buy(symbol, size, stop_loss = 2%)", rests))
    fed.quote("BTC/USDT", 42_001.0)
    async with bots_kit.opened(fed, "bots") as desk:
        await desk.press("down")
        await desk.until(lambda: " buy 0.005 limit 20,000" in desk.text)
        assert "its line is gone" not in desk.text
        without = SCRIPT.replace("Buy(symbol, size, stop_loss = 2%)", 'Print("nothing")')
        facts = LiveFacts(tests=ScriptTests(version_of(without), 1))
        fed.tell(m.UpdateBot("rests", without, at_ns=fed.now_ns, facts=facts))
        await desk.until(lambda: ", its line is gone" in desk.text)


@pytest.mark.asyncio
async def test_a_script_without_versions_says_so_and_reads_none(tmp_path: Path) -> None:
    async with scripts_kit.opened(folder(tmp_path, mine=RIGHT), (80, 24)) as scripts:
        await scripts.open("mine")
        await scripts.press("alt+s")
        await scripts.shows("It has no versions yet")
        assert READS not in scripts.text


@pytest.mark.asyncio
async def test_nothing_of_the_list_shows_beside_the_window(tmp_path: Path) -> None:
    async with scripts_kit.opened(saved(tmp_path, "mine", RIGHT, LATER), (120, 30)) as scripts:
        await scripts.open("mine")
        await scripts.shows("▸mine")
        await _versions(scripts)
        await scripts.shows("Versions of mine")
        rows = [line for line in scripts.text.split("\n") if "│" in line]
        assert rows
        assert {line[:2] for line in rows} == {"┃│"}


@pytest.mark.asyncio
async def test_an_answer_that_comes_when_the_window_is_half_taken_down_ends_nothing(
    tmp_path: Path,
) -> None:
    own = saved(tmp_path, "cross", TIGHT, SCRIPT)
    async with bots_kit.opened(trading(), "bots", (80, 24), own) as desk:
        screen = await _update(desk)
        await desk.until(lambda: screen._answer is not None)
        await screen._page.remove_children()
        screen.show(UpdateView("cross", refusal="too late"), 0)
        await desk.press("escape")
        await desk.until(lambda: isinstance(desk.app.screen, BotsScreen))
