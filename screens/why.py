"""Why a bot did what it did: the last run's conditions with the values they had."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from lefi_tui.views import numbers
from lefi_tui.views.desk_view import WhyView
from lefi_tui.views.queries import WhyQuery
from screens.asking import Asking, Dialog
from screens.keys import bindings


class WhyScreen(Dialog, Asking):
    """Asked again while it is open, so that a running bot can be watched thinking."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]

    def __init__(self, bot: str) -> None:
        super().__init__()
        self.query_of = WhyQuery(bot)
        self._bot = bot
        self._words = Static("waits for the engine", classes="words", markup=False)

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="window") as window:
            window.border_title = f"Why: {self._bot}"
            window.border_subtitle = "Esc back"
            yield self._words

    def show(self, answer: Any, silent_ms: int) -> None:
        assert isinstance(answer, WhyView)
        self._words.update("\n".join(words(answer, silent_ms)))


def words(view: WhyView, silent_ms: int) -> list[str]:
    when = "has not run yet"
    if view.age_ms is not None:
        when = f"last run {numbers.age(view.age_ms + silent_ms)} ago"
    head = f"{view.title or view.bot}: {view.status}, {when}"
    return [head, "", *view.lines]
