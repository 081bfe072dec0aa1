"""Indicators that TA-Lib lacks, against plain readings of what they are; defaults and bounds."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pytest
import talib

from lefi_tui.lang.waiting import Begun
from tests.unit.lang.candles_kit import (
    Candle,
    column,
    kept,
    ours,
    reader,
    real,
    same,
    stepped,
    walk,
)
from tests.unit.lang.stepping import codes, program

DAY = 86_400_000
HOUR = 3_600_000
TINY = 2.0**-30


def typical(candle: Candle) -> float:
    return (candle[1] + candle[2] + candle[3]) / 3


def approximately(got: list[float], wanted: list[float], first: int) -> None:
    assert all(math.isnan(each) for each in got[: first - 1])
    assert got[first - 1 :] == pytest.approx(wanted[first - 1 :], rel=1e-12)


def test_vwap_of_n_candles_weighs_typical_prices_by_volume() -> None:
    candles = walk(120, 1)
    wanted = []
    for at in range(len(candles)):
        window = candles[max(0, at - 8) : at + 1]
        worth = math.fsum(typical(each) * each[4] for each in window)
        wanted.append(worth / math.fsum(each[4] for each in window))
    approximately(ours(["VWAP(9)"], candles)["VWAP(9)"], wanted, 9)


def test_vwap_begins_anew_with_the_candle_that_opens_at_midnight() -> None:
    """A handler's time is when its candle closes: at 00:00 the last one of the day before."""
    made, values = reader(["VWAP()"]), []
    state, candles = made.initial(), walk(5, 2)
    for hour, candle in zip((-2, -1, 0, 1, 2), candles, strict=True):
        event = ("A/B", float(20 * DAY + hour * HOUR), *candle)
        state = made.step(0, state, event, ()).state
        values.append(made.state_value(state, "x0"))
    for days in ((0, 3), (3, 5)):
        for at in range(*days):
            window = candles[days[0] : at + 1]
            worth = sum(typical(each) * each[4] for each in window)
            assert values[at] == pytest.approx(worth / sum(each[4] for each in window), rel=1e-12)


def test_vwap_of_nothing_traded_is_none() -> None:
    candles = [(1.1, 1.1, 1.1, 1.1, volume) for volume in (0.0, 0.0, 0.3, 1e9, 0.1, 0, 0, 0, 0.1)]
    got = ours(["VWAP(3)", "VWAP()"], candles)
    missing = [math.isnan(each) for each in got["VWAP(3)"]]
    assert missing == [True, True, False, False, False, False, False, True, False]
    assert [math.isnan(each) for each in got["VWAP()"]] == [True, True, *[False] * 7]
    assert got["VWAP(3)"][-1] == pytest.approx(1.1, rel=1e-15)


def supertrend(candles: list[Candle], n: int, k: float) -> list[tuple[float, float]]:
    """TradingView's rules, its direction turned about: up is 1."""
    high, low, close = ([each[at] for each in candles] for at in (1, 2, 3))
    ranges = talib.ATR(np.array(high), np.array(low), np.array(close), n).tolist()
    out: list[tuple[float, float]] = [(math.nan, math.nan)] * n
    upper, lower, direction = math.inf, -math.inf, -1.0
    for at in range(n, len(candles)):
        middle = (high[at] + low[at]) / 2
        new_upper, new_lower = middle + k * ranges[at], middle - k * ranges[at]
        if not (new_upper < upper or close[at - 1] > upper):
            new_upper = upper
        if not (new_lower > lower or close[at - 1] < lower):
            new_lower = lower
        if direction < 0:
            direction = 1.0 if close[at] > new_upper else -1.0
        else:
            direction = -1.0 if close[at] < new_lower else 1.0
        upper, lower = new_upper, new_lower
        out.append((lower if direction > 0 else upper, direction))
    return out


@pytest.mark.parametrize(("n", "k"), [(10, 3.0), (3, 1.0), (7, 0.5)])
def test_supertrend_follows_a_trend_and_turns_when_the_close_has_passed_it(
    n: int, k: float
) -> None:
    candles = real("btcusd_perp_1m_2022-01.csv.gz", 1_200)
    line, direction = f"Supertrend({n}, {k}).line", f"Supertrend({n}, {k}).direction"
    got = ours([line, direction], candles)
    wanted = supertrend(candles, n, k)
    approximately(got[line], [each[0] for each in wanted], n + 1)
    approximately(got[direction], [each[1] for each in wanted], n + 1)
    assert {1.0, -1.0} <= set(got[direction])


def test_a_z_score_counts_deviations_and_is_none_where_nothing_moved() -> None:
    candles = [*walk(60, 3), *[(5.0, 5.0, 5.0, 5.0, 1.0)] * 12]
    closes = column(candles, "close")
    got = ours(["ZScore(close, 10)"], candles)["ZScore(close, 10)"]
    for at in range(9, 60):
        window = closes[at - 9 : at + 1]
        wanted = (closes[at] - math.fsum(window) / 10) / statistics.pstdev(window)
        assert got[at] == pytest.approx(wanted, rel=1e-9)
    assert all(math.isnan(each) for each in got[69:])


