"""Words above a pane, as wide as the pane, however wide that is now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from widgets.block import Block, wrapped
from widgets.ink import Ground, Ink, Palette
from widgets.lines import Frame, Span, padded

LINES_MAX: Final = 4


class Headline(Block):
    """One line."""

    def __init__(self, palette: Palette, *, id: str) -> None:  # noqa: A002 -- Textual's word
        super().__init__(palette, id=id)
        self._spans: tuple[Span, ...] = ()

    def tell(self, spans: Sequence[Span], palette: Palette) -> None:
        self._spans = tuple(spans)
        frame = Frame(self.size.width, 1, glyphs=palette.glyphs)
        self.show((padded(self._spans, frame, Ground.HEAD),), palette)

    def on_resize(self) -> None:
        self.tell(self._spans, self.palette)


class Heading(Block):
    """As many lines as the words take."""

    def __init__(self, palette: Palette, *, id: str) -> None:  # noqa: A002 -- Textual's word
        super().__init__(palette, id=id)
        self._told: tuple[str, Ink] = ("", Ink.TEXT)

    def tell(self, text: str, ink: Ink, palette: Palette) -> None:
        self._told = (text, ink)
        frame = Frame(self.size.width, 1, glyphs=palette.glyphs)
        lines = wrapped(text, frame.width - 2, LINES_MAX, palette.glyphs.cut) or [""]
        rows = tuple(padded([(f" {line}", ink)], frame, Ground.HEAD) for line in lines)
        self.styles.height = len(rows) if frame.width else 1
        self.show(rows, palette)

    def on_resize(self) -> None:
        self.tell(*self._told, self.palette)
