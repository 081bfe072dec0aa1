"""The editor of scripts: colored by the language's scanner, mistakes underlined, quick when long.

It draws its own lines (the Line API), each only when its look changed, so a key costs about the
same in a script of 50 lines and of 2,000. What Textual's TextArea does else, it does here too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from rich.segment import Segment
from rich.style import Style
from textual.events import Key
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea
from textual.widgets.text_area import Selection

from lefi_tui.lang.diagnostic import Edit, Fix, applied
from lefi_tui.lang.source import Source, Span
from widgets.editor_edits import (
    CLOSING,
    INDENT,
    PAIRS,
    Typed,
    changed,
    commented,
    found,
    indent_of,
    is_empty_pair,
    kept_place,
    moved,
    next_of,
    typed,
)
from widgets.editor_line import Face, Look, Piece, Tried, Wrong, gutter, pieces
from widgets.editor_marks import Marks
from widgets.in_order import InOrder
from widgets.ink import Ground, Palette

UNDO_STEPS_MAX: Final = 500
_NEWLINE: Final = re.compile(r"\r\n?")
NO_WRONGS: Final[tuple[Wrong, ...]] = ()


class ScriptEditor(InOrder, TextArea):
    class Left(Message):
        """Escape: the person wants to be elsewhere."""

    def __init__(self, palette: Palette, *, id: str) -> None:  # noqa: A002 -- Textual's word
        self._palette = palette
        self._marks = Marks()
        self._wrongs: Mapping[int, tuple[Wrong, ...]] = {}
        self._tried: Mapping[int, Tried] = {}
        self._drawn: dict[int, tuple[Look, Strip]] = {}
        self._styles: dict[Face, Style] = {}
        self._pair: tuple[tuple[int, int], ...] = ()  # the brackets at the cursor
        super().__init__(
            soft_wrap=False,
            tab_behavior="indent",
            show_line_numbers=True,
            max_checkpoints=UNDO_STEPS_MAX,
            id=id,
        )
        self.cursor_blink = False  # a blink is bytes on the line

    # ---- what is shown

    def open(self, text: str) -> None:
        """Another text, from its beginning; its lines end in \\n only."""
        self._wrongs, self._tried = {}, {}
        self._drawn.clear()
        self.load_text(as_edited(text))

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
        shown = words.crop(look.left, look.left + room).adjust_cell_length(room, self._style(rest))
        return Strip([*beside, *shown], self.gutter_width + room)

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

    # ---- what the table of keys names

    def carry_out(self, what: str) -> None:
        """One of the actions of the keys for the text."""
        acts: Mapping[str, Callable[[], object]] = {
            "undo": self.undo,
            "redo": self.redo,
            "cut": self.action_cut,
            "copy": self.action_copy,
            "paste": self.action_paste,
            "select_all": self.select_all,
            "delete_line": self.action_delete_line,
            "top": lambda: self.move_cursor((0, 0)),
            "bottom": lambda: self.move_cursor(self.document.end),
            "comment": lambda: self._on_lines(commented),
        }
        acts[what]()

    # ---- keys that know the language

    async def on_key(self, event: Key) -> None:
        """Before TextArea's own keys; what is done here is not done there."""
        if self._known(event):
            event.prevent_default()
            event.stop()

    def _known(self, event: Key) -> bool:
        """Whether the key has a meaning of ours here."""
        acts: Mapping[str, Callable[[], bool]] = {
            "escape": lambda: bool(self.post_message(self.Left())),
            "enter": self._new_line,
            "backspace": self._take_pair,
            "tab": self._shift_marked,
            "shift+tab": lambda: self._on_lines(lambda lines: moved(lines, -1)),
        }
        if event.key in acts:
            return acts[event.key]()
        letter = event.character or ""
        return self._bracket(letter) if letter in PAIRS or letter in CLOSING else False

    def _bracket(self, letter: str) -> bool:
        """Brackets and quotes come in pairs where that is in nobody's way."""
        start, end = sorted(self.selection)
        if start != end:
            return letter in PAIRS and self._wrap(letter)
        row, column = start
        what = typed(self.document[row], column, letter)
        if what is Typed.OVER:
            self.move_cursor((row, column + 1))
        elif what is Typed.PAIR:
            self._put(f"{letter}{PAIRS[letter]}", start, end, 1)
        elif letter == "}":
            return self._close_block()
        return what is not Typed.PLAIN

    def _wrap(self, letter: str) -> bool:
        """What is marked, in brackets."""
        words = self.selected_text
        if "\n" in words:
            return False
        start, end = sorted(self.selection)
        self._put(f"{letter}{words}{PAIRS[letter]}", start, end, len(words) + 2)
        return True

    def _put(self, words: str, start: tuple[int, int], end: tuple[int, int], cursor: int) -> None:
        """Words without a line's end; the cursor stands behind so many of their letters."""
        self.replace(words, start, end, maintain_selection_offset=False)
        self.move_cursor((start[0], start[1] + cursor))

    def _take_pair(self) -> bool:
        """Backspace in a pair that holds nothing."""
        row, column = self.cursor_location
        if self.selection.start != self.selection.end:
            return False
        if not is_empty_pair(self.document[row], column):
            return False
        self.delete((row, column - 1), (row, column + 1), maintain_selection_offset=False)
        return True

    def _shift_marked(self) -> bool:
        """Lines that are marked, a step to the right; in one line, Tab is Textual's."""
        start, end = self.selection
        return start[0] != end[0] and self._on_lines(lambda lines: moved(lines, 1))

    def _on_lines(self, how: Callable[[Sequence[str]], list[str]]) -> bool:
        """The lines that are marked, or the cursor's, in another form; as one step, marked still.
        The last line of a selection counts only if something of it is marked."""
        first, last = sorted(self.selection)
        end = last[0] - (first[0] < last[0] and last[1] == 0)
        before = [self.document[row] for row in range(first[0], end + 1)]
        after = how(before)
        if after != before:
            marked = self.selection
            stop = (end, len(before[-1]))
            self._as_one_step("\n".join(after), (first[0], 0), stop)
            places = [_shifted(at, first[0], before, after) for at in marked]
            self.selection = Selection(*places)
        return True

    def _as_one_step(self, words: str, start: tuple[int, int], end: tuple[int, int]) -> None:
        """A change that one undo takes back, and nothing else with it."""
        self.history.checkpoint()
        self.replace(words, start, end, maintain_selection_offset=False)
        self.history.checkpoint()

    def _new_line(self) -> bool:
        """Indented as the line above, deeper behind an opening brace."""
        start, end = sorted(self.selection)
        before = self.document[start[0]][: start[1]]
        behind = self.document[end[0]][end[1] :]
        indent = indent_of(before)
        opens = before.rstrip().endswith("{")
        self.replace(
            f"\n{indent}{' ' * INDENT * opens}", start, end, maintain_selection_offset=False
        )
        if opens and behind.startswith("}"):
            here = self.cursor_location
            self.insert(f"\n{indent}", here, maintain_selection_offset=False)
            self.move_cursor(here)
        return True

    def _close_block(self) -> bool:
        """A brace alone on its line stands one step to the left."""
        row, column = self.cursor_location
        before = self.document[row][:column]
        if self.selection.start != self.selection.end or not before or before.strip():
            return False
        start = (row, max(0, column - INDENT))
        self.replace("}", start, (row, column), maintain_selection_offset=False)
        return True

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
        self._as_one_step(words, _place(text, start), _place(text, end))

    def become(self, after: str) -> None:
        """The same script, written otherwise: one step, and the cursor stays at its letter."""
        before, at = self.text, self.here
        change = changed(before, after)
        if change is None:
            return
        place, scroll = kept_place(before, after, at), self.scroll_offset
        start, end, words = change
        self._as_one_step(words, _place(before, start), _place(before, end))
        self.move_cursor(_place(after, place))
        self.scroll_to(*scroll, animate=False)

    def point(self, span: Span) -> None:
        """The cursor at a place, in the middle of what is seen."""
        self.move_cursor(_place(self.text, span.start), center=True)

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
        self.selection = Selection(_place(text, at), _place(text, at + len(words)))
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


def as_edited(text: str) -> str:
    """The text as the editor gives it back: whatever Python calls the end of a line is a \\n."""
    text = _NEWLINE.sub("\n", text)
    lines = text.splitlines()
    if not text or text.endswith("\n"):
        lines.append("")
    return "\n".join(lines)


def _place(text: str, offset: int) -> tuple[int, int]:
    """Row and column, counted from 0 as Textual does."""
    line, column = Source(text).place(offset)
    return line - 1, column - 1


def _shifted(
    at: tuple[int, int], first: int, before: Sequence[str], after: Sequence[str]
) -> tuple[int, int]:
    """A place in lines that were moved or became comments: beside the letter it was beside."""
    row, column = at
    if not 0 <= row - first < len(before):
        return at
    more = len(after[row - first]) - len(before[row - first])
    return row, max(0, column + more)


def _in_row(row: int, start: tuple[int, int], end: tuple[int, int], length: int) -> tuple[int, int]:
    """The columns of a row that a selection holds; a line's end counts as one cell."""
    if start == end or not start[0] <= row <= end[0]:
        return (0, 0)
    return (start[1] if row == start[0] else 0, end[1] if row == end[0] else length + 1)
