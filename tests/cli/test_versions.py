"""`lefi versions`: what a script was, what changed, and back; nothing that was kept is lost."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from lefi_tui.cli import main

FIRST = """\
setting size = 10% in 1%..50%
on Candle("BTC/USDT", 1m) {
    if RSI(close, 14) < 30 { Buy("BTC/USDT", size) }
}
"""
SECOND = FIRST.replace("< 30", "< 25").replace("size = 10%", "size = 20%")
BROKEN = FIRST.replace("Buy", "Byu")


@pytest.fixture
def file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    path = tmp_path / "a.lefi"
    for text in (FIRST, SECOND):
        path.write_text(text)
        assert main(["versions", "keep", str(path)]) == 0
    capsys.readouterr()
    return path


def told(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    assert main(["versions", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_list_says_which_one_the_file_is(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    listed = told(capsys, str(file))
    assert [each["number"] for each in listed["versions"]] == [1, 2]
    assert listed["now"] == 2
    file.write_text(FIRST)
    assert told(capsys, "list", str(file))["now"] == 1
    file.write_text(BROKEN)
    assert main(["versions", str(file)]) == 0
    assert "none of these" in capsys.readouterr().out


def test_a_difference_is_told_by_lines_and_by_what_it_means(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    diff = told(capsys, "diff", str(file))
    assert (diff["before"], diff["after"], diff["same"]) == (1, 2, False)
    assert "+setting size = 20% in 1%..50%" in diff["text"]
    (handler,) = diff["meaning"]["handlers"]
    assert handler["parts"] == [
        {
            "kind": "condition",
            "before": "RSI(close, 14) < 30",
            "after": "RSI(close, 14) < 25",
            "line": 3,
        }
    ]
    assert diff["meaning"]["more"] == ["buys BTC/USDT: 20% of free cash"]
    capsys.readouterr()
    assert main(["versions", "diff", str(file)]) == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert re.fullmatch(
        rf"{file}: from version 1 \([^)]{{16}}\) to version 2 \([^)]{{16}}\)", first
    )
    assert main(["versions", "diff", str(file), "1"]) == 0
    assert "to the file now, version 2" in capsys.readouterr().out.splitlines()[0]
    assert main(["versions", "diff", str(file), "2", "1"]) == 0
    words = capsys.readouterr().out
    assert "~ when RSI(close, 14) < 25 -> RSI(close, 14) < 30" in words
    assert "It may spend more" not in words


def test_a_text_that_does_not_check_has_lines_and_no_meaning(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(BROKEN)
    diff = told(capsys, "diff", str(file), "1")
    assert (diff["before"], diff["after"], diff["meaning"]) == (1, "now", None)
    assert "later text does not check" in diff["why_not"]
    assert main(["versions", "keep", str(file)]) != 0
    assert "Byu" in capsys.readouterr().err


def test_back_makes_a_new_version_and_loses_nothing_that_stood_there(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text(BROKEN)
    assert told(capsys, "back", str(file), "1") == {"file": str(file), "from": 1, "version": 4}
    assert file.read_text() == FIRST
    assert told(capsys, "show", str(file), "3")["text"] == BROKEN
    assert main(["versions", "show", str(file), "2"]) == 0
    assert capsys.readouterr().out == SECOND


def test_a_file_that_ends_its_lines_otherwise_still_does_when_it_is_back(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_bytes(SECOND.replace("\n", "\r\n").encode())
    assert told(capsys, str(file))["now"] == 2
    told(capsys, "back", str(file), "1")
    assert file.read_bytes() == FIRST.replace("\n", "\r\n").encode()


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["versions", "diff"], "which script?"),
        (["versions", "show", "FILE"], "which version?"),
        (["versions", "back", "FILE", "7"], "no version 7; there is 1 to 2"),
        (["versions", "nowhere.lefi"], "No such file"),
    ],
)
def test_what_can_t_be_answered_is_told_in_words(
    file: Path, capsys: pytest.CaptureFixture[str], words: list[str], why: str
) -> None:
    assert main([str(file) if each == "FILE" else each for each in words]) == 2
    assert why in capsys.readouterr().err
    assert file.read_text() == SECOND
