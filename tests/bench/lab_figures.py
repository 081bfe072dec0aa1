"""How soon an edit in the Lab has moved the curve: from the key to its last changed cell.

On a terminal of 120x40, with the desk of the demo market alive in the same program; 100,000 candles
and the EMA cross, one number of which is edited to and fro.
"""

from __future__ import annotations

import random
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from lefi_tui.views.lab_view import DataFile, Ground
from tests.bench.readings import Measurement, Reading
from tests.bench.terminal import ROOT, Terminal, opened

CANDLES: Final = 100_000
EDITS: Final = 50
QUIET_S: Final = 0.5  # without a change of the curve: it has come
LEFT: Final = 56  # the picture's first column, of 120
CURVE: Final = range(10, 22)  # the curve's rows
TEXT: Final = range(3, 38)
PLACED: Final = re.compile(rb"\x1b\[(\d+);(\d+)H")
SCRIPT: Final = (ROOT / "scripts" / "ema_cross.lefi").read_text()
NUMBER: Final = "setting fast = 12"
ALT_L: Final = b"\x1bl"
RIGHT, DOWN, BACKSPACE = b"\x1b[C", b"\x1b[B", b"\x7f"


def walk(file: Path) -> Path:
    chance, price = random.Random(8), 40_000.0
    rows = ["timestamp,open,high,low,close,volume"]
    for number in range(CANDLES):
        close = round(price * (1 + chance.gauss(0, 0.0008)), 1)
        high, low = max(price, close) + 5, min(price, close) - 5
        rows.append(f"{1_700_000_040_000 + number * 60_000},{price},{high},{low},{close},1")
        price = close
    file.write_text("\n".join(rows) + "\n")
    return file


@contextmanager
def lab() -> Iterator[Terminal]:
    """The text has the focus, and the cursor stands behind the number."""
    with tempfile.TemporaryDirectory(prefix="lefi-bench-") as home:
        folder = Path(home)
        (folder / "lab").mkdir()
        (folder / "scripts").mkdir()
        (folder / "scripts" / "a_cross.lefi").write_text(SCRIPT)
        ground = Ground((DataFile(str(walk(folder / "walk.csv"))),))
        (folder / "lab" / "ground.json").write_bytes(msgspec.json.encode(ground))
        with opened(["-m", "lefi_tui"], {"LEFI_HOME": home}) as terminal:
            terminal.wait_for(b"BTC/USDT")
            for keys, seconds in ((ALT_L, 2.0), (b"o", 1.5), (b"\r", 4.0)):
                terminal.press(keys)
                terminal.read(seconds)
            before = SCRIPT[: SCRIPT.index(NUMBER) + len(NUMBER)].split("\n")
            terminal.press(DOWN * (len(before) - 1) + RIGHT * len(before[-1]))
            terminal.read(2.0)
            yield terminal


def changes(terminal: Terminal, keys: bytes) -> tuple[float, float]:
    """Seconds until the text has changed, and until the curve has for the last time."""
    began, text, curve = terminal.press(keys), 0.0, 0.0
    while time.perf_counter() - began < QUIET_S + max(curve, 1.0):
        known = len(terminal.seen)
        terminal.read(0.002)
        now = time.perf_counter() - began
        for row, column in PLACED.findall(terminal.seen[known:]):
            if int(column) < LEFT and int(row) in TEXT:
                text = text or now
            elif int(column) >= LEFT and int(row) in CURVE:
                curve = now
    return text, curve


def edit_to_curve() -> Reading:
    with lab() as terminal:
        for keys in (BACKSPACE, b"3") * 3:
            changes(terminal, keys)
        # Each edit makes another number: 13, 14, 15 … of which none was run before.
        found = [
            changes(terminal, BACKSPACE * 2 + str(20 + each).encode()) for each in range(EDITS)
        ]
    moved = [curve * 1_000 for _, curve in found if curve]
    assert len(moved) > EDITS // 2, "the curve does not follow"
    text = statistics.median(text * 1_000 for text, _ in found)
    value = statistics.median(moved)
    note = f"p90 {statistics.quantiles(moved, n=10)[-1]:.0f} ms, {len(moved)} of {EDITS} moved it"
    return Reading(value / text, "the same key's own letter on the screen", value, "ms", note)


MEASUREMENTS: Final[dict[str, Measurement]] = {
    "lab_edit_to_curve": Measurement(
        "an edit to the last changed cell of its curve, 100,000 candles", edit_to_curve
    ),
}
