"""What the exchange of an account offers, and which of it Lefi does there."""

from __future__ import annotations

from textwrap import wrap
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Static

from lefi_tui.core.offers import Offers
from lefi_tui.views.offers_view import rows
from screens.asking import Dialog
from screens.keys import bindings

TITLE_WIDTH: Final = 31
HAS_WIDTH: Final = 10
USED_WIDTH: Final = 30  # what is left of a window of 76


class SheetScreen(Dialog):
    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "VerticalScroll"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]

    def __init__(self, account: str, sheet: Offers) -> None:
        super().__init__()
        self._account, self._sheet = account, sheet

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = f"What {self._sheet.venue} offers to {self._account}"
            window.border_subtitle = "↑ ↓ scroll   Esc back"
            with VerticalScroll():
                yield Static(_told(self._sheet), classes="words")


def _told(sheet: Offers) -> Text:
    text = Text(f"{'':<{TITLE_WIDTH}}{'exchange':<{HAS_WIDTH}}Lefi\n", "dim")
    for title, has, used in rows(sheet):
        style = "dim" if used.startswith("(") else ""
        first, *more = wrap(used, USED_WIDTH)
        text.append(f"{title:<{TITLE_WIDTH}}{has:<{HAS_WIDTH}}{first}\n", style)
        for line in more:
            text.append(f"{'':<{TITLE_WIDTH + HAS_WIDTH}}{line}\n", style)
    return text
