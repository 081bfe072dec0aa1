"""One statement of Lefi at the foot of the desk: checked while it is typed, carried out once.

For real money Enter is asked for once more. One that was refused as a slip of the finger is meant
when the same is said again at once, to the same account.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePath
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.widgets import Input, Static

from lefi_tui.core.desk.saying import TEXT_MAX
from lefi_tui.core.messages import Command, SayStatement
from lefi_tui.core.record import Record
from lefi_tui.views.desk_view import Mode
from lefi_tui.views.statement import completed, wrong_of
from screens.asking import Dialog
from screens.beside import Newest
from screens.keys import SAY, bindings, of_groups
from screens.spoken import Spoken
from widgets.in_order import Field

CHECK_SECONDS: Final = 0.15
EXAMPLE: Final = 'Buy("BTC/USDT", 100 USDT, stop_loss = 2%)   Close("BTC/USDT")   Print(Equity())'


class Asked(Record):
    """Where it is said, and what was said before: it grows."""

    account: str
    mode: Mode
    spoken: Spoken


class SayScreen(Dialog):
    CSS_PATH: ClassVar[list[str | PurePath]] = ["dialog.tcss", "say.tcss"]
    AUTO_FOCUS: ClassVar[str | None] = "Input"
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings("back"),
        *bindings(*of_groups(SAY), is_priority=True),
    ]

    def __init__(self, asked: Asked, send: Callable[[Command], None]) -> None:
        super().__init__()
        self._asked, self._send = asked, send
        self._at = len(asked.spoken.texts)
        self._sure = ""  # asked once more for this text
        self._field = Field(placeholder=EXAMPLE, max_length=TEXT_MAX)
        self._below = Static("", classes="words", markup=False)
        self._checks: Newest[str, str] = Newest(self, _words, self._checked, CHECK_SECONDS)

    def compose(self) -> ComposeResult:
        with Vertical(classes="window") as window:
            window.border_title = f"{self._asked.mode} {self._asked.account}: one statement"
            window.border_subtitle = "Enter says it   ↑ ↓ said before   Tab completes   Esc back"
            yield self._field
            yield self._below

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self._sure = ""
        self._checks.offer(event.value)

    def _checked(self, text: str, words: str) -> None:
        if text == self._field.value and not self._sure:
            self._below.update(words)

    def action_said(self, step: int) -> None:
        texts = self._asked.spoken.texts
        self._at = max(0, min(len(texts), self._at + step))
        known = [*texts, ""]
        self._put(known[self._at])

    def action_complete(self) -> None:
        self._put(completed(self._field.value))

    def _put(self, text: str) -> None:
        self._field.value = text
        self._field.cursor_position = len(text)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        words = _words(text)
        if words or not text:
            self._below.update(words)
        elif self._asked.mode is Mode.LIVE and self._sure != text:
            self._sure = text
            self._below.update(f"REAL MONEY on {self._asked.account}: {text}. Enter once more.")
        else:
            self._leave(text)

    def _leave(self, text: str) -> None:
        is_again = self._asked.spoken.say(self._asked.account, text)
        self.dismiss()
        self._send(SayStatement(self._asked.account, text, is_confirmed=is_again))


def _words(text: str) -> str:
    """What is wrong, with a caret under it; empty when it can be said."""
    wrong = wrong_of(text) if text.strip() else None
    if wrong is None:
        return ""
    caret = f"{' ' * (wrong.column + 1)}{'^' * wrong.length}"
    follow = f"\n{wrong.next}" if wrong.next else ""
    return f"{caret}\n{wrong.message}{follow}"
