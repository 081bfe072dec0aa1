"""The versions of a script file: immutable, in order, whole after any crash, told when damaged."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Thread

import pytest

from lefi_tui.adapters import script_versions
from lefi_tui.adapters.script_versions import FOLDER, ScriptVersions, hash_of
from lefi_tui.errors import StorageError, VersionLostError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "cross.lefi"
    path.write_text("one\n")
    return path


def _folder(file: Path) -> Path:
    return file.parent / FOLDER / file.name


def test_each_text_is_a_version_with_its_number_and_is_had_again_as_it_was(file: Path) -> None:
    kept = ScriptVersions(file)
    for text in ("one\n", "two\n", "three\n"):
        kept.keep(text, by="anna")
    rows = ScriptVersions(file).listed().rows
    assert [(each.number, each.by, each.how) for each in rows] == [
        (1, "anna", "saved"),
        (2, "anna", "saved"),
        (3, "anna", "saved"),
    ]
    assert [kept.text(each) for each in rows] == ["one\n", "two\n", "three\n"]
    assert all(each.at_ms > 0 for each in rows)


def test_the_text_of_the_newest_makes_no_new_version_and_an_older_one_does(file: Path) -> None:
    kept = ScriptVersions(file)
    for text in ("one\n", "one\n", "one\r\n", "two\n", "one\n"):
        kept.keep(text)
    rows = kept.listed().rows
    assert [each.number for each in rows] == [1, 2, 3]
    assert rows[0].sha256 == rows[2].sha256 == hash_of("one\n")
    assert len(list(_folder(file).glob("*.lefi"))) == 2  # each text once


def test_what_a_crash_left_of_a_line_is_no_version_and_in_nobodys_way(file: Path) -> None:
    kept = ScriptVersions(file)
    kept.keep("one\n")
    whole = (_folder(file) / "list").read_bytes()
    kept.keep("two\n")
    torn = (_folder(file) / "list").read_bytes()
    for length in range(len(whole) + 1, len(torn)):
        (_folder(file) / "list").write_bytes(torn[:length])
        assert [each.number for each in kept.listed().rows] == [1]
        assert not kept.listed().problem
    assert kept.keep("three\n").number == 2
    assert [kept.text(each) for each in kept.listed().rows] == ["one\n", "three\n"]


def test_a_line_that_somebody_changed_is_told_and_the_others_are_there(file: Path) -> None:
    kept = ScriptVersions(file)
    for text in ("one\n", "two\n", "three\n"):
        kept.keep(text, by="anna")
    path = _folder(file) / "list"
    lines = path.read_text().splitlines()
    path.write_text("\n".join((lines[0], lines[1].replace("anna", "eve"), lines[2])) + "\n")
    assert "version 2 was changed" in kept.listed().problem
    path.write_text("\n".join((lines[0], lines[2])) + "\n")  # one was taken out
    assert "version 3 was changed" in kept.listed().problem
    path.write_text("\n".join((lines[0], "what is this", lines[2])) + "\n")
    rows = kept.listed().rows
    assert [each.number for each in rows] == [1, 2, 3]
    assert kept.text(rows[2]) == "three\n"
    with pytest.raises(VersionLostError, match="damaged"):
        kept.text(rows[1])
    assert kept.keep("four\n").number == 4


def test_a_text_that_was_changed_or_lost_is_told_and_never_given(file: Path) -> None:
    kept = ScriptVersions(file)
    first, second = kept.keep("one\n"), kept.keep("two\n")
    (_folder(file) / f"{first.sha256}.lefi").write_text("evil\n")
    (_folder(file) / f"{second.sha256}.lefi").unlink()
    with pytest.raises(VersionLostError) as changed:
        kept.text(first)
    assert "was changed since" in changed.value.why
    assert "lefi versions cross.lefi" in changed.value.next_step
    with pytest.raises(VersionLostError):
        kept.text(second)
    assert kept.keep("two\n").number == 3  # its text was lost: kept anew, and nothing is undone
    assert kept.text(second) == "two\n"


def test_the_oldest_make_room_and_the_list_says_how_many(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script_versions, "VERSIONS_MAX", 5)
    monkeypatch.setattr(script_versions, "ROOM", 2)
    kept = ScriptVersions(file)
    for number in range(1, 9):
        kept.keep(f"text {number}\n")
    listed = kept.listed()
    assert [each.number for each in listed.rows] == [4, 5, 6, 7, 8]
    assert listed.gone == 3
    assert not listed.problem
    assert [kept.text(each) for each in listed.rows] == [f"text {n}\n" for n in range(4, 9)]
    assert len(list(_folder(file).glob("*.lefi"))) == 5


def test_two_who_save_at_once_lose_nothing(file: Path) -> None:
    def save(who: str) -> None:
        for number in range(20):
            ScriptVersions(file).keep(f"{who} {number}\n", by=who)

    threads = [Thread(target=save, args=(who,)) for who in ("anna", "ben", "eva")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    listed = ScriptVersions(file).listed()
    assert [each.number for each in listed.rows] == list(range(1, 61))
    assert not listed.problem


def test_a_folder_that_can_t_be_written_is_told_in_four_parts(file: Path) -> None:
    (file.parent / FOLDER).write_text("a file is in the way")
    with pytest.raises(StorageError) as told:
        ScriptVersions(file).keep("one\n")
    assert told.value.next_step.startswith("The script is saved")


def test_a_link_has_the_versions_of_its_file(file: Path) -> None:
    link = file.with_name("link.lefi")
    link.symlink_to(file)
    ScriptVersions(link).keep("one\n")
    assert [each.number for each in ScriptVersions(file).listed().rows] == [1]


def test_a_line_is_one_json_object_and_its_seal(file: Path) -> None:
    ScriptVersions(file).keep("one\n", by="anna")
    body, _, seal = (_folder(file) / "list").read_text().rstrip("\n").partition("\t")
    assert json.loads(body)["by"] == "anna"
    assert len(seal) == 64
