"""A line of Lefi while it is typed: a question or a statement, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lefi_tui.core.desk.saying import BEFORE, source_of
from lefi_tui.core.record import Record
from lefi_tui.lang.authoring.analysis import analysed
from lefi_tui.lang.diagnostic import Diagnostic
from lefi_tui.lang.source import Span

ASKS: Final = "Print("
CLOSES: Final = "not `}`"  # of the script around it, which nobody has typed
ENDS: Final = "but the line ends"
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
    form: str = ""  # of the call at its end
    wrong: Wrong | None = None


def read_line(text: str) -> Line:
    """A line that has a value is a question; all else is a statement."""
    question = source_of(f"{ASKS}{text})")
    of_question = _first_error(question)
    if of_question is None:
        begin = len(BEFORE) + len(ASKS)
        return Line(text, question, _unit(question, Span(begin, begin + len(text))))
    of_statement = _first_error(source_of(text))
    if of_statement is None:
        return Line(text)
    called = analysed(source_of(text)).signature(len(BEFORE) + len(text))
    form = "" if called is None else called.form
    asks = _placed(of_question, text, len(BEFORE) + len(ASKS))
    says = _placed(of_statement, text, len(BEFORE))
    is_question = of_statement.code == ALONE or asks.column > says.column  # it is right so far
    return Line(text, wrong=asks if is_question else says, form=form)


def _first_error(source: str) -> Diagnostic | None:
    return next((each for each in analysed(source).diagnostics if each.is_error), None)


def _unit(source: str, span: Span) -> str:
    stripped = source[span.start : span.end]
    left = len(stripped) - len(stripped.lstrip())
    return analysed(source).unit_of(Span(span.start + left, span.start + len(stripped.rstrip())))


def _placed(first: Diagnostic, text: str, before: int) -> Wrong:
    column = min(max(0, first.span.start - before), len(text))
    length = max(1, min(first.span.end - first.span.start, len(text) - column))
    follow = first.fix.title if first.fix is not None else first.hint
    if column >= len(text.rstrip()):
        return Wrong(column, length, first.message.replace(CLOSES, ENDS), follow)
    return Wrong(column, length, first.message, follow)


def completed(text: str, market: Sequence[str] = ()) -> tuple[str, int]:
    """With the end that fits best of the name, or the symbol of a market, that is begun, and where
    the cursor stands then; as it is where nothing is begun or fits."""
    source = source_of(text)
    found = analysed(source).completions(len(BEFORE) + len(text), market)
    begun = source[found.span.start : found.span.end]
    fits = [each for each in found.rows if begun and each.insert.lower().startswith(begun.lower())]
    if not fits:
        return text, len(text)
    before = text[: found.span.start - len(BEFORE)]
    return before + fits[0].insert, len(before) + fits[0].cursor
