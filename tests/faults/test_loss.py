"""The day's loss survives `kill -9`: an engine that comes back still keeps entries out."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from tests.engine.kit import MemoryVenue, bars, running

ROOT = Path(__file__).parents[2]
MINUTE_NS = 60_000_000_000


def denials(folder: Path) -> list[set[str]]:
    """Of each order that the gate refused: the codes of what did not pass."""
    journal = SqliteJournal(folder)
    try:
        rows = [json.loads(row.body) for row in journal.rows() if row.type == "OrderDenied"]
    finally:
        journal.close()
    return [{v["code"] for v in row["verdicts"] if not v["passed"]} for row in rows]


def test_an_engine_killed_and_started_again_keeps_the_days_loss_and_its_highest(
    tmp_path: Path,
) -> None:
    folder, minute = tmp_path / "desk", SystemClock().now_ns() // MINUTE_NS
    command = [sys.executable, "-m", "tests.faults.loss_child", str(folder), str(minute)]
    with subprocess.Popen(command, cwd=ROOT, stdin=PIPE, stdout=PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "lost\n"
        child.kill()
    venue = MemoryVenue()
    engine = running(folder, venue)
    assert engine.hear(bars(minute, 1.0))  # the bot would buy once more
    assert engine.submit(m.EmitEvent("behind the candle")).result(30)
    engine.stop()
    assert denials(folder) == [{"DAILY_LOSS_EXCEEDS_MAXIMUM", "DRAWDOWN_DAY"}]
    assert not venue.orders
