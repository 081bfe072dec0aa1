"""How long a candle lasts, and how many there are, in the words people use."""

from __future__ import annotations

from typing import Final

WEEK_MS: Final = 7 * 86_400_000
# Seconds since 1970 reach this in the year 5138, milliseconds passed it in 1973.
SECONDS_MAX: Final = 100_000_000_000
_UNITS: Final = ((WEEK_MS, "w"), (86_400_000, "d"), (3_600_000, "h"), (60_000, "m"))


def candles(count: int) -> str:
    """1 candle, 8,640 candles."""
    return f"{count:,} candle{'' if count == 1 else 's'}"


def span(ms: int) -> str:
    """300000 -> 5m."""
    for unit, letter in _UNITS:
        if ms % unit == 0:
            return f"{ms // unit}{letter}"
    return f"{ms / 1_000:g}s"
