"""Going from one script to another and back: what is said, undone and pointed at is of the one that
is open.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lefi_tui.lang.diagnostic import Edit, Fix
from lefi_tui.lang.source import Span
from tests.screens.scripts_kit import BROKEN, RIGHT, Scripts, folder, opened
from widgets.problems import fixed

WIDE = (120, 30)


@pytest.fixture(autouse=True)
def nothing_goes_by_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("screens.framed.NOTICE_SECONDS", 3_600.0)


def pointed_at(scripts: Scripts) -> str:
    shelf = scripts.screen.shelf
    at = shelf._list.highlighted
    return "" if at is None else shelf.rows[at].name


@pytest.mark.asyncio
async def test_the_cursor_of_the_list_follows_the_script_that_is_open(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT, other=RIGHT), WIDE) as scripts:
        await scripts.open("other")
        await scripts.shows("▸other")
        await scripts.press("ctrl+n")
        await scripts.shows("New script")
        await scripts.type("bands")
        await scripts.press("enter")
        await scripts.shows("▸bands")
        assert pointed_at(scripts) == "bands"
        await scripts.press("escape", "down", "enter")  # one row down is the next, not the third
        await scripts.shows("▸mine")
        assert pointed_at(scripts) == "mine"
        scripts.screen.look_at("ema_cross*")  # as the palette opens one
        await scripts.shows("▸ema_cross")
        assert pointed_at(scripts) == "ema_cross"
        await scripts.press("escape", "down", "down", "escape", "escape")
        assert pointed_at(scripts) == "ema_cross"


@pytest.mark.asyncio
async def test_undo_is_there_again_when_a_script_is_come_back_to(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT, other=RIGHT), WIDE) as scripts:
        await scripts.open("mine")
        await scripts.shows("▸mine")
        await scripts.type("// a")
        await scripts.press("escape")
        await scripts.open("other")
        await scripts.shows("▸other")
        await scripts.press("ctrl+z")
        assert scripts.editor.text == RIGHT
        await scripts.type("b")
        await scripts.press("escape")
        await scripts.open("mine")
        await scripts.until(lambda: scripts.editor.text.startswith("// ascript"))
        await scripts.press("ctrl+z")
        await scripts.until(lambda: scripts.editor.text == RIGHT)
        await scripts.press("ctrl+y")
        await scripts.until(lambda: scripts.editor.text.startswith("// ascript"))


@pytest.mark.asyncio
async def test_a_script_that_is_come_back_to_stands_where_it_was_left(tmp_path: Path) -> None:
    long = RIGHT + "// a line\n" * 200
    async with opened(folder(tmp_path, mine=long, other=long), WIDE) as scripts:
        await scripts.open("mine")
        await scripts.shows("▸mine")
        scripts.editor.move_cursor((150, 4))
        await scripts.press("up", "up")
        left = (scripts.editor.cursor_location, scripts.editor.scroll_offset.y)
        assert left[0] == (148, 4)
        assert left[1] > 100

        def is_there() -> bool:
            return (scripts.editor.cursor_location, scripts.editor.scroll_offset.y) == left

        await scripts.press("escape")
        await scripts.open("mine")  # itself
        await scripts.until(is_there)
        await scripts.press("escape")
        await scripts.open("other")
        await scripts.shows("▸other")
        await scripts.until(lambda: scripts.editor.cursor_location == (0, 0))
        await scripts.until(lambda: scripts.editor.scroll_offset.y == 0)
        await scripts.press("escape")
        await scripts.open("mine")
        await scripts.shows("▸mine")
        await scripts.until(is_there)


@pytest.mark.asyncio
async def test_steps_are_not_taken_back_in_a_text_that_somebody_else_wrote(tmp_path: Path) -> None:
    own = folder(tmp_path, mine=RIGHT, other=RIGHT)
    async with opened(own, WIDE) as scripts:
        await scripts.open("mine")
        await scripts.shows("▸mine")
        await scripts.type("// a")
        await scripts.press("ctrl+s")
        await scripts.shows("Saved as version")
        await scripts.press("escape")
        await scripts.open("other")
        await scripts.shows("▸other")
        (own / "mine.lefi").write_text("// theirs\n")
        await scripts.press("escape")
        await scripts.open("mine")
        await scripts.until(lambda: scripts.editor.text == "// theirs\n")
        await scripts.press("ctrl+z")
        assert scripts.editor.text == "// theirs\n"


@pytest.mark.asyncio
async def test_there_is_no_way_back_into_a_script_that_is_not_open_any_more(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT, other=RIGHT), WIDE) as scripts:
        await scripts.open("mine")
        await scripts.shows("▸mine")
        scripts.editor.move_cursor((5, 17))
        await scripts.press("alt+w")
        await scripts.until(lambda: scripts.editor.cursor_location[0] == 2)
        await scripts.press("escape")
        await scripts.open("other")
        await scripts.shows("▸other")
        await scripts.press("alt+z")
        await scripts.shows("There is no place to go back to.")


@pytest.mark.asyncio
async def test_what_is_said_of_a_text_goes_with_its_next_change_and_with_another_script(
    tmp_path: Path,
) -> None:
    async with opened(folder(tmp_path, mine=RIGHT, other=RIGHT), WIDE) as scripts:
        await scripts.open("mine")
        await scripts.shows("▸mine")
        await scripts.type(" ")
        await scripts.press("ctrl+s")
        await scripts.shows("mine.lefi")
        await scripts.until(lambda: str(tmp_path) in scripts.text or "Saved as" in scripts.text)
        await scripts.press("escape")
        await scripts.open("other")
        await scripts.shows("▸other")
        await scripts.until(lambda: "Saved as" not in scripts.text)
        await scripts.press("alt+z")
        await scripts.shows("There is no place to go back to.")
        await scripts.type(" ")
        await scripts.until(lambda: "no place to go" not in scripts.text)


@pytest.mark.asyncio
async def test_a_rename_is_told_until_it_is_taken_back(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT), WIDE) as scripts:
        await scripts.open("mine")
        await scripts.shows("▸mine")
        scripts.editor.move_cursor((5, 17))
        await scripts.press("alt+n")
        await scripts.shows("fast becomes")
        await scripts.type("quick")
        await scripts.shows("2 places: Enter renames")
        await scripts.press("enter")
        await scripts.shows("Renamed in 2 places.")
        await scripts.shows("No problems")  # the text was looked at since
        assert "Renamed in 2 places." in scripts.text
        await scripts.press("ctrl+z")
        await scripts.until(lambda: "Renamed in" not in scripts.text)


@pytest.mark.asyncio
async def test_a_fix_says_what_it_wrote_until_that_is_taken_back_or_a_problem_gone_to(
    tmp_path: Path,
) -> None:
    async with opened(folder(tmp_path, mine=BROKEN), WIDE) as scripts:
        await scripts.open("mine")
        await scripts.shows("Problems: 2 errors")
        scripts.editor.move_cursor((5, 8))
        await scripts.press("f9")
        await scripts.shows("Line 6: wrote fast for fst.")
        await scripts.shows("Problems: 1 error")
        assert "Line 6: wrote" in scripts.text
        await scripts.press("ctrl+z")
        await scripts.until(lambda: "Line 6: wrote" not in scripts.text)
        await scripts.shows("Problems: 2 errors")
        scripts.editor.move_cursor((0, 0))
        await scripts.press("f9")
        await scripts.shows("No fix in this line.")
        await scripts.press("f8")
        await scripts.until(lambda: "No fix in this line." not in scripts.text)


@pytest.mark.asyncio
async def test_the_foot_names_the_key_that_mends_only_where_a_line_has_a_fix(
    tmp_path: Path,
) -> None:
    async with opened(folder(tmp_path, mine=BROKEN), WIDE) as scripts:
        await scripts.open("mine")
        await scripts.shows("Problems: 2 errors")
        named = []
        for row in (0, 5, 8, 5):
            scripts.editor.move_cursor((row, 0))
            await scripts.shows(f"{row + 1}:1 ")
            named.append("F9 fix" in foot(scripts))
        assert named == [False, True, False, True]
        await scripts.press("f9")
        await scripts.shows("Problems: 1 error")
        assert "F9 fix" in foot(scripts)
        await scripts.press("f9")
        await scripts.until(lambda: "F9 fix" not in foot(scripts))


def foot(scripts: Scripts) -> str:
    return scripts.text.splitlines()[-1]


def test_a_fix_that_takes_out_or_writes_at_several_places_says_so() -> None:
    text = "a b\n"
    assert fixed(text, 0, Fix("Cut", (Edit(Span(1, 3), ""),))) == "Line 1: took out b."
    assert fixed(text, 0, Fix("Put", (Edit(Span(3, 3), " c"),))) == "Line 1: wrote c."
    both = (Edit(Span(0, 1), "c"), Edit(Span(2, 3), "d"))
    assert fixed(text, 0, Fix("Nest the ifs", both)) == "Line 1: nest the ifs."
