"""Jump mode: a letter on each pane; the letter goes there. No key but these does anything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.events import Key
from textual.geometry import Region
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from screens.asking import Dialog
from screens.keys import bindings

LETTERS: Final = "asdfghjklqwertyuiopzxcvbnm"


def places(screen: Screen[Any]) -> list[tuple[str, Widget, Region]]:
    """A letter for each thing that can be focused and is in sight, from the top left on."""
    seen = [
        (each, screen.find_widget(each).visible_region)
        for each in screen.focus_chain
        if each.display
    ]
    shown = sorted(
        ((each, region) for each, region in seen if region.area),
        key=lambda pair: (pair[1].y, pair[1].x),
    )
    return [(letter, *pair) for letter, pair in zip(LETTERS, shown, strict=False)]


class JumpScreen(Dialog):
    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS = None
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]

    def __init__(self, targets: Iterable[tuple[str, Widget, Region]]) -> None:
        super().__init__()
        self._targets = {letter: (widget, region) for letter, widget, region in targets}

    def compose(self) -> ComposeResult:
        for letter, (_, region) in self._targets.items():
            label = Static(f" {letter} ", classes="jump", markup=False)
            label.styles.offset = (region.x, region.y)
            yield label

    def on_key(self, event: Key) -> None:
        event.stop()
        event.prevent_default()
        self.dismiss()
        target = self._targets.get(event.character or "")
        if target is not None:
            target[0].focus()
