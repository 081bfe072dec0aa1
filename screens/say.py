"""One line of Lefi at the foot of any screen: a question has its value while it is typed, and a
statement what it would send; Enter says it, once.

For real money, and for what looks like a slip of the finger, Enter is asked for once more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import PurePath
from typing import Any, ClassVar, Final

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from lefi_tui.core.desk.saying import TEXT_MAX
from lefi_tui.core.messages import Command, SayStatement
from lefi_tui.views.desk_view import Mode
from lefi_tui.views.orders_view import OrdersView
from lefi_tui.views.queries import OrdersQuery, Query, StatementQuery, WorthQuery
from lefi_tui.views.statement import Line, completed, read_line
from lefi_tui.views.statement_view import StatementView, WorthView
from screens.asking import Aside, Asking, Dialog
from screens.beside import Newest
from screens.keys import SAY, bindings, of_groups
from screens.spoken import Place, Spoken, nobody
from widgets.in_order import CodeField
from widgets.ink import Ink, Palette
from widgets.statement import answered, past, previewed, wrong

CHECK_SECONDS: Final = 0.15
ORDERS_S: Final = 0.5
ORDERS_ASKED: Final = 50  # the newest; what was sent from here is among them
EXAMPLE: Final = 'RSI(Candles("BTC/USDT", 1h).close, 14)   Buy("BTC/USDT", 100 USDT)   Equity()'
AGAIN: Final = "Enter once more says it."
NOTHING: Final = Line("")
NOWHERE: Final = Place("", Mode.DEMO)


class SayScreen(Dialog, Asking):
    GROUPS = (SAY,)
    CSS_PATH: ClassVar[list[str | PurePath]] = ["dialog.tcss", "say.tcss"]
    AUTO_FOCUS: ClassVar[str | None] = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("back"),
        *bindings(*of_groups(SAY), is_priority=True),
    ]
    every_s: ClassVar[float] = 1.0

    def __init__(
        self,
        places: Sequence[Place],
        spoken: Spoken,
        send: Callable[[Command], None],
        palette: Palette,
    ) -> None:
        super().__init__()
        self._places, self._spoken = list(places) or [NOWHERE], spoken
        self._send, self._palette = send, palette
        self._at = len(spoken.texts)
        self._line = NOTHING  # as it was read last
        self._answer: WorthView | StatementView | None = None  # to that line, there
        self._is_wanted = False  # Enter was pressed before its answer came
        self._is_sure = False  # asked once more for this line
        self._window = Vertical(classes="window")  # held: an answer may come when it is taken down
        self._field = CodeField(placeholder=EXAMPLE, max_length=TEXT_MAX)
        self._above = Static("", classes="words", markup=False)
        self._below = Static("", classes="words", markup=False)
        self._reads: Newest[str, Line] = Newest(self, read_line, self._read, CHECK_SECONDS)

    def compose(self) -> ComposeResult:
        with self._window:
            yield self._above
            yield self._field
            yield self._below

    def on_mount(self) -> None:
        self._spoken.changed = self._draw
        self._draw()

    def on_unmount(self) -> None:
        self._spoken.changed = nobody

    def asides(self) -> Sequence[Aside]:
        """How the orders stand that were sent from here."""
        return [Aside(OrdersQuery(ORDERS_ASKED), ORDERS_S)] if self._spoken.has_working else []

    def show_aside(self, answer: Any) -> None:
        assert isinstance(answer, OrdersView)
        self._spoken.stand(answer)

    @property
    def _place(self) -> Place:
        return self._places[0]

    # ---- what is typed, and what comes of it

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._reset()
        self._reads.offer(event.value)

    def _reset(self) -> None:
        """Another line, or another account: what was shown of it is over."""
        self._line, self._answer, self.query_of = NOTHING, None, None
        self._is_wanted = self._is_sure = False
        self._draw()

    def _read(self, text: str, line: Line) -> None:
        if text == self._field.value and text != self._line.text:
            self._line = line
            self.query_of = self._question()
            self._draw()

    def _question(self) -> Query | None:
        account, line = self._place.account, self._line
        if line.wrong is not None or not line.text.strip() or not account:
            return None
        if line.question:
            return WorthQuery(account, line.question)
        return StatementQuery(account, line.text)

    def show(self, answer: Any, silent_ms: int) -> None:
        assert isinstance(answer, (WorthView, StatementView))
        if silent_ms:
            return
        self._answer = answer
        if self._is_wanted:
            self._is_wanted = False
            self._go(answer)
        self._draw()

    def _draw(self) -> None:
        inks, place = self._palette.inks, self._place
        self._window.border_title = f"{place.mode} {place.account}: one line of Lefi"
        self._window.border_subtitle = (
            "Enter   ↑ ↓ said before   Tab completes   Shift+Tab account   Esc"
        )
        self._above.display = bool(self._spoken.answers)
        self._above.update(past(self._spoken.answers, inks))
        told, left_out = self._told(), self._field.left_out
        if left_out:
            more = f"{left_out} more line{' was' if left_out == 1 else 's were'} pasted"
            told = Text.assemble((f"{more} and dropped: it takes one.\n", inks[Ink.WARN]), told)
        self._below.update(told)

    def _told(self) -> Text:
        line, answer = self._line, self._answer
        if not self._place.account:
            return Text("The engine has shown no account yet.", self._palette.inks[Ink.WARN])
        if line.wrong is not None:
            return wrong(line.wrong, line.form, self._palette.inks)
        if not line.text.strip():
            return Text()
        if isinstance(answer, WorthView):
            return answered(answer, line.unit, self._palette.inks)
        text = previewed(answer, self._palette)
        if self._is_sure:
            real = "REAL MONEY. " if self._place.mode is Mode.LIVE else ""
            text.append(f"\n{real}{AGAIN}", "bold")
        return text

    # ---- what a person does

    def action_said(self, step: int) -> None:
        texts = self._spoken.texts
        self._at = max(0, min(len(texts), self._at + step))
        self._put([*texts, ""][self._at])

    def action_complete(self) -> None:
        text, cursor = completed(self._field.value, self._place.symbols)
        self._put(text)
        self._field.cursor_position = cursor

    def action_account(self) -> None:
        self._places.append(self._places.pop(0))
        self._reset()
        self._reads.offer(self._field.value)

    def _put(self, text: str) -> None:
        self._field.value = text
        self._field.cursor_position = len(text)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """On what was typed too quickly to be read yet, as soon as its answer is there. Of two
        Enters in one read the second finds another line than the one it was pressed on."""
        event.stop()
        if event.value != self._field.value:
            return
        if self._line.text != event.value:
            self._read(event.value, read_line(event.value))
        if self._answer is not None:
            self._go(self._answer)
        else:
            self._is_wanted = self.query_of is not None
        self._draw()

    def _go(self, answer: WorthView | StatementView) -> None:
        """A question's value is kept above; a statement leaves, or is asked for once more."""
        text = self._line.text.strip()
        if isinstance(answer, WorthView):
            if not answer.refusal:
                told = answered(answer, self._line.unit, self._palette.inks)
                self._done(text, told.plain)
        elif not answer.refusal:
            self._leave(text, answer)

    def _leave(self, text: str, answer: StatementView) -> None:
        place, doubts = self._place, answer.doubts
        if (doubts or place.mode is Mode.LIVE) and not self._is_sure:
            self._is_sure = True
            return
        statement = SayStatement(place.account, text, is_confirmed=bool(doubts))
        self._done(text, f"said to {place.account}", statement, answer.entries)
        self._send(statement)

    def _done(
        self,
        text: str,
        came: str,
        awaited: SayStatement | None = None,
        entries: Sequence[tuple[str, Decimal]] = (),
    ) -> None:
        """The line stays for the next one: letters typed on would be keys of the screen below."""
        self._spoken.say(self._place.account, text)
        self._spoken.answer(text, came, awaited, entries)
        self._at = len(self._spoken.texts)
        self._put("")
        self._reset()
