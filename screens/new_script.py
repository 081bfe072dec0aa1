"""A new script gets its name first: it is its file's name, and later that of its bots."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from screens.asking import Dialog
from screens.keys import bindings
from widgets.in_order import Field

NAME_MAX: Final = 40
ASKED: Final = "Small letters, digits and _, as in ema_cross. It begins with a few lines that work."


class NewScriptScreen(Dialog):
    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]

    def __init__(self, create: Callable[[str], None]) -> None:
        super().__init__()
        self._create = create

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = "New script"
            window.border_subtitle = "Enter makes it   Esc back"
            yield Static(ASKED, classes="words", markup=False)
            yield Field(placeholder="name", max_length=NAME_MAX)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        if name := event.value.strip():
            self.dismiss()
            self._create(name)
