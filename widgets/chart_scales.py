"""The two scales of a chart: prices on round numbers, times on round hours of UTC.

Labels stand on round values, not on rows: they stay what they are while the market moves a little.
"""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.views.chart_view import HOUR_MS, MINUTE_MS

DAY_MS: Final = 24 * HOUR_MS
ROUND: Final = (1.0, 2.0, 5.0, 10.0)
TICK_ROWS: Final = 3  # between two prices on the axis
FLAT: Final = 0.0005  # of the price, above and below, where nothing moved
TIME_STEPS: Final = (
    *(each * MINUTE_MS for each in (5, 10, 15, 30)),
    *(each * HOUR_MS for each in (1, 2, 3, 6, 12)),
    *(each * DAY_MS for each in (1, 2, 5, 10, 30, 60, 180)),
)
LABEL_CELLS: Final = 11  # "20 Nov" and air


class Scale(Record):
    """Prices over rows of two half cells each, the highest above."""

    low: float
    high: float
    rows: int

    def half(self, price: float) -> int:
        """Half cells from the top; what is outside stands at the edge."""
        last = 2 * self.rows - 1
        place = round((self.high - price) / (self.high - self.low) * last)
        return max(0, min(last, place))

    def row(self, price: float) -> int:
        return self.half(price) // 2

    def holds(self, price: float) -> bool:
        return self.low <= price <= self.high


def scale_of(low: float, high: float, near: tuple[float, ...], rows: int) -> Scale:
    """All that is drawn, and those of `near` that don't press it flat."""
    reach = (high - low) / 2
    kept = [each for each in near if low - reach <= each <= high + reach]
    low, high = min(low, *kept, high), max(high, *kept, low)
    if low == high:
        air = abs(high) * FLAT or 1.0
        low, high = low - air, high + air
    return Scale(low, high, rows)


def price_ticks(scale: Scale) -> list[float]:
    """Round prices, none nearer to the next than some rows."""
    least = (scale.high - scale.low) * TICK_ROWS / scale.rows
    power = 10.0 ** math.floor(math.log10(least))
    step = next(each * power for each in ROUND if each * power >= least * 0.999)
    first = math.ceil(scale.low / step)
    return [number * step for number in range(first, math.floor(scale.high / step) + 1)]


def time_labels(first_ms: int, frame_ms: int, columns: int) -> list[tuple[int, str]]:
    """Column and words of each round time: the hour, or the day where one begins."""
    least = frame_ms * LABEL_CELLS
    step = next((each for each in TIME_STEPS if each >= least), TIME_STEPS[-1])
    begin = -(-first_ms // step) * step
    return [
        ((at_ms - first_ms) // frame_ms, time_words(at_ms))
        for at_ms in range(begin, first_ms + columns * frame_ms, step)
        if (at_ms - first_ms) % frame_ms == 0
    ]


def time_words(at_ms: int) -> str:
    at = datetime.fromtimestamp(at_ms // 1_000, UTC)
    return f"{at:%d %b}" if at_ms % DAY_MS == 0 else f"{at:%H:%M}"
