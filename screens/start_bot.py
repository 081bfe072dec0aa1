"""What can be started: shipped scripts and the indicator, each with its purpose; Enter starts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from textwrap import wrap
from typing import ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from lefi_tui.core.messages import Command
from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.shelf import Startable, accounts_of, start
from lefi_tui.views.work_plan import WorkPlan
from screens.asking import Dialog
from screens.keys import bindings
from screens.setup import DeskSetup

EMPTY: Final = "No script was found. Scripts that ship with Lefi stand in its folder named scripts."
# An Enter typed ahead starts nothing: nobody has seen yet what it would start.
READING: Final = "The scripts are being read. Enter starts the one you see, once you see them."
WORDS_WIDTH: Final = 68


class StartScreen(Dialog):
    """`shelf` reads files, so it is asked in a thread; the window is there at once."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("back", "account_next", "account_before", "start_settings"),
    ]

    def __init__(
        self, setup: DeskSetup, view: DeskView | None, send: Callable[[Command], None]
    ) -> None:
        super().__init__()
        self._setup, self._view, self._send = setup, view, send
        self._accounts = accounts_of(view) or (setup.account,)
        self._taken = {bot.id for bot in view.bots} if view is not None else set()
        self._chosen = 0
        self._window = Vertical(classes="window")
        self._found: tuple[Startable, ...] = ()
        self._list = OptionList()
        self._empty = Static(READING, classes="words")

    def compose(self) -> ComposeResult:
        with self._window:
            yield self._list
            yield self._empty

    def on_mount(self) -> None:
        self.action_account(0)
        self.run_worker(self._read, thread=True)

    def action_account(self, step: int) -> None:
        """Where it will trade; the account whose mode is on the frame comes first."""
        self._chosen = (self._chosen + step) % len(self._accounts)
        others = "   ← → account" if len(self._accounts) > 1 else ""
        account = self._accounts[self._chosen]
        self._window.border_title = f"Start a bot on {account} with its defaults"
        self._window.border_subtitle = f"↑ ↓ choose{others}   e settings   Enter starts   Esc back"

    def _read(self) -> None:
        found = tuple(self._setup.shelf())
        self.app.call_from_thread(self._fill, found)

    def _fill(self, found: tuple[Startable, ...]) -> None:
        if not self.is_attached:
            return
        self._found = found
        self._list.add_options(Option(_prompt(each)) for each in found)
        self._empty.display = not found
        self._empty.update(EMPTY)
        if found:
            self._list.highlighted = 0
            self._list.focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss()
        what = self._found[event.option_index]
        self._send(start(what, self._accounts[self._chosen], self._taken))

    def action_with_settings(self) -> None:
        """The form of a script: account, market, settings, and how long it is for."""
        if self._list.highlighted is None or self._view is None or not self._view.accounts:
            return
        what = self._found[self._list.highlighted]

        def go(account: str, values: Mapping[str, str], plan: WorkPlan) -> None:
            self._send(plan.of(start(what, account, self._taken, tuple(values.items()))))

        form = self._setup.form(what, self._view, go)
        if form is None:  # Enter says why, where there is a why
            self._window.border_subtitle = "It has no settings: Enter starts it   Esc back"
            return
        self.dismiss()
        self.app.push_screen(form)


def _prompt(what: Startable) -> Text:
    """Name, title and kind, then what it is for, then its defaults."""
    text = Text()
    text.append(what.name, "bold")
    text.append(f"  {what.title}, {what.says or what.kind}")
    settings = ", ".join(f"{name} {value}" for name, value in what.settings)
    for words in (what.purpose, settings):
        for line in wrap(words, WORDS_WIDTH):
            text.append(f"\n  {line}", "dim")
    return text
