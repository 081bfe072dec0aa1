"""Indicators against TA-Lib, on random walks, on markets that stand still, and on real candles."""

from __future__ import annotations

import csv
import gzip
import itertools
import math
import random
from pathlib import Path

import numpy as np
import pytest
import talib

from lefi_tui.lang.program import check

DATA = Path(__file__).parents[4] / "shared" / "data"
Columns = dict[str, list[float]]


def ours(expression: str, columns: Columns) -> list[float]:
    """An indicator's value at every candle; not-a-number before the first."""
    script = f'state x = none\non Candle("A/B", 1m) {{ x = {expression} ?? -1e300 }}'
    made = check(script).program
    assert made is not None
    state, out = made.initial(), []
    rows = zip(*(columns[name] for name in ("open", "high", "low", "close")), strict=True)
    for number, row in enumerate(rows):
        state = made.step(0, state, ("A/B", number * 60_000.0, *row, 1.0), ()).state
        value = made.state_value(state, "x")
        out.append(math.nan if value == -1e300 else value)
    return out


def walk(count: int, seed: int, step: float = 0.01) -> Columns:
    chance = random.Random(seed)
    out: Columns = {"open": [], "high": [], "low": [], "close": []}
    close = 100.0
    for _ in range(count):
        opening, close = close, close * math.exp(chance.gauss(0, step))
        out["open"].append(opening)
        out["high"].append(max(opening, close) * (1 + chance.random() * step))
        out["low"].append(min(opening, close) * (1 - chance.random() * step))
        out["close"].append(close)
    return out


def real(name: str, count: int) -> Columns:
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"real candles are in ../shared/data, and {name} is not there")
    out: Columns = {"open": [], "high": [], "low": [], "close": []}
    with gzip.open(path, "rt") as file:
        for row in itertools.islice(csv.DictReader(file), count):
            for key, values in out.items():
                values.append(float(row[key]))
    return out


def theirs(columns: Columns) -> dict[str, np.ndarray]:
    high, low, close = (np.array(columns[each]) for each in ("high", "low", "close"))
    upper, middle, lower = talib.BBANDS(close, 20, 2.0, 2.0)
    return {
        "SMA(close, 14)": talib.SMA(close, 14),
        "EMA(close, 14)": talib.EMA(close, 14),
        "RSI(close, 14)": talib.RSI(close, 14),
        "ATR(14)": talib.ATR(high, low, close, 14),
        "Highest(high, 20)": talib.MAX(high, 20),
        "Lowest(low, 20)": talib.MIN(low, 20),
        "Bollinger(close, 20, 2).upper": upper,
        "Bollinger(close, 20, 2).middle": middle,
        "Bollinger(close, 20, 2).lower": lower,
        "EMA(RSI(close, 14), 5)": _nested(talib.RSI(close, 14), 5),
    }


def _nested(values: np.ndarray, n: int) -> np.ndarray:
    warm = int(np.isnan(values).sum())
    return np.concatenate([np.full(warm, np.nan), talib.EMA(values[warm:], n)])


def agree(columns: Columns) -> None:
    scale = max(columns["close"])
    for expression, wanted in theirs(columns).items():
        got = np.array(ours(expression, columns))
        assert np.array_equal(np.isnan(got), np.isnan(wanted)), expression
        tolerance = 1e-9 * max(1.0, scale)
        if "Bollinger" in expression:
            # TA-Lib takes the variance from sums of squares, which loses half its digits.
            tolerance = 1e-6 * max(1.0, scale)
        worst = np.nanmax(np.abs(got - wanted))
        assert worst <= tolerance, (expression, worst)


@pytest.mark.parametrize("seed", range(3))
def test_indicators_are_ta_libs_on_random_walks(seed: int) -> None:
    agree(walk(400, seed))


def test_indicators_are_ta_libs_on_a_market_that_stands_still() -> None:
    columns = {name: [100.0] * 60 for name in ("open", "high", "low", "close")}
    assert ours("RSI(close, 14)", columns)[20:] == [0.0] * 40
    assert ours("ATR(14)", columns)[20:] == [0.0] * 40
    agree(columns)


@pytest.mark.parametrize("name", ["btcusd_perp_1m_2022-01.csv.gz", "ethbtc_5m_2018-01.csv.gz"])
def test_indicators_are_ta_libs_on_real_candles(name: str) -> None:
    agree(real(name, 3_000))


def test_a_standard_deviation_is_divided_by_n() -> None:
    columns = walk(100, 5)
    got = ours("StdDev(close, 10)", columns)
    for end in range(10, 100):
        window = columns["close"][end - 10 : end]
        mean = math.fsum(window) / 10
        wanted = math.sqrt(math.fsum((each - mean) ** 2 for each in window) / 10)
        assert got[end - 1] == pytest.approx(wanted, rel=1e-12)


def test_a_window_sum_does_not_drift_in_a_thin_market() -> None:
    """Without the error term a running sum leaves traces of large values for ever."""
    columns = {name: [1e16, 1.0, 1.0] * 20 + [0.1] * 50 for name in ("open", "high", "low")}
    columns["close"] = columns["open"]
    assert ours("SMA(close, 5)", columns)[-1] == pytest.approx(0.1, abs=1e-15)
