"""How a figure is taken: beside a yardstick of the same minute, since machines differ and drift."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

ROUNDS: Final = 7


@dataclass(frozen=True, slots=True)
class Reading:
    """`ratio` times the yardstick comes first; the absolute figure holds for this machine only."""

    ratio: float
    yardstick: str
    value: float
    unit: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Measurement:
    what: str
    take: Callable[[], Reading]


def median_ms(work: Callable[[], object], rounds: int = ROUNDS) -> float:
    """The median of some rounds; one more before them warms caches."""
    work()
    spent: list[float] = []
    for _ in range(rounds):
        start = time.perf_counter()
        work()
        spent.append((time.perf_counter() - start) * 1_000)
    return statistics.median(spent)


def process(*arguments: str) -> Callable[[], object]:
    """A whole Python process from start to end."""
    command = [sys.executable, *arguments]
    # As for a user: what was compiled once is not compiled at every start.
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return lambda: subprocess.run(command, check=True, capture_output=True, timeout=120, env=kept)


def plain_loop() -> int:
    """What one core does in plain Python: a hundred thousand additions."""
    total = 0
    for number in range(100_000):
        total += number
    return total


def against_plain_python(arguments: list[str]) -> Reading:
    """A command, compared with a Python that does nothing."""
    nothing = median_ms(process("-c", "pass"))
    spent = median_ms(process(*arguments))
    return Reading(spent / nothing, "a Python process that does nothing", spent, "ms")


def against_plain_loop(work: Callable[[], object], note: str = "") -> Reading:
    """Work in this process, compared with a plain loop."""
    loop = median_ms(plain_loop)
    spent = median_ms(work)
    return Reading(spent / loop, "100,000 additions in plain Python", spent, "ms", note)
