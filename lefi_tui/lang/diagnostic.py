"""What the checker says: a code, a place, one plain sentence, and often a fix.

All codes stand in one table; LF0xx text, LF1xx syntax, LF2xx names, types and units, LF3xx while
running, LF4xx policy.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.lang.source import Source, Span


class Severity(StrEnum):
    ERROR = "error"
    WARNING = "warning"


class Code(Record):
    title: str
    severity: Severity = Severity.ERROR


_WARN: Final = Severity.WARNING
BEGUN_MIN: Final = 2  # letters that begin a name well enough
TWO_FROM: Final = 5  # letters of a word, of which two may be wrong
CODES: Final[dict[str, Code]] = {
    "LF001": Code("Stray character"),
    "LF002": Code("A number runs into letters"),
    "LF003": Code("A text is not closed"),
    "LF004": Code("Unknown escape in a text"),
    "LF005": Code("A text holds something else than one expression"),
    "LF006": Code("Number too large"),
    "LF101": Code("Not written as Lefi"),
    "LF102": Code("A block without its end"),
    "LF103": Code("Two statements in one line"),
    "LF104": Code("Write parentheses"),
    "LF105": Code("Two questions in one"),
    "LF106": Code("Nested too deeply"),
    "LF107": Code("No longer written so", _WARN),
    "LF108": Code("A keyword is no name"),
    "LF201": Code("Unknown name"),
    "LF202": Code("Units do not fit"),
    "LF203": Code("Unknown method"),
    "LF204": Code("Arguments do not fit"),
    "LF205": Code("A value that the setting does not take"),
    "LF206": Code("Not there at every event"),
    "LF207": Code("An action inside a value"),
    "LF208": Code("Only known while it runs"),
    "LF209": Code("Used before it has a value"),
    "LF210": Code("A call without an end"),
    "LF211": Code("Types do not fit"),
    "LF212": Code("A name given twice"),
    "LF213": Code("An indicator does not trade"),
    "LF214": Code("Unknown field"),
    "LF215": Code("History can't be read"),
    "LF216": Code("Too many steps"),
    "LF217": Code("Unknown event"),
    "LF218": Code("Can't be changed"),
    "LF219": Code("A block in the wrong place"),
    "LF220": Code("Nobody stands in front of it"),
    "LF251": Code("Left over", _WARN),
    "LF252": Code("A loss that nothing ends", _WARN),
    "LF253": Code("A share of more than all", _WARN),
    "LF254": Code("and beside or", _WARN),
    "LF255": Code("Orders without a pause", _WARN),
    "LF256": Code("A handler that can't fire", _WARN),
    "LF257": Code("A circle of events", _WARN),
    "LF258": Code("A comparison that never changes", _WARN),
    "LF259": Code("A market that no account has", _WARN),
    "LF401": Code("Unknown policy"),
    "LF402": Code("A policy's value does not fit"),
}


class Edit(Record):
    span: Span
    text: str


class Fix(Record):
    title: str
    edits: tuple[Edit, ...]


class Diagnostic(Record):
    code: str
    span: Span
    message: str
    hint: str = ""
    fix: Fix | None = None

    @property
    def title(self) -> str:
        return CODES[self.code].title

    @property
    def severity(self) -> Severity:
        return CODES[self.code].severity

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    def render(self, source: Source) -> str:
        """Four parts: what, where, why (the message under the line), next (the hint)."""
        line, column = source.place(self.span.start)
        text = "".join(each if each.isprintable() else " " for each in source.line(line))
        length = max(1, min(self.span.end - self.span.start, len(text) - column + 1))
        head = f"{self.code} {self.title}"
        number = str(line)
        rows = [
            f"{head:<40} {source.name}:{line}:{column}",
            f"{number} | {text}",
            f"{' ' * len(number)} | {' ' * (column - 1)}{'^' * length} {self.message}",
        ]
        following = self.fix.title if self.fix is not None else self.hint
        if following:
            rows.append(f"Hint: {following}")
        return "\n".join(rows)


def applied(text: str, fix: Fix) -> str:
    """The text after a fix."""
    for edit in sorted(fix.edits, key=lambda each: each.span.start, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


def nearest(word: str, known: list[str]) -> str | None:
    """The known word that was probably meant: at most a third of its letters away, or the only
    one that begins so."""
    best = min(known, key=lambda each: (_distance(word, each), each), default=None)
    if best is not None and _distance(word, best) <= _may_differ(word, best):
        return best
    begun = [each for each in known if each.lower().startswith(word.lower())]
    return begun[0] if len(begun) == 1 and len(word) >= BEGUN_MIN else None


def _may_differ(word: str, known: str) -> int:
    """By so many letters. Of five two, where all but one stand in it in their sequence."""
    if len(word) != TWO_FROM:
        return max(1, len(word) // 3)
    within = (word[:at] + word[at + 1 :] for at in range(len(word)))
    return 2 if any(_stands_in(each.lower(), known.lower()) for each in within) else 1


def _stands_in(letters: str, word: str) -> bool:
    left = iter(word)
    return all(each in left for each in letters)


def _distance(left: str, right: str) -> int:
    """Edits between two words, a swap of neighbors being one; letters' case costs nothing."""
    left, right = left.lower(), right.lower()
    if abs(len(left) - len(right)) > 3:
        return 99
    rows = [list(range(len(right) + 1))]
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, rows[-2][j - 2] + 1)
            row.append(cost)
        rows.append(row)
    return rows[-1][-1]
