"""Settings: each value in force, where it comes from and what it is for; what could not be used.

They are changed in the file, which is named: a text file a person can copy, compare and keep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, Final

from rich.console import Group
from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from lefi_tui.core.messages import Command
from lefi_tui.views.settings_view import SettingsView
from screens.framed import Framed
from screens.keys import SETTINGS, bindings, of_groups
from widgets.ink import Ink, Palette

READING: Final = "The settings are read."
NAME_WIDTH: Final = 30
NO_ACCOUNT: Final = "only the built-in demo account"


class SettingsScreen(Framed):
    """`read` reads files, so it is asked in a thread; also again, when the file was changed."""

    AUTO_FOCUS: ClassVar[str | None] = "VerticalScroll"
    GROUPS = (SETTINGS,)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(SETTINGS))]

    def __init__(
        self,
        _send: Callable[[Command], None],
        palette: Palette,
        read: Callable[[], SettingsView],
    ) -> None:
        super().__init__(palette)
        self._read = read
        self._page = Static(READING, markup=False)
        self._said = ""

    def inside(self) -> ComposeResult:
        with VerticalScroll():
            yield self._page
        yield self.words

    def on_mount(self) -> None:
        super().on_mount()
        self.action_read_again()

    def action_read_again(self) -> None:
        self.run_worker(self._ask, thread=True, exclusive=True)

    def _ask(self) -> None:
        view = self._read()
        self.app.call_from_thread(self._show, view)

    def _show(self, view: SettingsView) -> None:
        self._page.update(page(view, self.palette))
        wrong = len(view.problems)
        lines = "1 line" if wrong == 1 else f"{wrong} lines"
        self._said = f"Changed, in force from the next start: {', '.join(view.waiting)}."
        if not view.waiting:
            self._said = "All are in force. A change in the file counts from the next start."
        self.notice(f"{lines} can't be used, see above." if wrong else self._said)

    def said(self) -> str:
        return self._said


def page(view: SettingsView, palette: Palette) -> Group:
    """The whole page: what is wrong first, then the values, the accounts, the places, the keys."""
    inks = palette.inks
    values = (
        (row.name, f"{row.value}   from {row.origin}", row.meaning, row.origin != "default")
        for row in view.rows
    )
    live = f"live orders are shut: {view.live_is_shut_because}"
    accounts = [(each.name, f"{each.exchange}, {each.mode}") for each in view.accounts]
    return Group(
        *(Text(each, inks[Ink.WARN]) for each in view.problems),
        Text("Values", inks[Ink.TITLE]),
        _values(values, palette),
        Text("\nAccounts", inks[Ink.TITLE]),
        _pairs(accounts or [("none", NO_ACCOUNT)], palette),
        Text(f"  {live}" if view.live_is_shut_because else "", inks[Ink.DIM]),
        Text("\nKeys of your own", inks[Ink.TITLE]),
        _pairs(view.keys or [("none", "[keys] in the file gives an action another key")], palette),
        Text("\nPlaces", inks[Ink.TITLE]),
        _pairs([(each.name, each.place) for each in view.places], palette),
    )


def _grid() -> Table:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(min_width=NAME_WIDTH, no_wrap=True)
    grid.add_column(overflow="fold")
    return grid


def _pairs(pairs: Iterable[tuple[str, str]], palette: Palette) -> Table:
    grid = _grid()
    for name, value in pairs:
        grid.add_row(Text(f"  {name}", palette.inks[Ink.TEXT]), Text(value, palette.inks[Ink.TEXT]))
    return grid


def _values(rows: Iterable[tuple[str, str, str, bool]], palette: Palette) -> Table:
    """What differs from its default is bright, and says so."""
    grid = _grid()
    for name, value, meaning, is_own in rows:
        ink = palette.inks[Ink.TITLE if is_own else Ink.TEXT]
        grid.add_row(
            Text(f"{'*' if is_own else ' '} {name}", ink),
            Text.assemble((value, ink), (f"\n{meaning}", palette.inks[Ink.DIM])),
        )
    return grid
