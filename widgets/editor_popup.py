"""Lines that lie over a script for a moment: what may be typed, what a name is.

All pure: where they are drawn hangs on the place in the text and on the room there is.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from lefi_tui.core.record import Record
from widgets.ink import Glyphs, Ink
from widgets.lines import Row

BAR_WIDTH: Final = 1


class Popup(Record):
    """Its rows are equally wide. `row` and `cell` are the text's, of the letter it belongs to."""

    rows: tuple[Row, ...]
    row: int
    cell: int

    @property
    def width(self) -> int:
        return max((len(each.text) for each in self.rows), default=0)


def barred(rows: tuple[Row, ...], glyphs: Glyphs) -> tuple[Row, ...]:
    """With a bar at the left: where there are no colors, only that tells it from the text below."""
    bar = (glyphs.side, Ink.TITLE)
    return tuple(replace(each, spans=(bar, *each.spans)) for each in rows)


def placed(popup: Popup, at: tuple[int, int], room: tuple[int, int]) -> tuple[int, int]:
    """The first line and cell of what is seen: below the letter, above it where there is more
    room; as far to the left as it takes to be whole."""
    (line, cell), (height, width) = at, room
    count = len(popup.rows)
    is_below = line + 1 + count <= height or line < count
    first = line + 1 if is_below else line - count
    return first, max(0, min(cell, width - popup.width))
