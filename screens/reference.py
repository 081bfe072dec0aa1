"""The reference: all that Lefi can say, found by typing; beside it, what the word means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from lefi_tui.lang.lookup import Topic, found, page, topics
from screens.asking import Dialog
from screens.keys import REFERENCE, bindings, of_groups
from widgets.ink import Palette
from widgets.script_lines import colored

NOTHING: Final = "Nothing is called so, and nothing is told with these words."
ASKED: Final = "a name, a code, or words: candle, LF203, moving average"
SIDES: Final = 6  # columns that frame, margin and scrollbar take from the page


class ReferenceScreen(Dialog):
    CSS_PATH = "dialog.tcss"
    is_help = True
    GROUPS = (REFERENCE,)
    AUTO_FOCUS: ClassVar[str | None] = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back", *of_groups(REFERENCE))]

    def __init__(self, palette: Palette, names: Sequence[str] = ()) -> None:
        """Opened at the first of these topics, the others below it in the list."""
        super().__init__()
        self._palette, self._names = palette, tuple(names)
        self._word = names[0] if names else ""
        self._found: tuple[Topic, ...] = ()
        self._list = OptionList(markup=False)
        self._list.can_focus = False  # what is typed searches, wherever a person looks
        self._text = Static("", classes="words")
        self._page = VerticalScroll(self._text, can_focus=False)

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = "Reference"
            window.border_subtitle = (
                "↑ ↓ topic   PgUp PgDn read on   F1 keys of the screen   Esc back"
            )
            yield Input(self._word, placeholder=ASKED)
            with Horizontal():
                yield self._list
                yield self._page

    def on_mount(self) -> None:
        self._search(self._word)

    def on_resize(self) -> None:
        self._read()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._search(event.value)

    def _search(self, words: str) -> None:
        asked = self._names if words == self._word else ()
        first = tuple(topics()[each] for each in asked)
        self._found = (*first, *(each for each in found(words) if each not in first))
        self._list.clear_options()
        self._list.add_options(Option(_row(each)) for each in self._found)
        self._list.highlighted = 0 if self._found else None
        self._read()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._read()

    def _read(self) -> None:
        at = self._list.highlighted
        text = Text(NOTHING)
        if at is not None and at < len(self._found):
            text = drawn(self._found[at], max(20, self._page.size.width - 2), self._palette)
        self._text.update(text)
        self._page.scroll_home(animate=False)

    def action_move(self, step: int) -> None:
        if self._found:
            self._list.highlighted = ((self._list.highlighted or 0) + step) % len(self._found)

    def action_turn(self, step: int) -> None:
        self._page.scroll_relative(y=step * max(1, self._page.size.height - 1), animate=False)


def _row(topic: Topic) -> Text:
    return Text(topic.name).append(f"  {topic.kind}", "dim")


def drawn(topic: Topic, width: int, palette: Palette) -> Text:
    """How it is written in bold, what is said of it, and its example in the editor's colors."""
    (form, *told), example = page(topic, width)
    text = Text(f"{form}\n", "bold").append("\n".join(told), "not bold")
    return text.append("\n\n", "not bold").append_text(colored(example, palette))
