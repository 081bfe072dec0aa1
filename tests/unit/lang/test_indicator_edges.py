"""Where indicators go wrong elsewhere: thin and still markets, old errors, long windows, holes."""

from __future__ import annotations

import math
import random
import statistics
from fractions import Fraction

import numpy as np
import pytest
import talib

from tests.unit.lang.stepping import Tape, program, series_of

Candle = tuple[float, float, float, float, float]


def flat(prices: list[float]) -> list[Candle]:
    return [(each, each, each, each, 1.0) for each in prices]


def walk(seed: int, length: int, *, still: float = 0.0, start: float = 100.0) -> list[Candle]:
    """A random walk; with chance `still` the market does not move."""
    chance = random.Random(seed)
    close, out = start, []
    for _ in range(length):
        before = close
        if chance.random() >= still:
            close = before * (1 + chance.gauss(0, 0.01))
        high = max(before, close) * (1 + 0.01 * chance.random() * (chance.random() >= still))
        low = min(before, close) * (1 - 0.01 * chance.random() * (chance.random() >= still))
        out.append((before, high, low, close, 1.0))
    return out


def test_a_deviation_is_zero_when_a_wild_market_stands_still() -> None:
    candles = [*walk(5, 73, start=40_000.1), *flat([40_000.1] * 60)]
    values = series_of("StdDev(close, 20)", candles)
    assert values[73 + 18] > 0
    assert values[73 + 19 :] == [0.0] * (60 - 19)


@pytest.mark.parametrize("n", [1, 2, 5, 50])
def test_a_deviation_is_that_of_its_window_after_any_jump(n: int) -> None:
    prices = [each[3] for each in walk(6, 400, start=1e-5)]
    prices[100] = 1e5  # a wick that leaves the window again
    prices[200:230] = [7e-6] * 30
    values = series_of(f"StdDev(close, {n})", flat(prices))
    for at in range(n - 1, len(prices)):
        window = prices[at - n + 1 : at + 1]
        wanted = statistics.pstdev(window)
        assert values[at] == pytest.approx(wanted, abs=1e-9 * max(window), rel=1e-9), at


def test_a_window_sum_keeps_nothing_of_what_left_it() -> None:
    prices = [1e9, 0.1, 0.2, 0.3, 0.1, 0.2, 0.3, 1e-9, 1e12, 0.7, 0.1, 0.1, 0.1]
    for at, value in enumerate(series_of("SMA(close, 3)", flat(prices))):
        if at >= 2:
            assert value == math.fsum(prices[at - 2 : at + 1]) / 3


@pytest.mark.parametrize("n", [1, 2, 3, 10])
def test_a_weighted_average_keeps_nothing_of_what_left_it(n: int) -> None:
    prices = [1e9, 0.1, 0.2, 0.3, 1e-9, 1e12, 0.7, 3e-5, 1e9, *[0.1, 0.2, 0.7] * 8]
    values = series_of(f"WMA(close, {n})", flat(prices))
    for at in range(n - 1, len(prices)):
        window = [Fraction(each) for each in prices[at - n + 1 : at + 1]]
        weighted = sum(each * weight for weight, each in enumerate(window, 1))
        wanted = float(weighted / Fraction(n * (n + 1), 2))
        assert values[at] == pytest.approx(wanted, rel=1e-15), at


@pytest.mark.parametrize("n", [1, 2, 3, 7, 64, 300])
def test_extremes_are_those_of_a_plain_search(n: int) -> None:
    candles = walk(n, 700, still=0.3)
    highs, lows = [each[1] for each in candles], [each[2] for each in candles]
    top = series_of(f"Highest(high, {n})", candles)
    bottom = series_of(f"Lowest(low, {n})", candles)
    for at in range(n - 1, len(candles)):
        assert top[at] == max(highs[at - n + 1 : at + 1])
        assert bottom[at] == min(lows[at - n + 1 : at + 1])


def test_a_day_of_minutes_fits_into_one_event() -> None:
    source = 'on Candle("BTC/USDT", 1m) { if close > Highest(high, 1440)[1] { Print("new") } }'
    assert program(source).handlers[0].warmup == 1441


@pytest.mark.parametrize("n", [2, 14])
def test_relative_strength_of_a_market_that_hardly_moves(n: int) -> None:
    """TA-Lib answers 0 only where nothing moved at all, however little is left of old moves."""
    candles = [*flat([5.0] * 40), *walk(3, 600, still=0.95), *flat([99.0] * 300)]
    closes = np.array([each[3] for each in candles])
    theirs = talib.RSI(closes, n)
    ours = series_of(f"RSI(close, {n})", candles)
    assert np.nanmax(np.abs(np.array(ours[n:]) - theirs[n:])) <= 1e-9
    assert ours[n:40] == [0.0] * (40 - n)


def test_a_missing_input_steps_nothing_and_answers_none() -> None:
    source = """
state out = none
on Candle("BTC/USDT", 1m) {
    part = close * ((close - 3) / (close - 3))
    out = SMA(part, 2) ?? -1
}
"""
    tape = Tape(program(source))
    values = []
    for close in (1.0, 2.0, 3.0, 3.0, 4.0, 5.0):
        tape.candle(close)
        values.append(tape.value("out"))
    assert values == [-1.0, 1.5, -1.0, -1.0, 3.0, 4.5]


def test_averages_of_averages_wait_for_each_other() -> None:
    candles = walk(9, 200)
    closes = np.array([each[3] for each in candles])
    inner = talib.EMA(closes, 9)[8:]
    theirs = np.concatenate([np.full(8, np.nan), talib.RSI(inner, 5)])
    ours = np.array(series_of("RSI(EMA(close, 9), 5)", candles))
    assert np.array_equal(np.isnan(ours), np.isnan(theirs))
    assert np.nanmax(np.abs(ours - theirs)) <= 1e-9
