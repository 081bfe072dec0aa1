"""Lines that lie over a script for a moment: what may be typed, what a name is.

All pure: where they are drawn hangs on the place in the text and on the room there is.
"""

from __future__ import annotations

from lefi_tui.core.record import Record
from widgets.lines import Row


class Popup(Record):
    """Its rows are equally wide. `row` and `cell` are the text's, of the letter it belongs to."""

    rows: tuple[Row, ...]
    row: int
    cell: int

    @property
    def width(self) -> int:
        return max((len(each.text) for each in self.rows), default=0)


def placed(popup: Popup, at: tuple[int, int], room: tuple[int, int]) -> tuple[int, int]:
    """The first line and cell of what is seen: below the letter, above it where there is more
    room; as far to the left as it takes to be whole."""
    (line, cell), (height, width) = at, room
    count = len(popup.rows)
    is_below = line + 1 + count <= height or line < count
    first = line + 1 if is_below else line - count
    return first, max(0, min(cell, width - popup.width))
