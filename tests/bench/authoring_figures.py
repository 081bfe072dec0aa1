"""What it takes to be told something while a script is written: rows at a key, a word explained.

Each key makes a new text: nothing of the answer is there before it but what other lines left. The
99th part of a hundred is told beside the median.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Final

from lefi_tui.lang.authoring.analysis import TEXTS_KEPT, Analysis, analysed
from tests.bench.language_figures import script_of
from tests.bench.readings import Measurement, Reading, median_ms, plain_loop

ROOT: Final = Path(__file__).parents[2]
KEYS: Final = 200  # at places all over the script
MARKET: Final = tuple(f"COIN{number}/USDT" for number in range(500))
LENGTHS: Final = (300, 2_000)
_RESIDENT: Final = """
from pathlib import Path
from tests.bench.authoring_figures import keep_all
def kib():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(each.split()[1] for each in lines if each.startswith("VmRSS"))
print(kib())
kept = keep_all({lines})
print(kib())
"""


def _places(text: str) -> list[int]:
    """Where a line ends, all over the text."""
    return [text.index("\n", len(text) * number // (KEYS + 10)) for number in range(KEYS)]


def completion(lines: int) -> Reading:
    """A letter of a name more, and the rows for it."""
    text, spent = script_of(lines), []
    Analysis(text).completions(0, MARKET)
    for at in _places(text):
        new = f"{text[:at]}\n    if st{text[at:]}"
        start = time.perf_counter()
        assert Analysis(new).completions(at + 10, MARKET).rows
        spent.append((time.perf_counter() - start) * 1_000)
    return _reading(spent)


def hover(lines: int) -> Reading:
    """A word of a text that was checked."""
    text, spent = script_of(lines), []
    analysis = Analysis(text)
    assert not any(each.is_error for each in analysis.diagnostics)
    for at in _places(text):
        start = time.perf_counter()
        analysis.hover(at - 3)
        spent.append((time.perf_counter() - start) * 1_000)
    return _reading(spent)


def _reading(spent: list[float]) -> Reading:
    median, p99 = statistics.median(spent), statistics.quantiles(spent, n=100)[-1]
    ratio = median / median_ms(plain_loop)
    return Reading(ratio, "100,000 additions in plain Python", median, "ms", f"p99 {p99:.2f} ms")


def keep_all(lines: int) -> list[Analysis]:
    """As many texts as an editor keeps: checked, hovered, completed, their names looked for."""
    kept = []
    for number in range(TEXTS_KEPT):
        analysis = analysed(script_of(lines) + "\n" * number)
        middle = len(analysis.text) // 2
        analysis.completions(middle, MARKET)
        analysis.hover(middle)
        analysis.references(analysis.text.index("fast"))
        kept.append(analysis)
    return kept


def memory(lines: int) -> Reading:
    """A process of its own, before and after."""
    command = [sys.executable, "-c", _RESIDENT.format(lines=lines)]
    told = subprocess.run(command, check=True, capture_output=True, cwd=ROOT, timeout=120)
    before, after = (int(each) / 1_024 for each in told.stdout.split())
    return Reading(after / before, "Python with the language", after - before, "MiB more")


MEASUREMENTS: Final[dict[str, Measurement]] = {
    f"{name}_{lines}": Measurement(what.format(f"{lines:,}"), partial(take, lines))
    for name, what, take in (
        ("completion", "rows at a key in a script of {} lines", completion),
        ("hover", "a word explained in a checked script of {} lines", hover),
        ("authoring_memory", "the last texts of {} lines, all asked of them", memory),
    )
    for lines in LENGTHS
}
