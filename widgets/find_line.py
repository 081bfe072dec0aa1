"""The line below a script for words to be found, and for what is to stand in their place.

At each letter it goes to their next place, and says which of how many that is.
"""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import DescendantFocus, Key
from textual.widgets import Input, Static

from widgets.editor import ScriptEditor
from widgets.in_order import Field
from widgets.lines import Span, keys_told


class FindLine(Horizontal):
    def __init__(self, editor: ScriptEditor, tell: Callable[[str], None]) -> None:
        super().__init__(id="find")
        self._editor, self._tell = editor, tell
        self._words = Field(placeholder="find", id="find-words")
        self._by = Field(placeholder="replace with", id="find-by")
        self._count = Static("", id="find-count", markup=False)
        self._found = (0, 0)  # which of how many
        self.display = False

    def compose(self) -> ComposeResult:
        yield self._words
        yield self._by
        yield self._count

    @property
    def words(self) -> str:
        return self._words.value

    def ask(self, what: str) -> None:
        """`words`, `one` to replace one by one, or `all`: everywhere, once it was said what."""
        if what == "all" and self.display:
            self._replace_all()
        else:
            self._begin(replaces=what != "words")

    def _begin(self, *, replaces: bool) -> None:
        """A word that is marked in the script is the one that is looked for."""
        marked = self._editor.selected_text
        if marked and "\n" not in marked:
            self._words.value = marked
        self.display = True
        self._by.display = replaces
        is_known = replaces and bool(self._words.value)
        (self._by if is_known else self._words).focus()
        self._go(0)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if event.input is self._words:
            self._go(0)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """In the first field to the next place; in the second, this one is replaced."""
        event.stop()
        if event.input is self._by:
            self._editor.put_for(self.words, self._by.value)
            self._go(0)
        elif not self._go(1):
            self._tell(f"{self.words} is not in this script.")

    def on_key(self, event: Key) -> None:
        """Tab stays in the line: what is typed behind it is for one of its fields."""
        steps = {"up": -1, "down": 1}
        if event.key in {"tab", "shift+tab"}:
            event.stop()
            self._turn()
        elif event.key in steps:
            event.stop()
            self._go(steps[event.key])

    def _turn(self) -> None:
        """To the other field, where there are two."""
        if self._by.display:
            (self._words if self._by.has_focus else self._by).focus()

    def hints(self, shown: Callable[[str], str]) -> list[Span]:
        """Its keys, while one of its fields has the focus; `shown` says how one is written."""
        if not self.has_focus_within:
            return []
        told = [("Enter", "replaces" if self._by.has_focus else "next"), ("↑ ↓", "before, next")]
        if self._by.display:
            told += [("Tab", "other field"), (shown("replace_all"), "all")]
        return keys_told([*told, (shown("script_list"), "text")])

    def _replace_all(self) -> None:
        count = self._editor.put_for_all(self.words, self._by.value)
        self._go(0)
        times = "once" if count == 1 else f"{count} times"
        self._tell(
            f"{self.words} was replaced {times}; one undo takes all of it back."
            if count
            else f"{self.words} is not in this script."
        )

    def _go(self, step: int) -> bool:
        self._found = self._editor.find(self.words, step)
        self._draw()
        return self._found[1] > 0

    def on_descendant_focus(self, _: DescendantFocus) -> None:
        self._draw()

    def _draw(self) -> None:
        number, count = self._found
        does = ", Enter replaces it" if count and self._by.has_focus else ""
        self._count.update(f"{number} of {count}{does}" if self.words else "")
