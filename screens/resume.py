"""After a kill: orders are allowed again only by a person who says why. It stays in the audit."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from lefi_tui.core.messages import Command, Resume
from screens.asking import Dialog
from screens.keys import bindings
from widgets.in_order import Field

REASON_MAX = 200
ASKED = "Trading is halted. Say why it may go on; the reason is kept with the journal."
MISSING = "A reason is needed: a few words that you will understand in a month."


class ResumeScreen(Dialog):
    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]

    def __init__(self, send: Callable[[Command], None]) -> None:
        super().__init__()
        self._send = send

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = "Resume trading"
            window.border_subtitle = "Enter resumes   Esc stays halted"
            yield Static(ASKED, classes="words", markup=False)
            yield Field(placeholder="reason", max_length=REASON_MAX)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        reason = event.value.strip()
        if not reason:
            self.query_one(Static).update(MISSING)
            return
        self.dismiss()
        self._send(Resume(reason))
