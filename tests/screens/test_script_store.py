"""Scripts as files: nothing is lost, nothing of somebody else overwritten, refusals have words."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lefi_tui.errors import (
    FileUnreadableError,
    RefusedError,
    ScriptChangedError,
    ScriptRefusedError,
    StorageError,
)
from lefi_tui.lang.formatter import formatted
from lefi_tui.lang.program import check
from lefi_tui.views.scripts import ScriptRow
from lefi_tui.wiring.script_store import ScriptFolder
from tests.screens.scripts_kit import RIGHT, folder


def test_own_scripts_stand_before_the_shipped_ones(tmp_path: Path) -> None:
    own = folder(tmp_path, b_script="", a_script="")
    (own / "notes.txt").write_text("no script")
    (own / ".a_script.draft").write_text("a draft")
    rows = ScriptFolder(own).scripts().rows
    assert [row.name for row in rows[:2]] == ["a_script", "b_script"]
    assert ScriptRow("ema_cross", is_shipped=True) in rows
    assert all(row.is_shipped for row in rows[2:])


def test_a_folder_that_is_not_there_has_no_own_scripts_and_is_made_at_the_first_save(
    tmp_path: Path,
) -> None:
    store = ScriptFolder(tmp_path / "not" / "there")
    assert all(row.is_shipped for row in store.scripts().rows)
    new = store.create("first_try")
    assert Path(new.place).read_text() == new.text
    assert store.scripts().rows[0] == new.row


def test_a_new_script_is_exemplary_no_finding_and_tests_that_pass_and_go_all_its_ways(
    tmp_path: Path,
) -> None:
    store = ScriptFolder(tmp_path)
    new = store.create("my_script")
    assert check(new.text).diagnostics == ()
    assert formatted(new.text).text == new.text
    ran = list(store.tests(new.text, new.row))
    assert ran
    assert all(each.has_passed for each in ran)
    assert [each.words for each in ran[-1].untested] == []


@pytest.mark.parametrize("name", ["", "Upper", "a b", "../x", "1st", "x" * 41, ".a"])
def test_a_name_that_can_be_no_file_of_a_script_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RefusedError, match="small letters"):
        ScriptFolder(tmp_path).create(name)
    assert list(tmp_path.iterdir()) == []


def test_a_new_script_does_not_take_the_place_of_another(tmp_path: Path) -> None:
    own = folder(tmp_path, mine="// mine")
    with pytest.raises(RefusedError, match="there already"):
        ScriptFolder(own).create("mine")
    assert (own / "mine.lefi").read_text() == "// mine"


def test_saving_keeps_rights_and_line_ends_and_leaves_nothing_beside(tmp_path: Path) -> None:
    own = folder(tmp_path)
    path = own / "mine.lefi"
    path.write_bytes(b"x = 1\r\ny = 2\r\n")
    path.chmod(0o640)
    store = ScriptFolder(own)
    opened = store.read(ScriptRow("mine"))
    assert opened.text == "x = 1\ny = 2\n"
    store.save(opened, "x = 3\ny = 2\n")
    assert path.read_bytes() == b"x = 3\r\ny = 2\r\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(each.name for each in own.iterdir()) == [".versions", "mine.lefi"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    own = folder(tmp_path)
    far = tmp_path / "far.lefi"
    far.write_text("far")
    (own / "mine.lefi").symlink_to(far)
    store = ScriptFolder(own)
    store.save(store.read(ScriptRow("mine")), "near")
    assert far.read_text() == "near"
    assert (own / "mine.lefi").is_symlink()


def test_a_shipped_script_is_saved_as_an_own_copy_and_never_over_an_own_one(
    tmp_path: Path,
) -> None:
    own = folder(tmp_path)
    store = ScriptFolder(own)
    shipped = store.read(ScriptRow("ema_cross", is_shipped=True))
    first = store.save(shipped, shipped.text + "// mine\n")
    assert first.row == ScriptRow("ema_cross")
    assert store.read(ScriptRow("ema_cross", is_shipped=True)).text == shipped.text
    second = store.save(shipped, shipped.text + "// other\n")
    assert second.row == ScriptRow("ema_cross_2")
    assert (own / "ema_cross.lefi").read_text().endswith("// mine\n")


def test_a_file_that_somebody_else_wrote_is_not_overwritten_unless_a_person_says_so(
    tmp_path: Path,
) -> None:
    own = folder(tmp_path, mine="old")
    store = ScriptFolder(own)
    opened = store.read(ScriptRow("mine"))
    (own / "mine.lefi").write_text("theirs")
    with pytest.raises(ScriptChangedError):
        store.save(opened, "mine")
    assert (own / "mine.lefi").read_text() == "theirs"
    saved = store.save(opened, "mine", may_replace=True)
    assert (own / "mine.lefi").read_text() == "mine"
    store.save(saved, "mine again")
    assert (own / "mine.lefi").read_text() == "mine again"


def test_a_file_that_is_not_utf_8_is_told_in_four_parts(tmp_path: Path) -> None:
    own = folder(tmp_path)
    (own / "odd.lefi").write_bytes(b"x = 1\n\xff\n")
    with pytest.raises(FileUnreadableError) as refused:
        ScriptFolder(own).read(ScriptRow("odd"))
    told = str(refused.value)
    assert "LE102" in told
    assert "odd.lefi" in told
    assert "line 2 is not UTF-8" in told
    assert "Save the file as UTF-8" in told


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """The machine refuses in the middle of a write, as it does when a disk is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_write_that_breaks_off_leaves_the_file_as_it_was_and_says_so(tmp_path: Path) -> None:
    own = folder(tmp_path, mine="old")
    store = ScriptFolder(own)
    opened = store.read(ScriptRow("mine"))
    with files_of_at_most(100), pytest.raises(StorageError) as refused:
        store.save(opened, "new\n" * 100)
    assert "File too large" in str(refused.value)
    assert "the text stays in the editor" in str(refused.value)
    assert (own / "mine.lefi").read_text() == "old"
    assert [each.name for each in own.iterdir()] == ["mine.lefi"]


