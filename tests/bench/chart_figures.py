"""Figures of the chart: what a frame costs to draw, and what it writes."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from msgspec import structs
from rich.segment import Segment
from textual.strip import Strip

from lefi_tui.adapters.demo_market import DemoMarket
from lefi_tui.core.messages import TradingState
from lefi_tui.views.chart_view import MINUTE_MS, Candle, ChartView, live
from lefi_tui.views.desk_view import Banner, DeskView, Mode, PriceRow
from tests.bench.readings import Measurement, Reading, against_plain_loop
from tests.bench.terminal import SIZE, opened
from widgets.candles import layout
from widgets.ink import COLORS_256
from widgets.lines import Frame, Page, Row

MARKET: Final = ("demo", "BTC/USDT")
BEGIN_MS: Final = 1_763_726_400_000
TICKS: Final = 200  # 50 s of the demo market: one candle as it forms
TICK_MS: Final = 250
COUNT: Final = 128
WATCHED_S: Final = 10.0
FRAMES_A_SECOND: Final = 10
WHOLE_SCREEN: Final = SIZE[0] * SIZE[1]


class Ticks:
    """The demo market's own candles, then its ticks, as desks that a screen is given."""

    def __init__(self) -> None:
        self._market = DemoMarket()
        bars = self._market.bars(MARKET[1], MINUTE_MS, COUNT, BEGIN_MS)
        told = [
            Candle(bar.time_ms, bar.open, bar.high, bar.low, bar.close, bar.volume) for bar in bars
        ]
        first = self._market.quote(MARKET[1], BEGIN_MS // TICK_MS).last
        told.append(Candle(BEGIN_MS, first, first, first, first))
        banner = Banner(Mode.DEMO, "demo market", TradingState.ACTIVE)
        self._desk = DeskView(BEGIN_MS * 1_000_000, banner)
        self._number = 0
        candles = tuple(told)
        self.chart = ChartView(self._desk.at_ns, *MARKET, MINUTE_MS, candles, is_forming=True)

    def next(self) -> DeskView:
        self._number = (self._number + 1) % TICKS
        at_ms = BEGIN_MS + self._number * TICK_MS
        quote = self._market.quote(MARKET[1], at_ms // TICK_MS)
        row = PriceRow(*MARKET, quote.bid, quote.ask, quote.last, 0.01, 1, 2, 0, 5_000)
        return structs.replace(self._desk, at_ns=at_ms * 1_000_000, prices=(row,))


def frame_ms() -> Reading:
    """The newest price to rows, and strips of the rows that changed, at 120x40."""
    ticks, frame = Ticks(), Frame(*SIZE)
    shown: list[Page] = [Page(())]
    changed: list[int] = []

    def second() -> None:
        for _ in range(FRAMES_A_SECOND):
            draw()

    def draw() -> None:
        page = layout(live(ticks.chart, ticks.next()), frame)
        before, shown[0] = shown[0].rows, page
        rows = [row for at, row in enumerate(page.rows) if at >= len(before) or row != before[at]]
        changed.append(len([_strip(row) for row in rows]))

    reading = against_plain_loop(second)
    lines = sorted(changed[FRAMES_A_SECOND:])[len(changed) // 2]
    note = f"{lines} of {SIZE[1]} lines change in the median frame"
    each = FRAMES_A_SECOND
    return replace(reading, ratio=reading.ratio / each, value=reading.value / each, note=note)


def _strip(row: Row) -> Strip:
    return Strip([Segment(text, COLORS_256.style(ink, row.ground)) for text, ink in row.spans])


def frame_bytes() -> Reading:
    with opened(["-m", "tests.bench.chart_child"], {}) as terminal:
        terminal.wait_for(b"BTC/USDT 1m")
        terminal.read(1.0)
        value = terminal.read(WATCHED_S) / WATCHED_S / FRAMES_A_SECOND
    return Reading(value / WHOLE_SCREEN, "a whole screen of plain text", value, "bytes")


MEASUREMENTS: Final = {
    "chart_frame_ms": Measurement("one frame of the chart at 120x40, drawn", frame_ms),
    "chart_bytes_per_frame": Measurement("one frame of the chart, written", frame_bytes),
}
