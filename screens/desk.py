"""The desk: prices, positions, orders, bots and the log in one frame that says whose money moves.

It has no rule of trading: it sends commands, and draws the newest view it was given.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widget import Widget

from lefi_tui.core.messages import CancelOrder, Command, StopBot
from lefi_tui.views.desk_view import DeskView, Mode, aged
from lefi_tui.views.queries import DeskQuery
from lefi_tui.views.tour import Tour, follow
from screens.framed import SHEET as FRAME_SHEET
from screens.framed import Framed
from screens.keys import ON_DESK, bindings, of_groups
from widgets.board import Board
from widgets.bots import Bots
from widgets.ink import Palette
from widgets.log import Log
from widgets.orders import Orders
from widgets.plan import Box, arrange, pane_width
from widgets.positions import Positions
from widgets.prices import Prices

# Textual reads no sheet of its first screen, so the application names it.
SHEETS: Final = [FRAME_SHEET, Path(__file__).with_suffix(".tcss")]


class DeskScreen(Framed):
    AUTO_FOCUS: ClassVar[str | None] = "#bots"
    GROUPS = ON_DESK
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(*ON_DESK))]

    def __init__(self, send: Callable[[Command], None], mode: Mode, palette: Palette) -> None:
        super().__init__(palette, mode)
        self.query_of = DeskQuery(is_watched=True)
        self._send = send
        self._tour: Tour | None = None
        self._boxes: dict[str, Box] = {}
        self.bots = Bots(self.palette, id="bots")
        self.orders = Orders(self.palette, id="orders")
        self.boards: tuple[Board, ...] = (
            Prices(self.palette, id="prices"),
            Positions(self.palette, id="positions"),
            self.orders,
            self.bots,
            Log(self.palette, id="log"),
        )

    def inside(self) -> ComposeResult:
        yield from self.boards
        yield self.words

    def on_mount(self) -> None:
        super().on_mount()
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def on_board_moved(self) -> None:
        self.draw_words()

    # ---- what is shown

    @property
    def view(self) -> DeskView | None:
        return self.desk_view

    def show(self, answer: Any, silent_ms: int) -> None:
        """The newest view; older by what the engine has not answered since."""
        assert isinstance(answer, DeskView)
        if self._tour is not None:
            self._tour = follow(self._tour, answer)
        self.frame(answer if not silent_ms else aged(answer, silent_ms))
        self._draw_panes()

    def words_size(self) -> tuple[int, int]:
        box = self._boxes.get("words")
        return (0, 0) if box is None else (box.width, box.height)

    def said(self) -> str:
        if self._tour is not None:
            return self._tour.text
        return self.focused.words if isinstance(self.focused, Board) else ""

    def _draw(self) -> None:
        self.draw_frame()
        self._draw_panes()

    def _draw_panes(self) -> None:
        if not self.is_mounted or not self.size.width:
            return
        self._place()
        for board in self.boards:
            board.show(self.view, self.palette)
        self.draw_words()

    def _place(self) -> None:
        """Give each pane its box; only a box that changed costs a new layout."""
        width, height = self.size.width - 2, self.size.height - 2
        view = self.view
        wanted = {
            name: 2 if view is None else each.wanted(view, pane_width(name, width))
            for name, each in ((str(each.id), each) for each in self.boards)
        }
        boxes = arrange(wanted, width, height)
        panes: dict[str, Widget] = {str(each.id): each for each in (*self.boards, self.words)}
        for name, box in boxes.items():
            if box != self._boxes.get(name):
                styles = panes[name].styles
                styles.offset = (box.x, box.y)
                styles.width, styles.height = box.width, box.height
                styles.display = "block" if box.height else "none"
        self._boxes = boxes

    # ---- what a person does

    def action_move(self, step: int) -> None:
        if isinstance(self.focused, Board):
            self.focused.move(step)

    def action_stop(self) -> None:
        bot = self.bots.selected
        if bot is None:
            self.notice("No bot to stop. n lists what can be started.")
            return
        self._send(StopBot(bot.id))

    def action_cancel(self) -> None:
        if self.view is None or not self.view.orders:
            self.notice("No working order to cancel.")
            return
        self._send(CancelOrder(self.view.orders[self.orders.cursor].id))

    def action_tour(self) -> None:
        is_on = self._tour is not None and not self._tour.is_over
        self._tour = None if is_on else Tour()
        self.draw_words()

    async def action_start(self) -> None:
        await self.app.run_action("app.start")

    async def action_why(self) -> None:
        bot = self.bots.selected
        if bot is None:
            self.notice("No bot has run yet. n lists what can be started.")
            return
        await self.app.run_action(f"app.why({bot.id!r})")

    async def action_resume(self) -> None:
        await self.app.run_action("app.resume")
