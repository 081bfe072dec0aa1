"""What is typed is carried out in the order in which it came, also when it comes in one burst.

A line over SSH hands over many keys at once. Textual lets a letter act in the field at once, and a
bound key (backspace, Home, Enter) only when its event has gone up to the application and come back:
`BSpace 1 4` would be 1, 4, and then the backspace. Here a field carries its own bound keys out
itself, where they stand in the row.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from textual.binding import Binding
from textual.events import Key, Paste
from textual.widget import Widget
from textual.widgets import Input

DIGITS: Final = "0123456789._,%"
NUMBER_MAX: Final = 24


class InOrder:
    """To be named before the widget's class among a class's bases; no widget of its own, since
    Textual takes style sheets and parts from the first base that is one."""

    async def on_key(self, event: Key) -> None:
        assert isinstance(self, Widget), "it stands beside a widget's class"
        if is_with_alt(event):
            event.prevent_default()  # a terminal's Alt+C carries a c, which is not to be typed
            return
        action = actions(type(self)).get(event.key)
        # What can't be done here (a field has no lines to scroll) may mean something further up.
        if action is not None and await self.app.run_action(action, self):
            event.stop()
            event.prevent_default()


def is_with_alt(event: Key) -> bool:
    """A key for whoever binds it, further up."""
    return event.key.startswith("alt+")


@cache
def actions(kind: type[Widget]) -> Mapping[str, str]:
    """Each key that a class or one of its bases binds, with its action; the nearest class wins."""
    found: dict[str, str] = {}
    for each in kind.__mro__:
        for binding in each.__dict__.get("BINDINGS", ()):
            keys, action = (
                (binding.key, binding.action) if isinstance(binding, Binding) else binding[:2]
            )
            for key in keys.split(","):
                found.setdefault(key.strip(), action)
    return found


class Field(InOrder, Input):
    """One line to type in. Its cursor does not blink: a blink is bytes on the line."""

    def on_mount(self) -> None:
        self.cursor_blink = False


class CodeField(Field):
    """A line of a script: a bracket that stands there already is not typed once more. Of what is
    pasted it takes the first line; `left_out` counts the others, till the next key."""

    left_out = 0

    def on_paste(self, event: Paste) -> None:
        self.left_out = max(0, len(event.text.rstrip().splitlines()) - 1)

    async def on_key(self, event: Key) -> None:
        self.left_out = 0
        at = self.cursor_position
        if event.character == ")" and self.value[at : at + 1] == ")":
            self.cursor_position = at + 1
            event.stop()
            event.prevent_default()
            return
        await super().on_key(event)


class NumberField(Field):
    """A number or a share, `0.5` or `2%`. Letters are not its: they may be keys of its window."""

    def __init__(self, placeholder: str = "", name: str = "") -> None:
        super().__init__(
            placeholder=placeholder, id=name or None, restrict=f"[{DIGITS}]*", max_length=NUMBER_MAX
        )

    def check_consume_key(self, _key: str, character: str | None) -> bool:
        return character is not None and character in DIGITS


class Hidden(Field):
    """What is typed is shown as dots, and leaves by no clipboard: a terminal's own is told by bytes
    on the line (OSC 52), and keeps what it was told."""

    def __init__(self, placeholder: str, max_length: int) -> None:
        super().__init__(placeholder=placeholder, max_length=max_length, password=True)

    def action_copy(self) -> None:
        """Nothing is copied."""

    def action_cut(self) -> None:
        self.delete_selection()
