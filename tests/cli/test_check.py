"""`lefi check`: the answer for people and the answer as data are one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lefi_tui.cli import main

KEYS = ["file", "line", "column", "end_line", "end_column", "severity", "code", "message", "fix"]
SOUND = 'on PriceUpdate("BTC/USDT") { if event.price > 100 { Notify("high") } }\n'
WRONG_BOUND = "setting fast = 12 in 20..40\n"
TWO_UNITS = 'x = 0.5 BTC + 10 USDT\nPrint("{x}")\n'


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return tmp_path / "a.lefi"


def checked(capsys: pytest.CaptureFixture[str], *files: Path) -> tuple[int, list[dict[str, Any]]]:
    status = main(["check", *map(str, files), "--json"])
    out, err = capsys.readouterr()
    assert err == ""
    assert out.count("\n") == 1
    found: list[dict[str, Any]] = json.loads(out)
    return status, found


def test_a_sound_script_is_an_empty_list(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script.write_text(SOUND)
    assert checked(capsys, script) == (0, [])


def test_a_mistake_has_its_place_counted_from_one(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script.write_text(WRONG_BOUND)
    status, found = checked(capsys, script)
    (one,) = [each for each in found if each["severity"] == "error"]
    assert status == 1
    assert list(one) == KEYS
    place = [one[key] for key in KEYS[:5]]
    assert place == [str(script), 1, 16, 1, 18]
    assert one["code"].startswith("LF2")


def test_a_fix_is_edits_that_can_be_applied(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script.write_text(TWO_UNITS)
    _, found = checked(capsys, script)
    (one,) = [each for each in found if each["severity"] == "error"]
    (edit,) = one["fix"]["edits"]
    assert sorted(edit) == ["column", "end_column", "end_line", "line", "text"]
    lines = TWO_UNITS.splitlines()
    line = lines[edit["line"] - 1]
    assert edit["line"] == edit["end_line"]
    lines[edit["line"] - 1] = (
        line[: edit["column"] - 1] + edit["text"] + line[edit["end_column"] - 1 :]
    )
    assert 'Spot("BTC/USDT")' in "\n".join(lines)
    script.write_text("\n".join(lines))
    assert checked(capsys, script)[0] == 0


def test_warnings_alone_are_no_refusal(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script.write_text('on Candle("BTC/USDT", 5m) { unused = close }\n')
    status, found = checked(capsys, script)
    assert {each["severity"] for each in found} == {"warning"}
    assert status == 0


def test_several_files_are_one_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good.lefi", tmp_path / "bad.lefi"
    good.write_text(SOUND)
    bad.write_text(WRONG_BOUND)
    status, found = checked(capsys, good, bad)
    assert status == 1
    assert {each["file"] for each in found} == {str(bad)}


def test_people_get_the_line_the_place_and_the_hint(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script.write_text(TWO_UNITS)
    assert main(["check", str(script)]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    assert f"{script}:1:5" in out
    assert "1 | x = 0.5 BTC + 10 USDT" in out
    assert f"1 error, no warnings in {script}" in out


def test_a_file_that_is_not_utf8_is_named_at_the_byte(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script.write_bytes(SOUND.encode() + b"// caf\xe9\n")
    status, found = checked(capsys, script)
    assert status == 1
    assert [(each["line"], each["column"]) for each in found] == [(2, 7)]
    assert "UTF-8" in found[0]["message"]


def test_a_byte_order_mark_is_no_part_of_the_text(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script.write_bytes(b"\xef\xbb\xbf" + SOUND.encode())
    assert checked(capsys, script) == (0, [])


def test_a_market_file_given_by_mistake_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"1" * 1_000_001)
    assert main(["check", str(file)]) == 2
    assert "which no script has" in capsys.readouterr().err


def test_a_scripts_text_can_not_command_the_terminal(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script.write_text('x = "\x1b[2J\u202e" + y\n')
    assert main(["check", str(script)]) == 1
    out, _ = capsys.readouterr()
    assert "\x1b" not in out
    assert "\u202e" not in out


@pytest.mark.parametrize("code", ["LF202", "lf202"])
def test_a_code_is_explained(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", code]) == 0
    out = capsys.readouterr().out
    assert out.startswith("LF202 Units do not fit (error)\n")
    assert "\nWrong:\n  on Every(1h) { Print(10 USDT + 0.5 BTC) }\n" in out
    assert "\nRight:\n" in out


@pytest.mark.parametrize("code", ["LE101", "le316", "LE601"])
def test_a_code_of_the_program_is_explained(code: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", code]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{code.upper()} ")
    assert "\n  Next: " in out


@pytest.mark.parametrize("word", ["EMA", "ema"])
def test_a_method_is_explained_by_its_entry_of_the_reference(
    word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", word]) == 0
    out = capsys.readouterr().out
    assert out.startswith("EMA(x, n)\nExponential moving average.\n")
    assert "\n  on Candle(" in out


@pytest.mark.parametrize(
    ("word", "form"),
    [
        ("authorize", "authorize [by"),
        ("Candle", "on Candle("),
        ("candles", "candles ["),
        ("Candles", "Candles(symbol"),
        ("rate", "rate = "),
    ],
)
def test_statements_events_tests_and_policies_are_explained_by_their_names(
    word: str, form: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["explain", word]) == 0
    assert capsys.readouterr().out.startswith(form)


def test_of_an_unknown_word_the_nearest_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "Bolinger"]) == 2
    assert "Did you mean Bollinger?" in capsys.readouterr().err


def test_an_unknown_code_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "LF999"]) == 2
    assert "no such code" in capsys.readouterr().err


def test_the_contract_is_told_in_words_and_as_data(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script.write_text('on Candle("BTC/USDT", 5m) { Buy("BTC/USDT", 25%) }\n')
    assert main(["check", "--contract", str(script)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == str(script)
    assert "  buys           BTC/USDT: 25% of free cash" in lines
    assert main(["check", "--contract", "--json", str(script)]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    assert list(told) == ["file", "diagnostics", "contract"]
    assert told["contract"]["whole"]["orders"] == 1


def test_a_script_with_mistakes_has_no_contract(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script.write_text(TWO_UNITS)
    assert main(["check", "--contract", "--json", str(script)]) == 1
    (told,) = json.loads(capsys.readouterr().out)
    assert told["contract"] is None
    assert [each["code"] for each in told["diagnostics"] if each["severity"] == "error"] == [
        "LF202"
    ]
