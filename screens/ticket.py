"""The order ticket: what is typed, what it comes to and what the gate says, before it is sent.

It has no rule of trading: the preview is the engine's, the words of a refusal are the desk's. For
real money, and for what looks like a slip of the finger, Enter is asked for once more.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import PurePath
from typing import Any, ClassVar, Final

from msgspec.structs import replace
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from lefi_tui.core.messages import Command, PlaceOrder
from lefi_tui.core.money import words
from lefi_tui.core.order import Side, TimeInForce
from lefi_tui.views.desk_view import Mode
from lefi_tui.views.queries import TicketQuery
from lefi_tui.views.ticket_form import Form, Unit, command_of
from lefi_tui.views.ticket_view import TicketView
from screens.asking import Asking, Dialog, move_focus
from screens.keys import TICKET, bindings, of_groups
from widgets.in_order import NumberField
from widgets.ink import Palette
from widgets.ticket import choices, preview

FIELDS: Final = ("size", "price", "stop", "target", "leverage")
HINTS: Final = {
    "stop": "a price, or 2%: hangs when it fills",
    "target": "a price, or 4%",
    "leverage": "empty: as the open position, or 1",
}
AGAIN: Final = "Enter once more sends it."


class TicketScreen(Dialog, Asking):
    GROUPS = (TICKET,)
    CSS_PATH: ClassVar[list[str | PurePath]] = ["dialog.tcss", "ticket.tcss"]
    AUTO_FOCUS: ClassVar[str | None] = "#size"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("back"),
        *bindings(*of_groups(TICKET), "field_next", "field_last", is_priority=True),
    ]
    every_s: ClassVar[float] = 0.25

    def __init__(
        self, market: tuple[str, str], send: Callable[[Command], None], palette: Palette
    ) -> None:
        super().__init__()
        self.form = Form(*market)
        self._send, self._palette = send, palette
        self._view: TicketView | None = None  # the newest answer, to whatever was typed then
        self._number = 0  # of what is typed now
        self._wanted = 0  # Enter was pressed on this
        self._shown = 0  # asked once more for this
        self._is_priced = False  # the price was filled in once
        self.fields = {name: NumberField(name=name) for name in FIELDS}
        self._beside = {name: Static(classes="beside", markup=False) for name in FIELDS}
        self._choices = Static(classes="words", markup=False)
        self._preview = Static(classes="words", markup=False)
        self._ask()

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = f"Order {self.form.symbol} on {self.form.account}"
            window.border_subtitle = "Tab field   ↑ ↓ price   Enter sends   Esc back"
            yield self._choices
            for name, field in self.fields.items():
                label = Static(name, classes="name", markup=False)
                yield Horizontal(label, field, self._beside[name], classes="field")
            yield self._preview

    def on_mount(self) -> None:
        self._draw()

    # ---- what is asked and answered

    def _ask(self) -> None:
        """Something is typed or chosen: what was shown of it is over."""
        self._number += 1
        asked = command_of(self.form)
        order = asked if isinstance(asked, PlaceOrder) else None
        self.query_of = TicketQuery(self.form.account, self.form.symbol, order, self._number)

    def show(self, answer: Any, silent_ms: int) -> None:
        assert isinstance(answer, TicketView)
        if silent_ms:
            return
        self._view = answer
        if not self._is_priced and answer.bid is not None:
            self._is_priced = True
            self.action_best()
        if answer.number == self._number == self._wanted:
            self._wanted = 0
            self._go(answer)
        self._draw()

    def _draw(self) -> None:
        self._choices.update(choices(self.form, self._view, self._palette))
        self._preview.update(self._below())
        sizes = {"size": self.form.unit.value, "price": "" if self.form.is_limit else "at market"}
        for name, beside in self._beside.items():
            beside.update({**sizes, **HINTS}[name])

    def _below(self) -> Text:
        asked = command_of(self.form)
        is_newest = self._view is not None and self._view.number == self._number
        problem = asked if isinstance(asked, str) else ""
        text = preview(self._view, self._palette, problem=problem, is_newest=is_newest)
        if self._shown == self._number:
            real = "REAL MONEY. " if self._view and self._view.mode is Mode.LIVE else ""
            text.append(f"\n{real}{AGAIN}", "bold")
        return text

    # ---- what a person does

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._change(**{str(event.input.id): event.value})

    def _change(self, **changes: Any) -> None:
        after = replace(self.form, **changes)
        if after != self.form:
            self.form = after
            self._ask()
            self._draw()

    def action_field(self, step: int) -> None:
        move_focus(self, step)

    def action_side(self, name: str) -> None:
        self._change(side=Side(name))
        if self._is_priced:
            self.action_best()

    def action_turn(self, what: str) -> None:
        form = self.form
        match what:
            case "kind":
                self._change(is_limit=not form.is_limit)
            case "unit":
                self._change(unit=_next(tuple(Unit), form.unit))
            case "time":
                self._change(time_in_force=_next(tuple(TimeInForce), form.time_in_force))
            case "reduce":
                self._change(is_reduce_only=not form.is_reduce_only)
            case _:
                self._change(is_post_only=not form.is_post_only)

    def action_best(self) -> None:
        """Own best: what joins the queue and takes nothing."""
        view = self._view
        best = None if view is None else view.bid if self.form.side is Side.BUY else view.ask
        if best is not None:
            self._price(best)

    def action_tick(self, ticks: int) -> None:
        asked, view = command_of(replace(self.form, size="1", is_limit=True)), self._view
        if view is not None and isinstance(asked, PlaceOrder) and asked.limit is not None:
            self._price(max(view.tick, asked.limit + ticks * view.tick))

    def _price(self, price: Decimal) -> None:
        self.fields["price"].value = words(price)
        self._change(price=words(price))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._wanted = self._number
        view = self._view
        if view is not None and view.number == self._number:
            self._wanted = 0
            self._go(view)
        self._draw()

    def _go(self, view: TicketView) -> None:
        """Sends what is shown; or asks once more for it."""
        asked = command_of(self.form, is_confirmed=bool(view.doubts))
        if isinstance(asked, str) or view.refusal:
            return  # it stands below already
        if (view.doubts or view.mode is Mode.LIVE) and self._shown != self._number:
            self._shown = self._number
            return
        self.dismiss()
        self._send(asked)


def _next(choices: tuple[Any, ...], now: Any) -> Any:
    return choices[(choices.index(now) + 1) % len(choices)]
