"""`lefi backtest` twice on one file: the second reads no text, and says and answers the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lefi_tui.cli import main

SCRIPT = """script "Weak"
setting symbol = "BTC/USDT"
on Candle(symbol, 1m) {
    if close < open and Position(symbol) == 0 { Buy(symbol, 10%, stop_loss = 1%) }
    if close > open { Close(symbol) }
}
"""


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A script, and an hour of minutes with a gap of three."""
    monkeypatch.setenv("LEFI_HOME", str(tmp_path / "home"))
    script, candles = tmp_path / "weak.lefi", tmp_path / "minutes.csv"
    script.write_text(SCRIPT)
    rows = []
    for number in range(60):
        opening, close = 100 + number % 5, 100 + (number + 1) % 5
        at = 1_704_067_200 + 60 * (number + 3 * (number > 30))
        rows.append(f"{at},{opening},{max(opening, close)},{min(opening, close)},{close},1")
    candles.write_text("\n".join(("time,open,high,low,close,volume", *rows)) + "\n")
    return script, candles


@pytest.mark.parametrize("way", ["machine", "event"])
def test_a_second_run_says_and_answers_what_the_first_did(
    files: tuple[Path, Path], way: str, capsys: pytest.CaptureFixture[str]
) -> None:
    told = [run(files, way, capsys) for _ in range(2)]
    assert told[0] == told[1]
    report, said = told[0]
    assert report["trades"]
    assert report["gaps"] == 1
    assert "has 1 gap; 3 candles are missing" in said
    assert len(list(Path(files[0].parent / "home" / "cache" / "columns").glob("*.columns"))) == 1


def run(
    files: tuple[Path, Path], way: str, captured: pytest.CaptureFixture[str]
) -> tuple[dict[str, Any], str]:
    script, candles = files
    words = ("backtest", str(script), "--data", f"BTC/USDT={candles}", "--way", way, "--json")
    assert main(words) == 0
    out, said = captured.readouterr()
    report = json.loads(out)
    timeless = ("seconds", "candles_per_second", "honest")  # the last counts variants
    return {name: value for name, value in report.items() if name not in timeless}, said


def test_a_cache_that_can_not_be_written_is_said_once_and_costs_nothing_else(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    report, _ = run(files, "machine", capsys)
    folder = files[0].parent / "home" / "cache" / "columns"
    for each in folder.iterdir():
        each.unlink()
    folder.rmdir()
    folder.write_text("no folder")
    again, said = run(files, "machine", capsys)
    assert said.count("can't be written") == 1
    assert str(folder) in said
    notices = [each for each in again["notices"] if "can't be written" not in each]
    assert {**again, "notices": notices} == report
