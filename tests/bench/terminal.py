"""A program on a pseudo-terminal, as figures see it: bytes with their times, memory, processor."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import Popen
from typing import Final

ROOT: Final = Path(__file__).parents[2]
SIZE: Final = (120, 40)
PATIENCE_S: Final = 30.0
PAGE: Final = 1_024
TICKS: Final = os.sysconf("SC_CLK_TCK")


class Terminal:
    """The near end. All that the program writes is read whenever a method waits."""

    def __init__(self, process: Popen[bytes], main: int) -> None:
        self.process = process
        self._main = main
        self.seen = b""
        self.began = time.perf_counter()

    def read(self, seconds: float) -> int:
        """The bytes written in so long."""
        before, end = len(self.seen), time.perf_counter() + seconds
        while (left := end - time.perf_counter()) > 0:
            self._take(left)
        return len(self.seen) - before

    def wait_for(self, words: bytes) -> float:
        """Seconds since the start until these words were written."""
        while words not in self.seen:
            spent = time.perf_counter() - self.began
            assert spent < PATIENCE_S, self.seen[-500:]
            self._take(0.01)
        return time.perf_counter() - self.began

    def settle(self, quiet_s: float = 0.3) -> int:
        """Reads until nothing was written for so long; the bytes."""
        before = len(self.seen)
        while self.read(quiet_s):
            continue
        return len(self.seen) - before

    def press(self, keys: bytes) -> float:
        """When it was written, on the clock that all processes share."""
        at = time.perf_counter()
        os.write(self._main, keys)
        return at

    def _take(self, seconds: float) -> None:
        if select.select([self._main], [], [], min(seconds, 0.01))[0]:
            with suppress(OSError):
                self.seen += os.read(self._main, 65_536)

    # ---- the processes behind it

    def _members(self) -> Iterator[Path]:
        """Every process of the program's session."""
        for each in Path("/proc").iterdir():
            if not each.name.isdigit():
                continue
            with suppress(OSError):
                fields = (each / "stat").read_text().rpartition(")")[2].split()
                if int(fields[3]) == self.process.pid:
                    yield each

    def memory_mb(self) -> float:
        """What is resident; pages that two processes share are counted once."""
        total = 0
        for each in self._members():
            for line in (each / "smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * PAGE
        return total / 1e6

    def cpu_s(self) -> float:
        """Seconds of processor spent so far."""
        spent = 0
        for each in self._members():
            fields = (each / "stat").read_text().rpartition(")")[2].split()
            spent += int(fields[11]) + int(fields[12])
        return spent / TICKS


@contextmanager
def opened(arguments: list[str], environment: Mapping[str, str]) -> Iterator[Terminal]:
    """A Python program of ours on a terminal of 120x40; it is gone afterwards."""
    main, side = pty.openpty()
    fcntl.ioctl(side, termios.TIOCSWINSZ, struct.pack("HHHH", SIZE[1], SIZE[0], 0, 0))
    whole = {**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(ROOT), **environment}
    whole.pop("NO_COLOR", None)
    process = Popen(
        [sys.executable, *arguments],
        stdin=side,
        stdout=side,
        stderr=side,
        cwd=ROOT,
        env=whole,
        start_new_session=True,
    )
    os.close(side)
    terminal = Terminal(process, main)
    try:
        yield terminal
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(PATIENCE_S)
        os.close(main)
