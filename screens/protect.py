"""Stop, target and trail of an open position, set by hand; what is left empty stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from lefi_tui.core.messages import Command, ProtectPosition
from lefi_tui.core.order import ExitPlan
from lefi_tui.views import numbers
from lefi_tui.views.desk_view import Mode, PositionRow
from lefi_tui.views.ticket_form import UnreadableError, level
from screens.asking import Dialog, move_focus
from screens.keys import bindings
from widgets.in_order import NumberField

HINTS: Final = {
    "stop": "a price, or 2% from the average entry",
    "target": "a price, or 4%: takes the stop along",
    "trail": "a distance, or 1% of the best price",
}
NOTHING: Final = "Name a stop, a target or a trail. x on an exit among the orders takes it away."


class ProtectScreen(Dialog):
    CSS_PATH: ClassVar[list[str | PurePath]] = ["dialog.tcss", "ticket.tcss"]
    AUTO_FOCUS: ClassVar[str | None] = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("back"),
        # Before the field hears of what is typed next, also where all comes in one burst.
        *bindings("field_above", "field_below", "field_next", "field_last", is_priority=True),
    ]

    def __init__(self, row: PositionRow, mode: Mode, send: Callable[[Command], None]) -> None:
        super().__init__()
        self._row, self._mode, self._send = row, mode, send
        self._sure: ExitPlan | None = None  # asked once more for these
        self.fields = {name: NumberField(name=name) for name in HINTS}
        self._below = Static("", classes="words", markup=False)

    def compose(self) -> ComposeResult:
        row = self._row
        entry, mark = (numbers.price(each, row.places) for each in (row.entry, row.mark))
        units = numbers.quantity(row.units)
        with Vertical(classes="window") as window:
            window.border_title = f"Protect {row.symbol} on {row.account}"
            window.border_subtitle = "↑ ↓ field   Enter sets   Esc back"
            now = f"{units} at {entry}, now {mark}; {row.stop or 'no stop asked'}"
            yield Static(now, classes="words", markup=False)
            for name, field in self.fields.items():
                yield Horizontal(
                    Static(name, classes="name", markup=False),
                    field,
                    Static(HINTS[name], classes="beside", markup=False),
                    classes="field",
                )
            yield self._below

    def action_field(self, step: int) -> None:
        move_focus(self, step)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._sure = None
        self._below.update("")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        try:
            plan = ExitPlan(*(level(field.value, name) for name, field in self.fields.items()))
        except UnreadableError as error:
            self._below.update(str(error))
            return
        if plan == ExitPlan():
            self._below.update(NOTHING)
        elif self._mode is Mode.LIVE and self._sure != plan:
            self._sure = plan
            self._below.update(f"REAL MONEY on {self._row.account}. Enter once more sets it.")
        else:
            self.dismiss()
            self._send(ProtectPosition(self._row.account, self._row.symbol, plan))
