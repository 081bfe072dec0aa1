"""The editor of scripts: a text whose keys know the language.

Brackets come in pairs, lines find their indent, and what may stand at the cursor is offered while
a name is typed: computed where the key is handled, so that a burst of keys finds it in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual.events import Blur, Key, MouseDown
from textual.message import Message
from textual.widgets.text_area import Selection

from lefi_tui.lang.authoring.analysis import analysed
from lefi_tui.lang.authoring.records import Completion
from widgets.editor_area import place_of
from widgets.editor_edits import (
    CLOSING,
    INDENT,
    PAIRS,
    Typed,
    commented,
    indent_of,
    is_empty_pair,
    moved,
    once_more,
    shifted,
    typed,
)
from widgets.editor_offer import Offer, drawn, opens_by_itself
from widgets.editor_popup import BAR_WIDTH, Popup
from widgets.editor_rest import RestingArea
from widgets.in_order import is_with_alt
from widgets.ink import Palette


class ScriptEditor(RestingArea):
    class Left(Message):
        """Escape: the person wants to be elsewhere."""

    class Pointed(Message):
        """Another row of what is offered, or none."""

    def __init__(self, palette: Palette, *, id: str) -> None:  # noqa: A002 -- Textual's word
        super().__init__(palette, id=id)
        self.market: Sequence[str] = ()  # symbols that can be traded here
        self._offer: Offer | None = None
        self._is_typing = False
        self._taken: tuple[int, int] | None = None  # where the last key left what it completed
        self._before: tuple[int, int] | None = None  # and the key before this one

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
            "complete": lambda: self._offer_anew(is_asked=True),
        }
        acts[what]()

    # ---- keys that know the language

    async def on_key(self, event: Key) -> None:
        """Before TextArea's own keys; what is done here is not done there."""
        self.end_rest()
        is_letter = event.is_printable and not is_with_alt(event)
        is_typing = is_letter or (event.key == "backspace" and bool(self._offer))
        self._is_typing = is_typing
        self._before, self._taken = self._taken, None
        if self._of_offer(event.key):
            is_done = True
        else:
            is_done = self._known(event)
            if is_done and is_typing:
                self._offer_anew(is_asked=False)
            elif not is_typing:
                self.close_offer()
        if is_done:
            event.prevent_default()
            event.stop()

    def _known(self, event: Key) -> bool:
        """Whether the key has a meaning of ours here."""
        acts: Mapping[str, Callable[[], bool]] = {
            "escape": lambda: self.close_offer() or bool(self.post_message(self.Left())),
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
        again = once_more(self.document[row], column, letter) if start == self._before else None
        if again is not None:
            self.move_cursor((row, again))
            return True
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
            self.as_one_step("\n".join(after), (first[0], 0), stop)
            places = [shifted(at, first[0], before, after) for at in marked]
            self.selection = Selection(*places)
        return True

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

    # ---- what may stand at the cursor

    @property
    def offered(self) -> Completion | None:
        """The row that is pointed at."""
        return None if self._offer is None else self._offer.pointed

    def update_suggestion(self) -> None:
        """Textual's hook behind each edit; only a key that was typed asks for an offer, once."""
        if self._is_typing:
            self._is_typing = False
            self._offer_anew(is_asked=False)
        else:
            self._put_offer(None)

    def _offer_anew(self, *, is_asked: bool) -> bool:
        here, text = self.here, self.text
        completions = analysed(text).completions(here, self.market)
        opens = is_asked or opens_by_itself(completions, text, here)
        self._put_offer(Offer(completions, is_chosen=is_asked) if opens else None)
        return True

    def _put_offer(self, offer: Offer | None) -> None:
        before, self._offer = self._offer, offer
        self.show_popup(None if offer is None else self._popup_of(offer))
        if offer is not None or before is not None:
            self.post_message(self.Pointed())

    def _popup_of(self, offer: Offer) -> Popup:
        height, width = self._room()
        rows = drawn(offer, min(height - 1, height // 2), width - BAR_WIDTH, self._palette.glyphs)
        return self.popup_at(offer.completions.span.start, rows)

    def close_offer(self) -> bool:
        """Whether there was one."""
        is_open = self._popup is not None
        self._put_offer(None)
        return is_open

    def _of_offer(self, key: str) -> bool:
        """A key that what is offered takes. Enter takes a row only where a person chose one, or
        asked for the list; else it is a new line, as it was meant."""
        offer = self._offer
        if offer is None or not offer.completions.rows:
            return False
        steps = {"down": 1, "up": -1, "pagedown": 8, "pageup": -8}
        if key in steps:
            self._put_offer(offer.moved(steps[key]))
        elif key == "tab" or (key == "enter" and offer.is_chosen):
            self._take(offer)
        else:
            return False
        return True

    def _take(self, offer: Offer) -> None:
        row, span = offer.pointed, offer.completions.span
        assert row is not None, "an offer without rows is never taken"
        self._put_offer(None)
        text = self.text
        before = text[: span.start] + row.insert[: row.cursor]
        self.as_one_step(row.insert, place_of(text, span.start), place_of(text, span.end))
        self._taken = place_of(before, len(before))
        self.move_cursor(self._taken)

    def on_blur(self, _: Blur) -> None:
        self.end_rest()
        self.close_offer()

    def on_mouse_down(self, _: MouseDown) -> None:
        self.end_rest()
        self.close_offer()
