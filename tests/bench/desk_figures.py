"""Figures of the desk on a terminal: start, memory, bytes, processor, how soon a key is heard."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tests.bench.readings import Reading, median_ms, process
from tests.bench.terminal import ROOT, SIZE, Terminal, opened

STARTS: Final = 5
WATCHED_S: Final = 10.0
PRESSES: Final = 200
BETWEEN_S: Final = 0.03
WHOLE_SCREEN: Final = SIZE[0] * SIZE[1]
F10: Final = b"\x1b[21~"
BOTS: Final = ("ema_cross", "bollinger", "rsi_reversion", "price_alert")
NOTHING: Final = "a Python process that does nothing"


@contextmanager
def desk() -> Iterator[Terminal]:
    with (
        tempfile.TemporaryDirectory(prefix="lefi-bench-") as home,
        opened(["-m", "lefi_tui"], {"LEFI_HOME": home}) as terminal,
    ):
        yield terminal


def first_frame() -> Reading:
    """From exec to the frame with the mode's word, a new profile each time."""
    return _start(b"DEMO")


def desk_alive() -> Reading:
    """To the first price of the running engine on the screen."""
    return _start(b"BTC/USDT")


def _start(words: bytes) -> Reading:
    spent = []
    for _ in range(STARTS):
        with desk() as terminal:
            spent.append(terminal.wait_for(words) * 1_000)
    value = statistics.median(spent)
    return Reading(value / median_ms(process("-c", "pass")), NOTHING, value, "ms")


def memory() -> Reading:
    """Resident, with engine and screen up for some seconds."""
    with opened(["-c", "input()"], {}) as bare:
        bare.read(0.5)
        nothing = bare.memory_mb()
    with desk() as terminal:
        terminal.wait_for(b"BTC/USDT")
        terminal.read(3.0)
        value = terminal.memory_mb()
    return Reading(value / nothing, NOTHING, value, "MB")


def quiet_bytes() -> Reading:
    return _bytes(bots=0)


def busy_bytes() -> Reading:
    return _bytes(bots=len(BOTS))


def _bytes(bots: int) -> Reading:
    """Bytes a second, and what share of a processor that takes."""
    with tempfile.TemporaryDirectory(prefix="lefi-bench-") as home:
        place = {"LEFI_HOME": home}
        with opened(["-m", "lefi_tui"], place) as terminal:
            terminal.wait_for(b"BTC/USDT")
            for name in BOTS[:bots]:
                script = str(ROOT / "scripts" / f"{name}.lefi")
                command = [sys.executable, "-m", "lefi_tui", "bots", "start", name]
                subprocess.run(
                    [*command, "--script", script],
                    check=True,
                    capture_output=True,
                    env={**place, "PATH": "", "PYTHONPATH": str(ROOT)},
                    cwd=ROOT,
                    timeout=60,
                )
            terminal.read(2.0)
            before = terminal.cpu_s()
            value = terminal.read(WATCHED_S) / WATCHED_S
            share = (terminal.cpu_s() - before) / WATCHED_S
    note = f"{share:.1%} of one processor, engine and screen"
    return Reading(value / WHOLE_SCREEN, "a whole screen of plain text", value, "bytes/s", note)


def key_bytes() -> Reading:
    """Tab, from pane to pane, on a desk that stands still."""
    with _child("still") as (terminal, _):
        spent = []
        for _ in range(20):
            terminal.press(b"\t")
            spent.append(terminal.settle(0.25))
    value = statistics.median(spent)
    return Reading(value / WHOLE_SCREEN, "a whole screen of plain text", value, "bytes")


def key_to_handler() -> Reading:
    """From the byte in the terminal to the handler, while prices move at 20 Hz."""
    with (
        tempfile.NamedTemporaryFile() as file,
        opened(["tests/bench/bare_child.py"], {"STAMPS": file.name}) as terminal,
    ):
        terminal.wait_for(b"ready")
        bare = _latencies(terminal, Path(file.name), b"x")
    with _child("moving") as (terminal, stamps):
        ours = _latencies(terminal, stamps, F10)
    value = statistics.median(ours)
    note = f"p99 {_p99(ours):.1f} ms; the bare wake-up {statistics.median(bare):.2f}, p99 "
    note += f"{_p99(bare):.1f} ms"
    return Reading(value / statistics.median(bare), "a bare wake-up", value, "ms", note)


@contextmanager
def _child(kind: str) -> Iterator[tuple[Terminal, Path]]:
    with tempfile.NamedTemporaryFile() as file:
        environment = {"DESK": kind, "STAMPS": file.name}
        with opened(["-m", "tests.bench.desk_child"], environment) as terminal:
            terminal.wait_for(b"42,3")
            terminal.read(1.0)
            yield terminal, Path(file.name)


def _latencies(terminal: Terminal, stamps: Path, key: bytes) -> list[float]:
    """Milliseconds from each press to its handler."""
    pressed = []
    for _ in range(PRESSES):
        pressed.append(terminal.press(key))
        terminal.read(BETWEEN_S)
    terminal.read(0.5)
    heard = [float(line) for line in stamps.read_text().splitlines()]
    assert len(heard) == PRESSES, f"{len(heard)} of {PRESSES} keys were heard"
    return [(there - here) * 1_000 for here, there in zip(pressed, heard, strict=True)]


def _p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]
