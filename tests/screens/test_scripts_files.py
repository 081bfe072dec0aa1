"""Scripts in files, by keys: saved, made, copied, and nothing that was typed is lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from lefi_tui.errors import FileUnreadableError
from lefi_tui.views.scripts import Listing, OpenScript, ScriptRow
from lefi_tui.wiring.script_store import ScriptFolder
from screens.new_script import NewScriptScreen
from screens.script_text import DRAFT_SECONDS
from tests.screens.hand_fed import busy
from tests.screens.scripts_kit import RIGHT, folder, opened


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
        assert (own / "mine.lefi").read_text() == "//\n" + RIGHT


@pytest.mark.asyncio
async def test_a_save_writes_the_one_style_and_undo_takes_it_back(tmp_path: Path) -> None:
    own = folder(tmp_path, mine=RIGHT)
    async with opened(own) as scripts:
        await scripts.open("mine")
        scripts.editor.move_cursor((5, 7))
        await scripts.type("  ")
        await scripts.press("ctrl+s")
        await scripts.until(lambda: scripts.editor.text == RIGHT)
        assert (own / "mine.lefi").read_text() == RIGHT
        assert scripts.editor.cursor_location == (5, 7)
        await scripts.press("ctrl+z")
        await scripts.until(lambda: "if   close" in scripts.editor.text)
        await scripts.shows("not saved")


@pytest.mark.asyncio
async def test_a_text_that_can_not_be_read_is_saved_as_it_is(tmp_path: Path) -> None:
    own = folder(tmp_path, mine=RIGHT)
    async with opened(own) as scripts:
        await scripts.open("mine")
        await scripts.type("on  {{ ")
        await scripts.press("ctrl+s")
        await scripts.until(lambda: (own / "mine.lefi").read_text() == f"on  {{{{ {RIGHT}")
        await scripts.press("alt+t")
        await scripts.shows("It can't be tidied: LF101 in line 1")


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
        await scripts.until(lambda: ScriptRow("ema_cross") in scripts.screen.shelf.rows)


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
async def test_a_name_that_is_taken_stays_to_be_mended(tmp_path: Path) -> None:
    own = folder(tmp_path, mine=RIGHT)
    async with opened(own) as scripts:
        await scripts.press("ctrl+n")
        await scripts.until(lambda: isinstance(scripts.app.screen, NewScriptScreen))
        await scripts.type("mine")
        await scripts.press("enter")
        await scripts.shows("it is there already. Another name.")
        await scripts.type("2")
        await scripts.press("enter")
        await scripts.shows("mine2.lefi")


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
async def test_a_save_names_the_bots_that_go_on_with_the_text_of_before(tmp_path: Path) -> None:
    own = folder(tmp_path, ema_cross=RIGHT, ema=RIGHT)
    async with opened(own, (160, 30), fed=busy()) as scripts:
        await scripts.until(lambda: bool((seen := scripts.screen.desk_view) and seen.bots))
        await scripts.open("ema_cross")
        await scripts.type("// a")
        await scripts.press("enter", "ctrl+s")
        told = "Saved as version 2; ema-cross goes on with its own text. u on Bots updates it."
        await scripts.until(lambda: told in " ".join(scripts.text.replace("┃", " ").split()))
        await scripts.press("escape")
        await scripts.open("ema")
        await scripts.type("// b")
        await scripts.press("enter", "ctrl+s")
        await scripts.until(lambda: (own / "ema.lefi").read_text().startswith("// b"))
        await scripts.until(lambda: "ema.lefi" in scripts.text and "goes on" not in scripts.text)


@pytest.mark.asyncio
async def test_a_save_of_what_was_not_changed_looks_at_the_file_too(tmp_path: Path) -> None:
    own = folder(tmp_path, mine=RIGHT)
    async with opened(own) as scripts:
        await scripts.open("mine")
        (own / "mine.lefi").write_text("// theirs\n" + RIGHT)
        await scripts.press("ctrl+s")
        await scripts.shows("File changed meanwhile")
        await scripts.press("down", "enter")
        await scripts.until(lambda: scripts.editor.text.startswith("// theirs"))
        await scripts.press("ctrl+s")
        await scripts.shows("Saved")


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
        await scripts.press("ctrl+z")  # mine is a key away
        assert scripts.editor.text == f"//m{RIGHT}"


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
        await scripts.press("ctrl+z", "ctrl+z", "ctrl+z")  # slowly typed, each letter is an edit
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
        await scripts.press("x")  # of more, the words may come before the last
        await scripts.shows("Disk refuses")  # a draft can't be kept; said once
        await scripts.press("enter", "escape", "end", "home", "down", "enter")
        await scripts.shows("Disk refuses")
        await scripts.press("enter")
        assert scripts.editor.text == "x" + RIGHT
