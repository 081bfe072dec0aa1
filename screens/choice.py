"""A question with a few answers, or a message in four parts that a person has to have seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import OptionList, Static

from lefi_tui.errors import LefiError, render
from screens.asking import Dialog
from screens.keys import bindings

Answer = tuple[str, Callable[[], None]]


class ChoiceScreen(Dialog):
    """Enter takes the answer under the cursor; Esc takes none."""

    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "OptionList"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]

    def __init__(self, title: str, words: str, answers: Sequence[Answer]) -> None:
        super().__init__()
        self._title = title
        self._words = words
        self._answers = answers

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = self._title
            window.border_subtitle = "↑ ↓ choose   Enter takes it   Esc none of them"
            yield Static(f"{self._words}\n", classes="words", markup=False)
            yield OptionList(*(name for name, _ in self._answers), markup=False)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss()
        self._answers[event.option_index][1]()


def told(error: LefiError) -> ChoiceScreen:
    """What the world refused: what, where, why, next."""
    return ChoiceScreen(error.what, render(error), [("Go on", _nothing)])


def _nothing() -> None:
    """It was read; that is all."""
