"""The Lab with the process it has in the program: an edit comes back as a curve, a run is ended, a
process that dies is told of and begins anew; it dies with whoever asks it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from queue import SimpleQueue

import pytest

from lefi_tui.requests import Over
from lefi_tui.simulate.lab_worker import NICE
from lefi_tui.views.lab_view import Answer, AskRun, AskSweep, Busy, DataFile, Ended, Ground, Swept
from lefi_tui.wiring.lab import LabHouse
from lefi_tui.wiring.lab_link import LabLink
from tests.screens.lab_kit import WAVE, candles, opened
from tests.screens.real_desk import opened as real


@pytest.mark.asyncio
async def test_edits_an_end_and_a_crash_in_one_process_after_another(tmp_path: Path) -> None:
    lab = LabHouse(tmp_path / "lab", tmp_path / "candles", tmp_path / "demo")
    async with opened(tmp_path, lab=lab) as desk:
        await desk.ran()
        first, pid = desk.state.run, lab.pid
        assert pid is not None
        ours = os.getpriority(os.PRIO_PROCESS, 0)
        assert os.getpriority(os.PRIO_PROCESS, pid) == min(19, ours + NICE)
        desk.screen.editor.move_cursor((2, len("setting low = 100")))
        await desk.press("backspace", "1")
        await desk.ran()
        assert desk.state.run != first
        assert lab.pid == pid
        os.kill(pid, signal.SIGSEGV)
        await desk.shows("LE607 The simulation has ended (wave.lefi)")
        await desk.shows("signal 11")
        await desk.press("backspace", "2")
        await desk.ran()
        assert lab.pid != pid
        assert "LE607" not in desk.text


def test_one_that_ends_in_the_middle_of_an_answer_is_told_of_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torn = "import sys\nsys.stdin.readline()\nsys.stdout.write('{')\n"
    (tmp_path / "torn_worker.py").write_text(torn)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    heard: SimpleQueue[Answer] = SimpleQueue()
    link = LabLink(heard.put, "torn_worker")
    link.send(AskRun(1, "a", "", Ground((DataFile("a.csv"),))))
    assert isinstance(heard.get(timeout=60), Ended)
    link.close()


CHILD = """
import sys, time
from pathlib import Path
from queue import SimpleQueue
from lefi_tui.views.lab_view import AskRun, DataFile, Ground
from lefi_tui.requests import Over
from lefi_tui.views.lab_view import Answer, AskRun, AskSweep, Busy, DataFile, Ground, Swept
from lefi_tui.wiring.lab import LabHouse
lab = LabHouse(*[Path(sys.argv[1])] * 3)
def hear(said):
    print(lab.pid, flush=True)
lab.open(hear)
lab.send(AskRun(1, "a", "", Ground((DataFile(sys.argv[2]),))))
time.sleep(60)
"""


def test_it_dies_with_the_program_however_that_ends(tmp_path: Path) -> None:
    file = candles(tmp_path / "wave.csv")
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path), str(file)], stdout=subprocess.PIPE
    ) as program:
        assert program.stdout is not None
        pid = int(program.stdout.readline())
        program.kill()
    end = time.monotonic() + 30
    while _is_there(pid):
        assert time.monotonic() < end
        time.sleep(0.05)


def _is_there(pid: int) -> bool:
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_sweep_in_it_uses_processes_of_its_own_and_answers(tmp_path: Path) -> None:
    said: SimpleQueue[Answer] = SimpleQueue()
    lab = LabHouse(tmp_path, tmp_path, tmp_path)
    lab.open(said.put)
    ground = Ground((DataFile(str(candles(tmp_path / "wave.csv"))),))
    run = AskRun(1, "wave.lefi", WAVE, ground)
    try:
        lab.send(AskSweep(1, run, (Over("low", "100", "103", "1"),), "return"))
        while isinstance(answer := said.get(timeout=60), Busy):
            assert answer.of == 4
    finally:
        lab.close()
    assert isinstance(answer, Swept)
    assert [each.is_done for each in answer.sweep.cells] == [True] * 4


@pytest.mark.asyncio
async def test_from_the_scripts_screen_the_lab_opens_with_what_was_typed(tmp_path: Path) -> None:
    """In the whole program, whose demo market goes on."""
    async with real(tmp_path, (120, 40)) as desk:
        await desk.press("f3")
        await desk.until("first")
        await desk.press("home", "enter")
        await desk.until("first.lefi")
        await desk.press("ctrl+home", *"// hm", "enter")
        await desk.until("not saved")
        await desk.press("ctrl+l")
        await desk.until("No candles are chosen")
        await desk.until("// hm")
        await desk.until("not saved")
