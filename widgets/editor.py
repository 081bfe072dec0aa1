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

from lefi_tui.lang.diagnostic import Fix, applied
from lefi_tui.lang.source import Source
from widgets.editor_line import Face, Look, Piece, Wrong, gutter, pieces
from widgets.editor_marks import Marks
from widgets.in_order import InOrder
from widgets.ink import Ground, Palette

INDENT: Final = 4
UNDO_STEPS_MAX: Final = 500
_LEADING: Final = re.compile(r"[ \t]*")
_NEWLINE: Final = re.compile(r"\r\n?")
NO_WRONGS: Final[tuple[Wrong, ...]] = ()


class ScriptEditor(InOrder, TextArea):
    class Left(Message):
        """Escape: the person wants to be elsewhere."""

    def __init__(self, palette: Palette, *, id: str) -> None:  # noqa: A002 -- Textual's word
        self._palette = palette
        self._marks = Marks()
        self._wrongs: Mapping[int, tuple[Wrong, ...]] = {}
        self._drawn: dict[int, tuple[Look, Strip]] = {}
        self._styles: dict[Face, Style] = {}
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
        self._wrongs = {}
        self._drawn.clear()
        self.load_text(as_edited(text))

    def show_wrongs(self, wrongs: Mapping[int, tuple[Wrong, ...]]) -> None:
        """Underline these, by row; the lines that differ are drawn again."""
        if wrongs != self._wrongs:
            self._wrongs = wrongs
            self.refresh()

    def dress(self, palette: Palette) -> None:
        if palette is not self._palette:
            self._palette = palette
            self._styles.clear()
            self._drawn.clear()
            self.refresh()

    def render_lines(self, crop: Region) -> list[Strip]:
        self._marks.sync(self.document.lines)
        return super().render_lines(crop)

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
            self._brackets(row),
            is_current,
            left,
            width,
        )

    def _brackets(self, row: int) -> tuple[int, ...]:
        other = self.matching_bracket_location
        if other is None:
            return ()
        return tuple(column for at, column in (self.cursor_location, other) if at == row)

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
        }
        acts[what]()

    # ---- keys that know the language

    async def on_key(self, event: Key) -> None:
        """Before TextArea's own keys; what is done here is not done there."""
        is_done = False
        if event.key == "escape":
            is_done = bool(self.post_message(self.Left()))
        elif event.key == "enter":
            is_done = self._new_line()
        elif event.character == "}":
            is_done = self._close_block()
        if is_done:
            event.prevent_default()
            event.stop()

    def _new_line(self) -> bool:
        """Indented as the line above, deeper behind an opening brace."""
        start, end = sorted(self.selection)
        before = self.document[start[0]][: start[1]]
        behind = self.document[end[0]][end[1] :]
        indent = _indent_of(before)
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

    def apply_fix(self, fix: Fix) -> None:
        """The edits of a fix, as one step that undo takes back."""
        text = self.text
        start = min(each.span.start for each in fix.edits)
        end = max(each.span.end for each in fix.edits)
        after = applied(text, fix)
        words = after[start : len(after) - (len(text) - end)]
        self.history.checkpoint()
        self.replace(words, _place(text, start), _place(text, end), maintain_selection_offset=False)
        self.history.checkpoint()

    def find(self, words: str, *, goes_on: bool) -> bool:
        """Select the next place of these words, behind the end from the top. Letters' case counts
        only where a capital is typed."""
        text = self.text
        lowered = text.lower()
        if words == words.lower() and len(lowered) == len(text):
            text = lowered
        row, column = max(self.selection) if goes_on else min(self.selection)
        begin = sum(len(line) + 1 for line in self.document.lines[:row]) + column
        found = text.find(words, begin)
        found = found if found >= 0 else text.find(words)
        if not words or found < 0:
            return False
        self.selection = Selection(_place(text, found), _place(text, found + len(words)))
        self.scroll_cursor_visible(center=True)
        return True


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


def _indent_of(line: str) -> str:
    match = _LEADING.match(line)
    assert match is not None, "nothing matches, too"
    return match.group()


def _in_row(row: int, start: tuple[int, int], end: tuple[int, int], length: int) -> tuple[int, int]:
    """The columns of a row that a selection holds; a line's end counts as one cell."""
    if start == end or not start[0] <= row <= end[0]:
        return (0, 0)
    return (start[1] if row == start[0] else 0, end[1] if row == end[0] else length + 1)
