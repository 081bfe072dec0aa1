"""The scoreboard: each session of games, the best first; left and right choose the market."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from lefi_tui.views.desk_view import Weight
from lefi_tui.views.queries import ScoresQuery
from lefi_tui.views.score_words import lines
from lefi_tui.views.scores_view import ScoresView
from screens.asking import Asking, Dialog
from screens.keys import bindings

STYLES: Final = {Weight.GOOD: "bold green"}
READING: Final = "The games are being read."


class ScoresScreen(Dialog, Asking):
    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = None
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back", "account_next", "account_before")]
    every_s: ClassVar[float] = 0.5

    def __init__(self) -> None:
        super().__init__()
        self._market = ""
        self.query_of = ScoresQuery()
        self._markets: tuple[str, ...] = ()
        self._window = VerticalScroll(classes="window")
        self._words = Static(READING, classes="words")

    def compose(self) -> ComposeResult:
        with self._window:
            yield self._words

    def on_mount(self) -> None:
        self._title()

    def show(self, answer: Any, silent_ms: int) -> None:
        assert isinstance(answer, ScoresView)
        if silent_ms or answer.market != self._market:
            return
        self._markets = answer.markets
        self._title()
        text = Text()
        for line, weight in lines(answer):
            text.append(f"{line}\n", STYLES.get(weight, ""))
        self._words.update(text)

    def action_account(self, step: int) -> None:
        """All markets, then each in which games were played."""
        places = ("", *self._markets)
        at = places.index(self._market) if self._market in places else 0
        self._market = places[(at + step) % len(places)]
        self.query_of = ScoresQuery(self._market)
        self._title()

    def _title(self) -> None:
        self._window.border_title = f"Scores: {self._market or 'all markets'}"
        choice = "← → market   " if len(self._markets) > 1 else ""
        self._window.border_subtitle = f"{choice}Esc back"
