"""A form of named fields: what each takes stands beside it, and instead of that what is wrong.

What is typed is checked a moment after the last key, in a thread; Enter takes it once nothing is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import PurePath
from typing import ClassVar, Final

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Static

from lefi_tui.core.record import Record
from screens.asking import Dialog, Fields, move_focus
from screens.beside import Newest
from screens.keys import bindings
from widgets.in_order import Field
from widgets.ink import Ink, Palette

CHECK_SECONDS: Final = 0.15
Typed = Mapping[str, str]


class Blank(Record):
    """One field: its name, what stands in it, what it takes."""

    name: str
    value: str
    hint: str


class Form(Record):
    """`wrong` says by field what can't be meant, by "" what is wrong with all together."""

    title: str
    takes: str  # what Enter does, on the window's edge
    blanks: Sequence[Blank]
    wrong: Callable[[Typed], Typed]
    done: Callable[[Typed], None]


class FormScreen(Dialog):
    CSS_PATH: ClassVar[list[str | PurePath]] = ["dialog.tcss", "start_script.tcss"]
    AUTO_FOCUS: ClassVar[str | None] = "Input"
    DEFAULT_CLASSES = "form"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back", "field_above", "field_below")]

    def __init__(self, form: Form, palette: Palette) -> None:
        super().__init__()
        self._form, self._inks = form, palette.inks
        self._fields = {each.name: Field(each.value) for each in form.blanks}
        self._beside = {each.name: Static(markup=False) for each in form.blanks}
        self._refusal = Static(classes="refusal", markup=False)
        self._is_wanted = False
        self._checks: Newest[Typed, Typed] = Newest(self, form.wrong, self._checked, CHECK_SECONDS)

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = self._form.title
            window.border_subtitle = f"↑ ↓ field   Enter {self._form.takes}   Esc back"
            with Fields():
                for name, field in self._fields.items():
                    named = Static(name, classes="name", markup=False)
                    yield Horizontal(named, field, self._beside[name], classes="field")
                yield self._refusal

    def on_mount(self) -> None:
        self._tell({})

    def typed(self) -> Typed:
        return {name: field.value.strip() for name, field in self._fields.items()}

    def on_input_changed(self) -> None:
        self._is_wanted = False
        self._checks.offer(self.typed())

    def on_input_submitted(self) -> None:
        self._is_wanted = True
        self._checks.offer(self.typed())

    def _checked(self, typed: Typed, wrong: Typed) -> None:
        self._tell(wrong)
        if self._is_wanted and not any(wrong.values()):
            self.dismiss()
            self._form.done(typed)
        self._is_wanted = False

    def _tell(self, wrong: Typed) -> None:
        for each in self._form.blanks:
            words = wrong.get(each.name, "")
            ink = self._inks[Ink.LOSS if words else Ink.DIM]
            self._beside[each.name].update(Text(words or each.hint, Style.parse(ink)))
        self._refusal.update(Text(wrong.get("", ""), Style.parse(self._inks[Ink.LOSS])))

    def action_field(self, step: int) -> None:
        move_focus(self, step)
