"""The machine sleeps: what was due meanwhile runs late, once, and says how late."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
ASLEEP_S = 4.5
SLEPT_MS = 3_000  # of the sleep, whenever in its second it began


def test_a_timer_due_while_the_process_was_stopped_runs_once_and_tells_its_lag(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-m", "tests.faults.timer_child", str(tmp_path / "desk")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert json.loads(child.stdout.readline()) == "ready"
        before = [json.loads(child.stdout.readline()) for _ in range(2)]
        child.send_signal(signal.SIGSTOP)
        time.sleep(ASLEEP_S)
        child.send_signal(signal.SIGCONT)
        after = [json.loads(child.stdout.readline()) for _ in range(3)]
        child.kill()
    late = [each for each in after if each["late_ms"] >= SLEPT_MS]
    assert len(late) == 1
    times = [each["at_ns"] for each in [*before, *after]]
    assert times == sorted(set(times))
    for each in [*before, *after]:  # what is on time runs at the time it was set to
        assert each["late_ms"] or each["at_ns"] % 1_000_000_000 == 0
