"""A bot is to trade real money: every gate is shown, those that are shut first, and the account's
name is typed back.

They are looked at again while a person reads, so that what is put right elsewhere opens here.
"""

from __future__ import annotations

from collections.abc import Callable
from textwrap import wrap
from typing import Any, ClassVar, Final

from msgspec.structs import replace
from rich.style import Style
from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Input, Static

from lefi_tui.core.live_gates import TYPED, Gate
from lefi_tui.core.messages import Command, StartBot
from lefi_tui.views.desk_view import DeskView, Mode
from lefi_tui.views.gates_view import GatesView
from lefi_tui.views.queries import GatesQuery
from screens.asking import Asking, Dialog
from screens.desk import DeskScreen
from screens.keys import bindings
from widgets.in_order import Field
from widgets.ink import Ink, Palette

NAME_MAX: Final = 80
NAME_WIDTH: Final = 22
FOUND_WIDTH: Final = 44  # what is left of a window of 76
BELOW: Final = "\n" + " " * (NAME_WIDTH + 5)
LOOKED_AT: Final = "The gates are looked at; the script's tests run."
SHUT: Final = "Nothing starts while a gate is shut."


Send = Callable[[Command], None]


def asking_first(send: Send, app: App[Any], ink: Palette) -> Send:
    """Sends at once; a start that would move real money is shown with its gates before."""

    def sends(command: Command) -> None:
        desk = app.get_default_screen()
        assert isinstance(desk, DeskScreen)
        if isinstance(command, StartBot) and _is_real(command, desk.view):
            app.push_screen(LiveStartScreen(command, send, ink))
        else:
            send(command)

    return sends


def _is_real(command: StartBot, view: DeskView | None) -> bool:
    accounts = () if view is None else view.accounts
    return any(each.name == command.account and each.mode is Mode.LIVE for each in accounts)


class LiveStartScreen(Dialog, Asking):
    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]
    every_s: ClassVar[float] = 2.0

    def __init__(self, command: StartBot, send: Send, palette: Palette) -> None:
        super().__init__()
        self._command, self._send, self._inks = command, send, palette.inks
        told = (command.account, command.source, command.settings, command.kind, command.bot)
        self.query_of = GatesQuery(*told)
        self._view: GatesView | None = None
        self._rows = Static(LOOKED_AT, classes="words", markup=False)
        self._asked = Static("", classes="words", markup=False)

    def compose(self) -> ComposeResult:
        account = self._command.account
        with Vertical(classes="window") as window:
            window.border_title = f"REAL MONEY: {self._command.bot} on {account}"
            window.border_subtitle = "Enter starts   Esc starts nothing"
            with VerticalScroll():
                yield self._rows
            yield self._asked
            yield Field(placeholder=f"type {account} to start", max_length=NAME_MAX)

    def show(self, answer: Any, silent_ms: int) -> None:  # noqa: ARG002 -- it is only asked again
        assert isinstance(answer, GatesView)
        if not (answer.rows or answer.refusal):  # it trades nothing, so no gate is asked
            self._begin(self._command)
        elif answer != self._view:
            self._view = answer
            self._rows.update(self._told(answer))

    def _told(self, view: GatesView) -> Text:
        text = Text(view.refusal, self._ink(Ink.LOSS))
        for gate in view.rows:
            if gate.name != TYPED:  # the field below asks for it
                text.append_text(self._row(gate))
        return text

    def _row(self, gate: Gate) -> Text:
        ink, mark = (Ink.GAIN, "open") if gate.is_open else (Ink.LOSS, "SHUT")
        text = Text(f"{mark} ", self._ink(ink))
        text.append(f"{gate.name:<{NAME_WIDTH}}", Style(bold=True))
        found, follow = wrap(gate.found, FOUND_WIDTH), wrap(gate.next, FOUND_WIDTH)
        text.append(BELOW.join(found) + "\n")
        return text.append(f"{BELOW[1:]}{BELOW.join(follow)}\n", "dim") if follow else text

    def _ink(self, ink: Ink) -> Style:
        return Style.parse(self._inks[ink])

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        typed, view = event.value.strip(), self._view
        if view is None:
            self._asked.update(LOOKED_AT)
        elif view.refusal or any(not each.is_open and each.name != TYPED for each in view.rows):
            self._asked.update(SHUT)
        elif typed != self._command.account:
            self._asked.update(f"Type {self._command.account}, letter by letter.")
        else:
            self._begin(replace(self._command, typed=typed))

    def _begin(self, command: StartBot) -> None:
        self.dismiss()
        self._send(command)
