"""The command line as a shell meets it: streams, statuses, and words for what is wrong."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lefi_tui.cli import main
from lefi_tui.cli.table import COMMANDS

LATER = [name for name, command in COMMANDS.items() if not command.module]


def lefi(*arguments: str, home: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lefi_tui", *arguments],
        capture_output=True,
        text=True,
        check=False,
        input=stdin,
        timeout=60,
        env={**os.environ, "LEFI_HOME": str(home)},
    )


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("lefi 0.")


@pytest.mark.parametrize("name", LATER)
def test_what_is_not_there_yet_says_so_whatever_is_asked(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([name, "anything", "--json", "--at=now"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"LE103 Not there yet  lefi {name}\n  Why: ")
    assert "\n  Next: " in err


def test_the_commands_of_this_version_are_all_there() -> None:
    there = {name for name in COMMANDS if name not in LATER}
    promised = "check test run backtest replay engine bots kill resume doctor"
    assert set(promised.split()) <= there


def test_a_mistyped_command_gets_the_nearest_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chekc"]) == 2
    assert "Did you mean `lefi check`?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check"], "FILE"),
        (["check", "--jsno", "a"], "--jsno"),
        (["backtest", "a.lefi"], "--data"),
        (["backtest", "a.lefi", "--data", "b.csv", "--from", "soon"], "'soon' is no time"),
        (["backtest", "a.lefi", "--data", "b.csv", "--cash", "-1"], "'-1' is not above 0"),
        (["backtest", "a.lefi", "--data", "b.csv", "--maker", "100%"], "below 100%"),
        (["backtest", "a.lefi", "--data", "b.csv", "--set", "fast"], "name=value"),
        (["backtest", "a.lefi", "--data", "b.csv", "--timeframe", "5"], "no duration"),
        (["run", "a.lefi", "--speed", "fast"], "max, 1x or 60x"),
        (["bots", "fly"], "'fly'"),
        (["replay"], "RUN"),
    ],
)
def test_wrong_usage_is_said_in_four_parts(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("LE101 Wrong usage  lefi")
    assert words in err
    assert "\n  Next: " in err


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (["resume", "all is well"], "lefi resume --reason 'all is well'"),
        (["resume", "all", "is", "well"], "lefi resume --reason 'all is well'"),
        (["limits", "set", "daily_loss_max", "200"], "lefi limits set daily_loss_max=200"),
        (["limits", "set", "daily_loss_max:", "200"], "lefi limits set daily_loss_max=200"),
        (["limits", "daily_loss_max=200"], "lefi limits set daily_loss_max=200"),
        (
            ["limits", "set", "leverage_max", "2", "--place", "bot/grid"],
            "lefi limits set leverage_max=2 --place bot/grid",
        ),
        (
            ["limits", "set", "daily_loss_max"],
            "lefi limits set daily_loss_max=200 --place account/demo",
        ),
    ],
)
def test_words_at_the_wrong_place_are_answered_with_what_was_meant(
    typed: list[str], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(typed) == 2
    assert capsys.readouterr().err.endswith(f"\n  Next: {meant}\n")


def test_an_unknown_option_is_told_of_its_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--jsno", "a"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("LE101 Wrong usage  lefi check\n  Why: there is no --jsno here\n")
    assert "`lefi check --help`" in err


@pytest.mark.parametrize("command", ["check", "test", "run", "backtest"])
def test_a_script_that_is_not_there_is_wrong_usage(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = str(tmp_path / "none.lefi")
    market = ["--data", str(tmp_path / "none.csv")] if command == "backtest" else []
    assert main([command, missing, *market]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"LE102 File can't be read  {missing}")


def test_a_market_file_that_is_not_there_is_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = tmp_path / "a.lefi"
    script.write_text('on PriceUpdate("BTC/USDT") { Print("x") }')
    assert main(["backtest", str(script), "--data", str(tmp_path / "none.csv")]) == 2
    assert "there is no such file" in capsys.readouterr().err


def test_two_files_for_one_market_are_wrong_usage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script, market = tmp_path / "a.lefi", tmp_path / "a.csv"
    script.write_text('on PriceUpdate("BTC/USDT") { Print("x") }')
    market.write_text("time,open,high,low,close,volume\n")
    assert main(["backtest", str(script), "--data", str(market), str(market)]) == 2
    assert "two files for one market" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--live", "--yes-live", "main"], "--live is for an account whose orders leave"),
        (["--live", "--dry"], "Give one"),
        (["--yes-live", "main"], "--yes-live without --live"),
        (["--live", "--data", "a.csv"], "a file of candles is no exchange"),
    ],
)
def test_a_live_run_is_asked_for_in_one_way_only(
    options: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LEFI_HOME", str(tmp_path))
    script = tmp_path / "a.lefi"
    script.write_text('on PriceUpdate("BTC/USDT") { Print("x") }')
    assert main(["run", str(script), *options]) == 2
    assert words in capsys.readouterr().err


def test_the_desk_asks_for_a_terminal(tmp_path: Path) -> None:
    answer = lefi(home=tmp_path)
    assert answer.returncode == 2
    assert answer.stdout == ""
    assert "needs a terminal" in answer.stderr


def test_resume_without_a_reason_is_refused(tmp_path: Path) -> None:
    answer = lefi("resume", home=tmp_path)
    assert answer.returncode == 2
    assert "a reason is needed" in answer.stderr


def test_a_wrong_setting_is_told_on_the_side_and_the_doctor_names_it(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("tape_days = 0\n")
    answer = lefi("doctor", "--json", home=tmp_path)
    findings = {each["name"]: each for each in json.loads(answer.stdout)}
    assert answer.returncode == 1
    assert findings["settings"]["works"] is False
    assert "tape_days" in findings["settings"]["text"]
    assert findings["database"]["works"] is True
    assert findings["program"]["text"].startswith("lefi 0.")


def test_the_doctor_names_a_calendar_that_can_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[limits]\nevents_file = "own.csv"\n')
    for text, is_well in (("at,name\nsoon,CPI\n", False), ("at,name\n", True)):
        (tmp_path / "own.csv").write_text(text)
        found = json.loads(lefi("doctor", "--json", home=tmp_path).stdout)
        (finding,) = [each for each in found if each["name"] == "calendar"]
        assert finding["works"] is is_well
        assert str(tmp_path / "own.csv") in finding["text"]
        assert is_well or finding["next_step"]


def test_the_doctor_tells_that_trading_is_halted_and_what_events_lack(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[events]\nfolder = "in"\nwebhook_port = 8787\n')
    (tmp_path / "in").touch()  # no folder
    (tmp_path / "HALTED").write_text('{"cause": "too wild", "by": "anna", "at_ns": 1}')
    found = {
        each["name"]: each for each in json.loads(lefi("doctor", "--json", home=tmp_path).stdout)
    }
    assert "too wild (said by anna)" in found["trading"]["text"]
    assert "lefi resume" in found["trading"]["next_step"]
    for name in ("trading", "events", "webhook"):
        assert found[name]["works"] is False
        assert found[name]["next_step"]
    (tmp_path / "KILL").touch()
    found = {
        each["name"]: each for each in json.loads(lefi("doctor", "--json", home=tmp_path).stdout)
    }
    assert "remove it" in found["trading"]["next_step"]


def test_the_doctor_finds_nothing_wrong_here_and_leaves_nothing_behind(tmp_path: Path) -> None:
    answer = lefi("doctor", home=tmp_path / "not" / "made")
    assert answer.returncode == 0, answer.stdout
    assert "SQLite 3." in answer.stdout
    assert "NO " not in answer.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_reader_that_goes_away_ends_the_command_quietly(tmp_path: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        answer = subprocess.run(
            [sys.executable, "-m", "lefi_tui", "--version"],
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
            env={**os.environ, "LEFI_HOME": str(tmp_path)},
        )
    assert answer.returncode == 141
    assert answer.stderr == ""


def test_control_c_ends_with_one_line(tmp_path: Path) -> None:
    fifo = tmp_path / "slow.lefi"
    os.mkfifo(fifo)
    with (
        subprocess.Popen(
            [sys.executable, "-m", "lefi_tui", "check", str(fifo)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as command,
        fifo.open("wb", buffering=0),  # opens when the command reads, and gives it nothing
    ):
        command.send_signal(signal.SIGINT)
        out, err = command.communicate(timeout=60)
    assert (command.returncode, out, err) == (130, "", "Interrupted.\n")
