"""A screen that shows an answer: it names its question, and is given each new answer."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.screen import ModalScreen, Screen

from lefi_tui.views.queries import Query


class Asking(Screen[None]):
    """The application asks `query` again after each answer, once in `every_s` seconds at most."""

    query_of: Query | None = None  # none asks nothing, and is told only what the frame shows
    every_s: ClassVar[float] = 0.1

    def show(self, answer: Any, silent_ms: int) -> None:
        raise NotImplementedError


class Dialog(ModalScreen[None]):
    """A window over the desk, which goes on ticking below."""

    AUTO_FOCUS: ClassVar[str | None] = "*"

    def action_back(self) -> None:
        self.dismiss()
