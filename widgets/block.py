"""A block of lines drawn as it is told: the frame above and below, and the words on the cursor."""

from __future__ import annotations

import textwrap

from rich.segment import Segment
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from widgets.ink import Ink, Palette
from widgets.lines import Frame, Row, padded


class Block(Widget):
    """It is told its rows and repaints only those that changed."""

    def __init__(self, palette: Palette, *, id: str) -> None:  # noqa: A002 -- Textual's word
        super().__init__(id=id)
        self._palette = palette
        self._rows: tuple[Row, ...] = ()

    def show(self, rows: tuple[Row, ...], palette: Palette) -> None:
        before, is_whole = self._rows, palette is not self._palette
        self._rows, self._palette = rows, palette
        if is_whole or len(rows) != len(before):
            self.refresh()
            return
        changed = [y for y, row in enumerate(rows) if row != before[y]]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def render_line(self, y: int) -> Strip:
        if y >= len(self._rows):
            return Strip.blank(self.size.width)
        row, style = self._rows[y], self._palette.style
        return Strip([Segment(text, style(ink, row.ground)) for text, ink in row.spans])


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
