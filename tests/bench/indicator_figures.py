"""What each indicator adds to an event, at the lengths that charts begin with."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from functools import partial
from typing import Final

from lefi_tui.lang.program import check
from tests.bench.engine_figures import walk
from tests.bench.readings import Measurement, Reading, median_ms, plain_loop

EVENTS: Final = 10_000
ADDITIONS: Final = 100_000  # of the plain loop
ROUNDS: Final = 7
USUAL: Final = {
    "sma": "SMA(close, 20)",
    "ema": "EMA(close, 20)",
    "wma": "WMA(close, 20)",
    "macd": "MACD(close).signal",
    "rsi": "RSI(close, 14)",
    "stochastic": "Stochastic(14).d",
    "cci": "CCI(20)",
    "cci_of_200": "CCI(200)",
    "cci_of_2000": "CCI(2000)",
    "mfi": "MFI(14)",
    "roc": "ROC(close, 10)",
    "zscore": "ZScore(close, 20)",
    "stddev": "StdDev(close, 20)",
    "bollinger": "Bollinger(close, 20, 2).upper",
    "atr": "ATR(14)",
    "adx": "ADX(14)",
    "supertrend": "Supertrend(10, 3).line",
    "highest": "Highest(high, 20)",
    "lowest": "Lowest(low, 20)",
    "donchian": "Donchian(20).upper",
    "vwap": "VWAP()",
    "vwap_of_50": "VWAP(50)",
    "obv": "OBV()",
    "since": "Since(close > open)",
    "change": "Change(close, 10)",
    "crosses_above": "CrossesAbove(close, open)",
    "crosses_below": "CrossesBelow(close, open)",
}


def run_of(expression: str) -> Callable[[], None]:
    """A handler that only computes this, over the same candles each time."""
    program = check(f'on Candle("BTC/USDT", 1m) {{ x = {expression} }}').program
    assert program is not None
    events = [
        (each.symbol, float(each.time_ms), each.open, each.high, each.low, each.close, 1.0)
        for each in walk(EVENTS)
    ]

    def run() -> None:
        state = program.initial()
        for event in events:
            state = program.step(0, state, event, ()).state

    return run


def cost(expression: str) -> Reading:
    """Beside a handler that computes nothing, both taken in the same moment: machines drift."""
    own, bare = run_of(expression), run_of("close")
    taken = [(median_ms(own, 1) - median_ms(bare, 1), median_ms(plain_loop, 1))
             for _ in range(ROUNDS)]  # fmt: skip
    each_us = statistics.median(own for own, _ in taken) * 1_000 / EVENTS
    ratio = statistics.median(own / EVENTS / (loop / ADDITIONS) for own, loop in taken)
    return Reading(ratio, "one addition in plain Python", each_us, "us")


MEASUREMENTS: Final[dict[str, Measurement]] = {
    f"indicator_{name}": Measurement(
        f"{expression} at one candle, the bare step taken off", partial(cost, expression)
    )
    for name, expression in USUAL.items()
}
