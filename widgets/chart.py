"""The chart's pane: which market, which timeframe, and the candle a person looks at.

It names the question that its candles answer; the newest price and levels come with the desk.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lefi_tui.views import numbers
from lefi_tui.views.chart_view import TIMEFRAMES, ChartView, Mark, frame_name, live
from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.numbers import NS_PER_MS
from lefi_tui.views.queries import CHART_CANDLES_MAX, ChartQuery, StoryQuery
from widgets.board import Board
from widgets.candles import at, layout, reach, time_of
from widgets.ink import Palette
from widgets.lines import Frame, Page

ASKED_BY: Final = 64  # candles: a pane that grows or scrolls a little asks nothing new
FRAMES: Final = tuple(TIMEFRAMES.values())


class Chart(Board):
    """Its cursor counts candles back from the newest; at 0 it goes with the market."""

    def __init__(self, palette: Palette, *, id: str) -> None:  # noqa: A002 -- Textual's word
        super().__init__(palette, id=id)
        self.market: tuple[str, str] | None = None  # account, symbol
        self.timeframe_ms = FRAMES[0]
        self.back = 0
        self._told: ChartView | None = None
        self.shown: ChartView | None = None  # with what the desk says now

    @property
    def question(self) -> ChartQuery | None:
        """What it wants to know; nothing while nobody sees it."""
        if self.market is None or not self.size.width or not self.display:
            return None
        wanted = self.size.width + self._top
        count = min(-(-wanted // ASKED_BY) * ASKED_BY, CHART_CANDLES_MAX)
        return ChartQuery(*self.market, self.timeframe_ms, count)

    def tell(self, chart: ChartView) -> None:
        """An answer; one to a question that is not asked any more is not shown."""
        if self._is_wanted(chart):
            self._told = chart
            self.show(self.view)

    def follow(self, market: tuple[str, str]) -> None:
        if market != self.market:
            self.market, self.back, self._told = market, 0, None
            self.show(self.view)

    def zoom(self, step: int) -> None:
        """To a longer timeframe, or back to a shorter one."""
        place = FRAMES.index(self.timeframe_ms) + step
        if 0 <= place < len(FRAMES):
            self.timeframe_ms, self.back, self._told = FRAMES[place], 0, None
            self.show(self.view)

    def look(self, back: int) -> None:
        """So many candles further back; forward where it is negative."""
        most = 0 if self.shown is None else reach(self.shown)
        self.back = max(0, min(most, self.back + back))
        self._redraw()
        self.post_message(self.Moved(self))

    def newest(self) -> None:
        self.look(-self.back)

    def _is_wanted(self, chart: ChartView) -> bool:
        return (chart.account, chart.symbol) == self.market and (
            chart.timeframe_ms == self.timeframe_ms
        )

    # ---- as a board

    def show(self, view: DeskView | None, palette: Palette | None = None) -> None:
        told = self._told
        self.shown = live(told, view) if told is not None and view is not None else told
        super().show(view, palette)

    def draw(self, view: DeskView | None, frame: Frame) -> Page:  # noqa: ARG002 -- see `show`
        return layout(self.shown, frame, self._title())

    def _title(self) -> str:
        symbol = "" if self.market is None else f"{self.market[1]} "
        return f"{symbol}{frame_name(self.timeframe_ms)}"

    def keys(self, view: DeskView) -> Sequence[str]:  # noqa: ARG002 -- its items are candles
        return ()

    def explain(self, view: DeskView, number: int) -> str:  # noqa: ARG002 -- the same
        return "" if self.shown is None else explain(self.shown, number)

    @property
    def cursor(self) -> int:
        return self.back

    @property
    def words(self) -> str:
        return "" if self.view is None else self.explain(self.view, self.back)

    def move(self, step: int) -> None:
        self.look(-step)

    @property
    def why(self) -> StoryQuery | None:
        """Of the newest fill in the candle under the cursor; without one, of the candle."""
        chart = self.shown
        begin_ms = 0 if chart is None else time_of(chart, min(self.back, reach(chart)))
        if chart is None or not begin_ms:
            return None
        own = _fills_in(chart, begin_ms)
        if own and own[-1].order:
            return StoryQuery(order=own[-1].order)
        end_ms = begin_ms + chart.timeframe_ms
        market = chart.account, chart.symbol
        return StoryQuery("", 0, "", *market, since_ms=begin_ms, until_ms=end_ms)


def explain(chart: ChartView, back: int) -> str:
    """The candle under the cursor, and the fills in it with their owners."""
    back = min(back, reach(chart))
    begin_ms = time_of(chart, back)
    if not begin_ms:
        return chart.error
    words = f"{chart.account}, {numbers.moment(begin_ms * NS_PER_MS)} UTC: "
    candle = at(chart, back)
    if candle is None:
        return f"{words}no candle; nothing was traded, or the history lacks it"
    own = _fills_in(chart, begin_ms)
    if own:
        return words + "; ".join(_fill(each, chart.places) for each in own)
    low, high = (numbers.price(each, chart.places) for each in (candle.low, candle.high))
    opened = " so far" if chart.is_forming and not back else ""
    return f"{words}{low} to {high}{opened}, no fill of yours"


def _fills_in(chart: ChartView, begin_ms: int) -> list[Mark]:
    end_ms = begin_ms + chart.timeframe_ms
    return [each for each in chart.marks if begin_ms <= each.at_ns // NS_PER_MS < end_ms]


def _fill(mark: Mark, places: int) -> str:
    verb = "bought" if mark.side == "buy" else "sold"
    amount, price = numbers.quantity(mark.quantity), numbers.price(mark.price, places)
    reason = "" if mark.reason == "order" else f" ({mark.reason.replace('_', ' ')})"
    return f"{mark.owner} {verb} {amount} at {price}{reason}"
