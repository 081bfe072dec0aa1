"""The list of scripts: which is open, which is not saved, which came with the program."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rich.text import Text
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from lefi_tui.views.scripts import Listing, ScriptRow, ScriptStore
from screens.framed import Framed
from screens.keys import EDITOR, of_groups
from screens.script_text import ScriptText
from widgets.lines import Span, keys_told

OF_EDITOR: Final = ("script_list", *of_groups(EDITOR))


class ScriptShelf:
    def __init__(
        self, screen: Framed, store: ScriptStore, shown: OptionList, text: ScriptText
    ) -> None:
        self._screen = screen
        self._store = store
        self._list = shown
        screen.idle.append(self._idle)
        self._text = text
        self.rows: tuple[ScriptRow, ...] = ()
        self._is_starred, self._drafts = False, frozenset[ScriptRow]()
        self._followed: ScriptRow | None = None  # the open one that the cursor was brought to
        self._open: ScriptRow | None = None
        self._is_told = False  # that the own scripts can't be listed

    @property
    def about(self) -> str:
        """The open one, as another screen is told of it."""
        return "" if self._text.script is None else self._text.script.row.about

    def hints(self) -> list[Span]:
        """The keys of the list, while it has the focus."""
        if not self._list.has_focus:
            return []
        shown, told = self._screen.table.shown, [("Enter", "opens"), ("↑ ↓", "script")]
        if self._text.script is not None:
            told.append((shown("script_list"), "text"))
        return keys_told([*told, (shown("script_new"), "new")])

    def _idle(self) -> Iterable[str]:
        """Beside the list, the keys that move in the text are not the nearest."""
        return OF_EDITOR if self._list.has_focus else ()

    def list_again(self) -> None:
        self._text.errands.ask(self._store.scripts, self._listed)

    def _listed(self, listing: Listing) -> None:
        under = self._under_cursor()
        self.rows, self._drafts = listing.rows, listing.drafts
        self._is_starred = self._text.is_changed
        self._list.clear_options()
        self._list.add_options(Option(self._prompt(row)) for row in listing.rows)
        self._list.highlighted = self.rows.index(under) if under in self.rows else 0
        if self._open != self._followed:
            self.follow()
        if listing.problem is not None and not self._is_told:
            self._is_told = True  # once: closing the message lists again
            self._text.complain(listing.problem)

    def _under_cursor(self) -> ScriptRow | None:
        at = self._list.highlighted
        return self.rows[at] if at is not None and at < len(self.rows) else None

    def has_come(self) -> bool:
        """Whether another script is open than before: then the cursor goes to it."""
        script, before = self._text.script, self._open
        self._open = None if script is None else script.row
        if self._open == before:
            return False
        self.follow()
        return True

    def follow(self) -> None:
        """The cursor on the open script, as soon as that is listed."""
        if self._open is not None and self._open in self.rows:
            self._list.highlighted, self._followed = self.rows.index(self._open), self._open

    def _prompt(self, row: ScriptRow) -> Text:
        script = self._text.script
        is_open = script is not None and script.row == row
        is_changed = self._text.is_changed if is_open else row in self._text.left | self._drafts
        mark = self._screen.palette.glyphs.cursor if is_open else " "
        text = Text(f"{mark}{row.name}{'*' if is_changed else ''}", "bold" if is_open else "")
        return text.append("  shipped", "dim not bold") if row.is_shipped else text

    def mark(self) -> None:
        """The star of what is not saved, when it came or went."""
        script, is_changed = self._text.script, self._text.is_changed
        if script is not None and is_changed is not self._is_starred and script.row in self.rows:
            self._is_starred, at = is_changed, self.rows.index(script.row)
            self._list.replace_option_prompt_at_index(at, self._prompt(script.row))
