"""Money: what each account has in each currency, margin, funding, fees, and how old that is."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from lefi_tui.views.desk_view import SILENCE_MAX_MS, Weight
from lefi_tui.views.queries import WalletsQuery
from lefi_tui.views.wallet_view import WalletsView
from lefi_tui.views.wallet_words import lines
from screens.asking import Asking, Dialog
from screens.keys import bindings

STYLES: Final = {Weight.WARN: "bold yellow", Weight.BAD: "bold red"}


class WalletsScreen(Dialog, Asking):
    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = None
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]
    every_s: ClassVar[float] = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.query_of = WalletsQuery()
        self._words = Static("", classes="words")

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="window") as window:
            window.border_title = "Money"
            window.border_subtitle = "Esc back"
            yield self._words

    def show(self, answer: Any, silent_ms: int) -> None:
        assert isinstance(answer, WalletsView)
        self._words.update(drawn(answer, silent_ms))


def drawn(view: WalletsView, silent_ms: int) -> Text:
    """What stands in the window; nothing in it is markup."""
    text = Text()
    for line, weight in lines(view, silent_ms):
        text.append(f"{line}\n", STYLES.get(weight, ""))
    if silent_ms > SILENCE_MAX_MS:
        text.append(f"The engine has not answered for {silent_ms // 1_000} s.", "bold yellow")
    return text
