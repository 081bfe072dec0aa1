"""`lefi sweep` as typed: one JSON value, and no process left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest

from lefi_tui.cli import main
from tests.simulate.candle_files import candles_of_chance

ROOT = Path(__file__).parents[2]
SCRIPT = str(ROOT / "scripts" / "ema_cross.lefi")
PATIENCE_S = 60.0


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("LEFI_HOME", str(tmp_path / "home"))
    return str(candles_of_chance(tmp_path / "chance.csv", 800, seed=5))


def test_a_sweep_tells_its_best_its_way_and_how_many_it_tried(
    data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    varied = ["--over", "fast=3..9:6", "--over", "slow=10..20:10", "--workers", "1"]
    assert main(["sweep", SCRIPT, "--data", data, *varied, "--rank", "return", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["variants"] == answer["done"] == len(answer["cells"]) == 4
    assert answer["over"] == {"fast": ["3", "9"], "slow": ["10", "20"]}
    assert answer["way"] in {"machine", "lanes"}
    assert answer["seconds"] > 0
    returns = [each["return"] for each in answer["best"]]
    assert returns == sorted(returns, reverse=True)
    assert [max(each[0] for each in answer["cells"])] == returns[:1]
    assert answer["best"][0]["settings"].keys() == {"fast", "slow"}

    settings = [f"--set={name}={value}" for name, value in answer["best"][0]["settings"].items()]
    assert main(["backtest", SCRIPT, "--data", data, *settings, "--json"]) == 0
    alone = json.loads(capsys.readouterr().out)
    assert alone["final_equity"] == answer["best"][0]["final_equity"]
    assert len(alone["trades"]) == answer["best"][0]["trades"]
    assert answer["tried"] == alone["honest"]["variants"] == 4  # the best was tried before


def test_a_sweep_that_varies_nothing_it_knows_is_wrong_usage(
    data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sweep", SCRIPT, "--data", data, "--over", "quick=1..2:1"]) == 2
    told = capsys.readouterr().err
    assert "`quick`" in told
    assert "Why:" in told
    assert "Next:" in told
    assert main(["sweep", SCRIPT, "--data", data, "--over", "fast=1..2"]) == 2


def test_a_setting_that_is_varied_and_set_is_wrong_usage(
    data: str, capsys: pytest.CaptureFixture[str]
) -> None:
    both = ["--over", "fast=3..9:3", "--set", "fast=7"]
    assert main(["sweep", SCRIPT, "--data", data, *both]) == 2
    told = capsys.readouterr().err
    assert "varied and set to 7" in told
    assert "Leave out --set fast" in told


def children_of(process: int) -> list[int]:
    path = Path(f"/proc/{process}/task/{process}/children")
    return [int(each) for each in path.read_text().split()] if path.exists() else []


def is_there(process: int) -> bool:
    """A zombie is not."""
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] != "Z"


@pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGKILL])
def test_a_sweep_that_is_ended_leaves_no_process(data: str, end: signal.Signals) -> None:
    varied = ["--over", "fast=3..90:1", "--over", "slow=91..400:1", "--way", "event"]
    words = [sys.executable, "-m", "lefi_tui", "sweep", SCRIPT, "--data", data, *varied]
    process = subprocess.Popen(
        [*words, "--workers", "2", "--json"],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    until = monotonic() + PATIENCE_S
    while len(workers := children_of(process.pid)) < 2 and monotonic() < until:
        sleep(0.02)
    assert len(workers) == 2
    if end is signal.SIGINT:
        sleep(1.0)  # some cells are done by then
    os.kill(process.pid, end)
    out, _ = process.communicate(timeout=PATIENCE_S)
    while any(map(is_there, workers)) and monotonic() < until:
        sleep(0.02)
    assert not any(map(is_there, workers))
    if end is signal.SIGINT:
        answer = json.loads(out)
        assert process.returncode == 130
        assert answer["stopped"]
        assert answer["done"] < answer["variants"]
