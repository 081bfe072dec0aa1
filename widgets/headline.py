"""One line above a pane, as wide as the pane, however wide that is now."""

from __future__ import annotations

from collections.abc import Sequence

from widgets.block import Block
from widgets.ink import Ground, Palette
from widgets.lines import Frame, Span, padded


class Headline(Block):
    def __init__(self, palette: Palette, *, id: str) -> None:  # noqa: A002 -- Textual's word
        super().__init__(palette, id=id)
        self._spans: tuple[Span, ...] = ()

    def tell(self, spans: Sequence[Span], palette: Palette) -> None:
        self._spans = tuple(spans)
        frame = Frame(self.size.width, 1, glyphs=palette.glyphs)
        self.show((padded(self._spans, frame, Ground.HEAD),), palette)

    def on_resize(self) -> None:
        self.tell(self._spans, self._palette)
