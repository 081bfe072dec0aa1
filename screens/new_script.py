"""A new script gets its name first: it is its file's name, and later that of its bots."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from lefi_tui.errors import LefiError
from screens.asking import Dialog
from screens.keys import bindings
from widgets.in_order import Field

NAME_MAX: Final = 40
# A name, what to do when it is made, and when it is refused.
Create = Callable[[str, Callable[[], object], Callable[[LefiError], None]], None]
ASKED: Final = "Small letters, digits and _, as in ema_cross. It begins with a few lines that work."


class NewScriptScreen(Dialog):
    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]

    def __init__(self, create: Create) -> None:
        super().__init__()
        self._create = create
        self._asked = Static(ASKED, classes="words", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = "New script"
            window.border_subtitle = "Enter makes it   Esc back"
            yield self._asked
            yield Field(placeholder="name", max_length=NAME_MAX)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if name := event.value.strip():
            self._create(name, self.dismiss, self._refused)

    def _refused(self, error: LefiError) -> None:
        """The name stays, to be mended."""
        self._asked.update(f"{error.where}: {error.why}. {error.next_step}.")
