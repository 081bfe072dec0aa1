"""Why, of any moment: what ran on which values, what the gate said, the order, its fills and costs.

The engine carries journal and tape out again beside its turns; until it is there, the screen says
how far it is. What is told is told once: `r` asks anew.
"""

from __future__ import annotations

from typing import Any, ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from lefi_tui.views import numbers
from lefi_tui.views.queries import StoryQuery
from lefi_tui.views.story_view import StoryView
from lefi_tui.views.story_words import words
from screens.asking import Asking, Dialog
from screens.keys import bindings


class StoryScreen(Dialog, Asking):
    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back", "refresh")]
    every_s: ClassVar[float] = 0.3

    def __init__(self, asked: StoryQuery) -> None:
        super().__init__()
        self.query_of = asked
        self._asked = asked
        self._window = VerticalScroll(classes="window")
        self._words = Static("waits for the engine", classes="words", markup=False)

    def compose(self) -> ComposeResult:
        self._window.border_title = "Why"
        self._window.border_subtitle = "↑ ↓ scroll   r anew   Esc back"
        with self._window:
            yield self._words

    def show(self, answer: Any, silent_ms: int) -> None:
        assert isinstance(answer, StoryView)
        self._window.border_title = f"Why ({numbers.old(silent_ms)})" if silent_ms else "Why"
        self._words.update(_page(words(answer)))
        if answer.is_ready:
            self.query_of = None

    def action_again(self) -> None:
        self.query_of = self._asked


def _page(lines: list[str]) -> Text:
    """What a person looks for first stands out: the heads, and what stopped it."""
    page = Text()
    for number, line in enumerate(lines):
        is_head = bool(line) and not line.startswith(" ") and (not number or not lines[number - 1])
        style = "bold" if is_head or line.lstrip().startswith("STOPPED") else ""
        page.append(f"{line}\n", style)
    return page
