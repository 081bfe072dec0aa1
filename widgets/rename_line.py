"""The line below a script for another name: says in how many places, or why not, as it is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from lefi_tui.lang.authoring.records import Renamed
from lefi_tui.lang.diagnostic import Edit
from widgets.in_order import Field


class RenameLine(Horizontal):
    """`carry` is given the edits of the name that was typed, once it is submitted."""

    def __init__(self, carry: Callable[[Sequence[Edit]], None]) -> None:
        super().__init__(id="rename")
        self._carry = carry
        self._renamed: Callable[[str], Renamed] | None = None
        self._label = Static("", id="rename-label", markup=False)
        self._field = Field(id="rename-name")
        self._told = Static("", id="rename-told", markup=False)
        self.display = False

    def compose(self) -> ComposeResult:
        yield self._label
        yield self._field
        yield self._told

    def begin(self, name: str, renamed: Callable[[str], Renamed]) -> None:
        self._renamed = renamed
        self._label.update(f" {name} becomes")
        self._field.value = name
        self.display = True
        self._field.focus()
        self._field.select_all()

    def _now(self) -> Renamed:
        assert self._renamed is not None, "nothing is typed before it began"
        return self._renamed(self._field.value.strip())

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        found = self._now()
        count = len(found.edits)
        places = f"{count} place{'' if count == 1 else 's'}: Enter renames, Esc leaves it"
        self._told.update(found.refusal or (places if count else ""))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        found = self._now()
        if found.edits:
            self.display = False
            self._carry(found.edits)
