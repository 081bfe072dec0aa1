"""`test`, `backtest`, `run` and `replay` as a shell meets them: pure JSON, equal trades."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "scripts" / "ema_cross.lefi"
SET = ("--set", "fast=3", "--set", "slow=7")
REPORT = """
script symbol timeframe candles from to way seconds candles_per_second start_equity final_equity
return max_drawdown sharpe sortino cagr win_rate profit_factor exposure fees buy_and_hold
trades open
"""
TRADE = """
symbol side units entry_time entry_price exit_time exit_price fees pnl reason
"""
FIVE_MINUTES_MS = 300_000
BEGIN_MS = 1_704_067_200_000


def lefi(home: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lefi_tui", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
        timeout=110,
        env={**os.environ, "LEFI_HOME": str(home)},
        cwd=ROOT,
    )


def lines_of(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def market(tmp_path: Path) -> Path:
    """Two days of waves, so that averages cross often; one candle is missing."""
    closes = [100 + 5 * math.sin(n / 9) + 2 * math.sin(n / 2.3) for n in range(576)]
    rows = ["time,open,high,low,close,volume"]
    for number, (opening, close) in enumerate(pairwise(closes)):
        high, low = max(opening, close) + 0.25, min(opening, close) - 0.25
        at_ms = BEGIN_MS + number * FIVE_MINUTES_MS
        if number != 300:
            rows.append(f"{at_ms},{opening:.4f},{high:.4f},{low:.4f},{close:.4f},10")
    file = tmp_path / "waves.csv"
    file.write_text("\n".join(rows) + "\n")
    return file


def test_run_backtest_and_replay_tell_one_story(tmp_path: Path, market: Path) -> None:
    given = (SCRIPT, "--data", market, *SET, "--json")
    backtest = lefi(tmp_path, "backtest", *given)
    run = lefi(tmp_path, "run", *given, "--speed", "max")
    assert (backtest.returncode, run.returncode) == (0, 0), backtest.stderr + run.stderr

    (report,) = lines_of(backtest)
    assert set(REPORT.split()) <= set(report)
    assert len(report["trades"]) > 5
    assert set(TRADE.split()) <= set(report["trades"][0])
    *happened, end = lines_of(run)
    assert not [each for each in happened if "order L" in each["text"]], "an id instead of words"
    assert end["kind"] == "end"
    assert end["trades"] == report["trades"]
    assert end["open"] == report["open"]

    replay = lefi(tmp_path, "replay", end["run"], "--json")
    (answer,) = lines_of(replay)
    assert replay.returncode == 0, replay.stderr
    assert answer["same"] is True
    assert answer["difference"] is None
    assert answer["events"] > len(report["trades"])


def test_a_changed_script_makes_replay_name_the_first_difference(
    tmp_path: Path, market: Path
) -> None:
    run = lefi(tmp_path, "run", SCRIPT, "--data", market, *SET, "--json")
    *_, end = lines_of(run)
    changed = tmp_path / "changed.lefi"
    changed.write_text(SCRIPT.read_text().replace("setting size = 25%", "setting size = 24%"))

    replay = lefi(tmp_path, "replay", end["run"], "--script", changed, "--json")

    (answer,) = lines_of(replay)
    assert replay.returncode == 1
    assert answer["same"] is False
    assert answer["difference"]


def test_a_replay_of_a_run_nobody_made_is_refused(tmp_path: Path) -> None:
    done = lefi(tmp_path, "replay", "nobody", "--json")
    assert done.returncode in {1, 2}
    assert done.stdout == ""
    assert "  Next: " in done.stderr


@pytest.mark.parametrize("command", ["run", "backtest"])
def test_a_script_with_errors_does_not_run(command: str, tmp_path: Path, market: Path) -> None:
    script = tmp_path / "wrong.lefi"
    script.write_text("setting fast = 12 in 20..40\n")
    done = lefi(tmp_path, command, script, "--data", market, "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("LE601 Script can't run")


@pytest.mark.parametrize("command", ["run", "backtest"])
def test_a_bad_row_is_named_by_its_line_and_nothing_runs(
    command: str, tmp_path: Path, market: Path
) -> None:
    rows = market.read_text().splitlines()
    rows[40] = rows[40].replace(rows[40].split(",")[4], "-3")
    market.write_text("\n".join(rows))
    done = lefi(tmp_path, command, SCRIPT, "--data", market, "--json")
    assert (done.returncode, done.stdout) == (1, "")
    assert "41" in done.stderr


def told(tmp_path: Path, *texts: str) -> tuple[int, Sequence[str]]:
    files = []
    for number, text in enumerate(texts):
        files.append(tmp_path / f"s{number}.lefi")
        files[-1].write_text(text)
    done = lefi(tmp_path, "test", *files)
    return done.returncode, done.stdout.splitlines()


PASSES = (
    'on PriceUpdate("BTC/USDT") { if event.price > 100 { Notify("high") } }\n'
    'test "says so" { price 101\nexpect Notify("high") }\n'
)


def test_tests_that_pass_are_dots_and_status_0(tmp_path: Path) -> None:
    status, lines = told(tmp_path, PASSES, PASSES)
    assert status == 0
    assert lines[0].endswith("s0.lefi .")
    assert lines[-1].startswith("2 passed in ")


def test_a_failing_test_says_what_was_expected_and_what_happened(tmp_path: Path) -> None:
    status, lines = told(tmp_path, PASSES.replace("price 101", "price 99"), PASSES)
    assert status == 1
    assert lines[0].endswith("s0.lefi F")
    assert f'FAILED {tmp_path}/s0.lefi:2 "says so"' in lines
    assert '  line 3: expect Notify("high")' in lines
    assert "    happened: nothing to notify" in lines
    assert lines[-1].startswith("1 failed, 1 passed in ")


def test_what_no_test_gets_into_is_told_when_all_pass(tmp_path: Path) -> None:
    status, lines = told(tmp_path, PASSES, PASSES.replace("price 101", "price 99 101"))
    assert status == 0
    said = lines.index(f"NOT TESTED {tmp_path}/s0.lefi")
    assert lines[said + 1] == "  line 1: In every test this is true wherever it is asked."
    assert not any("s1.lefi" in each for each in lines[said:])


def test_a_close_that_had_nothing_to_close_is_told_and_passes(tmp_path: Path) -> None:
    script = (
        'on Candle("BTC/USDT", 5m) { if close < 100 { Close("BTC/USDT") } }\n'
        'test "closes" { candles 101 99\nexpect Close("BTC/USDT") }\n'
    )
    status, lines = told(tmp_path, script)
    assert status == 0
    said = lines.index(f'DID NOTHING {tmp_path}/s0.lefi:2 "closes"')
    assert lines[said + 1] == '  line 3: expect Close("BTC/USDT")'
    assert "had nothing to close: no position, no working order" in lines[said + 2]
    (data,) = json.loads(lefi(tmp_path, "test", tmp_path / "s0.lefi", "--json").stdout)
    (test,) = data["tests"]
    assert (test["name"], test["passed"], test["unmet"]) == ("closes", True, [])
    (nothing,) = test["did_nothing"]
    assert (nothing["line"], nothing["expected"]) == (3, 'expect Close("BTC/USDT")')
    assert [each["line"] for each in data["not_tested"]] == [1]


def test_a_script_with_errors_is_an_error_and_the_others_run(tmp_path: Path) -> None:
    status, lines = told(tmp_path, "setting fast = 12 in 20..40\n", PASSES)
    assert status == 1
    assert lines[0].endswith("s0.lefi E")
    assert lines[-1].startswith("1 error, 1 passed in ")


def test_a_script_without_tests_is_no_pass(tmp_path: Path) -> None:
    status, lines = told(tmp_path, PASSES.splitlines()[0])
    assert status == 1
    assert lines[-1].startswith("no tests ran in ")
