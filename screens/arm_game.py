"""A game is about to be armed with real money: its keys send without asking, so a word is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from lefi_tui.views import numbers
from lefi_tui.views.game_view import GameView
from screens.asking import Dialog
from screens.keys import bindings
from widgets.in_order import Field

NAME_MAX: Final = 80


class ArmScreen(Dialog):
    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]

    def __init__(self, view: GameView, arm: Callable[[str], None]) -> None:
        super().__init__()
        self._view, self._arm = view, arm
        self._said = Static("", classes="words", markup=False)

    def compose(self) -> ComposeResult:
        account = self._view.account
        with Vertical(classes="window") as window:
            window.border_title = f"REAL MONEY: arm {self._view.bot} on {account}"
            window.border_subtitle = "Enter arms   Esc arms nothing"
            yield Static("\n".join(words(self._view)), classes="words", markup=False)
            yield self._said
            yield Field(placeholder=f"type {account} to arm", max_length=NAME_MAX)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        typed = event.value.strip()
        if typed != self._view.account:
            self._said.update(f"Type {self._view.account}, letter by letter.")
            return
        self.dismiss()
        self._arm(typed)


def words(view: GameView) -> list[str]:
    """What one key will do from here on, and what it costs."""
    units = f"{numbers.quantity(view.setup.units)} {view.base}"
    lines = [f"b and s then trade {units} at {view.setup.leverage:f}x at once, without a question."]
    if view.sides:
        worst = min(view.sides, key=lambda each: each.expected)
        money = numbers.signed(worst.expected, 2)
        needed = max(each.wins_needed for each in view.sides)
        lines.append(
            f"A game leaves {money} {view.currency} on average at the fair chance; "
            f"{needed:.1%} of games must be won to lose nothing."
        )
    return lines
