"""One market's candles with what is one's own on them: fills, and the levels of the open position.

The rule it keeps: nothing is invented. A candle that is missing is a gap; one that was only seen
here, tick by tick, has no volume; where the history fails, `error` says so in words.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.record import Record
from lefi_tui.views.desk_view import DeskView, OrderRow
from lefi_tui.views.numbers import NS_PER_MS

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
TIMEFRAMES: Final = {
    "1m": MINUTE_MS,
    "5m": 5 * MINUTE_MS,
    "15m": 15 * MINUTE_MS,
    "1h": HOUR_MS,
    "4h": 4 * HOUR_MS,
    "1d": 24 * HOUR_MS,
}
LEVELS_MAX: Final = 16  # a grid of orders has more; the nearest to the price are drawn
# How the legs of a position's exits are called on the axis, and what a limit order is called.
LEGS: Final = {"stop": "stop", "target": "target"}


class Candle(Record):
    """`volume` is None where only prices were seen."""

    time_ms: int
    open: float
    high: float
    low: float
    close: float
    volume: float | None = None


class Mark(Record):
    """One fill of one's own."""

    at_ns: int
    side: str
    price: Decimal
    quantity: Decimal
    owner: str
    reason: str
    order: str = ""


class Level(Record):
    """A price that matters: entry, liquidation, stop, target, buy or sell."""

    name: str
    price: float


class ChartView(Record):
    """Candles oldest first; the last one is open when `is_forming`."""

    at_ns: int
    account: str
    symbol: str
    timeframe_ms: int
    candles: tuple[Candle, ...] = ()
    is_forming: bool = False
    marks: tuple[Mark, ...] = ()  # oldest first
    error: str = ""
    levels: tuple[Level, ...] = ()
    last: float | None = None
    places: int = 2
    age_ms: int = 0  # of the last price
    limit_ms: int = 0

    @property
    def is_stale(self) -> bool:
        return self.last is None or self.age_ms > self.limit_ms


def shorter_frames(timeframe_ms: int) -> tuple[int, ...]:
    """What an open candle is made of, the longest first: a day of hours, then of minutes."""
    return tuple(each for each in (HOUR_MS, MINUTE_MS) if each < timeframe_ms)


def frame_name(timeframe_ms: int) -> str:
    known = (name for name, each in TIMEFRAMES.items() if each == timeframe_ms)
    return next(known, f"{timeframe_ms // 1_000}s")


def live(chart: ChartView, desk: DeskView) -> ChartView:
    """The chart with the newest price and levels: the same that the panes beside it show."""
    row = next(
        (row for row in desk.prices if (row.account, row.symbol) == (chart.account, chart.symbol)),
        None,
    )
    if row is None:
        return replace(chart, levels=_levels(chart, desk))
    return replace(
        chart,
        at_ns=desk.at_ns,
        candles=_moved(chart, row.last, desk.at_ns // NS_PER_MS - row.age_ms),
        levels=_levels(chart, desk),
        last=row.last,
        places=row.places,
        age_ms=row.age_ms,
        limit_ms=row.limit_ms,
    )


def _moved(chart: ChartView, last: float, at_ms: int) -> tuple[Candle, ...]:
    """A price that came after the answer still belongs to the candle that forms."""
    if not chart.is_forming or not chart.candles:
        return chart.candles
    newest = chart.candles[-1]
    is_of_it = newest.time_ms <= at_ms < newest.time_ms + chart.timeframe_ms
    if not is_of_it or last == newest.close:
        return chart.candles
    high, low = max(newest.high, last), min(newest.low, last)
    return (*chart.candles[:-1], replace(newest, high=high, low=low, close=last))


def _levels(chart: ChartView, desk: DeskView) -> tuple[Level, ...]:
    market = (chart.account, chart.symbol)
    found = []
    for row in desk.positions:
        if (row.account, row.symbol) == market:
            found.append(Level("entry", float(row.entry)))
            if row.liquidation:
                found.append(Level("liquidation", float(row.liquidation)))
    found += [
        Level(_name(order), float(order.price))
        for order in desk.orders
        if (order.account, order.symbol) == market and order.price is not None
    ]
    near = chart.last or (chart.candles[-1].close if chart.candles else 0.0)
    distinct = dict.fromkeys(sorted(found, key=lambda level: abs(level.price - near)))
    return tuple(distinct)[:LEVELS_MAX]


def _name(order: OrderRow) -> str:
    return LEGS.get(order.leg, order.side)
