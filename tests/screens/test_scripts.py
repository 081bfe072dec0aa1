"""The scripts screen by keys, as a person uses it: open, break, mend, test, save, start."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.widgets import Input, OptionList

from lefi_tui.core import messages as m
from lefi_tui.errors import FileUnreadableError
from lefi_tui.views.scripts import Listing, OpenScript, RanTest, ScriptRow, UnmetLine
from lefi_tui.wiring.script_store import ScriptFolder
from screens.new_script import NewScriptScreen
from screens.script_text import DRAFT_SECONDS
from screens.start_script import StartScriptScreen
from tests.screens.hand_fed import HandFed
from tests.screens.scripts_kit import RIGHT, Scripts, folder, opened
from widgets.ink import PALETTES

BROKEN = RIGHT.replace("close > fast", "close > fst").replace('{ Print("high")', '{ Pint("high")')
FAILING = RIGHT.replace("100 101", "1 2")


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(40, 12), (80, 24), (99, 30), (100, 30)])
async def test_the_frame_is_closed_and_says_the_mode_at_every_size(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(folder(tmp_path, mine=RIGHT), size) as scripts:
        await scripts.open("mine")
        await scripts.shows('script "right"')
        lines = scripts.text.split("\n")
        assert len(lines) == size[1]
        assert all(cell_len(line) == size[0] for line in lines)
        assert {line[0] + line[-1] for line in lines[1:-1]} == {"┃┃"}
        assert " DEMO " in lines[0]
        assert " DEMO " in lines[-1]
        assert "f12 kill" in lines[-1]


@pytest.mark.asyncio
async def test_at_80_columns_the_list_folds_away_while_a_person_writes(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT)) as scripts:
        assert "bollinger  shipped" in scripts.text
        await scripts.open("mine")
        await scripts.until(lambda: "bollinger" not in scripts.text)
        await scripts.press("escape")
        await scripts.shows("bollinger  shipped")
        await scripts.press("escape")
        await scripts.until(lambda: "bollinger" not in scripts.text)


@pytest.mark.asyncio
async def test_what_is_wrong_is_listed_marked_and_gone_to(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, broken=BROKEN)) as scripts:
        await scripts.open("broken")
        await scripts.shows("Problems: 2 errors")
        await scripts.shows("● 6:16 LF201 Unknown name: `fst` is not known here")
        assert "●  6 " in scripts.text or "● 6 " in scripts.text
        await scripts.press("f8")
        assert scripts.editor.cursor_location == (5, 15)
        await scripts.shows("6:16  LF201 `fst` is not known here")
        await scripts.press("f8")
        assert scripts.editor.cursor_location == (5, 21)
        await scripts.press("f8")
        assert scripts.editor.cursor_location == (5, 15)
        await scripts.press("shift+f8")
        assert scripts.editor.cursor_location == (5, 21)


@pytest.mark.asyncio
async def test_problems_follow_the_text_a_moment_after_the_last_key(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT)) as scripts:
        await scripts.open("mine")
        await scripts.shows("No problems")
        await scripts.type("x")
        await scripts.shows("Problems: 1 error")
        await scripts.press("ctrl+z")
        await scripts.shows("No problems")


@pytest.mark.asyncio
async def test_f9_mends_the_line_and_ctrl_z_takes_it_back(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, broken=BROKEN)) as scripts:
        await scripts.open("broken")
        await scripts.shows("Problems: 2 errors")
        await scripts.press("f9")
        await scripts.shows("No fix in this line")
        await scripts.press("f8", "f9")
        await scripts.shows("Problems: 1 error")
        assert "close > fast" in scripts.editor.text
        await scripts.press("f8", "f9")
        await scripts.shows("No problems")
        assert scripts.editor.text == RIGHT
        await scripts.press("ctrl+z", "ctrl+z")
        assert scripts.editor.text == BROKEN


@pytest.mark.asyncio
async def test_a_line_of_the_list_below_goes_to_its_place(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, broken=BROKEN)) as scripts:
        await scripts.open("broken")
        await scripts.shows("Problems: 2 errors")
        scripts.screen.query_one("#found", OptionList).focus()
        await scripts.press("down", "down", "enter")
        assert scripts.editor.cursor_location == (5, 21)
        assert scripts.app.focused is scripts.editor


@pytest.mark.asyncio
async def test_signs_are_letters_on_a_console_that_has_no_others(tmp_path: Path) -> None:
    own = folder(tmp_path, broken=BROKEN)
    async with opened(own, palette=PALETTES["console"]) as scripts:
        await scripts.open("broken")
        await scripts.shows("E 6:16 LF201")
        assert scripts.text.isascii()


# ---- save


@pytest.mark.asyncio
async def test_saving_writes_the_file_and_runs_its_tests(tmp_path: Path) -> None:
    own = folder(tmp_path, mine=RIGHT)
    async with opened(own) as scripts:
        await scripts.open("mine")
        await scripts.type("// ")
        await scripts.press("enter")
        await scripts.shows("not saved")
        await scripts.press("ctrl+s")
        await scripts.shows("Tests: 1 passed")
        await scripts.until(lambda: "not saved" not in scripts.text)
        assert (own / "mine.lefi").read_text() == "// \n" + RIGHT


@pytest.mark.asyncio
async def test_a_shipped_script_is_saved_as_ones_own(tmp_path: Path) -> None:
    own = folder(tmp_path)
    async with opened(own) as scripts:
        await scripts.open("ema_cross")
        await scripts.shows("shipped: saving makes your own copy")
        await scripts.type("//m")
        await scripts.press("ctrl+s")
        await scripts.until((own / "ema_cross.lefi").exists)
        assert (own / "ema_cross.lefi").read_text().startswith("//m// Follows a trend")
        await scripts.until(lambda: ScriptRow("ema_cross") in scripts.screen.rows)


@pytest.mark.asyncio
async def test_two_saves_in_a_row_are_no_quarrel_with_oneself(tmp_path: Path) -> None:
    own = folder(tmp_path)
    async with opened(own) as scripts:
        await scripts.open("ema_cross")
        for letter in "abc":
            scripts.editor.insert(letter, (0, 0))
            scripts.screen.action_save()
        path = own / "ema_cross.lefi"
        await scripts.until(lambda: path.exists() and path.read_text().startswith("cba//"))
        await scripts.until(lambda: "not saved" not in scripts.text)
        assert scripts.app.screen is scripts.screen
        assert not (own / "ema_cross_2.lefi").exists()


@pytest.mark.asyncio
async def test_a_new_script_is_made_by_its_name(tmp_path: Path) -> None:
    own = folder(tmp_path)
    async with opened(own) as scripts:
        await scripts.press("ctrl+n")
        await scripts.until(lambda: isinstance(scripts.app.screen, NewScriptScreen))
        await scripts.type("abc")
        await scripts.press("enter")
        await scripts.shows("abc.lefi")
        await scripts.shows("No problems")
        assert (own / "abc.lefi").read_text() == scripts.editor.text


@pytest.mark.asyncio
async def test_a_name_that_is_taken_is_told_in_four_parts(tmp_path: Path) -> None:
    own = folder(tmp_path, mine=RIGHT)
    async with opened(own) as scripts:
        await scripts.press("ctrl+n")
        await scripts.until(lambda: isinstance(scripts.app.screen, NewScriptScreen))
        await scripts.type("mine")
        await scripts.press("enter")
        await scripts.shows("LE402 Refused")
        await scripts.shows("Why: it is there already")
        await scripts.press("enter")
        await scripts.open("mine")


@pytest.mark.asyncio
async def test_what_somebody_else_wrote_is_replaced_only_when_a_person_chooses(
    tmp_path: Path,
) -> None:
    own = folder(tmp_path, mine=RIGHT)
    async with opened(own) as scripts:
        await scripts.open("mine")
        await scripts.type("//m")
        (own / "mine.lefi").write_text("// theirs")
        await scripts.press("ctrl+s")
        await scripts.shows("File changed meanwhile")
        await scripts.press("escape")
        assert (own / "mine.lefi").read_text() == "// theirs"
        assert scripts.editor.text.startswith("//m")
        await scripts.press("ctrl+s")
        await scripts.shows("File changed meanwhile")
        await scripts.press("enter")
        await scripts.until(lambda: (own / "mine.lefi").read_text().startswith("//m"))


@pytest.mark.asyncio
async def test_what_somebody_else_wrote_can_be_taken_instead(tmp_path: Path) -> None:
    own = folder(tmp_path, mine=RIGHT)
    async with opened(own) as scripts:
        await scripts.open("mine")
        await scripts.type("//m")
        (own / "mine.lefi").write_text("// theirs")
        await scripts.press("ctrl+s")
        await scripts.shows("File changed meanwhile")
        await scripts.press("down", "enter")
        await scripts.until(lambda: scripts.editor.text == "// theirs")
        assert (own / "mine.lefi").read_text() == "// theirs"


@pytest.mark.asyncio
async def test_a_script_that_is_not_utf_8_is_told_and_the_others_open(tmp_path: Path) -> None:
    own = folder(tmp_path, mine=RIGHT)
    (own / "odd.lefi").write_bytes(b"x = \xff")
    async with opened(own) as scripts:
        await scripts.press("down", "enter")
        await scripts.shows("line 1 is not UTF-8")
        await scripts.shows("Next: Save the file as UTF-8")
        await scripts.press("enter")
        await scripts.open("mine")


class Locked(ScriptFolder):
    """A folder that lets nobody in, whoever runs the tests."""

    def scripts(self) -> Listing:
        return Listing(super().scripts().rows, FileUnreadableError("nobody may", where="scripts"))


@pytest.mark.asyncio
async def test_own_scripts_that_can_not_be_listed_are_told_once_and_the_shipped_ones_open(
    tmp_path: Path,
) -> None:
    async with opened(Locked(tmp_path)) as scripts:
        await scripts.shows("Why: nobody may")
        await scripts.press("enter")
        await scripts.open("ema_cross")
        assert scripts.app.screen is scripts.screen


# ---- nothing typed is lost


@pytest.mark.asyncio
async def test_what_was_typed_survives_the_end_of_the_program(tmp_path: Path) -> None:
    own = folder(tmp_path, mine=RIGHT)
    async with opened(own) as scripts:
        await scripts.open("mine")
        await scripts.type("//t")
    assert (own / "mine.lefi").read_text() == RIGHT
    async with opened(own) as scripts:
        await scripts.shows("mine")
        await scripts.press("home", "enter")
        await scripts.shows("text that was not saved when Lefi ended")
        await scripts.press("enter")
        await scripts.until(lambda: scripts.editor.text == "//t" + RIGHT)
        await scripts.shows("not saved")


@pytest.mark.asyncio
async def test_unsaved_text_that_is_not_wanted_any_more_goes(tmp_path: Path) -> None:
    own = folder(tmp_path, mine=RIGHT)
    store = ScriptFolder(own)
    store.keep_draft(store.read(ScriptRow("mine")), "// typed")
    async with opened(own) as scripts:
        await scripts.press("home", "enter")
        await scripts.shows("Unsaved text")
        await scripts.press("down", "enter")
        await scripts.until(lambda: scripts.editor.text == RIGHT)
        await scripts.until(lambda: [each.name for each in own.iterdir()] == ["mine.lefi"])


@pytest.mark.asyncio
async def test_a_draft_stands_on_the_disk_soon_after_the_first_letter(tmp_path: Path) -> None:
    own = folder(tmp_path, mine=RIGHT)
    async with opened(own) as scripts:
        await scripts.open("mine")
        await scripts.type("//t")
        draft = own / ".mine.draft"
        await scripts.until(draft.exists)
        await scripts.until(lambda: draft.read_text() == "//t" + RIGHT)
        await scripts.press("ctrl+z", "ctrl+z", "ctrl+z")
        assert scripts.editor.text == RIGHT
        await scripts.until(lambda: not draft.exists())
        assert DRAFT_SECONDS <= 1.0


@pytest.mark.asyncio
async def test_another_script_is_opened_and_the_unsaved_one_come_back_to(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT, other="x = 1")) as scripts:
        await scripts.open("mine")
        await scripts.type("//t")
        await scripts.press("escape")
        await scripts.open("other")
        await scripts.press("escape")
        await scripts.shows("mine*")
        await scripts.open("mine")
        assert scripts.editor.text == "//t" + RIGHT


@pytest.mark.asyncio
async def test_going_to_the_desk_and_back_keeps_text_cursor_and_undo(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT)) as scripts:
        await scripts.open("mine")
        await scripts.type("// ")
        await scripts.press("f2")
        await scripts.shows("waits for the engine" if "waits" in scripts.text else "Prices")
        await scripts.press("f3")
        await scripts.shows("mine.lefi")
        assert scripts.editor.cursor_location == (0, 3)
        await scripts.press("ctrl+z", "ctrl+z")
        assert scripts.editor.text == RIGHT


class FullDisk(ScriptFolder):
    """The same store on a machine that takes no draft."""

    def __init__(self, own: Path, refused: Path) -> None:
        super().__init__(own)
        self._refused = ScriptFolder(refused)

    def keep_draft(self, script: OpenScript, text: str) -> None:
        self._refused.keep_draft(script, text)


@pytest.mark.asyncio
async def test_a_script_is_not_left_while_its_text_stands_nowhere(tmp_path: Path) -> None:
    no_folder = tmp_path / "no_folder"
    no_folder.write_text("")
    own = folder(tmp_path, mine=RIGHT, other="x = 1")
    async with opened(FullDisk(own, no_folder)) as scripts:
        await scripts.open("mine")
        await scripts.type("//t")
        await scripts.shows("Disk refuses")  # a draft can't be kept; said once
        await scripts.press("enter", "escape", "end", "home", "down", "enter")
        await scripts.shows("Disk refuses")
        await scripts.press("enter")
        assert scripts.editor.text == "//t" + RIGHT


# ---- tests


@pytest.mark.asyncio
async def test_failing_tests_say_what_happened_and_go_to_their_line(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, failing=FAILING)) as scripts:
        await scripts.open("failing")
        await scripts.press("ctrl+t")
        await scripts.shows("Tests: 1 failed")
        await scripts.shows('FAILED "prints" line 11: expect Print("high")')
        await scripts.shows("nothing to print")
        scripts.screen.query_one("#found", OptionList).focus()
        await scripts.press("down", "enter")
        assert scripts.editor.cursor_location == (10, 0)


class SlowTests(ScriptFolder):
    """A script with a hundred tests, of which the second waits until it is let go."""

    def __init__(self, own: Path) -> None:
        super().__init__(own)
        self.go_on = threading.Event()
        self.begun = 0

    def tests(self, text: str) -> Iterator[RanTest]:
        for number in range(100):
            self.begun += 1
            if number == 1:
                self.go_on.wait(10)
            unmet = (UnmetLine(1, text.splitlines()[0], "b"),)
            yield RanTest(f"test {number}", 1, unmet * (number == 0), 100)


@pytest.mark.asyncio
async def test_tests_show_how_far_they_are_and_can_be_ended_early(tmp_path: Path) -> None:
    store = SlowTests(folder(tmp_path, mine=RIGHT))
    async with opened(store) as scripts:
        await scripts.open("mine")
        await scripts.press("ctrl+t")
        await scripts.shows("Tests 1 of 100: 1 failed (Ctrl+T ends them)")
        await scripts.press("ctrl+t")
        await scripts.shows("Tests: 1 failed, ended early, 99 not run")
        store.go_on.set()
        await scripts.until(lambda: not scripts.screen.workers._workers)
        assert store.begun == 2


@pytest.mark.asyncio
async def test_tests_of_a_broken_script_say_why_they_did_not_run(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, broken=BROKEN)) as scripts:
        await scripts.open("broken")
        await scripts.press("ctrl+t")
        await scripts.shows("The tests did not run: LF201")


# ---- find


@pytest.mark.asyncio
async def test_find_selects_as_it_is_typed_and_goes_on_with_enter(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT)) as scripts:
        await scripts.open("mine")
        await scripts.press("ctrl+f")
        await scripts.type("high")
        assert scripts.editor.selected_text == "high"
        assert scripts.editor.cursor_location[0] == 5
        await scripts.press("enter")
        assert scripts.editor.cursor_location[0] == 10
        await scripts.type("x")
        await scripts.press("enter")
        await scripts.shows("highx is not in this script.")
        await scripts.press("escape")
        assert scripts.app.focused is scripts.editor


# ---- a bot from it


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
async def test_the_frame_has_the_mode_of_the_account_from_the_first_sight(tmp_path: Path) -> None:
    async with opened(folder(tmp_path), fed=HandFed("far exchange")) as scripts:
        lines = scripts.text.split("\n")
        assert " DRY " in lines[0]
        assert " DRY " in lines[-1]


@pytest.mark.asyncio
async def test_kill_works_while_a_person_types(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT)) as scripts:
        await scripts.open("mine")
        await scripts.type("q1n")
        await scripts.press("f12")
        await scripts.until(lambda: scripts.fed.commands == [m.Kill()])
        assert scripts.editor.text == "q1n" + RIGHT
        await scripts.shows("HALTED")
