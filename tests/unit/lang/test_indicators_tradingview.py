"""Indicators against TradingView's own tables; where the definitions differ, each test says how."""

from __future__ import annotations

import math
from datetime import datetime

import pytest

from tests.unit.lang.candles_kit import candles_of, ours, table

CLOSE_TO = 1e-9  # of prices near 1, printed with all their digits
AVERAGES = {
    "SMA(close, 10)": "ta.sma(close, 10)",
    "SMA((high + low) / 2, 20)": "ta.sma(hl2, 20)",
    "SMA((high + low + close) / 3, 15)": "ta.sma(hlc3, 15)",
    "EMA(close, 20)": "ta.ema(close, 20)",
    "EMA((open + high + low + close) / 4, 10)": "ta.ema(ohlc4, 10)",
    "WMA(close, 5)": "ta.wma(close, 5)",
    "WMA(close, 20)": "ta.wma(close, 20)",
    "SMA(close * volume, 20) / SMA(volume, 20)": "ta.vwma(close, 20)",
}
MACD = ("macd", "signal", "hist")


@pytest.mark.parametrize("expression", AVERAGES)
def test_averages_are_tradingviews_from_their_first_value_on(expression: str) -> None:
    rows = table("tv_golden_ta_ma.csv.gz")
    values = ours([expression], candles_of(rows))[expression]
    for our, row in zip(values, rows, strict=True):
        their = float(row[AVERAGES[expression]])
        assert math.isnan(our) == math.isnan(their)
        assert math.isnan(our) or abs(our - their) <= CLOSE_TO


def test_wilders_average_is_an_ema_of_twice_the_length_that_began_otherwise() -> None:
    """ta.rma(x, n) weighs by 1/n, as EMA(x, 2n - 1) does. It begins with the mean of n values,
    ours with that of 2n - 1, so they meet as that beginning fades."""
    rows = table("tv_golden_ta_ma.csv.gz")
    values = ours(["EMA(high, 29)"], candles_of(rows))["EMA(high, 29)"]
    gaps = [
        abs(our - float(row["ta.rma(high, 15)"])) for our, row in zip(values, rows, strict=True)
    ]
    assert gaps[28] > 1e-4
    assert gaps[149] == pytest.approx(gaps[28] * (14 / 15) ** (149 - 28), rel=1e-3)


def test_macd_is_tradingviews_written_out() -> None:
    """TradingView begins each average with the mean of its own first values, as EMA does."""
    head = "fn line() = EMA(close, 12) - EMA(close, 26)"
    written = ["line()", "EMA(line(), 9)", "line() - EMA(line(), 9)"]
    rows = table("tv_golden_ta_macd.csv.gz")
    values = ours(written, candles_of(rows), head)
    for expression, field in zip(written, MACD, strict=True):
        for our, row in zip(values[expression], rows, strict=True):
            their = float(row[f"ta.macd(close, 12, 26, 9).{field}"])
            assert math.isnan(our) == math.isnan(their), field
            assert math.isnan(our) or abs(our - their) <= CLOSE_TO, field


def test_macd_itself_is_ta_libs_which_begins_both_averages_at_once() -> None:
    """TA-Lib's fast average begins at candle 26, with the mean of candles 15 to 26; TradingView's
    at candle 12. All three values are there from candle 34; TradingView has the line from 26. What
    the beginning did fades with the fast average: after 12 of its lengths they agree."""
    written = ["MACD(close).macd", "MACD(close).signal", "MACD(close).histogram"]
    rows = table("tv_golden_ta_macd.csv.gz")
    values = ours(written, candles_of(rows))
    for expression, field in zip(written, MACD, strict=True):
        theirs = [float(row[f"ta.macd(close, 12, 26, 9).{field}"]) for row in rows]
        gaps = [abs(a - b) for a, b in zip(values[expression], theirs, strict=True)]
        assert [math.isnan(each) for each in gaps] == [True] * 33 + [False] * (len(rows) - 33)
        assert gaps[33] > 1e-5, field
        assert max(gaps[25 + 12 * 12 :]) <= CLOSE_TO, field


def test_macd_crosses_where_tradingviews_strategy_traded() -> None:
    """It trades at the candle after a cross. Once the beginning has faded every cross of four
    years is one of its trades, and every trade a cross."""
    rows = table("tv_golden_bars.csv.gz")
    written = [
        "if CrossesAbove(MACD(close).histogram, 0) then 1 else 0",
        "if CrossesBelow(MACD(close).histogram, 0) then 1 else 0",
    ]
    crosses = ours(written, candles_of(rows))
    ups, downs = (crosses[each] for each in written)
    got = [
        (_seconds(row["time"]), "MacdLE" if ups[at] else "MacdSE", float(row["open"]))
        for at, row in enumerate(rows[1:])
        if ups[at] or downs[at]
    ]
    trades = [
        (_seconds(row["date/time"]), row["signal"], float(row["price usd"]))
        for row in table("tv_golden_macd_trades.csv.gz")
        if row["type"].startswith("Entry") and row["signal"] in {"MacdLE", "MacdSE"}
    ]
    first, last = _seconds(rows[12 * 35]["time"]), trades[-1][0]
    assert len(trades) > 1_800
    assert [each for each in got if first <= each[0] <= last] == [
        each for each in trades if first <= each[0]
    ]


def _seconds(written: str) -> float:
    return datetime.fromisoformat(written).timestamp()
