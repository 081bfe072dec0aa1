"""The indicators' rows of the one table: arguments, units, fields, first values.

The rule it keeps: first values are where TA-Lib has them.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.lang.signatures import Builtin, Events, Lies, Steps, params

# After so many lengths what an average began with weighs less than 1e-9: EMA's, Wilder's.
_FADED: Final = 12
_FADED_WILDER: Final = 24
_TURN_MAX: Final = 1_000.0
_X_OVER_N: Final = params("x:series n:length")
_HUNDRED: Final = Lies(0.0, 100.0)
_NEVER_BELOW_0: Final = Lies(0.0)


def _length(n: float, *_: float) -> float:
    return n


def _after_length(n: float, *_: float) -> float:
    return n + 1


def _wilder(n: float, *_: float) -> float:
    return _FADED_WILDER * n


def _turned(n: float, k: float) -> float:
    """Its range has settled, and it has turned since: a random walk goes k ranges in about k² of
    its events. On 1,848 stretches of real candles this was enough."""
    return _FADED_WILDER * (n + min(k * k, _TURN_MAX))


def _always(*_: float) -> float:
    return 1


_WINDOW: Final = Steps(_length, _length)


def _of_candles(*fields: str, first: Events = _length, settled: Events = _length) -> Steps:
    return Steps(first, settled, fields)


INDICATORS: Final = (
    Builtin(
        "SMA",
        "indicator",
        _X_OVER_N,
        "same",
        "Simple moving average.",
        steps=_WINDOW,
        is_within=True,
    ),
    Builtin(
        "EMA",
        "indicator",
        _X_OVER_N,
        "same",
        "Exponential moving average.",
        steps=Steps(_length, lambda n: _FADED * n),
        is_within=True,
    ),
    Builtin(
        "WMA",
        "indicator",
        _X_OVER_N,
        "same",
        "Weighted moving average: the newest counts n times, the oldest once.",
        steps=_WINDOW,
        is_within=True,
    ),
    Builtin(
        "MACD",
        "indicator",
        params("x:series [fast:length=12] [slow:length=26] [signal:length=9]"),
        "same",
        "EMA of fast less EMA of slow; signal is the EMA of that, histogram what is between.",
        ("macd", "signal", "histogram"),
        steps=Steps(
            lambda fast, slow, signal: max(fast, slow) + signal - 1,
            lambda fast, slow, signal: _FADED * (max(fast, slow) + signal),
        ),
    ),
    Builtin(
        "RSI",
        "indicator",
        _X_OVER_N,
        "number",
        "Relative strength: how much of what a market moved was up.",
        steps=Steps(_after_length, _wilder),
        lies=_HUNDRED,
        in_hundredths=True,
    ),
    Builtin(
        "Stochastic",
        "indicator",
        params("k:length [slow_k:length=3] [slow_d:length=3]"),
        "number",
        "Where the close stands in the range of k candles, in hundredths; d is the average of k.",
        ("k", "d"),
        steps=_of_candles(
            "high",
            "low",
            "close",
            first=lambda k, slow_k, slow_d: k + slow_k + slow_d - 2,
            settled=lambda k, slow_k, slow_d: k + slow_k + slow_d - 2,
        ),
        lies=_HUNDRED,
        in_hundredths=True,
    ),
    Builtin(
        "CCI",
        "indicator",
        params("n:length"),
        "number",
        "Distance of the typical price from its average, in 0.015 of its mean distance.",
        steps=_of_candles("high", "low", "close"),
    ),
    Builtin(
        "MFI",
        "indicator",
        params("n:length"),
        "number",
        "Money flow: the share of it, in hundredths, that went into rising candles.",
        steps=_of_candles(
            "high", "low", "close", "volume", first=_after_length, settled=_after_length
        ),
        lies=_HUNDRED,
        in_hundredths=True,
    ),
    Builtin(
        "ROC",
        "indicator",
        _X_OVER_N,
        "number",
        "Rate of change over n events, in hundredths: 5 is 5% more.",
        steps=Steps(_after_length, _after_length),
        in_hundredths=True,
    ),
    Builtin(
        "ZScore",
        "indicator",
        _X_OVER_N,
        "number",
        "Distance from the average in standard deviations; none where nothing moved.",
        steps=_WINDOW,
    ),
    Builtin(
        "StdDev",
        "indicator",
        _X_OVER_N,
        "same",
        "Standard deviation, by n.",
        steps=_WINDOW,
        lies=_NEVER_BELOW_0,
    ),
    Builtin(
        "Bollinger",
        "indicator",
        params("x:series n:length k:constant"),
        "same",
        "Average and k deviations above and below.",
        ("upper", "middle", "lower"),
        steps=_WINDOW,
    ),
    Builtin(
        "ATR",
        "indicator",
        params("n:length"),
        "price",
        "Average true range.",
        steps=_of_candles("high", "low", "close", first=_after_length, settled=_wilder),
        lies=_NEVER_BELOW_0,
    ),
    Builtin(
        "ADX",
        "indicator",
        params("n:length"),
        "number",
        "How surely a market trends; plus and minus say which way.",
        ("plus", "minus"),
        steps=Steps(
            lambda n: 2 * n,
            lambda n: 2 * _FADED_WILDER * n,
            ("high", "low", "close"),
            (("plus", _after_length), ("minus", _after_length)),
        ),
        has_own=True,
        lies=_HUNDRED,
        in_hundredths=True,
    ),
    Builtin(
        "Supertrend",
        "indicator",
        params("n:length k:constant"),
        "price",
        "A line k average true ranges away, passed when a market turns; direction 1 up, -1 down.",
        ("line", "direction"),
        steps=_of_candles("high", "low", "close", first=_after_length, settled=_turned),
        numbers=("direction",),
        lies=Lies(-1.0, 1.0, ("direction",)),
    ),
    Builtin(
        "Highest",
        "indicator",
        _X_OVER_N,
        "same",
        "Highest of the last n.",
        steps=_WINDOW,
        is_within=True,
    ),
    Builtin(
        "Lowest",
        "indicator",
        _X_OVER_N,
        "same",
        "Lowest of the last n.",
        steps=_WINDOW,
        is_within=True,
    ),
    Builtin(
        "Donchian",
        "indicator",
        params("n:length"),
        "price",
        "Highest high and lowest low of the last n candles, this one with them.",
        ("upper", "middle", "lower"),
        steps=_of_candles("high", "low"),
    ),
    Builtin(
        "VWAP",
        "indicator",
        params("[n:length]"),
        "price",
        "Price weighted by volume: of the last n candles, or since 00:00 UTC.",
        steps=Steps(
            lambda n=1: n,
            lambda n=1: n,
            ("high", "low", "close", "volume", "time"),
            is_daily=True,
        ),
    ),
    Builtin(
        "OBV",
        "indicator",
        (),
        "base",
        "On-balance volume: what was traded in rising candles less that in falling ones.",
        steps=_of_candles("close", "volume", first=_always, settled=_always),
    ),
    Builtin(
        "Since",
        "indicator",
        params("c:condition"),
        "number",
        "Events since c was so, 0 now; none before the first.",
        steps=Steps(_always, _always),
    ),
    Builtin("Change", "indicator", _X_OVER_N, "same", "x less its value n ago.", made_of=("sub",)),
    Builtin(
        "CrossesAbove",
        "indicator",
        params("a:series b:series"),
        "bool",
        "a passes b upwards now.",
        made_of=("le", "gt"),
    ),
    Builtin(
        "CrossesBelow",
        "indicator",
        params("a:series b:series"),
        "bool",
        "a passes b downwards now.",
        made_of=("ge", "lt"),
    ),
)
