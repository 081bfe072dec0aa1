"""Approvals: what waits for a person, the one under the cursor in full, and what came of the last.

It has no rule of trading: it sends commands, and draws the newest views it was given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final

from textual.binding import BindingType

from lefi_tui.core.messages import Command
from lefi_tui.views.approvals_view import ApprovalRow, ApprovalsView, later
from lefi_tui.views.queries import ApprovalsQuery
from screens.answer import AnswerScreen
from screens.keys import APPROVALS, bindings, of_groups
from screens.two_panes import TwoPanes
from widgets.approvals import Inbox, page
from widgets.ink import Palette
from widgets.lines import Frame, Page

NOTHING: Final = "Nothing waits for a person."


class ApprovalsScreen(TwoPanes[Inbox]):
    GROUPS = (APPROVALS,)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(APPROVALS))]

    def __init__(self, send: Callable[[Command], None], palette: Palette) -> None:
        super().__init__(Inbox, palette)
        self.query_of = ApprovalsQuery()
        self.view: ApprovalsView | None = None
        self._send = send

    # ---- what is shown

    def show(self, answer: Any, silent_ms: int) -> None:
        assert isinstance(answer, ApprovalsView)
        self.view = later(answer, silent_ms)
        self.draw()

    def listed(self) -> ApprovalsView | None:
        return self.view

    def page(self, frame: Frame) -> Page:
        return page(self.view, self.list.selected, frame)

    def has_chosen(self) -> bool:
        return self.list.selected is not None

    def said(self) -> str:
        view, row = self.view, self.list.selected
        if view is None or row is None:
            return ""
        place = f"{self.list.cursor + 1} of {len(view.rows)}"
        return f"{place}; asked by {row.bot} of {row.asked_by or 'somebody'}, you are {view.me}"

    # ---- what a person does

    def action_approve(self) -> None:
        self._ask(is_approved=True)

    def action_decline(self) -> None:
        self._ask(is_approved=False)

    def _ask(self, *, is_approved: bool) -> None:
        row = self._known()
        if row is not None:
            self.app.push_screen(AnswerScreen(row, self._send, is_approved=is_approved))

    def _known(self) -> ApprovalRow | None:
        row = self.list.selected
        if row is None:
            self.notice(NOTHING)
        elif row.refusal:
            self.notice(row.refusal)
        elif row.is_over:
            self.notice(f"{row.id} is over its time; nothing is sent.")
        else:
            return row
        return None
