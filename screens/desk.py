"""The desk: prices, chart, positions, orders, bots, log, in one frame that says whose money moves.

It has no rule of trading: it sends commands, and draws the newest view it was given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from lefi_tui.core.messages import Command, StopBot
from lefi_tui.views.chart_view import ChartView
from lefi_tui.views.desk_view import DeskView, Mode, aged
from lefi_tui.views.queries import DeskQuery
from lefi_tui.views.tour import DONE, Tour, follow, took
from screens.asking import Aside
from screens.by_hand import ByHand
from screens.framed import SHEET as FRAME_SHEET
from screens.framed import Framed
from screens.in_front import go_in_front
from screens.keys import ON_DESK, bindings, of_groups
from screens.stop_bot import StopBotScreen
from screens.why import why_of
from widgets import equity
from widgets.block import Block
from widgets.board import Board
from widgets.bots import Bots
from widgets.chart import Chart
from widgets.ink import Palette
from widgets.lines import Frame
from widgets.log import Log
from widgets.orders import Orders
from widgets.plan import Box, arrange, fits_chart, has_chart, pane_width
from widgets.positions import EXTERNAL, Positions
from widgets.prices import Prices

# Textual reads no sheet of its first screen, so the application names it.
SHEETS: Final = [FRAME_SHEET, Path(__file__).with_suffix(".tcss")]
CHART_EVERY_S: Final = 1.0  # candles; the newest price comes with the desk, ten times as often


class DeskScreen(ByHand, Framed):
    AUTO_FOCUS: ClassVar[str | None] = "#bots"
    GROUPS = ON_DESK
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(*ON_DESK))]

    def __init__(self, send: Callable[[Command], None], mode: Mode, palette: Palette) -> None:
        super().__init__(palette, mode)
        self.query_of = DeskQuery(is_watched=True)
        self.send = send
        self._tour: Tour | None = None
        self._boxes: dict[str, Box] = {}
        self.bots = Bots(self.palette, id="bots")
        self.orders = Orders(self.palette, id="orders")
        self.chart = Chart(self.palette, id="chart")
        self.equity = Block(self.palette, id="equity")
        self._is_chart_wanted: bool | None = None  # else the size of the screen decides
        self.prices = Prices(self.palette, id="prices")
        self.positions = Positions(self.palette, id="positions")
        self._markets = (self.prices, self.positions)
        self.boards: tuple[Board, ...] = (
            self._markets[0],
            self.chart,
            self._markets[1],
            self.orders,
            self.bots,
            Log(self.palette, id="log"),
        )

    def inside(self) -> ComposeResult:
        yield from self.boards
        yield self.equity
        yield self.words

    def on_mount(self) -> None:
        super().on_mount()
        self.on_resize()

    def on_board_moved(self, message: Board.Moved) -> None:
        if message.board in self._markets:
            self._follow(message.board.cursor_key)
        self.draw_words()

    def look_at(self, about: str) -> None:
        """A market, by its account and symbol."""
        self.prices.cursor_key = about
        self.prices.focus()

    def _follow(self, key: str) -> None:
        """The chart shows the market under the cursor of prices or positions."""
        account, _, symbol = key.removesuffix(EXTERNAL).partition("/")
        if symbol:
            self.chart.follow((account, symbol))

    # ---- what is shown

    @property
    def view(self) -> DeskView | None:
        return self.desk_view

    def show(self, answer: Any, silent_ms: int) -> None:
        """The newest view; older by what the engine has not answered since."""
        assert isinstance(answer, DeskView)
        if self._tour is not None:
            self._tour = follow(self._tour, answer)
            if self._tour.is_over:
                self.action_tour()
                self.notice(DONE)
        self.frame(answer if not silent_ms else aged(answer, silent_ms))
        self._draw_panes()

    def asides(self) -> Sequence[Aside]:
        question = self.chart.question
        return (Aside(question, CHART_EVERY_S),) if question else ()

    def show_aside(self, answer: Any) -> None:
        assert isinstance(answer, ChartView)
        self.chart.tell(answer)

    def words_size(self) -> tuple[int, int]:
        box = self._boxes.get("words")
        return (0, 0) if box is None else (box.width, box.height)

    def said(self) -> str:
        pane = self.focused.words if isinstance(self.focused, Board) else ""
        return self._tour.text if self._tour else pane

    def on_resize(self) -> None:
        self.draw_frame()
        self._draw_panes()

    def _draw_panes(self) -> None:
        if not self.is_mounted or not self.size.width or self.is_covered:
            return
        self._place()
        if self.chart.market is None and self.view is not None:
            keys = (key for board in reversed(self._markets) for key in board.keys(self.view))
            self._follow(next(keys, ""))
        for board in self.boards:
            board.show(self.view, self.palette)
        self._draw_equity()
        self.draw_words()

    def _draw_equity(self) -> None:
        box = self._boxes["equity"]
        frame = Frame(box.width, box.height, glyphs=self.palette.glyphs)
        self.equity.show(equity.layout(self.view, frame), self.palette)

    def _place(self) -> None:
        """Give each pane its box; only a box that changed costs a new layout."""
        width, height = self.size.width - 2, self.size.height - 2
        view, with_chart = self.view, self._has_chart()
        wanted = {
            name: 2
            if view is None
            else each.wanted(view, pane_width(name, width, with_chart=with_chart))
            for name, each in ((str(each.id), each) for each in self.boards)
        }
        told = self._notice or (self._tour.text if self._tour else "")  # is read to its end
        wanted["words"] = 1 + (len(told) > width - 2 and self.is_current)  # below a window: begun
        boxes = arrange(wanted if with_chart else {**wanted, "chart": 0}, width, height)
        others: tuple[Widget, ...] = (self.equity, self.words)
        panes: dict[str, Widget] = {str(each.id): each for each in (*self.boards, *others)}
        for name, box in boxes.items():
            if box != self._boxes.get(name):
                styles = panes[name].styles
                styles.offset = (box.x, box.y)
                styles.width, styles.height = box.width, box.height
                styles.display = "block" if box.height else "none"
        self._boxes = boxes

    def _has_chart(self) -> bool:
        size, wanted = (self.size.width - 2, self.size.height - 2), self._is_chart_wanted
        return has_chart(*size) if wanted is None else wanted and fits_chart(*size)

    # ---- what a person does

    def action_chart(self) -> None:
        self._is_chart_wanted = not self._has_chart()
        self._draw_panes()
        if self._is_chart_wanted and not self._has_chart():
            self.notice("This screen is too low for the chart; it comes when there is room.")

    def action_look(self, back: int) -> None:
        if self._on_chart():
            self.chart.look(back)

    def action_newest(self) -> None:
        if self._on_chart():
            self.chart.newest()

    def action_zoom(self, step: int) -> None:
        if self._on_chart():
            self.chart.zoom(step)

    def _on_chart(self) -> bool:
        """The chart has the cursor, if it is in sight."""
        if has_chart := self._has_chart():
            self.chart.focus()
        else:
            self.notice("The chart is hidden; v shows it.")
        return has_chart

    def action_move(self, step: int) -> None:
        if isinstance(self.focused, Board):
            self.focused.move(step)

    def action_stop(self) -> None:
        bot = self.bots.selected
        if bot is None:
            self.notice("No bot to stop. n lists what can be started.")
            return
        if not self.is_seen(self.bots):
            return
        if self.view is not None and any(bot.id in row.owners for row in self.view.positions):
            self.app.push_screen(StopBotScreen(bot.id, self.send))
        else:
            self.send(StopBot(bot.id))

    def is_seen(self, board: Board) -> bool:
        """Nothing is ended under a cursor that nobody sees."""
        if not board.display:
            other = "v" if self._has_chart() else "a taller screen"
            self.notice(f"The {board.id} are hidden: {other} shows them.")
        return board.display

    def action_tour(self) -> None:
        self._tour = Tour() if self._tour is None else None
        self.draw_words()

    async def action_in_front(self) -> None:
        row = self.bots.selected
        if row is None:
            self.notice("No bot is here. n lists what can be started.")
            return
        await go_in_front(self.app, row)

    def action_why(self) -> None:
        screen = why_of(self.focused, self.bots.selected)
        if screen is None:
            self.notice("No bot has run yet. n lists what can be started.")
            return
        if self._tour is not None:
            self._tour = took(self._tour, "why")
        self.app.push_screen(screen)
