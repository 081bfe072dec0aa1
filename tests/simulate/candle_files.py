"""Files of candles by chance."""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random


def candles_of_chance(
    path: Path, count: int, *, seed: int, funding: bool = False, gaps: bool = True
) -> Path:
    """Candles of 5 minutes; some are missing, some open elsewhere than the last one closed."""
    chance = Random(seed)
    at_ms, price = 1_704_067_200_000, 100.0
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        head = ["time", "open", "high", "low", "close", "volume"]
        rows.writerow([*head, "funding"] if funding else head)
        for number in range(count):
            at_ms += 300_000 * (chance.choice((2, 5, 30)) if gaps and chance.random() < 0.01 else 1)
            opening = price * (1 + chance.gauss(0, 0.002) * (chance.random() < 0.2))
            price = max(opening * (1 + chance.gauss(0, 0.006)), 1.0)
            high = max(opening, price) * (1 + abs(chance.gauss(0, 0.003)))
            low = min(opening, price) * (1 - abs(chance.gauss(0, 0.003)))
            row = [at_ms, opening, high, low, price, round(chance.expovariate(0.1), 3)]
            rows.writerow([*row, 0.0001 if number % 96 == 0 else 0.0] if funding else row)
    return path
