"""Indicators against TA-Lib: on real candles, on random walks, on markets that stand still."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

import numpy as np
import pytest
import talib
from talib._ta_lib import MA_Type

from tests.unit.lang.candles_kit import FILES, Candle, column, ours, real, walk

SIMPLE = MA_Type.SMA
Values = np.ndarray[tuple[int], np.dtype[np.float64]]
NUMBERS = ("RSI", "Stochastic", "CCI", "MFI", "ROC", "ADX", "EMA(RSI")
# What TA-Lib has as functions of their own, as a script writes them.
WRITTEN = """
fn williams(n) = (close - Highest(high, n)) / (Highest(high, n) - Lowest(low, n)) * 100
fn share(x, n) = (x - Lowest(x, n)) / (Highest(x, n) - Lowest(x, n)) * 100
fn stoch_rsi(n, k) = share(RSI(close, n), k)
"""


def theirs(candles: Sequence[Candle], n: int) -> dict[str, Values]:
    """Every indicator that TA-Lib has, of lengths around n."""
    high, low, close, volume = (
        np.array(column(candles, each)) for each in ("high", "low", "close", "volume")
    )
    upper, middle, lower = talib.BBANDS(close, n, 2.0, 2.0)
    macd, signal, histogram = talib.MACD(close, n, 2 * n, n - 1)
    k, d = talib.STOCH(high, low, close, n, 3, SIMPLE, 3, SIMPLE)
    rsi = talib.RSI(close, n)
    return {
        f"SMA(close, {n})": talib.SMA(close, n),
        f"EMA(close, {n})": talib.EMA(close, n),
        f"WMA(close, {n})": talib.WMA(close, n),
        f"MACD(close, {n}, {2 * n}, {n - 1}).macd": macd,
        f"MACD(close, {n}, {2 * n}, {n - 1}).signal": signal,
        f"MACD(close, {n}, {2 * n}, {n - 1}).histogram": histogram,
        f"RSI(close, {n})": rsi,
        f"Stochastic({n}).k": k,
        f"Stochastic({n}).d": d,
        f"CCI({n})": talib.CCI(high, low, close, n),
        f"MFI({n})": talib.MFI(high, low, close, volume, n),
        f"ROC(close, {n})": talib.ROC(close, n),
        f"StdDev(close, {n})": talib.STDDEV(close, n, 1.0),
        f"Bollinger(close, {n}, 2).upper": upper,
        f"Bollinger(close, {n}, 2).middle": middle,
        f"Bollinger(close, {n}, 2).lower": lower,
        f"ATR({n})": talib.ATR(high, low, close, n),
        f"ADX({n})": talib.ADX(high, low, close, n),
        f"ADX({n}).plus": talib.PLUS_DI(high, low, close, n),
        f"ADX({n}).minus": talib.MINUS_DI(high, low, close, n),
        f"Highest(high, {n})": talib.MAX(high, n),
        f"Lowest(low, {n})": talib.MIN(low, n),
        f"Donchian({n}).upper": talib.MAX(high, n),
        f"Donchian({n}).middle": (talib.MAX(high, n) + talib.MIN(low, n)) / 2,
        f"Donchian({n}).lower": talib.MIN(low, n),
        "OBV()": talib.OBV(close, volume),
        f"EMA(RSI(close, {n}), 5)": nested(rsi, 5),
    }


def nested(values: Values, n: int) -> Values:
    warm = int(np.isnan(values).sum())
    return np.concatenate([np.full(warm, np.nan), talib.EMA(values[warm:], n)])


def agree(candles: Sequence[Candle], n: int) -> None:
    """First values at the same candle; then to 1e-9 of a Number, of the price, of what was
    traded."""
    wanted = theirs(candles, n)
    got = ours(list(wanted), candles)
    price = max(column(candles, "close"))
    for expression, their in wanted.items():
        our = np.array(got[expression])
        assert np.array_equal(np.isnan(our), np.isnan(their)), expression
        is_price = not expression.startswith((*NUMBERS, "OBV"))
        scale = price if is_price else np.maximum(1, np.abs(their))
        worst = np.nanmax(np.abs(our - their) / scale)
        assert worst <= 1e-9, (expression, worst)


@pytest.mark.parametrize("name", FILES)
def test_indicators_are_ta_libs_on_real_candles(name: str) -> None:
    agree(real(name, 1_500), 14)


def test_what_a_script_writes_with_them_is_ta_libs() -> None:
    candles = real(FILES[0], 1_500)
    high, low, close = (np.array(column(candles, each)) for each in ("high", "low", "close"))
    wanted = {
        "williams(14)": talib.WILLR(high, low, close, 14),
        "stoch_rsi(14, 9)": talib.STOCHRSI(close, 14, 9, 1, SIMPLE)[0],
    }
    for expression, values in ours(list(wanted), candles, WRITTEN).items():
        our, their = np.array(values), wanted[expression]
        assert np.array_equal(np.isnan(our), np.isnan(their)), expression
        assert np.nanmax(np.abs(our - their)) <= 1e-9, expression


@pytest.mark.parametrize("n", [2, 3, 9, 40])
def test_indicators_of_any_length_are_ta_libs(n: int) -> None:
    agree(walk(400, n), n)


@pytest.mark.parametrize("seed", range(3))
def test_indicators_are_ta_libs_where_a_market_hardly_moves(seed: int) -> None:
    agree(walk(500, seed, still=0.9), 5)


def test_indicators_are_ta_libs_when_a_market_comes_to_rest() -> None:
    candles = walk(200, 4)
    candles += [(candles[-1][3],) * 4 + (5.0,)] * 200
    agree(candles, 14)


@pytest.mark.parametrize("price", [100.0, 0.1, 1.1e-7, 30_000.7])
def test_a_market_that_stands_still_is_0_to_every_oscillator(price: float) -> None:
    candles = [(price, price, price, price, 3.0)] * 60
    names = ["RSI(close, 14)", "CCI(14)", "MFI(14)", "Stochastic(14).k", "ADX(14)", "ATR(14)"]
    for expression, values in ours(names, candles).items():
        assert values[40:] == [0.0] * 20, expression
    agree(candles, 14)


def test_prices_that_differ_by_rounding_alone_stand_still() -> None:
    """However the candle reaches, its typical price is the same, but for the last digit."""
    chance = random.Random(1)
    reaches = [(chance.random() / 1_000, chance.random() / 1_000) for _ in range(80)]
    candles = [(1.1, 1.1 + up, 1.1 - down, 1.1 - up + down, 1.0) for up, down in reaches]
    prices = {(high + low + close) / 3 for _, high, low, close, _ in candles}
    assert len(prices) > 1
    got = ours(["CCI(14)", "MFI(14)"], candles)
    assert got["CCI(14)"][13:] == [0.0] * 67
    assert got["MFI(14)"][14:] == [0.0] * 66
    agree(candles, 14)


def test_a_standard_deviation_is_divided_by_n() -> None:
    candles = walk(100, 5)
    closes = column(candles, "close")
    got = ours(["StdDev(close, 10)"], candles)["StdDev(close, 10)"]
    for end in range(10, 100):
        window = closes[end - 10 : end]
        mean = math.fsum(window) / 10
        wanted = math.sqrt(math.fsum((each - mean) ** 2 for each in window) / 10)
        assert got[end - 1] == pytest.approx(wanted, rel=1e-12)
