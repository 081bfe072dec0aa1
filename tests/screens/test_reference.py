"""The reference in the program: from a word of a script, by its own key, and from the help."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from screens.help import HelpScreen
from screens.reference import ReferenceScreen
from tests.screens.scripts_kit import BROKEN, RIGHT, Scripts, folder, opened

AVERAGE = RIGHT.replace("close > fast", "close > EMA(close, fast)")


async def at(scripts: Scripts, name: str, row: int, column: int) -> None:
    await scripts.open(name)
    scripts.editor.move_cursor((row, column))


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_f1_on_a_word_opens_what_it_means_and_esc_goes_back_to_the_text(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with opened(folder(tmp_path, mine=AVERAGE), size) as scripts:
        await at(scripts, "mine", 5, AVERAGE.splitlines()[5].index("EMA") + 1)
        await scripts.press("f1")
        await scripts.shows("EMA(x, n)")
        await scripts.shows("Exponential moving average.")
        assert isinstance(scripts.app.screen, ReferenceScreen)
        await scripts.press("escape")
        await scripts.until(lambda: scripts.app.focused is scripts.editor)
        assert scripts.editor.cursor_location == (5, AVERAGE.splitlines()[5].index("EMA") + 1)


@pytest.mark.asyncio
async def test_f1_in_a_line_that_is_wrong_opens_the_message(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, broken=BROKEN), (120, 40)) as scripts:
        await at(scripts, "broken", 5, BROKEN.splitlines()[5].index("fst"))
        await scripts.shows("LF201")
        await scripts.press("f1")
        await scripts.shows("LF201 Unknown name (error)")
        await scripts.shows("Right:")


@pytest.mark.asyncio
async def test_f1_on_guilty_words_opens_the_message_and_the_word_is_one_row_below(
    tmp_path: Path,
) -> None:
    line = "    if AccountBalance() < 5% { Print(1) }"
    wrong = RIGHT.replace('    if close > fast { Print("high") }', f"    Print(fast)\n{line}")
    async with opened(folder(tmp_path, mine=wrong), (120, 40)) as scripts:
        await at(scripts, "mine", 6, line.index("Account") + 3)
        await scripts.shows("LF202")
        await scripts.press("f1")
        await scripts.shows("LF202 Units do not fit (error)")
        await scripts.press("down")
        await scripts.shows("AccountBalance([account])")
        await scripts.press("escape")
        await scripts.until(lambda: scripts.app.focused is scripts.editor)
        scripts.editor.move_cursor((6, line.index("Print") + 2))
        await scripts.press("f1")
        await scripts.shows("Print(text)")
        await scripts.press("down")
        await scripts.shows("LF202 Units do not fit (error)")


@pytest.mark.asyncio
async def test_elsewhere_f1_is_the_keys_and_again_the_reference_and_again_the_keys(
    tmp_path: Path,
) -> None:
    async with opened(folder(tmp_path, mine=RIGHT), (120, 40)) as scripts:
        await at(scripts, "mine", 1, 0)
        await scripts.press("f1")
        await scripts.until(lambda: isinstance(scripts.app.screen, HelpScreen))
        await scripts.shows("F1 reference")
        await scripts.press("f1")
        await scripts.until(lambda: isinstance(scripts.app.screen, ReferenceScreen))
        await scripts.shows("F1 keys of the screen")
        await scripts.press("f1")
        await scripts.until(lambda: isinstance(scripts.app.screen, HelpScreen))
        await scripts.press("escape")
        await scripts.until(lambda: scripts.app.focused is scripts.editor)


@pytest.mark.asyncio
async def test_what_is_typed_searches_and_arrows_choose(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT), (120, 40)) as scripts:
        await scripts.press("alt+q")
        await scripts.shows("a name, a code, or words")
        await scripts.type("moving average")
        await scripts.shows("SMA(x, n)")
        await scripts.press("down")
        await scripts.shows("EMA(x, n)")
        await scripts.press("up", "up")
        await scripts.until(lambda: "EMA(x, n)" not in scripts.text)
        scripts.app.screen.query_one(Input).value = "no such thing at all"
        await scripts.shows("Nothing is called so")
        await scripts.press("down", "pagedown")
        await scripts.shows("Nothing is called so")


@pytest.mark.asyncio
async def test_a_long_page_is_read_on_by_pages(tmp_path: Path) -> None:
    async with opened(folder(tmp_path, mine=RIGHT), (80, 24)) as scripts:
        await scripts.press("alt+q")
        await scripts.type("Buy")
        await scripts.shows("Buy(symbol, [account], size")
        await scripts.press("pagedown", "pagedown")
        await scripts.until(lambda: "Buy(symbol, [account], size" not in scripts.text)
        await scripts.press("pageup", "pageup")
        await scripts.shows("Buy(symbol, [account], size")
