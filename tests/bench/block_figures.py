"""Ten million candles: what a run over them takes of memory, its columns on disk."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import tempfile
import time
import zlib
from pathlib import Path
from typing import Any, Final

from lefi_tui.adapters import column_cache
from lefi_tui.core.candles import COLUMNS, DOUBLE, Column, doubles
from lefi_tui.places import HOME, places
from tests.bench.readings import Measurement, Reading
from tests.bench.simulation_figures import BEGIN_MS, MINUTE_MS, ROOT, SEED, STRATEGY, SYMBOL

COUNT: Final = 10_000_000
KB_PER_MB: Final = 1_024
# The kernel's own peak of this process alone: what a child is said to have used begins with what
# its parent had.
CHILD: Final = """
import contextlib, io, sys
from pathlib import Path
from lefi_tui.cli import main
with contextlib.redirect_stdout(io.StringIO()):
    assert main(sys.argv[1:]) == 0
lines = Path("/proc/self/status").read_text().splitlines()
print(next(each.split()[1] for each in lines if each.startswith("VmHWM")))
"""


def made(count: int) -> Column:
    """Minutes by chance, as `simulation_figures.market` has them."""
    numpy = importlib.import_module("numpy")
    chance = numpy.random.default_rng(SEED)
    # Cash is not used up: each price comes back, so that orders are sent to the end.
    close = 30_000 * (1 + 0.2 * numpy.sin(numpy.cumsum(chance.normal(0, 0.004, count))))
    opening = numpy.concatenate(([30_000.0], close[:-1]))
    high = numpy.maximum(opening, close) * (1 + abs(chance.normal(0, 0.0004, count)))
    low = numpy.minimum(opening, close) * (1 - abs(chance.normal(0, 0.0004, count)))
    times, ones = BEGIN_MS + float(MINUTE_MS) * numpy.arange(count), numpy.ones(count)
    cells: Any = [times, ones, opening, high, low, close, ones, numpy.zeros(count)]
    return doubles(numpy.concatenate(cells))


def kept(source: Path, folder: Path) -> None:
    """As a first run leaves it; to write and read so much text would take minutes."""
    source.write_text("read before\n")
    stamp = column_cache.stamp_of(source)
    assert stamp is not None
    ours, cells = column_cache._Kept(folder, source, 0), made(COUNT)
    head = column_cache.Head(
        *(ours._key, stamp, column_cache._digest(source)),
        is_young=False,
        timeframe_ms=MINUTE_MS,
        gaps=0,
        missing=0,
        has_funding=False,
        candles=COUNT,
        checksum=zlib.crc32(cells),
    )
    folder.mkdir(parents=True)
    with ours._file.open("wb") as out:
        out.write(column_cache._written(head))
        out.write(cells)


def blocks() -> Reading:
    with tempfile.TemporaryDirectory(prefix="lefi-bench-") as place:
        home = Path(place)
        script, source = home / "cross.lefi", home / "candles.csv"
        script.write_text(STRATEGY)
        kept(source, places({HOME: place}).columns)
        words = ("backtest", str(script), "--data", f"{SYMBOL}={source}", "--way", "machine")
        start = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "-c", CHILD, *words],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=600,
            env={**os.environ, HOME: place},
            cwd=ROOT,
        )
        spent = time.perf_counter() - start
    mb, whole = int(done.stdout) / KB_PER_MB, COUNT * COLUMNS * DOUBLE / 2**20
    note = f"{COUNT:,} candles in {spent:.1f} s; the bound is 400 MB"
    return Reading(mb / whole, "its columns on disk", mb, "MB", note)


MEASUREMENTS: Final[dict[str, Measurement]] = {
    "backtest_10m": Measurement("ten million candles, the peak of memory", blocks),
}
