"""`lefi bots update`: another text for a bot that runs, told before it is asked, and back."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lefi_tui.cli import main
from tests.cli.test_engine_commands import Profile

FIRST = """\
script "Waves"
setting fast = 3 in 2..50
state seen = 0
on Candle("BTC/USDT", 1m) {
    seen = seen + 1
    if EMA(close, fast) > EMA(close, 9) { Buy("BTC/USDT", 100 USDT, stop_loss = 2%) }
}
test "it buys what rises" {
    candles 100 101 102 103 104 105 106 107 108 109 110 111
    expect Buy
}
"""
SECOND = FIRST.replace("EMA(close, 9)", "SMA(close, 9)").replace("100 USDT", "150 USDT")
WRONG = SECOND.replace("expect Buy", "expect no Buy")


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    return Profile(tmp_path_factory.mktemp("profile"))


@pytest.fixture(scope="module")
def engine(profile: Profile) -> Iterator[subprocess.Popen[str]]:
    with profile.running_engine() as running:
        yield running


@pytest.fixture(scope="module")
def file(
    profile: Profile, engine: subprocess.Popen[str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A bot that runs the first text."""
    assert engine.poll() is None
    path = tmp_path_factory.mktemp("scripts") / "waves.lefi"
    path.write_text(FIRST)
    assert main(["versions", "keep", str(path)]) == 0
    profile.answer("bots", "start", "waves", "--script", str(path))
    while profile.answer("bots", "list")[0]["status"] != "running":
        pass
    return path


def shown(profile: Profile) -> Any:
    return profile.answer("bots", "show", "waves")


def test_it_is_told_what_it_means_and_taken_and_one_word_goes_back(
    profile: Profile, file: Path
) -> None:
    before = shown(profile)["version"]
    file.write_text(SECOND)
    look = profile.lefi("bots", "update", "waves", "--script", str(file), "--check")
    assert look.returncode == 0, look.stderr
    assert "~ buys: BTC/USDT: 100 USDT -> BTC/USDT: 150 USDT" in look.stdout
    assert "Goes on with its states: seen" in look.stdout
    assert "1 of its tests passed" in look.stdout
    assert shown(profile)["version"] == before
    told = profile.answer("bots", "update", "waves", "--script", str(file))
    assert (told["before"], told["taken"], told["kept"]) == (before, True, ["seen"])
    assert told["meaning"]["more"] == ["buys BTC/USDT: 150 USDT"]
    assert shown(profile)["version"] == told["version"] != before
    assert shown(profile)["before"] == before
    assert "  version 1 of waves before: " in profile.lefi("bots", "show", "waves").stdout
    back = profile.answer("bots", "update", "waves", "--back")
    assert back["version"] == before
    assert shown(profile)["version"] == before
    first = profile.lefi("bots", "update", "waves", "--script", str(file), "--version", "1")
    assert "runs this text with these settings already" in first.stderr


def test_its_settings_go_with_it_and_others_may_be_given(profile: Profile, file: Path) -> None:
    profile.answer("bots", "set", "waves", "--set", "fast=5")
    file.write_text(SECOND)
    told = profile.answer("bots", "update", "waves", "--script", str(file))
    assert told["settings"] == {"fast": "5"}
    taken = profile.lefi("bots", "update", "waves", "--script", str(file), "--set", "fast=7")
    assert taken.stdout.endswith(f"waves runs {file} as it stands.\n")
    told = profile.answer("bots", "update", "waves", "--script", str(file), "--set", "fast=6")
    assert told["settings"] == {"fast": "6"}
    assert profile.answer("bots", "update", "waves", "--back")["settings"] == {"fast": "7"}


def test_own_scripts_are_found_by_the_text_that_the_bot_runs(profile: Profile, file: Path) -> None:
    own = profile.home / "scripts"
    assert file.exists()
    none = profile.lefi("bots", "update", "waves")
    assert none.returncode == 1
    assert "none of your scripts has its text" in none.stderr
    own.mkdir(parents=True, exist_ok=True)
    mine = own / "waves.lefi"
    third = SECOND.replace("close, 9", "close, 8")
    for text in (FIRST, SECOND, third):
        mine.write_text(text)
        assert main(["versions", "keep", str(mine)]) == 0
    told = profile.lefi("bots", "update", "waves", "--check")
    runs = shown(profile)["script"]
    assert runs in {"version 1 of waves", "version 2 of waves"}
    assert told.stdout.startswith(f"waves: from {runs}, text "), told.stderr
    assert f" to version 3 of {mine}, text " in told.stdout
    assert f"  {runs}, text " in profile.lefi("bots", "show", "waves").stdout
    profile.answer("bots", "update", "waves")
    said = profile.answer("bots", "show", "waves")["decisions"]
    taken = next(each for each in said if each["what"] == "Runs version 3 of waves")
    assert taken["why"].startswith(f"{runs.split()[1]} before, by ")
    assert f"  {runs} before: " in profile.lefi("bots", "show", "waves").stdout


def test_a_text_that_can_t_be_taken_is_refused_in_words(profile: Profile, file: Path) -> None:
    before = shown(profile)["version"]
    for text, why in (
        (WRONG, '"it buys what rises"'),
        ("what is this", "LF"),
        (SECOND.replace("seen = 0", 'seen = "no"').replace("seen + 1", '"yes"'), "`seen` holds"),
    ):
        file.write_text(text)
        done = profile.lefi("bots", "update", "waves", "--script", str(file))
        assert done.returncode == 1
        assert why in done.stderr
        assert "It runs on as it did" in done.stderr
    assert shown(profile)["version"] == before
    assert profile.lefi("bots", "update", "nobody", "--back").returncode == 1
    both = profile.lefi("bots", "update", "waves", "--back", "--script", str(file))
    assert both.returncode == 2
