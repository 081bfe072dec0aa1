"""A statement of Lefi while it is typed: what is wrong with it, and where."""

from __future__ import annotations

from typing import Final

from lefi_tui.core.desk.saying import BEFORE, source_of
from lefi_tui.core.record import Record
from lefi_tui.lang.builtins import BUILTINS
from lefi_tui.lang.program import check


class Wrong(Record):
    """`column` counts from 0, in what was typed."""

    column: int
    length: int
    message: str
    next: str = ""


def wrong_of(text: str) -> Wrong | None:
    """The first mistake; None where it can be said."""
    checked = check(source_of(text))
    first = next((each for each in checked.diagnostics if each.is_error), None)
    if first is None:
        return None
    column = min(max(0, first.span.start - len(BEFORE)), len(text))
    length = max(1, min(first.span.end - first.span.start, len(text) - column))
    follow = first.fix.title if first.fix is not None else first.hint
    return Wrong(column, length, first.message, follow)


def completed(text: str) -> str:
    """With the name of the method that its last word begins; as it is where none or several do."""
    word = text[len(text.rstrip(_LETTERS)) :]
    fits = [each for each in BUILTINS if each.lower().startswith(word.lower())] if word else []
    return f"{text[: len(text) - len(word)]}{fits[0]}(" if len(fits) == 1 else text


_LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
