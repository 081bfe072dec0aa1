"""The desk on a real pseudo-terminal: signals end it cleanly, and a stalled line stops nothing."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 60.0


class Terminal:
    """A pseudo-terminal with the desk in it. Reading it is the test's choice."""

    def __init__(self, beats: Path, *, floods: bool = False) -> None:
        self.beats = beats
        self.main, side = pty.openpty()
        fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        environ = {**os.environ, "TERM": "xterm-256color", "DESK_BEATS": str(beats)}
        environ.pop("NO_COLOR", None)
        environ.pop("COLORTERM", None)
        if floods:
            environ["DESK_FLOOD"] = "1"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.screens.child_desk"],
            stdin=side,
            stdout=side,
            stderr=side,
            cwd=ROOT,
            env={**environ, "PYTHONPATH": str(ROOT)},
            start_new_session=True,
        )
        os.close(side)
        self.seen = b""

    def read(self, seconds: float) -> bytes:
        """What comes within this time."""
        end = time.monotonic() + seconds
        out = b""
        while (left := end - time.monotonic()) > 0:
            if select.select([self.main], [], [], min(left, 0.05))[0]:
                try:
                    part = os.read(self.main, 65_536)
                except OSError:  # the other end is closed
                    break
                if not part:
                    break
                out += part
        self.seen += out
        return out

    def wait_for(self, text: bytes) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while text not in self.seen:
            assert time.monotonic() < end, self.seen[-2000:]
            self.read(0.1)

    def count(self, word: str = "beat") -> int:
        return self.beats.read_text().split().count(word) if self.beats.exists() else 0

    def end(self) -> int:
        """The exit status; the terminal is read meanwhile."""
        end = time.monotonic() + PATIENCE_SECONDS
        while self.process.poll() is None:
            assert time.monotonic() < end, "it did not end"
            self.read(0.05)
        return self.process.returncode

    def wait_beats(self, more: int) -> None:
        """Until the loop has beaten so often again; the terminal is not read."""
        goal = self.count() + more
        end = time.monotonic() + PATIENCE_SECONDS
        while self.count() < goal:
            assert time.monotonic() < end, "the loop stands still"
            time.sleep(0.05)


@pytest.fixture
def terminal(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Terminal]:
    opened = Terminal(tmp_path / "beats", floods=getattr(request, "param", False))
    try:
        yield opened
    finally:
        if opened.process.poll() is None:
            opened.process.kill()
        opened.process.wait()
        os.close(opened.main)


def test_sigterm_cleans_up_gives_the_terminal_back_and_ends(terminal: Terminal) -> None:
    terminal.wait_for(b"42,35")
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.end() == 128 + signal.SIGTERM
    terminal.read(0.2)
    assert b"\x1b[?1049l" in terminal.seen  # the alternate screen was left
    assert "cleaned SIGTERM" in terminal.beats.read_text()


@pytest.mark.parametrize("terminal", [True], indirect=True)
def test_a_terminal_that_nobody_reads_stops_nothing(terminal: Terminal) -> None:
    terminal.wait_for(b"42,35")
    terminal.wait_beats(80)  # the stock driver stands still after thirty unread writes
    terminal.seen = b""
    terminal.wait_for(b"42,358")  # and it catches up
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.end() == 128 + signal.SIGTERM


@pytest.mark.parametrize("terminal", [True], indirect=True)
def test_sigterm_ends_it_also_when_nobody_reads(terminal: Terminal) -> None:
    terminal.wait_for(b"42,35")
    terminal.wait_beats(40)
    terminal.process.send_signal(signal.SIGTERM)
    assert terminal.process.wait(PATIENCE_SECONDS) == 128 + signal.SIGTERM
    assert "cleaned SIGTERM" in terminal.beats.read_text()


def test_a_lost_line_ends_the_screen_after_its_clean_up(terminal: Terminal) -> None:
    terminal.wait_for(b"42,35")
    terminal.process.send_signal(signal.SIGHUP)
    assert terminal.end() == 128 + signal.SIGHUP
    assert "cleaned SIGHUP" in terminal.beats.read_text()


def test_the_suspend_signal_freezes_nothing(terminal: Terminal) -> None:
    terminal.wait_for(b"42,35")
    terminal.process.send_signal(signal.SIGTSTP)
    terminal.wait_beats(5)
    assert terminal.process.poll() is None


def test_a_tick_costs_few_bytes_and_the_first_screen_is_whole(terminal: Terminal) -> None:
    terminal.wait_for(b"42,35")
    terminal.read(1.0)
    before, beats = len(terminal.seen), terminal.count()
    terminal.read(1.0)
    frames = max(1, (terminal.count() - beats) // 2)
    # Three prices, two positions and their ages change in a frame; whole lines would be 4,000.
    assert (len(terminal.seen) - before) / frames < 2_500


def test_f10_asks_the_terminal_for_the_mouse_and_gives_it_back(terminal: Terminal) -> None:
    terminal.wait_for(b"42,35")
    assert b"\x1b[?1000h" not in terminal.seen
    os.write(terminal.main, b"\x1b[21~")
    terminal.wait_for(b"\x1b[?1000h")
    os.write(terminal.main, b"\x1b[21~")
    terminal.wait_for(b"\x1b[?1000l")
