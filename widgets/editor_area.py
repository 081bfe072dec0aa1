"""The text of a script as it is drawn and changed: colored by the language's scanner, mistakes
underlined, quick when long.

It draws its own lines (the Line API), each only when its look changed, so a key costs about the
same in a script of 50 lines and of 2,000. What Textual's TextArea does else, it does here too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Offset, Region
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import Selection

from lefi_tui.lang.diagnostic import Edit, Fix, applied
from lefi_tui.lang.source import Source, Span
from widgets.editor_edits import Change, beside, changed, found, kept_place, next_of
from widgets.editor_line import (
    Face,
    Look,
    Piece,
    Tried,
    Wrong,
    gutter,
    hidden_at,
    pieces,
    shown,
)
from widgets.editor_marks import Marks
from widgets.editor_popup import Popup, barred, placed
from widgets.editor_undo import Place, UndoOfTexts, emptied
from widgets.in_order import InOrder
from widgets.ink import Ground, Ink, Palette
from widgets.lines import Row

UNDO_STEPS_MAX: Final = 500
CURSOR_CELLS: Final = 3  # that Textual keeps in sight
_NEWLINE: Final = re.compile(r"\r\n?")
NO_WRONGS: Final[tuple[Wrong, ...]] = ()


class ScriptArea(InOrder, TextArea):
    def __init__(self, palette: Palette, *, id: str) -> None:  # noqa: A002 -- Textual's word
        self._palette = palette
        self._marks = Marks()
        self._wrongs: Mapping[int, tuple[Wrong, ...]] = {}
        self._tried: Mapping[int, Tried] = {}
        self._popup: Popup | None = None
        self._drawn: dict[int, tuple[Look, Strip]] = {}
        self._styles: dict[Face, Style] = {}
        self._pair: tuple[tuple[int, int], ...] = ()  # the brackets at the cursor
        self._undo = UndoOfTexts()
        self.text_name = ""  # of the text that is open
        super().__init__(
            soft_wrap=False,
            tab_behavior="indent",
            show_line_numbers=True,
            max_checkpoints=UNDO_STEPS_MAX,
            id=id,
        )
        self.cursor_blink = False  # a blink is bytes on the line

    # ---- what is shown

    def open(self, text: str, name: str = "") -> None:
        """Another text, from its beginning; its lines end in \\n only. Of the script that is open
        it is one step more of undo; of one left so, undo and place are there again."""
        if name and name == self.text_name:
            self.take(as_edited(text))
            return
        self._wrongs, self._tried, self._popup = {}, {}, None
        self._drawn.clear()
        here = Place((self.scroll_offset.x, self.scroll_offset.y), self.selection)
        self._undo.keep(self.text_name, self.text, self.history, here)
        self.text_name, edited = name, as_edited(text)
        history, place = self._undo.of(name, edited, self.history)
        self.history = emptied(history)  # loading clears the one that is there
        self.load_text(edited)
        self.history = history
        self.selection = place.selection
        self.scroll_to(*place.scroll, animate=False, force=True)

    def show_wrongs(self, wrongs: Mapping[int, tuple[Wrong, ...]]) -> None:
        """Underline these, by row; the lines that differ are drawn again."""
        if wrongs != self._wrongs:
            self._wrongs = wrongs
            self.refresh()

    def show_tried(self, tried: Mapping[int, Tried]) -> None:
        """What tests said, by row, beside the lines' numbers."""
        if tried != self._tried:
            self._tried = tried
            self.refresh()

    def scroll_cursor_visible(self, center: bool = False, animate: bool = False) -> Offset:  # noqa: FBT001, FBT002 -- Textual's words
        """As Textual does; but lines are seen from their beginning wherever the cursor is then."""
        scrolled = super().scroll_cursor_visible(center, animate)
        row, column = self.cursor_location
        cell = cell_len(shown(self.document[row][:column], 0))
        if self.scroll_target_x and cell + CURSOR_CELLS <= self._room()[1]:
            self.scroll_to(x=0, animate=False, force=True)
        return scrolled

    def on_resize(self) -> None:
        """What opens below takes lines away, not the cursor's."""
        self.call_after_refresh(self.scroll_cursor_visible)

    def dress(self, palette: Palette) -> None:
        if palette is not self._palette:
            self._palette = palette
            self._styles.clear()
            self._drawn.clear()
            self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        self._marks.sync(self.document.lines)
        self._pair = self._marks.pair(self.cursor_location) if self.has_focus else ()
        return super().render_lines(crop)

    def find_matching_bracket(self, _bracket: str, _search_from: tuple[int, int]) -> None:
        """None: the pair is found where lines are drawn, among brackets that are no text's."""

    def render_line(self, y: int) -> Strip:
        strip, over = self._line(y), self._over(y)
        if over is None:
            return strip
        cell, words = over
        behind = cell + words.cell_length
        return Strip.join([strip.crop(0, cell), words, strip.crop(behind, strip.cell_length)])

    def _over(self, y: int) -> tuple[int, Strip] | None:
        """What lies over that line, and from which cell on."""
        popup = self._popup
        if popup is None:
            return None
        left, top = self.scroll_offset
        first, cell = placed(popup, (popup.row - top, popup.cell - left), self._room())
        if not 0 <= y - first < len(popup.rows):
            return None
        row, style = popup.rows[y - first], self._palette.style
        drawn = [Segment(text, style(ink, row.ground)) for text, ink in row.spans]
        return self.gutter_width + cell, Strip(drawn)

    def _room(self) -> tuple[int, int]:
        """Lines and cells for words, as they are seen."""
        width, height = self.scrollable_content_region.size
        return height, width - self.gutter_width

    def show_popup(self, popup: Popup | None) -> None:
        """Over the lines, until another is shown or none."""
        if popup != self._popup:
            self._popup = popup
            self.refresh()

    def _line(self, y: int) -> Strip:
        left, top = self.scroll_offset
        row, width = top + y, self.scrollable_content_region.width
        if row >= self.document.line_count:
            return Strip.blank(width, self._style(Face()))
        look = self._look(row, left, width)
        before = self._drawn.get(row)
        if before is not None and before[0] == look:
            return before[1]
        strip = self._strip(look)
        self._drawn[row] = (look, strip)
        return strip

    def _look(self, row: int, left: int, width: int) -> Look:
        start, end = sorted(self.selection)
        text = self.document[row]
        at_row, at_column = self.cursor_location
        is_current = row == at_row
        return Look(
            row + 1,
            len(str(self.document.line_count)),
            text,
            self._marks.of(row),
            self._wrongs.get(row, NO_WRONGS),
            _in_row(row, start, end, len(text)),
            at_column if is_current and self.has_focus else -1,
            tuple(column for at, column in self._pair if at == row),
            is_current,
            left,
            width,
            self._tried.get(row, Tried.NOT),
        )

    def _strip(self, look: Look) -> Strip:
        beside = self._segments(gutter(look, self._palette.glyphs))
        words = Strip(self._segments(pieces(look)))
        room = max(0, look.width - self.gutter_width)
        rest = Face(ground=Ground.HEAD if look.is_current else Ground.PAPER)
        seen = words.crop(look.left, look.left + room).adjust_cell_length(room, self._style(rest))
        for cell in hidden_at(look, words.cell_length, room):
            cut = Segment(self._palette.glyphs.cut, self._style(replace(rest, ink=Ink.KEY)))
            seen = Strip.join([seen.crop(0, cell), Strip([cut], 1), seen.crop(cell + 1, room)])
        return Strip([*beside, *seen], self.gutter_width + room)

    def _segments(self, drawn: Sequence[Piece]) -> list[Segment]:
        return [Segment(text, self._style(face)) for text, face in drawn]

    def _style(self, face: Face) -> Style:
        style = self._styles.get(face)
        if style is None:
            style = self._palette.style(face.ink, face.ground)
            if face.is_underlined or face.is_cursor:
                style += Style(underline=face.is_underlined, reverse=face.is_cursor)
            self._styles[face] = style
        return style

    # ---- what others ask of it

    @property
    def here(self) -> int:
        """The cursor, in letters from the text's beginning."""
        return self.offset_of(self.cursor_location)

    def offset_of(self, at: tuple[int, int]) -> int:
        return sum(len(line) + 1 for line in self.document.lines[: at[0]]) + at[1]

    def apply_fix(self, fix: Fix) -> None:
        """The edits of a fix, as one step that undo takes back."""
        self.apply(fix.edits)

    def apply(self, edits: Sequence[Edit]) -> None:
        """All of them as one step; the cursor stands behind the last."""
        text = self.text
        start = min(each.span.start for each in edits)
        end = max(each.span.end for each in edits)
        after = applied(text, Fix("", tuple(edits)))
        words = after[start : len(after) - (len(text) - end)]
        self.as_one_step(words, place_of(text, start), place_of(text, end))

    def rename(self, edits: Sequence[Edit]) -> None:
        """The same as one step; the cursor stays in its word."""
        here = self.here
        more = sum(
            len(each.text) - (each.span.end - each.span.start)
            for each in edits
            if each.span.end <= here
        )
        self.apply(edits)
        self.move_cursor(place_of(self.text, here + more))

    def become(self, after: str) -> None:
        """The same script, written otherwise: one step, and the cursor stays at its letter."""
        before, at = self.text, self.here
        change = changed(before, after)
        if change is not None:
            self._change(change, kept_place(before, after, at))

    def take(self, after: str) -> None:
        """Another text of the script that is open: one step, and the cursor stays near."""
        change, at = changed(self.text, after), self.here
        if change is not None:
            self._change(change, beside(change, at))

    def _change(self, change: Change, place: int) -> None:
        before, scroll = self.text, self.scroll_offset
        start, end, words = change
        self.as_one_step(words, place_of(before, start), place_of(before, end))
        self.move_cursor(place_of(self.text, place))
        self.scroll_to(*scroll, animate=False)

    def popup_at(self, offset: int, rows: tuple[Row, ...]) -> Popup:
        """Below a letter of the text."""
        row, column = place_of(self.text, offset)
        cell = cell_len(shown(self.document[row][:column], 0))
        return Popup(barred(rows, self._palette.glyphs), row, cell)

    def point(self, span: Span) -> None:
        """The cursor at a place, in the middle of what is seen."""
        self.move_cursor(place_of(self.text, span.start), center=True)

    @property
    def marked(self) -> Span:
        """What is selected, in letters from the text's beginning."""
        start, end = sorted(self.selection)
        return Span(self.offset_of(start), self.offset_of(end))

    def find(self, words: str, step: int) -> tuple[int, int]:
        """Select a place of these words, as `next_of` goes; its number from 1, of how many."""
        text = self.text
        places = found(text, words)
        if not places:
            return 0, 0
        number = next_of(places, self.marked, step)
        at = places[number]
        self.selection = Selection(place_of(text, at), place_of(text, at + len(words)))
        self.scroll_cursor_visible(center=True)
        return number + 1, len(places)

    def put_for(self, words: str, by: str) -> None:
        """What is selected becomes other words, if it is these; then the next of them."""
        marked = self.marked
        if marked.start in found(self.text, words) and len(words) == marked.end - marked.start:
            self.apply([Edit(marked, by)])
        self.find(words, 0)

    def put_for_all(self, words: str, by: str) -> int:
        """Everywhere, as one step; how many there were."""
        places = found(self.text, words)
        if places:
            self.apply([Edit(Span(at, at + len(words)), by) for at in places])
        return len(places)

    def as_one_step(self, words: str, start: tuple[int, int], end: tuple[int, int]) -> None:
        """A change that one undo takes back, and nothing else with it."""
        self.history.checkpoint()
        self.replace(words, start, end, maintain_selection_offset=False)
        self.history.checkpoint()


def as_edited(text: str) -> str:
    """The text as the editor gives it back: whatever Python calls the end of a line is a \\n."""
    text = _NEWLINE.sub("\n", text)
    lines = text.splitlines()
    if not text or text.endswith("\n"):
        lines.append("")
    return "\n".join(lines)


def place_of(text: str, offset: int) -> tuple[int, int]:
    """Row and column, counted from 0 as Textual does."""
    line, column = Source(text).place(offset)
    return line - 1, column - 1


def _in_row(row: int, start: tuple[int, int], end: tuple[int, int], length: int) -> tuple[int, int]:
    """The columns of a row that a selection holds; a line's end counts as one cell."""
    if start == end or not start[0] <= row <= end[0]:
        return (0, 0)
    return (start[1] if row == start[0] else 0, end[1] if row == end[0] else length + 1)
