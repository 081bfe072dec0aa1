"""A line of Lefi while it is typed: a question or a statement, or what is wrong with it."""

from __future__ import annotations

from typing import Final

from lefi_tui.core.desk.saying import BEFORE, source_of
from lefi_tui.core.record import Record
from lefi_tui.lang.builtins import BUILTINS
from lefi_tui.lang.diagnostic import Diagnostic
from lefi_tui.lang.program import check

ASKS: Final = "Print("
ALONE: Final = "LF211"  # a value that stands where a statement should


class Wrong(Record):
    """`column` counts from 0, in what was typed."""

    column: int
    length: int
    message: str
    next: str = ""


class Line(Record):
    """What was typed. A question has the script that prints its value."""

    text: str
    question: str = ""
    unit: str = ""  # of its value
    wrong: Wrong | None = None


def read_line(text: str) -> Line:
    """A line that has a value is a question; all else is a statement."""
    question = source_of(f"{ASKS}{text})")
    of_question = _first_error(question)
    if of_question is None:
        return Line(text, question)
    of_statement = _first_error(source_of(text))
    if of_statement is None:
        return Line(text)
    asks = _placed(of_question, text, len(BEFORE) + len(ASKS))
    says = _placed(of_statement, text, len(BEFORE))
    is_question = of_statement.code == ALONE or asks.column > says.column  # it is right so far
    return Line(text, wrong=asks if is_question else says)


def _first_error(source: str) -> Diagnostic | None:
    return next((each for each in check(source).diagnostics if each.is_error), None)


def _placed(first: Diagnostic, text: str, before: int) -> Wrong:
    column = min(max(0, first.span.start - before), len(text))
    length = max(1, min(first.span.end - first.span.start, len(text) - column))
    follow = first.fix.title if first.fix is not None else first.hint
    return Wrong(column, length, first.message, follow)


def completed(text: str) -> str:
    """With the name of the method that its last word begins; as it is where none or several do."""
    word = text[len(text.rstrip(_LETTERS)) :]
    fits = [each for each in BUILTINS if each.lower().startswith(word.lower())] if word else []
    return f"{text[: len(text) - len(word)]}{fits[0]}(" if len(fits) == 1 else text


_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
