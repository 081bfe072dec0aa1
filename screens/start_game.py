"""Starts a game: on which account and market, for how much, with which limits. It begins disarmed.

What is typed is checked by the game's own words as it is typed; only what differs is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import PurePath
from typing import ClassVar, Final

from rich.markup import escape
from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from lefi_tui.core.messages import Command, StartBot
from lefi_tui.core.record import Record
from lefi_tui.views.desk_view import AccountRow, DeskView
from lefi_tui.views.game_view import MarketRow
from screens.asking import Dialog, Fields
from screens.keys import bindings
from screens.start_script import MONEY
from widgets.in_order import Field
from widgets.ink import Ink, Palette

KEYS: Final = "↑ ↓ field   Enter starts   Esc back"
Values = Mapping[str, str]


class GameForm(Record):
    """What the form is made from: the words of the game itself."""

    names: tuple[str, ...]
    defaults: Callable[[MarketRow | None], Values]
    takes: Callable[[str], str]
    mistake: Callable[[Values, MarketRow | None], str]  # empty where a game can start
    doubt: Callable[[Values, MarketRow | None], str]  # of one that can; empty where there is none
    start: Callable[[str, Values, Collection[str]], StartBot]  # account, values, names in use


class StartGameScreen(Dialog):
    CSS_PATH: ClassVar[list[str | PurePath]] = ["dialog.tcss", "start_game.tcss"]
    AUTO_FOCUS: ClassVar[str | None] = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back", "field_above", "field_below")]

    def __init__(
        self,
        form: GameForm,
        shown: tuple[DeskView, tuple[MarketRow, ...]],
        send: Callable[[Command], None],
        palette: Palette,
    ) -> None:
        super().__init__()
        self._form, self._send = form, send
        view, self._markets = self._view, markets = shown
        self._inks = palette.inks
        places = {each.account for each in markets}
        # Where there is a perpetual first; among these the frame's own kind.
        self._rows = sorted(
            view.accounts,
            key=lambda row: (row.name not in places, row.mode is not view.banner.mode),
        )
        self._accounts = OptionList(*(Option(_told(each)) for each in self._rows))
        self._accounts.can_focus = len(self._rows) > 1
        self._given = self._form.defaults(self._market())
        self._fields = {name: Field(self._given[name]) for name in form.names}
        self._window = Vertical(classes="window")
        self._said = Static(classes="refusal", markup=False)

    def compose(self) -> ComposeResult:
        with self._window as window:
            window.border_title = "Start a game; it begins disarmed"
            window.border_subtitle = KEYS
            with Fields():
                yield self._accounts
                for name, field in self._fields.items():
                    with Horizontal(classes="field"):
                        yield Static(name, classes="name", markup=False)
                        yield field
                        yield Static(self._form.takes(name), markup=False)
                yield self._said

    def on_mount(self) -> None:
        self._accounts.highlighted = 0
        self._look()

    @property
    def _account(self) -> str:
        return self._rows[self._accounts.highlighted or 0].name

    def _market(self, symbol: str = "") -> MarketRow | None:
        """The account's first, or the one of that name."""
        own = (each for each in self._markets if each.account == self._account)
        return next((each for each in own if symbol in {"", each.symbol}), None)

    def values(self) -> Values:
        """As typed; an empty field is its default."""
        return {
            name: each.value.strip() or self._given[name] for name, each in self._fields.items()
        }

    def _look(self) -> str:
        """Why it can't start. What else there is to know is said and stops nothing."""
        values = self.values()
        market = self._market(values["symbol"])
        wrong = self._form.mistake(values, market)
        said = wrong or self._form.doubt(values, market)
        ink = self._inks[Ink.LOSS if wrong else Ink.WARN]
        self._said.update(Text(said, Style.parse(ink)))
        self._window.border_subtitle = escape(said) or KEYS  # in sight, however long the form is
        return wrong

    # ---- what a person does

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Another account has other markets; what was typed stays."""
        event.stop()
        self._fit(self._market())

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        market = self._market(event.value.strip())
        if event.input is self._fields["symbol"] and market is not None:
            self._fit(market)
        self._look()

    def _fit(self, market: MarketRow | None) -> None:
        before, self._given = self._given, self._form.defaults(market)
        for name, field in self._fields.items():
            if field.value.strip() == before[name]:
                field.value = self._given[name]

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._begin()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._begin()

    def _begin(self) -> None:
        if self._look():
            return
        taken = {each.id for each in self._view.bots}
        command = self._form.start(self._account, self.values(), taken)
        self.dismiss()
        self._send(command)

    def action_field(self, step: int) -> None:
        if step > 0:
            self.focus_next()
        else:
            self.focus_previous()


def _told(row: AccountRow) -> Text:
    text = Text(f"{row.name}  ")
    text.append(row.mode.value, "bold")
    return text.append(f"  {row.venue}: {MONEY[row.mode]}")
