"""`lefi fmt`: what is written, what is only told, and what is left alone."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from lefi_tui.cli import main

ROUGH = '# asks\nif Spot("BTC/USDT")>100 then Notify("high") end'
NEAT = '// asks\nif Spot("BTC/USDT") > 100 { Notify("high") }\n'
WRONG = "x = (\n"


def saved(folder: Path, text: str, name: str = "a.lefi") -> Path:
    file = folder / name
    file.write_text(text)
    return file


def test_a_script_is_written_anew_and_keeps_its_rights(tmp_path: Path) -> None:
    file = saved(tmp_path, ROUGH)
    file.chmod(0o640)
    assert main(["fmt", str(file)]) == 0
    assert file.read_text() == NEAT
    assert file.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [file]


def test_a_script_in_the_style_is_not_touched(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, NEAT)
    before = file.stat()
    assert main(["fmt", str(file)]) == 0
    after = file.stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert capsys.readouterr() == ("", "")


def test_check_names_the_files_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rough, neat = saved(tmp_path, ROUGH), saved(tmp_path, NEAT, "b.lefi")
    assert main(["fmt", "--check", str(rough), str(neat)]) == 1
    assert rough.read_text() == ROUGH
    told = capsys.readouterr().err
    assert str(rough) in told
    assert str(neat) not in told
    assert main(["fmt", "--check", str(neat)]) == 0


def test_diff_shows_the_changes_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = saved(tmp_path, ROUGH)
    assert main(["fmt", "--diff", str(file)]) == 0
    assert file.read_text() == ROUGH
    assert "-# asks\n" in (out := capsys.readouterr().out)
    assert "+// asks\n" in out


def test_a_script_with_mistakes_is_left_and_the_others_are_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong, rough = saved(tmp_path, WRONG), saved(tmp_path, ROUGH, "b.lefi")
    assert main(["fmt", str(wrong), str(rough)]) == 1
    assert wrong.read_text() == WRONG
    assert rough.read_text() == NEAT
    assert f"LF101 Not written as Lefi                {wrong}:1:6" in capsys.readouterr().err


def test_a_missing_file_is_wrong_usage_and_then_nothing_is_written(tmp_path: Path) -> None:
    rough = saved(tmp_path, ROUGH)
    assert main(["fmt", str(rough), str(tmp_path / "no.lefi")]) == 2
    assert rough.read_text() == ROUGH


def given(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))


def test_a_minus_reads_standard_input_and_answers_on_standard_output(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given(monkeypatch, ROUGH.encode())
    assert main(["fmt", "-"]) == 0
    assert capsys.readouterr() == (NEAT, "")


def test_what_can_not_be_read_comes_back_as_it_was(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    given(monkeypatch, WRONG.encode())
    assert main(["fmt", "-"]) == 1
    assert capsys.readouterr().out == WRONG


def test_bytes_that_are_no_text_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, b"\xff\xfe")
    assert main(["fmt", "-"]) == 2
