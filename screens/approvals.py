"""Approvals: what waits for a person, the one under the cursor in full, and what came of the last.

It has no rule of trading: it sends commands, and draws the newest views it was given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal

from lefi_tui.core.messages import Command
from lefi_tui.views.approvals_view import ApprovalRow, ApprovalsView, later
from lefi_tui.views.queries import ApprovalsQuery
from screens.answer import AnswerScreen
from screens.framed import Framed
from screens.keys import APPROVALS, bindings, of_groups
from widgets.approvals import Inbox, page
from widgets.block import Block
from widgets.ink import Palette
from widgets.lines import Frame

WIDE: Final = 100  # from here on, the list stays beside the question
NOTHING: Final = "Nothing waits for a person."


class ApprovalsScreen(Framed):
    CSS_PATH = "approvals.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "#inbox"
    GROUPS = (APPROVALS,)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(APPROVALS))]
    every_s: ClassVar[float] = 0.5

    def __init__(self, send: Callable[[Command], None], palette: Palette) -> None:
        super().__init__(palette)
        self.query_of = ApprovalsQuery()
        self.view: ApprovalsView | None = None
        self._send = send
        self._top = 0
        self.inbox = Inbox(self.palette, id="inbox")
        self.detail = Block(self.palette, id="detail")

    def inside(self) -> ComposeResult:
        with Horizontal():
            yield self.inbox
            yield self.detail
        yield self.words

    # ---- what is shown

    def show(self, answer: Any, silent_ms: int) -> None:
        assert isinstance(answer, ApprovalsView)
        self.view = later(answer, silent_ms)
        self._draw()

    def on_resize(self) -> None:
        self.set_class(self.size.width < WIDE, "-narrow")
        super().on_resize()
        self.call_after_refresh(self._draw)

    def dress(self) -> None:
        super().dress()
        self._draw()

    def _draw(self) -> None:
        self.inbox.show(self.view, self.palette)
        width, height = self.detail.size
        if not width or not height:
            return
        drawn = Frame(width, height, top=self._top, glyphs=self.palette.glyphs)
        shown = page(self.view, self.inbox.selected, drawn)
        self._top = shown.top
        self.detail.show(shown.rows, self.palette)
        self.draw_words()

    def said(self) -> str:
        view, row = self.view, self.inbox.selected
        if view is None or row is None:
            return ""
        place = f"{self.inbox.cursor + 1} of {len(view.rows)}"
        return f"{place}; asked by {row.bot} of {row.asked_by or 'somebody'}, you are {view.me}"

    # ---- what a person does

    def action_move(self, step: int) -> None:
        self.inbox.move(step)
        self._top = 0
        self._draw()

    def action_scroll(self, pages: int) -> None:
        self._top = max(0, self._top + pages * max(1, self.detail.size.height - 2))
        self._draw()

    def action_approve(self) -> None:
        self._ask(is_approved=True)

    def action_decline(self) -> None:
        self._ask(is_approved=False)

    def _ask(self, *, is_approved: bool) -> None:
        row = self._known()
        if row is not None:
            self.app.push_screen(AnswerScreen(row, self._send, is_approved=is_approved))

    def _known(self) -> ApprovalRow | None:
        row = self.inbox.selected
        if row is None:
            self.notice(NOTHING)
        elif row.refusal:
            self.notice(row.refusal)
        elif row.is_over:
            self.notice(f"{row.id} is over its time; nothing is sent.")
        else:
            return row
        return None
