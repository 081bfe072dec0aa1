"""An answer is about to be given: the whole effect once more, a reason if there is one, Enter."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from lefi_tui.core.messages import AnswerApproval, Command
from lefi_tui.views.approvals_view import ApprovalRow
from screens.asking import Dialog
from screens.keys import bindings
from widgets.approvals import whole

REASON_MAX: Final = 200


class AnswerScreen(Dialog):
    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]

    def __init__(
        self, row: ApprovalRow, send: Callable[[Command], None], *, is_approved: bool
    ) -> None:
        super().__init__()
        self._row = row
        self._send = send
        self._is_approved = is_approved

    def compose(self) -> ComposeResult:
        word = "approve" if self._is_approved else "decline"
        lines = whole(self._row)
        if not self._is_approved:
            lines = ["Nothing of this is sent:", *lines]
        with Vertical(classes="window") as window:
            window.border_title = f"{word.capitalize()} {self._row.id} of {self._row.bot}"
            window.border_subtitle = f"Enter {word}s   Esc back"
            yield Static("\n".join(lines), classes="words", markup=False)
            yield Input(placeholder="reason, may stay empty", max_length=REASON_MAX)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.dismiss()
        self._send(AnswerApproval(self._row.id, self._is_approved, event.value.strip()))