def test_a_folder_that_is_a_file_is_told_and_the_shipped_scripts_stay(tmp_path: Path) -> None:
    place = tmp_path / "scripts"
    place.write_text("no folder")
    store = ScriptFolder(place)
    assert ScriptRow("ema_cross", is_shipped=True) in store.scripts().rows
    with pytest.raises(StorageError):
        store.create("mine")


def test_a_draft_is_found_again_until_it_is_saved_or_dropped(tmp_path: Path) -> None:
    own = folder(tmp_path, mine="old")
    store = ScriptFolder(own)
    opened = store.read(ScriptRow("mine"))
    assert store.draft(opened) is None
    store.keep_draft(opened, "typed")
    later = ScriptFolder(own)
    found = later.draft(later.read(ScriptRow("mine")))
    assert found is not None
    assert found.text == "typed"
    assert found.kept_at.endswith(" UTC")
    later.drop_draft(opened)
    assert later.draft(opened) is None
    store.keep_draft(opened, "typed again")
    saved = store.save(opened, "typed again")
    assert store.draft(saved) is None
    assert [each.name for each in own.iterdir()] == ["mine.lefi"]


def test_drafts_of_a_shipped_script_and_of_its_copy_are_two(tmp_path: Path) -> None:
    store = ScriptFolder(folder(tmp_path, ema_cross="// mine"))
    shipped = store.read(ScriptRow("ema_cross", is_shipped=True))
    store.keep_draft(shipped, "typed")
    assert store.draft(store.read(ScriptRow("ema_cross"))) is None
    assert store.draft(shipped) is not None


