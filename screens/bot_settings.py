"""Settings of a bot that runs: typed, checked as the language checks, shown as a change, then sent.

The first Enter shows what would change and what it resets; only the second one sends it. Anything
typed between them begins anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import ClassVar, Final

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from lefi_tui.core.messages import ChangeSettings, Command
from lefi_tui.views.bot_settings import Change, changes, impact, plain, takes, wrong
from lefi_tui.views.bot_view import BotSetting, BotView
from screens.asking import Dialog, Fields
from screens.beside import Newest
from screens.keys import bindings
from widgets.in_order import Field
from widgets.ink import Ink, Palette

CHECK_SECONDS: Final = 0.15
UNCHANGED: Final = "Nothing is changed yet. Type a value; Enter shows what it would do."
SENDS: Final = "Enter sends it; the bot takes it between two events."
Values = Mapping[str, str]


class BotSettingsScreen(Dialog):
    CSS_PATH: ClassVar[list[str | PurePath]] = ["dialog.tcss", "bot_settings.tcss"]
    AUTO_FOCUS: ClassVar[str | None] = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back", "field_above", "field_below")]

    def __init__(self, view: BotView, send: Callable[[Command], None], palette: Palette) -> None:
        super().__init__()
        self._view = view
        self._send = send
        self._inks = palette.inks
        self._fields = {each.name: Field(plain(each.value)) for each in view.settings}
        self._beside = {each.name: Static(markup=False) for each in view.settings}
        self._said = Static(classes="said", markup=False)
        self._is_wanted = False
        self._offered: tuple[Change, ...] = ()  # what the next Enter sends
        self._checks: Newest[Values, tuple[Values, str]] = Newest(
            self, self._look, self._looked, CHECK_SECONDS
        )

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = f"Settings of {self._view.id}, while it runs"
            window.border_subtitle = "↑ ↓ field   Enter shows the change   Esc back"
            with Fields():
                for each in self._view.settings:
                    with Horizontal(classes="field"):
                        yield Static(each.name, classes="name", markup=False)
                        yield self._fields[each.name]
                        yield self._beside[each.name]
                yield self._said

    def on_mount(self) -> None:
        self._looked({}, ({}, ""))

    # ---- what is typed

    def _typed(self) -> Values:
        return {name: each.value for name, each in self._fields.items()}

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._is_wanted, self._offered = False, ()
        self._checks.offer(self._typed())

    def _look(self, typed: Values) -> tuple[Values, str]:
        """In a thread: what is wrong, or what the change does."""
        found = wrong(self._view, typed)
        return found, "" if found else impact(self._view, changes(self._view, typed))

    def _looked(self, typed: Values, told: tuple[Values, str]) -> None:
        found, does = told
        for each in self._view.settings:
            words = found.get(each.name, "")
            self._beside[each.name].update(self._inked(words or hint(each), is_bad=bool(words)))
        wanted = changes(self._view, typed)
        if found:
            self._said.update(self._inked(found.get("", ""), is_bad=True))
        elif not wanted:
            self._said.update(self._inked(UNCHANGED))
        elif self._is_wanted:
            self._offered = wanted
            lines = [*(str(each) for each in wanted), does, SENDS]
            self._said.update(Text("\n".join(lines)))
        else:
            count = f"{len(wanted)} changed" if len(wanted) > 1 else str(wanted[0])
            self._said.update(self._inked(f"{count}. Enter shows what it would do."))
        self._is_wanted = False

    def _inked(self, words: str, *, is_bad: bool = False) -> Text:
        return Text(words, Style.parse(self._inks[Ink.LOSS if is_bad else Ink.DIM]))

    # ---- what a person does

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if not self._offered:
            self._is_wanted = True
            self._checks.offer(self._typed())
            return
        wanted = tuple((each.setting.name, each.after) for each in self._offered)
        self.dismiss()
        self._send(ChangeSettings(self._view.id, wanted))

    def action_field(self, step: int) -> None:
        if step > 0:
            self.focus_next()
        else:
            self.focus_previous()


def hint(setting: BotSetting) -> str:
    """What it takes, its default, what it is for."""
    parts = (takes(setting), f"default {plain(setting.default)}")
    about = ", ".join(filter(None, parts))
    return f"{about}. {setting.doc}" if setting.doc else about
