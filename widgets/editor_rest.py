"""A script whose words are explained where the mouse rests on them.

Many terminals, and lines over SSH, tell of no moves: then nothing here happens. A key ends a rest,
and costs no more for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from rich.cells import cell_len
from textual.events import MouseEvent, MouseMove
from textual.timer import Timer

from lefi_tui.lang.source import Span
from widgets.editor_area import ScriptArea
from widgets.editor_popup import Popup
from widgets.ink import Palette

REST_SECONDS: Final = 0.5


class RestingArea(ScriptArea):
    def __init__(self, palette: Palette, *, id: str) -> None:  # noqa: A002 -- Textual's word
        super().__init__(palette, id=id)
        self.rested: Callable[[int], None] | None = None  # told the letter where the mouse rests
        self._rest: int | None = None  # that letter; none where there is no word's
        self._rest_timer: Timer | None = None
        self._rest_shown: Span | None = None  # what is explained because of it

    def on_mouse_move(self, event: MouseMove) -> None:
        letter = None if event.button or not self.has_focus else self._letter_at(event)
        if letter == self._rest:
            return
        shown = self._rest_shown
        if shown is None or letter is None or not shown.start <= letter < shown.end:
            self.leave_rest()
        self._rest = letter
        if letter is not None and self._popup is None:
            self._rest_timer = self.set_timer(REST_SECONDS, self._is_at_rest)

    def on_leave(self) -> None:
        self.leave_rest()

    def on_mouse_scroll_down(self) -> None:
        self.leave_rest()

    def on_mouse_scroll_up(self) -> None:
        self.leave_rest()

    def _letter_at(self, event: MouseEvent) -> int | None:
        """In letters from the text's beginning; none beside the words."""
        cell, row = event.x - self.gutter_width, event.y + self.scroll_offset.y
        if cell < 0 or row >= self.document.line_count:
            return None
        row, column = self.get_target_document_location(event)
        line = self.document[row]
        is_word = cell + self.scroll_offset.x < cell_len(line) and column < len(line)
        return self.offset_of((row, column)) if is_word and not line[column].isspace() else None

    def _is_at_rest(self) -> None:
        if self._rest is not None and self.rested is not None:
            self.rested(self._rest)

    def explain_rest(self, letter: int, span: Span, popup: Popup) -> None:
        """The word under the mouse, if it rests there still and nothing else lies over the text."""
        if letter == self._rest and self._popup is None:
            self._rest_shown = span
            self.show_popup(popup)

    def leave_rest(self) -> None:
        """What is explained because of the mouse is over with its rest."""
        if self._rest_shown is not None:
            self.show_popup(None)
        self.end_rest()

    def end_rest(self) -> None:
        """Something else happens."""
        if self._rest_timer is not None:
            self._rest_timer.stop()
        self._rest_timer = self._rest = self._rest_shown = None
