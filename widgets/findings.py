"""A headline and what was found below it, each a line that goes to its place in the script."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from widgets.headline import Heading
from widgets.ink import Ink, Palette
from widgets.problems import Finding


class Findings(Vertical):
    class Chosen(Message):
        def __init__(self, finding: Finding) -> None:
            super().__init__()
            self.finding = finding

    def __init__(self, palette: Palette, *, id: str) -> None:  # noqa: A002 -- Textual's word
        super().__init__(id=id)
        self._head = Heading(palette, id=f"{id}-head")
        self._list = OptionList(classes="found")
        self._found: tuple[Finding, ...] = ()

    def compose(self) -> ComposeResult:
        yield self._head
        yield self._list

    def on_mount(self) -> None:
        self._list.display = False

    def show(self, title: tuple[str, Ink], found: Sequence[Finding], palette: Palette) -> None:
        text, ink = title
        self._head.tell(text, ink, palette)
        if tuple(found) == self._found:
            return
        before, self._found = self._found, tuple(found)
        if len(before) == len(found):  # who reads on in the list stays at his line
            for number, (old, new) in enumerate(zip(before, found, strict=True)):
                if old.text != new.text:
                    self._list.replace_option_prompt_at_index(number, new.text)
            return
        self._list.clear_options()
        self._list.add_options(Option(each.text) for each in found)
        self._list.display = bool(found)

    def focus_list(self) -> None:
        self._list.focus()

    def point(self, number: int) -> None:
        """The line that the editor's cursor stands on."""
        if number < len(self._found):
            self._list.highlighted = number

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.post_message(self.Chosen(self._found[event.option_index]))
