"""Indicators, each written once in the intermediate form; definitions are TA-Lib's.

A missing input changes nothing and gives a missing value: windows hold the last n values that were
there. Lengths, fields and first values stand in the table of builtins.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.lang.indicators.averages import ema, macd, sma, wma
from lefi_tui.lang.indicators.maker import Indicator, Maker
from lefi_tui.lang.indicators.oscillators import cci, roc, rsi, stochastic, zscore
from lefi_tui.lang.indicators.ranges import atr, bollinger, donchian, highest, lowest, stddev
from lefi_tui.lang.indicators.trend import adx, since, supertrend
from lefi_tui.lang.indicators.volume import mfi, obv, vwap

__all__ = ["INDICATORS", "Maker"]

INDICATORS: Final[dict[str, Indicator]] = {
    "SMA": sma,
    "EMA": ema,
    "WMA": wma,
    "MACD": macd,
    "RSI": rsi,
    "Stochastic": stochastic,
    "CCI": cci,
    "ROC": roc,
    "ZScore": zscore,
    "ATR": atr,
    "StdDev": stddev,
    "Bollinger": bollinger,
    "Highest": highest,
    "Lowest": lowest,
    "Donchian": donchian,
    "ADX": adx,
    "Supertrend": supertrend,
    "Since": since,
    "VWAP": vwap,
    "OBV": obv,
    "MFI": mfi,
}
