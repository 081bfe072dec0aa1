"""Keys typed right behind the Enter that opens a script are the script's, however long it takes."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Final

import pytest
from textual.events import Key

from lefi_tui.views.scripts import OpenScript, ScriptRow
from lefi_tui.wiring.script_store import ScriptFolder
from screens.choice import ChoiceScreen
from screens.held_keys import DROPPED
from screens.scripts import ScriptsScreen
from tests.screens.scripts_kit import RIGHT, Scripts, folder, opened

WIDE: Final = (120, 30)
WORDS: Final = "L1 UV3"
TYPED: Final = (*WORDS, "enter", *"M1q")


class Slow(ScriptFolder):
    """A disk that reads and saves when it is let go."""

    def __init__(self, own: Path) -> None:
        super().__init__(own)
        self.go_on = threading.Event()
        self.go_on.set()

    def read(self, row: ScriptRow) -> OpenScript:
        self.go_on.wait(60)
        return super().read(row)

    def save(self, script: OpenScript, text: str, *, may_replace: bool = False) -> OpenScript:
        self.go_on.wait(60)
        return super().save(script, text, may_replace=may_replace)


def burst(scripts: Scripts, *keys: str) -> None:
    """All at once: nothing of one key is done before the next has arrived."""
    for key in keys:
        name, letter = {" ": ("space", " ")}.get(key, (key, key if len(key) == 1 else None))
        scripts.app.post_message(Key(name, letter))


@pytest.mark.asyncio
async def test_what_is_typed_behind_enter_stands_in_the_script_and_is_no_command(
    tmp_path: Path,
) -> None:
    disk = Slow(folder(tmp_path, mine=RIGHT))
    async with opened(disk, WIDE) as scripts:
        await scripts.open("mine")
        await scripts.press("escape")
        await scripts.until(lambda: scripts.app.focused is not scripts.editor)
        disk.go_on.clear()
        burst(scripts, "enter", *WORDS)
        await scripts.pilot.pause()
        burst(scripts, *TYPED[len(WORDS) :])
        await scripts.pilot.pause()
        assert isinstance(scripts.app.screen, ScriptsScreen)
        disk.go_on.set()
        await scripts.until(lambda: scripts.editor.text == f"L1 UV3\nM1q{RIGHT}")
        assert isinstance(scripts.app.screen, ScriptsScreen)


@pytest.mark.asyncio
async def test_a_save_that_ends_late_takes_nobody_from_the_list_to_the_text(tmp_path: Path) -> None:
    disk = Slow(folder(tmp_path, mine=RIGHT))
    async with opened(disk, WIDE) as scripts:
        await scripts.open("mine")
        await scripts.type("//")
        disk.go_on.clear()
        await scripts.press("ctrl+s", "escape")
        await scripts.until(lambda: scripts.app.focused is not scripts.editor)
        disk.go_on.set()
        await scripts.shows("Saved as version")
        assert scripts.app.focused is not scripts.editor
        burst(scripts, "enter", "4")
        await scripts.until(lambda: scripts.editor.text.startswith("//4script"))


@pytest.mark.asyncio
async def test_a_question_that_comes_instead_is_not_answered_by_what_was_typed(
    tmp_path: Path,
) -> None:
    disk = Slow(folder(tmp_path, mine=RIGHT))
    row = ScriptRow("mine")
    disk.keep_draft(disk.read(row), f"// draft\n{RIGHT}")
    async with opened(disk, WIDE) as scripts:
        await scripts.shows("mine")
        disk.go_on.clear()
        burst(scripts, "home", "enter", "down", "enter", "1")
        await scripts.pilot.pause()
        disk.go_on.set()
        await scripts.until(lambda: isinstance(scripts.app.screen, ChoiceScreen))
        await scripts.press("escape")
        await scripts.shows(DROPPED)
        assert isinstance(scripts.app.screen, ScriptsScreen)
        assert not scripts.editor.text
        await scripts.press("1")  # keys act again
        await scripts.until(lambda: not isinstance(scripts.app.screen, ScriptsScreen))


@pytest.mark.asyncio
async def test_the_kill_waits_for_no_script(tmp_path: Path) -> None:
    disk = Slow(folder(tmp_path, mine=RIGHT))
    async with opened(disk, WIDE) as scripts:
        await scripts.shows("mine")
        disk.go_on.clear()
        burst(scripts, "home", "enter", "x", "f12")
        await scripts.until(lambda: bool(scripts.fed.commands))
        assert not scripts.editor.text
        disk.go_on.set()
        await scripts.until(lambda: scripts.editor.text == f"x{RIGHT}")
