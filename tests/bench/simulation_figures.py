"""A simulation beside the best of its peers: one strategy with stops, the same trades counted.

Peers are loaded here alone, and only when their figure is taken.
"""

from __future__ import annotations

import atexit
import contextlib
import importlib
import io
import json
import math
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from array import array
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from lefi_tui.adapters.candle_store import HEADER
from lefi_tui.adapters.parquet_rows import write_parquet
from lefi_tui.core.candles import doubles
from lefi_tui.requests import BacktestRequest, Costs, MarketFile
from lefi_tui.simulate.kept import Kept
from lefi_tui.simulate.machine.code import SPEED
from lefi_tui.simulate.machine.columns import columns_of
from lefi_tui.simulate.machine.compiled import compile_script
from lefi_tui.simulate.machine.runner import MachineLoop, backtest
from lefi_tui.simulate.prepared import prepare
from lefi_tui.simulate.result import Result
from tests.bench.readings import Measurement, Reading, median_ms, plain_loop, process

ROOT: Final = Path(__file__).parents[2]
CHILD: Final = "tests.bench.cold_child"
SYMBOL: Final = "BTC/USDT"
BEGIN_MS: Final = 1_577_836_800_000
MINUTE_MS: Final = 60_000
SEED: Final = 7
SHORT: Final = 100_000
LONG: Final = 1_000_000
ROUNDS: Final = 7
EDITS: Final = 21

OHLC: Final = ("open", "high", "low", "close")
FAST, SLOW = 12, 26
SIZE, STOP, TARGET = 0.25, 0.004, 0.008
FEE: Final = 0.0005
CASH: Final = 10_000.0
# In at a cross, out at the stop or the target alone: peers let a stop go before a close that was
# sent for the same candle's open, and the trades would differ.
STRATEGY: Final = """script "Cross"
setting symbol = "BTC/USDT"
setting fast = 12 in 2..400
setting slow = 26 in 3..400
on Candle(symbol, 1m) {
    quick = EMA(close, fast)
    calm = EMA(close, slow)
    if CrossesAbove(quick, calm) and Position(symbol) == 0 {
        Buy(symbol, 25%, stop_loss = 0.4%, take_profit = 0.8%)
    }
}
"""


class Trades(NamedTuple):
    entries: tuple[int, ...]  # their candles
    exits: tuple[int, ...]
    equity: float


# ---- candles


@cache
def market(count: int) -> Mapping[str, array[float]]:
    """Minutes by chance; each opens where the one before closed."""
    chance, price = random.Random(SEED), 30_000.0
    out = {name: array("d") for name in HEADER.strip().split(",")}
    for number in range(count):
        close = price * math.exp(chance.gauss(0, 0.0008))
        high = max(price, close) * (1 + abs(chance.gauss(0, 0.0004)))
        low = min(price, close) * (1 - abs(chance.gauss(0, 0.0004)))
        row = (BEGIN_MS + number * MINUTE_MS, price, high, low, close, 1.0)
        for column, cell in zip(out.values(), row, strict=True):
            column.append(cell)
        price = close
    return out


