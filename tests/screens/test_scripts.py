"""The scripts screen by keys, as a person uses it: open, break, mend, test, save, start."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.cells import cell_len
from textual.widgets import Input, OptionList

from lefi_tui.core import messages as m
from lefi_tui.views.scripts import RanTest, ScriptRow, UnmetLine
from lefi_tui.wiring.script_store import ScriptFolder
from tests.screens.hand_fed import HandFed
from tests.screens.scripts_kit import BROKEN, RIGHT, folder, opened
from widgets.ink import PALETTES

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
async def test_f9_names_no_next_problem_where_there_is_none(tmp_path: Path) -> None:
    one = RIGHT.replace("close > fast", "close > zzzzzz")
    async with opened(folder(tmp_path, mine=one), (120, 40)) as scripts:
        await scripts.open("mine")
        await scripts.shows("Problems: 1 error")
        await scripts.press("f9")
        await scripts.shows("No fix in this line. F8 goes to the problem.")
        await scripts.press("ctrl+r")
        await scripts.shows("It can't start: the script has 1 error. F8 goes to it.")
        await scripts.press("f8", "f9")
        await scripts.shows("No key mends LF201. Give it a value before this line")
        assert "F8 goes to" not in scripts.text
    async with opened(folder(tmp_path, mine=RIGHT), (120, 40)) as scripts:
        await scripts.open("mine")
        await scripts.press("f9")
        await scripts.shows("No problem in this script.")


@pytest.mark.asyncio
async def test_f9_takes_the_fix_that_a_line_has_wherever_in_it_the_cursor_is(
    tmp_path: Path,
) -> None:
    two = RIGHT.replace("close > fast", "closs > zzzzzz")
    async with opened(folder(tmp_path, mine=two)) as scripts:
        await scripts.open("mine")
        await scripts.shows("Problems: 2 errors")
        scripts.editor.move_cursor((5, 17))
        await scripts.shows("`zzzzzz` is not known here")
        await scripts.press("f9")
        await scripts.until(lambda: "if close > zzzzzz" in scripts.editor.text)


@pytest.mark.asyncio
async def test_a_line_of_the_list_below_goes_to_its_place(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, broken=BROKEN)) as scripts:
        await scripts.open("broken")
        await scripts.shows("Problems: 2 errors")
        scripts.screen.query_one("#findings OptionList", OptionList).focus()
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


# ---- tests


@pytest.mark.asyncio
async def test_failing_tests_say_what_happened_and_go_to_their_line(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, failing=FAILING)) as scripts:
        await scripts.open("failing")
        await scripts.press("ctrl+t")
        await scripts.shows("Tests: 1 failed")
        await scripts.shows('FAILED "prints" line 11: expect Print("high")')
        await scripts.shows("nothing to print")
        scripts.screen.query_one("#findings OptionList", OptionList).focus()
        await scripts.press("down", "enter")
        assert scripts.editor.cursor_location == (10, 0)
        scripts.editor.move_cursor((0, 0))
        await scripts.press("f8")
        assert scripts.editor.cursor_location == (10, 0)


class SlowTests(ScriptFolder):
    """A script with a hundred tests, of which the second waits until it is let go."""

    def __init__(self, own: Path) -> None:
        super().__init__(own)
        self.go_on = threading.Event()
        self.begun = 0

    def tests(self, text: str, _row: ScriptRow) -> Iterator[RanTest]:
        for number in range(100):
            self.begun += 1
            if number == 1:
                self.go_on.wait(60)
            unmet = (UnmetLine(1, text.splitlines()[0], "b"),)
            yield RanTest(f"test {number}", 1, unmet * (number == 0), 100)


@pytest.mark.asyncio
async def test_each_expectation_is_marked_beside_its_number_until_the_text_changes(
    tmp_path: Path,
) -> None:
    failing = RIGHT.replace('expect Print("high")', 'expect Print("high")\n    expect no Print')
    async with opened(folder(tmp_path, mine=failing), (80, 30)) as scripts:
        await scripts.open("mine")
        await scripts.press("ctrl+t")
        await scripts.shows("Tests: 1 failed")
        lines = scripts.text.split("\n")
        assert any(' 9✗test "prints"' in line for line in lines)
        assert any("11✓    expect Print" in line for line in lines)
        assert any("12✗    expect no Print" in line for line in lines)
        await scripts.type(" ")
        await scripts.until(lambda: "✓" not in scripts.text)


@pytest.mark.asyncio
async def test_a_way_that_no_test_has_gone_is_marked_and_told_and_is_no_problem(
    tmp_path: Path,
) -> None:
    more = RIGHT.replace(
        'Print("high") }', 'Print("high") }\n    if close > 1000 { Print("very") }'
    )
    async with opened(folder(tmp_path, mine=more), (120, 30)) as scripts:
        await scripts.open("mine")
        await scripts.press("ctrl+t")
        await scripts.shows("Tests: 1 passed; untested: lines 6, 7")
        await scripts.shows("○ line 7: No test makes its condition true")
        assert " 6○    if close > fast" in scripts.text  # it is true in every test
        assert " 7○    if close > 1000" in scripts.text
        await scripts.press("f8")
        await scripts.shows("No problem in this script.")


@pytest.mark.asyncio
async def test_a_close_that_no_test_holds_anything_for_is_marked_also_in_a_lesson(
    tmp_path: Path,
) -> None:
    more = RIGHT.replace('Print("high") }', 'Print("high") } else { Close("BTC/USDT") }').replace(
        "100 101", "1 101"
    )
    more = more.replace('expect Print("high")', 'expect Close("BTC/USDT")')
    async with opened(folder(tmp_path, lesson_01=more, mine=more), (120, 30)) as scripts:
        await scripts.open("mine")
        await scripts.press("ctrl+t")
        await scripts.shows("Tests: 1 passed; untested: line 6")
        await scripts.shows("○ line 6: No test holds anything that this closes.")
        await scripts.shows('○ line 11: expect Close("BTC/USDT")  Close was asked and had nothing')
        assert "11○    expect Close" in scripts.text
        assert " 6○    if close > fast" in scripts.text
        await scripts.press("escape")
        await scripts.open("lesson_01")
        await scripts.press("ctrl+t")
        await scripts.shows("1 passed; untested: line 6")


@pytest.mark.asyncio
async def test_what_the_script_may_do_at_most_stands_below_it_and_follows_the_text(
    tmp_path: Path,
) -> None:
    async with opened(folder(tmp_path, mine=RIGHT)) as scripts:
        await scripts.open("mine")
        await scripts.press("alt+c")
        await scripts.shows("candle BTC/USDT 5m, line 5: at one event at most")
        await scripts.shows("prints         1")
        scripts.editor.move_cursor((5, 21))
        await scripts.type('Sell("BTC/USDT", 1 BTC); ')
        await scripts.shows("sells          BTC/USDT: 1 BTC")
        await scripts.type("(")
        await scripts.shows("known once it has no error")
        await scripts.press("alt+c")
        await scripts.until(lambda: "at most" not in scripts.text)


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


@pytest.mark.asyncio
async def test_words_are_replaced_one_by_one_and_everywhere(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT)) as scripts:
        await scripts.open("mine")
        await scripts.press("alt+x")
        await scripts.type("high")
        await scripts.shows("1 of 2")
        await scripts.press("tab")
        await scripts.type("up")
        await scripts.press("enter")
        assert scripts.editor.text == RIGHT.replace("high", "up", 1)
        await scripts.shows("1 of 1")
        await scripts.press("alt+y")
        assert scripts.editor.text == RIGHT.replace("high", "up")
        await scripts.shows("high was replaced once")
        await scripts.press("escape", "ctrl+z")
        assert scripts.editor.text == RIGHT.replace("high", "up", 1)


@pytest.mark.asyncio
async def test_tab_stays_in_the_line_for_finding_and_its_keys_stand_below_it(
    tmp_path: Path,
) -> None:
    async with opened(folder(tmp_path, mine=RIGHT)) as scripts:
        await scripts.open("mine")
        await scripts.press("alt+x")
        await scripts.type("high")
        await scripts.press("escape", "alt+x")  # the word is known: it begins in the second
        await scripts.shows(
            "Enter replaces  ↑ ↓ before, next  Tab other field  Alt+Y all  Esc text"
        )
        for key, field in (("tab", "find-words"), ("tab", "find-by"), ("shift+tab", "find-words")):
            await scripts.press(key)
            await scripts.until(lambda: getattr(scripts.app.focused, "id", "") == field)  # noqa: B023 -- awaited here
        await scripts.press("end", "3")
        await scripts.shows("high3")
        assert scripts.screen is scripts.app.screen
        await scripts.press("escape", "ctrl+f")
        await scripts.shows("Enter next  ↑ ↓ before, next  Esc text")
        await scripts.press("tab", "3")
        typed = scripts.screen.query_one("#find-words", Input)
        await scripts.until(lambda: typed.value == "3")
        assert scripts.app.focused is typed


@pytest.mark.asyncio
async def test_beside_the_list_its_keys_stand_below_not_those_of_the_text(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=BROKEN), (120, 30)) as scripts:
        await scripts.shows("Enter opens  ↑ ↓ script  Ctrl+N new")
        await scripts.open("mine")
        await scripts.shows("Alt+E what fits")
        await scripts.shows("F8 problem")
        await scripts.press("escape")
        await scripts.shows("Enter opens  ↑ ↓ script  Esc text  Ctrl+N new")
        for words in ("what fits", "F8 problem", "Esc list"):
            assert words not in scripts.text


@pytest.mark.asyncio
async def test_the_key_of_problems_stands_below_where_there_is_one_to_go_to(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT), (120, 30)) as scripts:
        await scripts.open("mine")
        await scripts.shows("No problems")
        await scripts.until(lambda: "F8 problem" not in scripts.text)
        await scripts.press("f8")
        await scripts.shows("No problem in this script.")
        scripts.editor.text = BROKEN
        await scripts.shows("F8 problem")
        scripts.editor.text = RIGHT
        await scripts.until(lambda: "F8 problem" not in scripts.text)


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
