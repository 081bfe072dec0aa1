"""Where an indicator has its first value, and from where on it no longer matters where it began."""

from __future__ import annotations

import math

import pytest

from tests.unit.lang.candles_kit import FILES, ours, real, walk
from tests.unit.lang.stepping import program

FIRST = {
    "SMA(close, 7)": 7,
    "EMA(close, 7)": 7,
    "WMA(close, 7)": 7,
    "MACD(close).macd": 26 + 9 - 1,
    "MACD(close).histogram": 26 + 9 - 1,
    "MACD(close, 9, 4, 3).signal": 9 + 3 - 1,
    "RSI(close, 7)": 8,
    "Stochastic(7).k": 7 + 3 - 1 + 3 - 1,
    "Stochastic(7, 1, 1).d": 7,
    "CCI(7)": 7,
    "MFI(7)": 8,
    "ROC(close, 7)": 8,
    "ZScore(close, 7)": 7,
    "StdDev(close, 7)": 7,
    "Bollinger(close, 7, 2).lower": 7,
    "ATR(7)": 8,
    "ADX(7)": 14,
    "ADX(7).plus": 8,
    "ADX(7).minus": 8,
    "Supertrend(7, 2).line": 8,
    "Highest(high, 7)": 7,
    "Lowest(low, 7)": 7,
    "Donchian(7).middle": 7,
    "VWAP()": 1,
    "VWAP(7)": 7,
    "OBV()": 1,
    "Change(close, 7)": 8,
    "EMA(RSI(close, 7), 5)": 8 + 5 - 1,
    "MACD(SMA(close, 4), 3, 6, 2).macd": 4 + 6 + 2 - 2,
    "Highest(ADX(7).plus, 3)": 8 + 3 - 1,
    "SMA(close, 7)[2]": 9,
}


@pytest.mark.parametrize("expression", FIRST)
def test_a_handler_waits_for_the_first_value_and_no_longer(expression: str) -> None:
    waiting = program(f'on Candle("A/B", 1m) {{ Print({expression}) }}')
    assert waiting.handlers[0].warmup == FIRST[expression]
    values = ours([expression], walk(60, 1))[expression]
    there = [not math.isnan(each) for each in values]
    assert there.index(True) == FIRST[expression] - 1


def test_since_is_not_waited_for_and_has_no_value_before_the_first() -> None:
    script = 'on Candle("A/B", 1m) { Print(Since(close > 100)) }'
    assert program(script).handlers[0].warmup == 1
    candles = [(each, each, each, each, 1.0) for each in (99.0, 101.0, 99.0, 99.0, 102.0)]
    values = ours(["Since(close > 100)"], candles)["Since(close > 100)"]
    assert math.isnan(values[0])
    assert values[1:] == [0, 1, 2, 0]


SETTLED = {
    "SMA(close, 14)": 14,
    "Bollinger(close, 14, 2).upper": 14,
    "CCI(14)": 14,
    "MFI(14)": 15,
    "Stochastic(14).d": 18,
    "EMA(close, 14)": 12 * 14,
    "EMA(close, 2)": 12 * 2,
    "MACD(close).macd": 12 * (26 + 9),
    "MACD(close).signal": 12 * (26 + 9),
    "RSI(close, 14)": 24 * 14,
    "RSI(close, 2)": 24 * 2,
    "ATR(14)": 24 * 14,
    "ADX(14)": 2 * 24 * 14,
    "ADX(14).plus": 2 * 24 * 14,
    "Supertrend(10, 3).line": 24 * (10 + 3 * 3),
    "EMA(RSI(close, 14), 5)": 24 * 14 + 12 * 5 - 1,
    "SMA(close, 14)[3]": 17,
}


def settled(expression: str) -> int:
    return program(f'on Candle("A/B", 1m) {{ Print({expression}) }}').settled


@pytest.mark.parametrize("expression", SETTLED)
def test_a_bot_is_warmed_by_what_its_kind_of_average_needs(expression: str) -> None:
    assert settled(expression) == SETTLED[expression]


@pytest.mark.parametrize("name", FILES)
def test_from_there_on_values_agree_wherever_history_began(name: str) -> None:
    """To 1e-9 of the price, or of a Number's hundred."""
    needed = {each: settled(each) for each in SETTLED}
    candles = real(name, 1_900)
    longer = ours(list(SETTLED), candles)
    for begun in (301, 1_000):
        shorter = ours(list(SETTLED), candles[begun:])
        for expression, need in needed.items():
            is_price = expression.startswith(("SMA", "Bol", "EMA(close", "MACD", "ATR", "Super"))
            scale = max(each[3] for each in candles) if is_price else 100.0
            pairs = zip(longer[expression][begun:], shorter[expression], strict=True)
            gaps = [abs(a - b) / scale for a, b in pairs][need - 1 :]
            assert max(gaps) <= 1e-9, (expression, begun)


def test_what_stands_left_of_its_default_is_warmed_too_though_nothing_waits_for_it() -> None:
    made = program('on Candle("A/B", 1m) { Print(EMA(close, 20) ?? 0) }')
    assert (made.handlers[0].warmup, made.settled) == (1, 240)


@pytest.mark.parametrize(("timeframe", "candles"), [("1m", 1_440), ("1h", 24), ("1w", 1)])
def test_a_days_average_is_warmed_by_a_day(timeframe: str, candles: int) -> None:
    made = program(f'on Candle("A/B", {timeframe}) {{ Print(VWAP()) }}')
    assert max(1, made.settled) == candles


def test_indicators_of_other_candles_are_warmed_by_those() -> None:
    made = program('on Candle("A/B", 1m) { Print(EMA(Candles("A/B", 1h).close, 10)) }')
    assert made.settled == 120