@cache
def folder() -> Path:
    """Of this run of the bench; its columns are kept there."""
    place = Path(tempfile.mkdtemp(prefix="lefi-bench-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return place


@cache
def file_of(count: int) -> Path:
    path, columns = folder() / f"{count}.parquet", market(count)
    write_parquet(path, list(columns), [doubles(each) for each in columns.values()])
    return path


def request_of(count: int, source: str = STRATEGY) -> BacktestRequest:
    script = folder() / "cross.lefi"
    script.write_text(STRATEGY)
    return BacktestRequest(
        script,
        source,
        (MarketFile(file_of(count), SYMBOL),),
        costs=Costs(maker=Costs().taker),
        way="machine",
        columns=folder() / "columns",
    )


# ---- ours


def ours(count: int) -> tuple[Callable[[], MachineLoop], Trades]:
    """Compiled, its candles in memory: orders, fills, fees and the equity of each candle.

    The peer has run once, and so has ours: a text that runs over so many candles a second time is
    translated for speed.
    """
    request = request_of(count)
    prepared = prepare(request)
    compiled, columns = (
        compile_script(prepared, request, SPEED),
        columns_of(prepared.files, prepared.bound),
    )
    assert not isinstance(compiled, tuple), compiled

    def run() -> MachineLoop:
        loop = MachineLoop(prepared, request, compiled, columns)
        loop.run(None)
        return loop

    return run, trades_of(run().result("cross", 1.0))


def trades_of(result: Result) -> Trades:
    entries = tuple((each.entry_time - BEGIN_MS) // MINUTE_MS for each in result.trades)
    exits = tuple((each.exit_time - BEGIN_MS) // MINUTE_MS for each in result.trades)
    return Trades(entries, exits, result.equity[-1])


# ---- peers


def vectorbt(count: int) -> tuple[str, Callable[[], Trades]]:
    """With its Rust kernels, which are its quickest, and the averages of TA-Lib.

    Its stops begin with the candle after the entry's: of ten thousand trades one meets its stop in
    the very candle that it was opened in, and differs there.
    """
    vbt, talib, numpy = (importlib.import_module(each) for each in ("vectorbt", "talib", "numpy"))
    importlib.import_module("vectorbt_rust")
    opening, high, low, close = (numpy.array(market(count)[each]) for each in OHLC)

    def run() -> Trades:
        fast, slow = talib.EMA(close, FAST), talib.EMA(close, SLOW)
        entries, none = numpy.zeros(count, bool), numpy.zeros(count, bool)
        entries[2:] = (fast[:-2] <= slow[:-2]) & (fast[1:-1] > slow[1:-1])
        found = vbt.Portfolio.from_signals(
            close, entries, none, open=opening, high=high, low=low, price=opening,
            sl_stop=STOP, tp_stop=TARGET, stop_entry_price="fillprice", fees=FEE,
            init_cash=CASH, size=SIZE, size_type="percent", freq="1min",
        )  # fmt: skip
        equity, trades = found.value(), found.trades.records
        closed = trades[trades["status"] == 1]
        return Trades(
            tuple(map(int, closed["entry_idx"])),
            tuple(map(int, closed["exit_idx"])),
            float(equity.iloc[-1]),
        )

    return f"vectorbt {vbt.__version__} with its Rust kernels", run


def backtesting(count: int) -> tuple[str, Callable[[], Trades]]:
    lib, talib, pandas = (
        importlib.import_module(each) for each in ("backtesting", "talib", "pandas")
    )
    columns = market(count)
    names = {each.capitalize(): columns[each] for each in (*OHLC, "volume")}
    table = pandas.DataFrame(names, index=pandas.to_datetime(columns["timestamp"], unit="ms"))

    def init(self: Any) -> None:
        self.fast = self.I(talib.EMA, self.data.Close, FAST)
        self.slow = self.I(talib.EMA, self.data.Close, SLOW)

    def following(self: Any) -> None:
        if self.position or not self.fast[-2] <= self.slow[-2]:
            return
        if self.fast[-1] > self.slow[-1]:
            price = self.data.Close[-1]  # at which the next candle opens
            self.buy(size=SIZE, sl=price * (1 - STOP), tp=price * (1 + TARGET))

    cross = type("Cross", (lib.Strategy,), {"init": init, "next": following})

    def run() -> Trades:
        # It trades whole units only, so it has ten thousand times the cash.
        with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")  # that a trade is open at the end, and its bar
            found = lib.Backtest(table, cross, cash=CASH * 10_000, commission=FEE).run()
        trades = found["_trades"]
        return Trades(
            tuple(map(int, trades["EntryBar"])),
            tuple(map(int, trades["ExitBar"])),
            float(found["Equity Final [$]"]) / 10_000,
        )

    return f"backtesting.py {lib.__version__}", run


# ---- figures

Peer = Callable[[int], tuple[str, Callable[[], Trades]]]


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def beside(peer: Peer, count: int, rounds: int) -> Reading:
    """In turns, since machines drift; each has run once before."""
    run, mine = ours(count)
    name, other = peer(count)
    theirs = other()
    same = sum(map(tuple.__eq__, _places(mine), _places(theirs)))
    taken = [(seconds(run), seconds(other)) for _ in range(rounds)]
    spent_ms = statistics.median(each for each, _ in taken) * 1_000
    peer_ms = statistics.median(each for _, each in taken) * 1_000
    counted = f"{len(mine.entries):,} trades, of {len(theirs.entries):,} there {same:,} the same"
    pace = f"{count / spent_ms / 1_000:,.0f} million candles a second"
    note = f"{count:,} candles; {counted}; there {peer_ms:,.1f} ms; {pace}"
    ratio = statistics.median(there / here for here, there in taken)
    return Reading(ratio, f"the speed of {name}", spent_ms, "ms", note)


def _places(trades: Trades) -> list[tuple[int, int]]:
    return list(zip(trades.entries, trades.exits, strict=True))


def cold() -> Reading:
    """The whole command as a user starts it, its columns kept from a run before."""
    request = request_of(SHORT)
    home = {**os.environ, "LEFI_HOME": str(folder())}
    home.pop("PYTHONDONTWRITEBYTECODE", None)
    words = ("backtest", str(request.script), "--data", f"{SYMBOL}={request.files[0].path}")
    found = []
    for number in range(1 + ROUNDS):
        command = [sys.executable, "-m", CHILD, str(time.monotonic_ns()), *words]
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, timeout=300, env=home, cwd=ROOT
        )
        if number:  # the first makes the columns
            found.append(json.loads(done.stdout.splitlines()[-1]))
    split = {each: statistics.median(one[each] for one in found) for each in found[0]}
    whole = statistics.median(sum(one.values()) for one in found)
    note = ", ".join(f"{name} {ms:.0f}" for name, ms in split.items())
    nothing = median_ms(process("-c", "pass"))
    return Reading(whole / nothing, "a Python process that does nothing", whole, "ms", note)


def edit() -> Reading:
    """From a text whose number was changed to the new numbers, in a process that is warm."""
    kept, parts = Kept(), []
    for number in range(EDITS):
        source = STRATEGY.replace("fast = 12", f"fast = {5 + number}")
        parts.append(seconds(partial(backtest, request_of(SHORT, source), None, kept)) * 1_000)
    spent, loop = statistics.median(parts[1:]), median_ms(plain_loop)
    note = f"check, compile, run, result; {SHORT:,} candles; the slowest {max(parts[1:]):.0f} ms"
    return Reading(spent / loop, "100,000 additions in plain Python", spent, "ms", note)


MEASUREMENTS: Final[dict[str, Measurement]] = {
    "backtest_100k": Measurement(
        "a backtest of 100,000 candles beside vectorbt", partial(beside, vectorbt, SHORT, ROUNDS)
    ),
    "backtest_1m": Measurement(
        "a backtest of a million candles beside vectorbt", partial(beside, vectorbt, LONG, ROUNDS)
    ),
    "backtest_100k_events": Measurement(
        "the same beside backtesting.py", partial(beside, backtesting, SHORT, 3)
    ),
    "backtest_1m_events": Measurement(
        "a million candles beside backtesting.py", partial(beside, backtesting, LONG, 1)
    ),
    "backtest_cold": Measurement("`lefi backtest` of 100,000 kept candles, whole", cold),
    "edit_to_numbers": Measurement("an edited text to its new numbers", edit),
}
