"""Starts and ends the far venue: `with far_exchange(folder) as far: FarVenue(far.socket)`."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.exchange.ledger import LedgerRead, read_ledger

ROOT = Path(__file__).parents[2]
READY_S = 60.0


@dataclass(frozen=True)
class FarExchange:
    socket: Path
    ledger: Path
    pid: int

    def read(self) -> LedgerRead:
        return read_ledger(self.ledger)


@contextmanager
def far_exchange(folder: Path, *arguments: str) -> Iterator[FarExchange]:
    """A venue process in this folder; arguments as in tests.exchange.server."""
    socket, ledger = folder / "venue.sock", folder / "venue.sqlite"
    command = [sys.executable, "-m", "tests.exchange.server", *arguments]
    places = ["--socket", str(socket), "--ledger", str(ledger)]
    with subprocess.Popen([*command, *places], cwd=ROOT) as process:
        try:
            _await_socket(socket, process)
            yield FarExchange(socket, ledger, process.pid)
        finally:
            process.terminate()
            process.wait(READY_S)


def _await_socket(socket: Path, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + READY_S
    while not socket.exists():
        assert process.poll() is None, "the venue's process ended at its start"
        assert time.monotonic() < end, "the venue did not come up"
        time.sleep(0.01)