def test_money_flow_of_a_cheap_market_is_that_of_a_dear_one() -> None:
    candles = walk(80, 5)
    cheap = [(o * TINY, h * TINY, lo * TINY, c * TINY, v) for o, h, lo, c, v in candles]
    assert same(ours(["MFI(14)"], candles)["MFI(14)"], ours(["MFI(14)"], cheap)["MFI(14)"])


def test_a_rate_of_change_from_nothing_is_0_as_ta_lib_has_it() -> None:
    candles = [(x, x, x, x, 1.0) for x in (0.0, 1.0, 3.0)]
    assert ours(["ROC(close, 1)"], candles)["ROC(close, 1)"][1:] == [0.0, 200.0]


@pytest.mark.parametrize(
    ("short", "whole"),
    [
        ("MACD(close).signal", "MACD(close, 12, 26, 9).signal"),
        ("MACD(close, slow = 20).macd", "MACD(close, 12, 20, 9).macd"),
        ("MACD(close, 26, 12).macd", "MACD(close, 12, 26).macd"),
        ("Stochastic(14).d", "Stochastic(14, 3, 3).d"),
        ("Stochastic(14, slow_d = 5).d", "Stochastic(14, 3, 5).d"),
        ("Stochastic(14, 1).k", "Stochastic(14, 1, 3).k"),
    ],
)
def test_lengths_that_every_chart_begins_with_need_not_be_written(short: str, whole: str) -> None:
    got = ours([short, whole], walk(90, 4))
    assert same(got[short], got[whole])


def test_directions_beside_an_adx_have_a_value_before_it() -> None:
    got = ours(["ADX(5)", "ADX(5).plus"], walk(20, 4))
    assert sum(math.isnan(each) for each in got["ADX(5)"]) == 9
    assert sum(math.isnan(each) for each in got["ADX(5).plus"]) == 5


@pytest.mark.parametrize(
    ("expression", "code"),
    [
        ("MACD(close)", "LF214"),
        ("ADX(14).signal", "LF214"),
        ("Stochastic(14)", "LF214"),
        ("Stochastic(14, 0).k", "LF204"),
        ("CCI(close, 14)", "LF204"),
        ("Since(close)", "LF211"),
        ("Since(1)", "LF211"),
        ("WMA(symbol, 3)", "LF211"),
        ("Supertrend(10, none).line", "LF204"),
        ("Supertrend(10, close).line", "LF208"),
        ("OBV() + close", "LF202"),
        ("Supertrend(10, 3).direction + close", "LF202"),
        ("Highest(CCI(20), 3) + 1 USDT", "LF202"),
    ],
)
def test_what_an_indicator_does_not_take_or_give(expression: str, code: str) -> None:
    assert codes(f'on Candle("BTC/USDT", 5m) {{ Print({expression}) }}') == [code]


def test_each_that_reads_candles_says_so_where_there_are_none() -> None:
    for call in ("ADX(5)", "CCI(5)", "MFI(5)", "OBV()", "VWAP()", "Donchian(5).upper"):
        assert codes(f"on Start {{ Print({call}) }}") == ["LF204"], call


def test_an_indicator_costs_the_same_at_any_length_but_for_loops_that_are_counted() -> None:
    """CCI sums a window of up to 1,000 at every event. What a window works out once in n events
    counts too."""

    def steps(expression: str) -> int:
        source = f'on Candle("A/B", 1m) {{ Print({expression}) }}'
        return program(source).handlers[0].steps_max

    for call in ("SMA(close, {})", "EMA(close, {})", "WMA(close, {})", "RSI(close, {})"):
        assert steps(call.format(10)) == steps(call.format(2_000)), call
    for call in ("ATR({})", "ADX({})", "MFI({})", "ROC(close, {})", "VWAP({})"):
        assert steps(call.format(10)) == steps(call.format(2_000)), call
    assert steps("CCI(1000)") - steps("CCI(10)") == 990 * 6
    assert steps("CCI(5000)") < 1.3 * steps("CCI(1001)") < 10_000


@pytest.mark.parametrize(
    "call", ["MACD({}, 3, 6, 4).signal", "Bollinger({}, 5, 2).upper", "WMA({}, 4)", "ROC({}, 3)"]
)
def test_of_another_timeframe_it_is_what_it_is_there(call: str) -> None:
    """Each of its candles is told once; the handler's own come three times as often."""
    expression = call.format('Candles("A/B", 1h).close')
    made, candles, values = reader([expression]), walk(40, 8), []
    state = made.initial()
    for number, candle in enumerate(candles):
        state = made.feed(0, state, candle)
        for minute in range(3):
            state = stepped(made, state, 3 * number + minute, (1.0, 2.0, 0.5, 1.5, 1.0))
        values.append(kept(made, state, 0))
    assert same(values, ours([call.format("close")], candles)[call.format("close")])


def test_why_shows_an_indicator_by_its_name_and_a_field_with_it() -> None:
    source = """
    on Candle("A/B", 1m) { if ADX(2) > ADX(2).plus or close > VWAP(3) { Print("a") } }
    """
    made = program(source)
    state = made.initial()
    for number, candle in enumerate(walk(6, 1)):
        event = ("A/B", number * 60_000.0, *candle)
        begun = Begun(0, state, event, ())
        state = made.step(0, state, event, ()).state
    (seen,) = made.explain(begun)
    assert [name for name, _ in seen.values] == ["ADX(2)", "ADX.plus", "close", "VWAP(3)"]
