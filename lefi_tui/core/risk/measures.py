"""What candles and books say of a market: volatility, anomalies, kinship, the price of a size.

Each is None where there is too little to say it; nothing is guessed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Final

from lefi_tui.core.bot import Bar
from lefi_tui.core.money import ZERO
from lefi_tui.core.record import Record

ATR_BARS: Final = 14
MEDIAN_OF: Final = 100
VOLATILITY_BARS: Final = ATR_BARS + MEDIAN_OF
SLOW_BARS: Final = 50
TURN_BARS: Final = 12
REGIME_BARS: Final = SLOW_BARS + 2 * TURN_BARS
SLOPE_LEAST: Final = 0.5  # of an ATR: less is no trend
WILD: Final = 2.5  # ATR over its median
DAY_MS: Final = 86_400_000
DAYS: Final = 4  # before the last one: what a day's turnover is compared with
THIN: Final = 0.5  # of what a day usually turns over
SPREAD_ODD: Final = 50  # in bps
ANOMALY_BARS: Final = 20
VOLUMES: Final = 50
CORRELATION_BARS: Final = 100
CORRELATION_LEAST: Final = 30
BODY_LEAST: Final = 0.001  # of the price: a candle that closed where it opened is no anomaly
BPS: Final = 10_000

Levels = Sequence[tuple[Decimal, Decimal]]  # price, units; best first


# ---- volatility


def median(values: Iterable[float]) -> float:
    """The middle one; of an even number the mean of the two."""
    inorder = sorted(values)
    half = len(inorder) // 2
    return inorder[half] if len(inorder) % 2 else (inorder[half - 1] + inorder[half]) / 2


def atrs(bars: Sequence[Bar]) -> list[float]:
    """The mean of each 14 true ranges in a row."""
    ranges = [max(bar.high, last.close) - min(bar.low, last.close) for last, bar in pairwise(bars)]
    last = len(ranges) - ATR_BARS + 1
    return [math.fsum(ranges[at : at + ATR_BARS]) / ATR_BARS for at in range(last)]


def atr(bars: Sequence[Bar]) -> float | None:
    found = atrs(bars[-ATR_BARS - 1 :])
    return found[-1] if found else None


def volatility_ratio(bars: Sequence[Bar]) -> float | None:
    """The newest ATR over the median of the last 100."""
    if len(bars) < VOLATILITY_BARS:
        return None
    found = atrs(bars[-VOLATILITY_BARS:])
    usual = median(found)
    return found[-1] / usual if usual else None


# ---- the trend


def regime_shift(bars: Sequence[Bar]) -> bool:
    """Whether the slow trend has turned: the mean of 50 closes rose for twelve candles and fell
    for the twelve before, or the other way, both times by more than half an ATR.

    What is known of fewer candles is no shift; the wait for candles is volatility's own reason.
    """
    if len(bars) < REGIME_BARS:
        return False
    usual = atr(bars)
    closes = [bar.close for bar in bars[-REGIME_BARS:]]
    now, before, first = (_slow(closes, at) for at in (2 * TURN_BARS, TURN_BARS, 0))
    least = SLOPE_LEAST * (usual or math.inf)
    newer, older = now - before, before - first
    return min(abs(newer), abs(older)) > least and newer * older < 0


def _slow(closes: Sequence[float], at: int) -> float:
    return math.fsum(closes[at : at + SLOW_BARS]) / SLOW_BARS


class Regime(StrEnum):
    WILD = "wild"
    RISING = "rising"
    FALLING = "falling"
    SIDEWAYS = "sideways"


def regime(bars: Sequence[Bar], ratio: float) -> Regime:
    """What kind of market it is, of so many candles as its volatility `ratio` needs: wild before
    all else, then where its slow mean of closes went.
    """
    if ratio > WILD:
        return Regime.WILD
    closes = [bar.close for bar in bars[-SLOW_BARS - TURN_BARS :]]
    went = _slow(closes, TURN_BARS) - _slow(closes, 0)
    if abs(went) <= SLOPE_LEAST * (atr(bars) or math.inf):
        return Regime.SIDEWAYS
    return Regime.RISING if went > 0 else Regime.FALLING


# ---- liquidity


def is_thin(bars: Sequence[Bar], spread_bps: float | None) -> bool | None:
    """Whether a market turns over less than half of what it did a day of the four days before, or
    its bid and ask are odd apart; None where too few candles are known.
    """
    a_day = max(1, DAY_MS // bars[-1].timeframe_ms) if bars else 0
    if not bars or len(bars) < a_day * (DAYS + 1):
        return None
    volumes = [bar.volume for bar in bars[-a_day * (DAYS + 1) :]]
    days = [math.fsum(volumes[at : at + a_day]) for at in range(0, len(volumes), a_day)]
    is_wide = spread_bps is not None and spread_bps > SPREAD_ODD
    return is_wide or days[-1] < THIN * median(days[:-1])


# ---- anomalies


class Anomaly(Record):
    name: str
    value: float
    usual: float  # above it is odd
    high: float  # above it entries wait

    @property
    def is_high(self) -> bool:
        return self.value > self.high

    @property
    def is_odd(self) -> bool:
        return self.value > self.usual


def anomalies(bars: Sequence[Bar], now_ms: int, spread_bps: float | None) -> list[Anomaly] | None:
    """All that is odd of a market, worst or not; None with fewer than 20 candles."""
    if len(bars) < ANOMALY_BARS:
        return None
    newest, before = bars[-1], bars[-2]
    body = max(abs(newest.close - newest.open), newest.close * BODY_LEAST)
    wick = max(
        newest.high - max(newest.open, newest.close), min(newest.open, newest.close) - newest.low
    )
    age = (now_ms - newest.time_ms - newest.timeframe_ms) / newest.timeframe_ms
    usual = median(bar.volume for bar in bars[-VOLUMES - 1 : -1])
    found = [
        Anomaly("gap in percent", abs(newest.open / before.close - 1) * 100, 2, 5),
        Anomaly("wick over body", wick / body, 5, 25),
        Anomaly("age in candles", age, 3, 5),
    ]
    if usual:
        found.append(Anomaly("volume over its median", newest.volume / usual, 3, 5))
    if spread_bps is not None:
        found.append(Anomaly("spread in bps", spread_bps, SPREAD_ODD, 100))
    return [each for each in found if each.is_odd]


# ---- kinship


def correlation(one: Iterable[Bar], other: Iterable[Bar]) -> float | None:
    """Of their returns, candle by candle, where both have one; from -1 to 1."""
    closes = {bar.time_ms: bar.close for bar in other}
    both = [(bar.close, closes[bar.time_ms]) for bar in one if bar.time_ms in closes]
    both = both[-CORRELATION_BARS - 1 :]
    if len(both) <= CORRELATION_LEAST:
        return None
    pairs = [(b[0] / a[0] - 1, b[1] / a[1] - 1) for a, b in pairwise(both)]
    mean_x = math.fsum(x for x, _ in pairs) / len(pairs)
    mean_y = math.fsum(y for _, y in pairs) / len(pairs)
    spread = math.sqrt(
        math.fsum((x - mean_x) ** 2 for x, _ in pairs)
        * math.fsum((y - mean_y) ** 2 for _, y in pairs)
    )
    together = math.fsum((x - mean_x) * (y - mean_y) for x, y in pairs)
    return together / spread if spread else None


# ---- the book


def bps(price: Decimal, middle: Decimal) -> Decimal:
    return abs(price - middle) / middle * BPS


def spread_bps(bid: Decimal, ask: Decimal) -> Decimal:
    return (ask - bid) / ((ask + bid) / 2) * BPS


def average_price(levels: Levels, units: Decimal) -> Decimal | None:
    """What so many units cost on average, level by level; None where the book has fewer."""
    left, cost = units, ZERO
    for price, there in levels:
        part = min(left, there)
        cost += part * price
        left -= part
        if not left:
            return cost / units
    return None
