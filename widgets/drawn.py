"""Rows as they were told, drawn past Textual's look-up of borders and styles for each line.

The rule it keeps: a line is as wide as its widget and has all its colors. One that is not, or that
shows in part, goes Textual's way, which takes twice as long.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.filter import ANSIToTruecolor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from widgets.aside import ASIDE
from widgets.ink import Ground, Ink, Palette
from widgets.lines import Row


class Drawn(Widget):
    """It repaints only the rows that changed."""

    def __init__(self, palette: Palette, *, id: str) -> None:  # noqa: A002 -- Textual's word
        super().__init__(id=id)
        self.palette = self._inked = palette
        self._rows: tuple[Row, ...] = ()
        self._strips: list[Strip] = []

    def _draw(self, rows: tuple[Row, ...]) -> None:
        before, is_whole = self._rows, self._inked is not self.palette
        self._rows, self._inked = rows, self.palette
        if is_whole or len(rows) != len(before):
            self._strips = [self._strip(row) for row in rows]
            self.refresh()
            return
        changed = [y for y, row in enumerate(rows) if row != before[y]]
        for y in changed:
            self._strips[y] = self._strip(rows[y])
        if changed:
            width = self.size.width
            self.refresh(*(Region(0, y, width, 1) for y in changed))

    def _strip(self, row: Row) -> Strip:
        ASIDE.give_way()
        style = self.palette.style
        return Strip([Segment(text, style(ink, row.ground)) for text, ink in row.spans])

    def render_line(self, y: int) -> Strip:
        if y < len(self._strips):
            return self._strips[y]
        return Strip.blank(self.size.width, self.palette.style(Ink.TEXT, Ground.PAPER))

    def render_lines(self, crop: Region) -> list[Strip]:
        ASIDE.give_way()
        strips = self._strips[: crop.height]
        is_filled = all(each.cell_length == crop.width for each in strips)
        if not is_filled or len(strips) < crop.height or crop != self.size.region:
            return super().render_lines(crop)
        for each in self.get_line_filters():
            if not isinstance(each, ANSIToTruecolor):  # our colors are all told by their values
                strips = [strip.apply_filter(each, self.background_colors[1]) for strip in strips]
        return strips
