"""Candles of the demo market as files, made where they are wanted: the gallery and the Lab run
over them, and so may `lefi backtest`.

The rule it keeps: they end on one day for good, so a run of one text is the same for ever.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Final

from lefi_tui.adapters.candle_store import Extent, Shelf, shelves
from lefi_tui.adapters.demo_market import DemoMarket
from lefi_tui.adapters.script_files import write

MARKET: Final = "demo"
SEED: Final = "lefi"
FOLDER: Final = "gallery"  # in the data directory: these candles, and the runs of the gallery
MINUTE_MS: Final = 60_000
HOUR_MS: Final = 60 * MINUTE_MS
LENGTHS: Final = (HOUR_MS, 30 * MINUTE_MS, 15 * MINUTE_MS, 5 * MINUTE_MS, MINUTE_MS)
COUNT: Final = 8_640  # 6 days of 1m, 30 of 5m, 90 of 15m, 360 of 1h
UNTIL_MS: Final = 1_748_736_000_000  # 2025-06-01
PART: Final = 720  # at a time: the desk ticks on in between
HEAD: Final = "time,open,high,low,close,volume\n"
Told = Callable[[int, int], bool]  # how many are made, of how many; whether to go on


def length_of(wanted: Sequence[int]) -> int:
    """The longest candles, an hour at most, that all of these can be built from; of none, an hour.
    0: there are none."""
    common = math.gcd(*wanted) if wanted else HOUR_MS
    if common <= HOUR_MS and common % MINUTE_MS == 0:
        return common
    return next((each for each in LENGTHS if common % each == 0), 0)


class DemoCandles:
    """The files below one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._writes = Lock()  # another's may be under way
        self.symbols: Final = DemoMarket(SEED).symbols

    def shelf(self, symbol: str, length_ms: int) -> Shelf:
        """Where they stand, whether they are made or not: named as those of exchanges."""
        return Shelf(self._folder, MARKET, symbol, length_ms)

    def shelves(self) -> list[Shelf]:
        """Those that are made."""
        return shelves(self._folder)

    def extent(self, length_ms: int) -> Extent:
        """Of candles of this length, made or not."""
        return Extent(COUNT, UNTIL_MS - COUNT * length_ms, UNTIL_MS)

    def make(self, shelf: Shelf, told: Told) -> bool:
        """Whether the file is there; not where nobody waits for it any more."""
        with self._writes:
            return shelf.file.exists() or self._make(shelf, told)

    def _make(self, shelf: Shelf, told: Told) -> bool:
        market, rows, length_ms = DemoMarket(SEED), [HEAD], shelf.timeframe_ms
        for done in range(0, COUNT, PART):
            before = UNTIL_MS - (COUNT - done - PART) * length_ms
            for bar in market.bars(shelf.symbol, length_ms, PART, before):
                cells = (bar.time_ms, bar.open, bar.high, bar.low, bar.close, bar.volume)
                rows.append(",".join(map(str, cells)) + "\n")
            if not told(done + PART, COUNT):
                return False
        shelf.file.parent.mkdir(parents=True, exist_ok=True)
        write(shelf.file, "".join(rows))
        return True
