"""The desk: prices, positions, orders, bots and the log in one frame that says whose money moves.

It has no rule of trading: it sends commands, and draws the newest view it was given.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container

from lefi_tui.core.messages import CancelOrder, Command, StopBot, TradingState
from lefi_tui.views.desk_view import DeskView, Mode, aged
from lefi_tui.views.queries import DeskQuery
from screens.asking import Asking
from screens.keys import BOTS, DESK, bindings, hints, of_groups
from widgets.block import Block, prose
from widgets.board import Board
from widgets.bots import Bots
from widgets.edge import bottom_line, top_line
from widgets.ink import Ink, Palette
from widgets.lines import Frame
from widgets.log import Log
from widgets.orders import Orders
from widgets.plan import Box, arrange, pane_width
from widgets.positions import Positions
from widgets.prices import Prices

# Textual reads no sheet of its first screen, so the application names it.
SHEET: Final = Path(__file__).with_suffix(".tcss")
NOTICE_SECONDS: Final = 8.0


class DeskScreen(Asking):
    AUTO_FOCUS: ClassVar[str | None] = "#bots"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(DESK, BOTS))]

    def __init__(self, send: Callable[[Command], None], mode: Mode, palette: Palette) -> None:
        super().__init__()
        self.query_of = DeskQuery()
        self.view: DeskView | None = None
        self._send = send
        self._mode = mode
        self._palette = palette.under(mode)
        self._notice = ""
        self._notices = 0
        self._boxes: dict[str, Box] = {}
        self.bots = Bots(self._palette, id="bots")
        self.orders = Orders(self._palette, id="orders")
        self.boards: tuple[Board, ...] = (
            Prices(self._palette, id="prices"),
            Positions(self._palette, id="positions"),
            self.orders,
            self.bots,
            Log(self._palette, id="log"),
        )

    def compose(self) -> ComposeResult:
        yield Block(self._palette, id="top")
        with Container(id="body"):
            yield from self.boards
            yield Block(self._palette, id="detail")
        yield Block(self._palette, id="bottom")

    def on_mount(self) -> None:
        self._dress()
        self._draw()

    def on_resize(self) -> None:
        self._draw()

    def on_board_moved(self) -> None:
        self._draw_detail()

    # ---- what is shown

    def show(self, answer: Any, silent_ms: int) -> None:
        """The newest view; older by what the engine has not answered since."""
        assert isinstance(answer, DeskView)
        self.view = answer if not silent_ms else aged(answer, silent_ms)
        palette = self._palette.under(answer.banner.mode)
        if palette is not self._palette:
            self._mode, self._palette = answer.banner.mode, palette
            self._dress()
        self._draw()

    def notice(self, text: str) -> None:
        """Words for a person on the line below the panes, for a while."""
        self._notice = text
        self._notices += 1
        number = self._notices
        self.set_timer(NOTICE_SECONDS, lambda: self._forget(number))
        self._draw_detail()

    def _forget(self, number: int) -> None:
        if number == self._notices:
            self._notice = ""
            self._draw_detail()

    def _dress(self) -> None:
        """The frame's sides in the color of the mode."""
        side = (self._palette.glyphs.border, self._palette.frame_color)
        body = self.query_one("#body").styles
        body.border_left = side
        body.border_right = side

    def _draw(self) -> None:
        if not self.is_mounted or not self.size.width:
            return
        self._draw_edges()
        self._place()
        for board in self.boards:
            board.show(self.view, self._palette)
        self._draw_detail()

    def _draw_edges(self) -> None:
        width, glyphs = self.size.width, self._palette.glyphs
        is_active = self.view is None or self.view.banner.trading_state is TradingState.ACTIVE
        shown = hints(without=("resume",) if is_active else ("start",))
        top = top_line(self.view, self._mode, width, glyphs)
        bottom = bottom_line(self._mode, shown, width, glyphs)
        self.query_one("#top", Block).show((top,), self._palette)
        self.query_one("#bottom", Block).show((bottom,), self._palette)

    def _place(self) -> None:
        """Give each pane its box; only a box that changed costs a new layout."""
        width, height = self.size.width - 2, self.size.height - 2
        view = self.view
        wanted = {
            name: 2 if view is None else each.wanted(view, pane_width(name, width))
            for name, each in ((str(each.id), each) for each in self.boards)
        }
        boxes = arrange(wanted, width, height)
        for name, box in boxes.items():
            if box != self._boxes.get(name):
                styles = self.query_one(f"#{name}").styles
                styles.offset = (box.x, box.y)
                styles.width, styles.height = box.width, box.height
                styles.display = "block" if box.height else "none"
        self._boxes = boxes

    def _draw_detail(self) -> None:
        box = self._boxes.get("detail")
        if box is None or not box.height:
            return
        focused = self.focused
        words = focused.words if isinstance(focused, Board) else ""
        ink = Ink.WARN if self._notice else Ink.DIM
        frame = Frame(box.width, box.height, glyphs=self._palette.glyphs)
        rows = prose(self._notice or words, ink, frame)
        self.query_one("#detail", Block).show(rows, self._palette)

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