def test_tests_come_one_after_the_other_and_say_what_happened(tmp_path: Path) -> None:
    two = RIGHT + '\ntest "is wrong" {\n    candles 1 2\n    expect Print("high")\n}\n'
    first, second = ScriptFolder(tmp_path).tests(two, ScriptRow("two"))
    assert (first.has_passed, first.count) == (True, 2)
    assert [each.line for each in second.unmet] == [16]
    assert second.unmet[0].happened == "nothing to print"


def test_tests_of_a_script_with_errors_do_not_begin(tmp_path: Path) -> None:
    with pytest.raises(ScriptRefusedError, match="LF203"):
        list(ScriptFolder(tmp_path).tests("Byu()", ScriptRow("wrong")))


# ---- versions


def test_each_save_that_checks_clean_is_a_version_and_others_say_why_not(tmp_path: Path) -> None:
    store = ScriptFolder(folder(tmp_path, mine=RIGHT))
    script = store.save(store.read(ScriptRow("mine")), RIGHT.replace("12", "13"))
    assert (script.version, script.unkept) == (2, "")
    script = store.save(script, "what is this")
    assert script.version == 0
    assert "does not check clean" in script.unkept
    script = store.save(script, RIGHT.replace("12", "14"))
    assert [each.how for each in store.versions(script.row).rows] == [
        "as it was found",
        "saved",
        "saved",
    ]


def test_a_roll_back_is_a_new_version_and_keeps_what_stood_there(tmp_path: Path) -> None:
    store = ScriptFolder(folder(tmp_path, mine=RIGHT))
    script = store.save(store.read(ScriptRow("mine")), RIGHT.replace("12", "13"))
    script = store.save(script, "what is this")
    first = store.versions(script.row).rows[0]
    script = store.roll_back(script, first)
    assert script.text == store.read(script.row).text == RIGHT
    rows = store.versions(script.row).rows
    assert [each.how for each in rows[2:]] == ["as it was found", "back to 1"]
    assert store.version_text(script.row, rows[2]) == "what is this"
    assert script.version == 4


def test_what_somebody_else_wrote_meanwhile_is_kept_before_it_is_replaced(tmp_path: Path) -> None:
    own = folder(tmp_path, mine=RIGHT)
    store = ScriptFolder(own)
    script = store.read(ScriptRow("mine"))
    theirs = RIGHT.replace("12", "99")
    (own / "mine.lefi").write_text(theirs)
    store.save(script, RIGHT.replace("12", "13"), may_replace=True)
    rows = store.versions(script.row).rows
    assert [each.how for each in rows] == ["as it was found", "as somebody else left it", "saved"]
    assert store.version_text(script.row, rows[1]) == theirs


def test_a_save_holds_where_no_version_can_be_kept(tmp_path: Path) -> None:
    own = folder(tmp_path, mine=RIGHT)
    (own / ".versions").write_text("in the way")
    store = ScriptFolder(own)
    script = store.save(store.read(ScriptRow("mine")), RIGHT.replace("12", "13"))
    assert store.read(script.row).text == RIGHT.replace("12", "13")
    assert script.unkept.startswith("but no version")


def test_a_shipped_script_that_is_saved_has_the_shipped_text_as_its_first(tmp_path: Path) -> None:
    store = ScriptFolder(tmp_path)
    shipped = store.read(ScriptRow("ema_cross", is_shipped=True))
    script = store.save(shipped, shipped.text.replace("12", "13"))
    assert [e.how for e in store.versions(script.row).rows] == ["as it was shipped", "saved"]


def test_the_text_that_a_bot_runs_is_found_among_the_versions(tmp_path: Path) -> None:
    store = ScriptFolder(folder(tmp_path, mine=RIGHT, other=RIGHT))
    script = store.save(store.read(ScriptRow("mine")), RIGHT.replace("12", "13"))
    found = store.found(RIGHT)
    assert found is not None
    assert (found.row.name, found.version.number, found.newest.number) == ("mine", 1, 2)
    assert store.found(script.text.replace("\n", "\r\n")) is not None
    assert store.found("nobody's") is None
