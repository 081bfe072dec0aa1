"""A position is to be closed by hand: it is named once more, and Enter closes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from lefi_tui.core.messages import ClosePosition, Command
from lefi_tui.core.order import HAND, UNKNOWN
from lefi_tui.views import numbers
from lefi_tui.views.desk_view import DeskView, Mode, PositionRow
from lefi_tui.views.ticket_form import UnreadableError, part_of
from screens.asking import Dialog
from screens.keys import bindings
from widgets.in_order import NumberField

PART: Final = "all of it; or a part: 25%, 0.01"
OTHERS: Final = "close it where it was opened, or adopt it first (Alt+U)."


class ClosePositionScreen(Dialog):
    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back", "choose")]

    def __init__(self, row: PositionRow, view: DeskView, send: Callable[[Command], None]) -> None:
        super().__init__()
        self._row = row
        self._words = words(row, view)
        self._send = send
        self._told = Static("\n".join(self._words), classes="words", markup=False)
        self._part = NumberField(PART)

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = f"Close {self._row.symbol} on {self._row.account}"
            does = "Enter, Esc back" if self._row.is_external else "Enter closes   Esc back"
            window.border_subtitle = does
            yield self._told
            if not self._row.is_external:
                yield self._part

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_choose()

    def action_choose(self) -> None:
        try:
            share, units = part_of(self._part.value)
        except UnreadableError as error:
            self._told.update(f"{error} Give units, or 25%.")
            return
        self.dismiss()
        if not self._row.is_external:
            where = self._row.account, self._row.symbol
            self._send(ClosePosition(*where, share=share, units=units))


def words(row: PositionRow, view: DeskView) -> list[str]:
    """What is sent, what is at stake, who goes on."""
    if row.is_external:
        units = numbers.quantity(abs(row.units))
        return [f"{units} of {row.symbol} on {row.account} is nobody's of ours: {OTHERS}"]
    mode = next((each.mode for each in view.accounts if each.name == row.account), Mode.DEMO)
    side = "Sells" if row.units > 0 else "Buys"
    units = numbers.quantity(abs(row.units))
    lines = [f"{side} {units} {row.symbol} at market, reduce only, on account {row.account}."]
    money = "real money" if mode is Mode.LIVE else "made-up money"
    lines.append(f"{mode}: {_stake(row, money)}.")
    orders = [each for each in view.orders if _works(each.leg, each.symbol, each.account, row)]
    if orders:
        many = "its working order is" if len(orders) == 1 else f"{len(orders)} working orders are"
        lines.append(f"First {many} canceled; stop and target go with the position.")
    alive = {each.id for each in view.bots if each.is_alive}
    for owner in row.owners:
        if owner in alive:
            lines.append(f"{owner} goes on running and may open again; s stops it.")
        elif owner not in {HAND, UNKNOWN}:
            lines.append(f"{owner}, which holds it, is not running.")
    return lines


def _works(leg: str, symbol: str, account: str, row: PositionRow) -> bool:
    return leg == "entry" and (symbol, account) == (row.symbol, row.account)


def _stake(row: PositionRow, money: str) -> str:
    if row.mark is None:
        return f"{money}; no price was seen, so nobody knows how much"
    worth = numbers.price(abs(row.units) * row.mark, 2)
    profit = numbers.signed(row.pnl, 2)
    old = f" (the mark is {numbers.age(row.age_ms)} old)" if row.is_stale else ""
    return f"about {worth} {row.currency} of {money}{old}, profit so far {profit}"
