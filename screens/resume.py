"""After a kill: orders are allowed again only by a person who says why. It stays in the audit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from lefi_tui.core.messages import Command, Resume
from lefi_tui.views.kill_view import KillView, checklist
from lefi_tui.views.queries import KillQuery
from screens.asking import Asking, Dialog
from screens.keys import bindings
from widgets.in_order import Field

REASON_MAX = 200
ASKED = "Trading is halted. Say why it may go on; the reason is kept with the journal."
MISSING = "A reason is needed: a few words that you will understand in a month."


class ResumeScreen(Dialog, Asking):
    """What is to be looked at first is asked for, and stands above the reason."""

    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]

    def __init__(self, send: Callable[[Command], None]) -> None:
        super().__init__()
        self.query_of = KillQuery()
        self._send = send
        self._list = Static("", classes="words dim", markup=False)
        self._shown: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = "Resume trading"
            window.border_subtitle = "Enter resumes   Esc stays halted"
            yield self._list
            yield Static(ASKED, classes="words", id="asked", markup=False)
            yield Field(placeholder="reason", max_length=REASON_MAX)

    def show(self, answer: Any, silent_ms: int) -> None:
        assert isinstance(answer, KillView)
        shown = checklist(answer)
        if not silent_ms and shown != self._shown:
            self._shown = shown
            self._list.update("\n".join(shown))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        reason = event.value.strip()
        if not reason:
            self.query_one("#asked", Static).update(MISSING)
            return
        self.dismiss()
        self._send(Resume(reason))
