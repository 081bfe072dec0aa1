"""The line below a script for words to be found: at each letter it goes to their next place."""

from __future__ import annotations

from collections.abc import Callable

from textual.widgets import Input

from widgets.editor import ScriptEditor
from widgets.in_order import Field


class FindLine(Field):
    def __init__(self, editor: ScriptEditor, tell: Callable[[str], None]) -> None:
        super().__init__(placeholder="find", id="find")
        self._editor, self._tell = editor, tell
        self.display = False

    def begin(self) -> None:
        self.display = True
        self.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._editor.find(event.value, goes_on=False)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self._editor.find(event.value, goes_on=True):
            self._tell(f"{event.value} is not in this script.")
