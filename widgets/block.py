"""A block of lines drawn as it is told: the frame above and below, and the words on the cursor."""

from __future__ import annotations

import textwrap

from widgets.drawn import Drawn
from widgets.ink import Ink, Palette
from widgets.lines import Frame, Row, padded


class Block(Drawn):
    """It is told its rows."""

    def show(self, rows: tuple[Row, ...], palette: Palette) -> None:
        self.palette = palette
        self._draw(rows)


def prose(text: str, ink: Ink, frame: Frame) -> tuple[Row, ...]:
    """Words in the room there is, indented by one cell; what is too long ends in a cut."""
    lines = wrapped(text, frame.width - 2, frame.height, frame.glyphs.cut)
    rows = [padded([(f" {line}", ink)], frame) for line in lines]
    rows.extend(padded([], frame) for _ in range(frame.height - len(rows)))
    return tuple(rows)


def wrapped(text: str, width: int, lines: int, cut: str) -> list[str]:
    """Lines of words; a path with hyphens is no place to break one."""
    return textwrap.wrap(
        text, max(1, width), max_lines=lines, placeholder=cut, break_on_hyphens=False
    )
