"""What was said and asked at the foot of the screens: for the arrows, and its newest answers."""

from __future__ import annotations

from typing import Final

from msgspec import Struct, field

from lefi_tui.core.record import Record
from lefi_tui.views.desk_view import Mode

HISTORY_MAX: Final = 100
ANSWERS_MAX: Final = 4


class Place(Record):
    """An account that a line may be said to."""

    account: str
    mode: Mode
    symbols: tuple[str, ...] = ()  # of its markets that have a price


class Spoken(Struct):
    """Oldest first. `account` is where the last line was said."""

    texts: list[str] = field(default_factory=list)
    answers: list[tuple[str, str]] = field(default_factory=list)  # question, value
    account: str = ""

    def say(self, account: str, text: str) -> None:
        self.account = account
        if self.texts[-1:] != [text]:
            self.texts.append(text)
        del self.texts[:-HISTORY_MAX]

    def answer(self, text: str, value: str) -> None:
        self.answers.append((text, value))
        del self.answers[:-ANSWERS_MAX]
