"""The palette: whatever can be done or gone to, on any screen, found by typing words for it.

The rule it keeps: what ends, cancels, closes or trades is never done by the Enter that chose it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from screens.asking import Dialog
from screens.finding import Entry, Index
from screens.keys import PALETTE, bindings, of_groups

ASKED: Final = "what do you want to do? buy, stop bot, profit, api key …"
NOTHING: Final = "Nothing here is told with these words. F1 lists the keys of this screen."
SHOWN_MAX: Final = 60  # rows; who wants more types another letter
TITLE_WIDTH: Final = 28
KEY_WIDTH: Final = 10
PLACE_WIDTH: Final = 12
RISKY: Final = "From here it asks first. "


class PaletteScreen(Dialog):
    """`more` reads files and loads words, so it is asked in a thread, behind the window."""

    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "Input"
    GROUPS = (PALETTE,)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back", *of_groups(PALETTE))]

    def __init__(self, entries: Sequence[Entry], more: Callable[[], Iterable[Entry]]) -> None:
        super().__init__()
        self._entries, self._more = entries, more
        self._index = Index(entries)
        self._found: Sequence[Entry] = ()
        self._field = Input(placeholder=ASKED)
        self._list = OptionList(markup=False)
        self._list.can_focus = False  # what is typed searches, wherever a person looks
        self._gist = Static("", classes="words", markup=False)

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = "Find"
            window.border_subtitle = (
                "type to search   ↑ ↓ choose   Enter goes or does it   Esc back"
            )
            yield self._field
            yield self._list
            yield self._gist

    def on_mount(self) -> None:
        self._search()
        self.run_worker(self._read, thread=True)

    def _read(self) -> None:
        index = Index((*self._entries, *self._more()))
        self.app.call_from_thread(self._came, index)

    def _came(self, index: Index) -> None:
        """What is chosen stays chosen: its Enter may be on the way."""
        if self.is_attached and not self.is_over:
            chosen = self._chosen
            self._index = index
            self._search()
            if chosen in self._found:
                self._list.highlighted = self._found.index(chosen)

    @property
    def _chosen(self) -> Entry | None:
        at = self._list.highlighted
        return None if at is None or at >= len(self._found) else self._found[at]

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._search()

    def _search(self) -> None:
        self._found = self._index.found(self._field.value)[:SHOWN_MAX]
        self._list.clear_options()
        self._list.add_options(Option(self._row(each)) for each in self._found)
        self._list.highlighted = 0 if self._found else None
        self._tell()

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._tell()

    def _tell(self) -> None:
        chosen = self._chosen
        words = NOTHING if chosen is None else f"{RISKY * chosen.is_risk}{chosen.gist}"
        self._gist.update(Text(words, "dim"))

    def _row(self, entry: Entry) -> Text:
        mark = "! " if entry.is_risk else "  "
        title = Text(f"{mark}{entry.title}", "bold" if entry.is_risk else "")
        title.truncate(TITLE_WIDTH, overflow="ellipsis", pad=True)
        title.append(f" {entry.key:<{KEY_WIDTH}}", "bold")
        return title.append(f" {entry.place:<{PLACE_WIDTH}} {entry.gist}", "dim")

    # ---- what a person does

    def action_move(self, step: int) -> None:
        if self._found:
            at = (self._list.highlighted or 0) + step
            last = len(self._found) - 1
            self._list.highlighted = at % (last + 1) if abs(step) == 1 else max(0, min(last, at))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._choose()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._choose()

    def _choose(self) -> None:
        if self._chosen is not None:
            act = self._chosen.act
            self.dismiss()
            act()
