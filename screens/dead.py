"""Dead letters: what could not be carried out and why; Enter tries one again, Delete drops it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import OptionList, Static

from lefi_tui.core.messages import Command, HandleDead
from lefi_tui.views import numbers
from lefi_tui.views.dead_view import DeadRow, DeadView
from lefi_tui.views.queries import DeadQuery
from screens.asking import Asking, Dialog
from screens.keys import bindings

NONE = "There is none: all was carried out."
WHY = (
    "What could not be carried out. An order is never among them: it is looked up, not sent again."
)


class DeadScreen(Dialog, Asking):
    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "OptionList"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back", "dead_drop")]

    def __init__(self, send: Callable[[Command], None]) -> None:
        super().__init__()
        self.query_of = DeadQuery()
        self._send = send
        self._rows: tuple[DeadRow, ...] = ()
        self._words = Static(WHY, classes="words", markup=False)
        self._list = OptionList(markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = "Dead letters"
            window.border_subtitle = "Enter tries it again   Del drops it   Esc back"
            yield self._words
            yield self._list

    def show(self, answer: Any, silent_ms: int) -> None:
        assert isinstance(answer, DeadView)
        if silent_ms or (answer.rows == self._rows and self._rows):
            return
        at = self._list.highlighted
        chosen = None if at is None else self._rows[at].id
        self._rows = answer.rows
        gone = f" {answer.gone} older ones had no room." if answer.gone else ""
        self._words.update(f"{WHY}{gone}" if self._rows else NONE)
        self._list.clear_options()
        self._list.add_options(map(_line, self._rows))
        if self._rows:
            ids = [each.id for each in self._rows]  # a newer one stands above
            stands = ids.index(chosen) if chosen in ids else min(at or 0, len(ids) - 1)
            self._list.highlighted = stands

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._handle(event.option_index, is_again=True)

    def action_drop(self) -> None:
        if self._list.highlighted is not None:
            self._handle(self._list.highlighted, is_again=False)

    def _handle(self, index: int, *, is_again: bool) -> None:
        self._send(HandleDead(self._rows[index].id, is_again=is_again))


def _line(row: DeadRow) -> str:
    return f"{numbers.clock(row.at_ns)} {row.what}: {row.why}"
