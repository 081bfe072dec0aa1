"""What is offered at the cursor while a name is typed: rows, and the one that is pointed at.

All pure. The first row is only a proposal until a person moves to a row or asks for the list.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace
from rich.cells import cell_len

from lefi_tui.core.record import Record
from lefi_tui.lang.authoring.records import Completion, Completions
from widgets.ink import Glyphs, Ground, Ink
from widgets.lines import Frame, Row, fit, padded, window

ROWS_MAX: Final = 8
LABEL_MAX: Final = 28
WIDTH_MAX: Final = 64
NOTHING: Final = "nothing is known to fit here"
INKS: Final = {
    "method": Ink.METHOD,
    "indicator": Ink.METHOD,
    "event": Ink.METHOD,
    "function": Ink.METHOD,
    "keyword": Ink.KEYWORD,
    "symbol": Ink.QUOTED,
    "duration": Ink.NUMBER,
}


class Offer(Record):
    completions: Completions
    at: int = 0
    is_chosen: bool = False  # by a person; Enter takes it then

    @property
    def pointed(self) -> Completion | None:
        rows = self.completions.rows
        return rows[self.at] if rows else None

    def moved(self, step: int) -> Offer:
        """To another row, which is chosen by that; a page ends at the ends."""
        count = len(self.completions.rows)
        at = (self.at + step) % count if abs(step) == 1 else self.at + step
        return replace(self, at=max(0, min(count - 1, at)), is_chosen=True)


def opens_by_itself(completions: Completions, text: str, cursor: int) -> bool:
    """While a name is typed, behind a dot, and in a text that names a market; not where the one
    thing that fits stands there already."""
    rows = completions.rows
    word = text[completions.span.start : cursor]
    is_begun = word[:1].isalpha() or text[max(0, cursor - 1) : cursor] in {".", '"'}
    return bool(rows) and is_begun and not (len(rows) == 1 and rows[0].label == word)


def drawn(offer: Offer, height: int, width: int, glyphs: Glyphs) -> tuple[Row, ...]:
    """Rows of equal width; the one that is pointed at is among them."""
    rows, room = offer.completions.rows, min(width, WIDTH_MAX)
    if not rows:
        frame = Frame(min(room, len(NOTHING) + 2), 1)
        return (padded([(f" {NOTHING} ", Ink.DIM)], frame, Ground.POPUP),)
    count = max(1, min(ROWS_MAX, height, len(rows)))
    middle = Frame(room, count, cursor=offer.at, top=max(0, offer.at - count // 2))
    top = window(middle, len(rows), count)
    seen = rows[top : top + count]
    label = min(LABEL_MAX, max(cell_len(each.label) for each in seen))
    detail = max(cell_len(each.detail) for each in seen)
    frame = Frame(max(1, min(room, label + detail + 4)), 1, glyphs=glyphs)
    return tuple(_row(offer, number, label, frame) for number in range(top, top + count))


def _row(offer: Offer, number: int, label: int, frame: Frame) -> Row:
    row, is_pointed = offer.completions.rows[number], number == offer.at
    glyphs = frame.glyphs
    mark = " "
    if is_pointed:
        mark = glyphs.cursor if offer.is_chosen else glyphs.cursor_away
    spans = [
        (mark, Ink.TEXT),
        (fit(row.label, label, glyphs.cut), INKS.get(row.kind, Ink.TEXT)),
        (f"  {row.detail}", Ink.DIM),
    ]
    return padded(spans, frame, Ground.POINTED if is_pointed else Ground.POPUP)
