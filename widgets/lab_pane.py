"""The Lab's picture as a pane: it is given a state, and repaints the lines that changed."""

from __future__ import annotations

from lefi_tui.views.lab_state import LabState
from widgets.block import Block
from widgets.ink import Palette
from widgets.lab_picture import layout
from widgets.lines import Frame


class LabPane(Block, can_focus=True):
    def __init__(self, palette: Palette, *, id: str) -> None:  # noqa: A002 -- Textual's word
        super().__init__(palette, id=id)
        self._state = LabState()
        self._nothing = ""

    def tell(self, state: LabState, palette: Palette, nothing: str) -> None:
        self._state, self._nothing = state, nothing
        width, height = self.size
        if width and height:
            frame = Frame(width, height, has_focus=self.has_focus, glyphs=palette.glyphs)
            self.show(layout(state, frame, nothing), palette)

    def _again(self) -> None:
        self.tell(self._state, self.palette, self._nothing)

    def on_resize(self) -> None:
        self._again()

    def on_focus(self) -> None:
        self._again()

    def on_blur(self) -> None:
        self._again()
