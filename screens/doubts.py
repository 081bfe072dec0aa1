"""Unconfirmed: what no answer says, and what is not ours; looked up, adopted, or declared dead.

It has no rule of trading: it sends commands, and draws the newest views it was given.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Static

from lefi_tui.core.messages import AdoptOrder, AdoptUnits, Command, DeclareDead, LookAgain
from lefi_tui.views.doubts_view import DoubtRow, DoubtsView, Kind
from lefi_tui.views.queries import DoubtsQuery
from screens.asking import Dialog
from screens.keys import DOUBTS, bindings, of_groups
from screens.two_panes import TwoPanes
from widgets.doubts import Doubts, page
from widgets.in_order import Field
from widgets.ink import Palette
from widgets.lines import Frame, Page

REASON_MAX: Final = 200
NOTHING: Final = "Nothing is in doubt, and nothing there is another's."
ASKED: Final = "Its venue is asked now."
NOT_ADOPTED: Final = "What no answer says can't be adopted: look it up, or declare it dead."
NOT_DEAD: Final = "Only an order of ours without an answer is declared dead."
LEGS: Final = "Both sides can't be adopted: close one at the venue, and switch to one-way mode."
MISSING: Final = "A reason is needed: a few words that you will understand in a month."


class DoubtsScreen(TwoPanes[Doubts]):
    GROUPS = (DOUBTS,)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(DOUBTS))]

    def __init__(self, send: Callable[[Command], None], palette: Palette) -> None:
        super().__init__(Doubts, palette)
        self.query_of = DoubtsQuery()
        self.view: DoubtsView | None = None
        self._send = send

    # ---- what is shown

    def show(self, answer: Any, silent_ms: int) -> None:
        assert isinstance(answer, DoubtsView)
        if not silent_ms:
            self.view = answer
        self.draw()

    def listed(self) -> DoubtsView | None:
        return self.view

    def page(self, frame: Frame) -> Page:
        return page(self.view, self.list.selected, frame)

    def has_chosen(self) -> bool:
        return self.list.selected is not None

    def said(self) -> str:
        view, row = self.view, self.list.selected
        if view is None or row is None:
            return ""
        return f"{self.list.cursor + 1} of {len(view.rows)}: {row.what}"

    # ---- what a person does

    def action_look(self) -> None:
        row = self.list.selected
        if row is not None:
            order = row.id if row.kind is Kind.ORDER else ""
            self._send(LookAgain(row.account, order))
        elif self.view is not None:
            for each in self.view.accounts:
                self._send(LookAgain(each.account))
        self.notice(ASKED)

    def action_adopt(self) -> None:
        row = self.list.selected
        if row is None:
            self.notice(NOTHING)
        elif row.can_adopt:
            self.app.push_screen(AdoptScreen(row, self._send))
        else:
            self.notice(LEGS if row.kind is Kind.LEGS else NOT_ADOPTED)

    def action_declare_dead(self) -> None:
        row = self.list.selected
        if row is None:
            self.notice(NOTHING)
        elif row.can_die:
            self.app.push_screen(DeadOrderScreen(row, self._send))
        else:
            self.notice(NOT_DEAD)


class AdoptScreen(Dialog):
    """Once more, with all there is of it."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back", "choose")]

    def __init__(self, row: DoubtRow, send: Callable[[Command], None]) -> None:
        super().__init__()
        self._row, self._send = row, send

    def compose(self) -> ComposeResult:
        row = self._row
        lines = (f"{row.what} on account {row.account}.", *row.evidence, "It becomes the hand's.")
        with Vertical(classes="window") as window:
            window.border_title = "Adopt"
            window.border_subtitle = "Enter adopts it   Esc back"
            yield Static("\n".join(lines), classes="words", markup=False)

    def action_choose(self) -> None:
        row = self._row
        self.dismiss()
        if row.kind is Kind.FOREIGN:
            self._send(AdoptOrder(row.account, row.id))
        else:
            self._send(AdoptUnits(row.account, row.symbol))


class DeadOrderScreen(Dialog):
    """The reason stays in the audit."""

    CSS_PATH = "dialog.tcss"
    AUTO_FOCUS: ClassVar[str | None] = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("back")]

    def __init__(self, row: DoubtRow, send: Callable[[Command], None]) -> None:
        super().__init__()
        self._row, self._send = row, send
        self._asked = Static(
            "Say why nothing will come of it; the reason is kept with the journal.",
            classes="words",
            markup=False,
        )

    def compose(self) -> ComposeResult:
        row = self._row
        lines = (f"{row.what} on account {row.account}", *row.evidence)
        with Vertical(classes="window") as window:
            window.border_title = "Declare dead"
            window.border_subtitle = "Enter declares it dead   Esc back"
            yield Static("\n".join(lines), classes="words dim", markup=False)
            yield self._asked
            yield Field(placeholder="reason", max_length=REASON_MAX)

    def on_input_submitted(self, event: Field.Submitted) -> None:
        event.stop()
        reason = event.value.strip()
        if not reason:
            self._asked.update(MISSING)
            return
        self.dismiss()
        self._send(DeclareDead(self._row.id, reason))
