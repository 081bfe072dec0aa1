"""A sweep of 400 pairs beside vectorbt's: the same strategy, the same candles, each whole."""

from __future__ import annotations

import importlib
import statistics
from collections.abc import Callable
from functools import partial
from typing import Final

from msgspec.structs import replace

from lefi_tui.requests import Over, SweepRequest
from lefi_tui.simulate.sweep import sweep
from lefi_tui.views.sweep_view import SweepView
from tests.bench.readings import Measurement, Reading
from tests.bench.simulation_figures import (
    CASH,
    FEE,
    OHLC,
    SHORT,
    SIZE,
    STOP,
    TARGET,
    market,
    request_of,
    seconds,
)

FAST: Final = range(2, 42, 2)
SLOW: Final = range(45, 145, 5)
WORKERS: Final = 2
ROUNDS: Final = 5


def asked(way: str) -> SweepRequest:
    over = tuple(
        Over(name, str(each[0]), str(each[-1]), str(each.step))
        for name, each in (("fast", FAST), ("slow", SLOW))
    )
    return SweepRequest(replace(request_of(SHORT), way=way), over, workers=WORKERS)


def vectorbt() -> tuple[str, Callable[[], int]]:
    """All pairs at once, as it is meant; answers the number of trades."""
    vbt, talib, numpy = (importlib.import_module(each) for each in ("vectorbt", "talib", "numpy"))
    importlib.import_module("vectorbt_rust")
    columns = [numpy.array(market(SHORT)[each]) for each in OHLC]
    pairs = len(FAST) * len(SLOW)

    def run() -> int:
        quick = {each: talib.EMA(columns[3], each) for each in FAST}
        calm = {each: talib.EMA(columns[3], each) for each in SLOW}
        entries = numpy.zeros((SHORT, pairs), bool)
        for number, (fast, slow) in enumerate((one, other) for one in FAST for other in SLOW):
            one, other = quick[fast], calm[slow]
            entries[2:, number] = (one[:-2] <= other[:-2]) & (one[1:-1] > other[1:-1])
        opening, high, low, close = (numpy.tile(each[:, None], (1, pairs)) for each in columns)
        found = vbt.Portfolio.from_signals(
            close, entries, numpy.zeros_like(entries), open=opening, high=high, low=low,
            price=opening, sl_stop=STOP, tp_stop=TARGET, stop_entry_price="fillprice", fees=FEE,
            init_cash=CASH, size=SIZE, size_type="percent", freq="1min",
        )  # fmt: skip
        found.sharpe_ratio()
        return int(found.trades.closed.count().sum())

    return f"vectorbt {vbt.__version__} with its Rust kernels", run


def beside(way: str) -> Reading:
    """Its own once, since it takes half a minute; ours several times, the first not counted."""
    request, found = asked(way), list[SweepView]()
    spent = [seconds(lambda: found.append(sweep(request))) for _ in range(1 + ROUNDS)]
    ours_s = statistics.median(spent[1:])
    name, other = vectorbt()
    trades: list[int] = []
    theirs_s = seconds(lambda: trades.append(other()))
    mine = sum(each.trades for each in found[0].cells)
    note = (
        f"{len(found[0].cells)} pairs of {SHORT:,} candles, {WORKERS} workers, by the "
        f"{found[0].way} way; {mine:,} trades, there {trades[0]:,}; there {theirs_s:,.1f} s; "
        f"the first of the process {spent[0]:.2f} s"
    )
    return Reading(theirs_s / ours_s, f"the speed of {name}", ours_s * 1_000, "ms", note)


MEASUREMENTS: Final[dict[str, Measurement]] = {
    "sweep_lanes": Measurement("a sweep of 400 pairs in lanes", partial(beside, "auto")),
    "sweep_machine": Measurement("the same, each cell a whole run", partial(beside, "machine")),
}
