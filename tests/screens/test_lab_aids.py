"""Beside a curve, too, an editor helps: the call at the cursor, what a name is, another name."""

from __future__ import annotations

from pathlib import Path

import pytest

from screens.keys import EDITOR, KEYS, LAB, SCRIPTS, TABLE
from tests.screens.lab_kit import WAVE, opened

AT_LOW = (5, len("    if close < l"))


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_the_line_below_tells_the_call_around_the_cursor(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(tmp_path, size) as desk:
        desk.screen.editor.move_cursor((5, WAVE.split("\n")[5].index("50%")))
        await desk.shows("Buy(symbol")
        desk.screen.editor.move_cursor((0, 0))
        await desk.shows("F1 help")
        assert "live" not in desk.text.split("F1 help")[1].split("\n")[0]  # which Scripts has


@pytest.mark.asyncio
async def test_what_a_name_is_and_where_it_is_made(tmp_path: Path) -> None:
    async with opened(tmp_path) as desk:
        desk.screen.editor.move_cursor(AT_LOW)
        await desk.press("alt+i")
        await desk.shows("USDT per BTC")
        await desk.press("left")
        await desk.until(lambda: "USDT per BTC" not in desk.text)
        desk.screen.editor.move_cursor(AT_LOW)
        await desk.press("alt+w")
        await desk.until(lambda: desk.screen.editor.cursor_location == (2, len("setting ")))
        await desk.press("alt+z")
        await desk.until(lambda: desk.screen.editor.cursor_location == AT_LOW)


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_name_becomes_another_in_all_its_places_and_escape_leaves_it(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(tmp_path, size) as desk:
        await desk.ran()
        desk.screen.editor.move_cursor(AT_LOW)
        await desk.press("alt+n")
        await desk.shows("low becomes")
        await desk.press("escape")
        await desk.until(lambda: "low becomes" not in desk.text)
        await desk.until(lambda: desk.app.focused is desk.screen.editor)
        await desk.press("alt+n")
        await desk.shows("low becomes")
        await desk.press(*"deep")
        await desk.shows("2 places: Enter renames, Esc leaves it")
        await desk.press("enter")
        assert desk.screen.editor.text == WAVE.replace("low", "deep")
        await desk.ran()


def test_help_lists_in_the_lab_the_keys_that_help_in_any_text() -> None:
    for name in ("hover", "definition", "go_back", "rename", "problem_next", "fix"):
        assert TABLE.has(name, (LAB, EDITOR))
    assert not TABLE.has("live", (LAB, EDITOR))


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_save_tells_of_its_version_as_on_the_scripts_screen(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(tmp_path, size) as desk:
        await desk.press("end", "x", "backspace", "space", *"// a", "ctrl+s")
        await desk.shows("Saved as version 2.")
        title = desk.text.split("\n")[1]
        assert "1:" in title
        assert "saved as version 2" in title


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_lab_offers_no_key_that_is_in_force_on_the_scripts_screen_alone(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    here = {each.shown for each in KEYS if each.group != SCRIPTS}
    elsewhere = [each.shown for each in KEYS if each.group == SCRIPTS and each.shown not in here]
    assert {"Alt+P", "Alt+C", "Alt+V"} <= {*elsewhere}
    async with opened(tmp_path, size) as desk:
        await desk.ran()
        await desk.shows("F1 help")
        for _ in range(2):  # in the text, then beside it
            assert not [each for each in elsewhere if f" {each} " in desk.text]
            await desk.press("escape")
