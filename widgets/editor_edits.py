"""What a hand does to the lines of a script: moved in and out, made comments, brackets in pairs.

All pure: lines and columns in, lines or what to do out; the editor carries it out as one step.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum
from typing import Final, NamedTuple

from lefi_tui.lang.scanner import scan
from lefi_tui.lang.source import Span
from lefi_tui.lang.tokens import Kind

INDENT: Final = 4
PAIRS: Final = {"(": ")", "[": "]", '"': '"'}
CLOSING: Final = {")": "(", "]": "[", "}": "{"}
OPENING: Final = frozenset(CLOSING.values())
_ROOM: Final = frozenset(" \t)],;")  # before these a pair is in nobody's way
_COMMENT: Final = re.compile(r"([ \t]*)//(?!/) ?")
_LEADING: Final = re.compile(r"[ \t]*")


class Typed(Enum):
    """What becomes of a bracket or a quote that is typed."""

    PLAIN = "put in"
    PAIR = "put in with the one that closes it"
    OVER = "the one that stands there already is stepped over"


class Change(NamedTuple):
    """The stretch of a text that becomes other words."""

    start: int
    end: int
    words: str


# ---- whole lines


def indent_of(line: str) -> str:
    match = _LEADING.match(line)
    assert match is not None, "nothing matches, too"
    return match.group()


def moved(lines: Sequence[str], step: int) -> list[str]:
    """A step to the right, or to the left as far as there is room; blank lines stay."""
    if step > 0:
        return [f"{' ' * INDENT}{line}" if line.strip() else line for line in lines]
    return [line[_out(line) :] for line in lines]


def _out(line: str) -> int:
    """Letters that a step to the left takes."""
    return 1 if line.startswith("\t") else min(INDENT, len(line) - len(line.lstrip(" ")))


def commented(lines: Sequence[str]) -> list[str]:
    """Comments become lines of the script again, if all are; else each becomes a comment."""
    written = [line for line in lines if line.strip()]
    if all(_COMMENT.match(line) for line in written):
        return [_COMMENT.sub(r"\1", line, count=1) for line in lines]
    at = min((len(indent_of(line)) for line in written), default=0)
    return [f"{line[:at]}// {line[at:]}" if line.strip() else line for line in lines]


def shifted(
    at: tuple[int, int], first: int, before: Sequence[str], after: Sequence[str]
) -> tuple[int, int]:
    """A place in lines that were moved or became comments: beside the letter it was beside."""
    row, column = at
    if not 0 <= row - first < len(before):
        return at
    more = len(after[row - first]) - len(before[row - first])
    return row, max(0, column + more)


# ---- brackets and quotes


def typed(line: str, column: int, letter: str) -> Typed:
    """A pair only where nothing follows that it would run into; over, only what closes it."""
    following, text = line[column : column + 1], _text_at(line, column)
    if letter == '"':
        return _quote(line, column, text)
    if text is not None:
        return Typed.PLAIN
    if letter in CLOSING:
        is_over = following == letter and _is_closed(line, column, letter)
        return Typed.OVER if is_over else Typed.PLAIN
    return Typed.PAIR if not following or following in _ROOM else Typed.PLAIN


def once_more(line: str, column: int, letter: str) -> int | None:
    """Where the cursor goes when a hand goes on with the letter that a completion has just put
    there: `(` in `EMA(` or behind `Equity()`, a quote behind a symbol. None: another is meant."""
    if letter not in PAIRS:
        return None
    if line[column : column + 1] == letter:
        return column + 1
    if letter == "(" and line[:column].endswith("()"):
        return column - 1
    return column if line[:column].endswith(letter) else None


def _quote(line: str, column: int, text: tuple[int, int] | None) -> Typed:
    if text is not None:
        return Typed.OVER if column == text[1] - 1 else Typed.PLAIN
    before, following = line[:column][-1:], line[column : column + 1]
    is_word = before.isalnum() or before in {"_", '"'}
    is_free = not following or following in _ROOM
    return Typed.PAIR if is_free and not is_word else Typed.PLAIN


def is_empty_pair(line: str, column: int) -> bool:
    """The cursor stands in a pair that holds nothing: both go with one backspace."""
    before, following = line[:column][-1:], line[column : column + 1]
    if not before or PAIRS.get(before) != following:
        return False
    if before == '"':
        return _text_at(line, column) == (column - 1, column + 1)
    return _text_at(line, column) is None and _is_closed(line, column, following)


def _text_at(line: str, column: int) -> tuple[int, int] | None:
    """The text or comment around the column, from its first letter to behind its last; one that
    is not closed has no end."""
    scanned = scan(line)
    for each in (*scanned.tokens, *scanned.comments):
        start, end = each.span
        if each.kind is Kind.TEXT and start < column < end:
            return start, end
        is_open = each.kind is Kind.COMMENT or (each.kind is Kind.WRONG and each.text[:1] == '"')
        if is_open and start < column:
            return start, len(line) + 2
    return None


def _is_closed(line: str, column: int, letter: str) -> bool:
    """Whether the brackets open before the column all have their end behind it."""
    opener = CLOSING[letter]
    opened = closed = inside = 0
    for each in scan(line).tokens:
        if each.kind is not Kind.MARK or each.text not in {opener, letter}:
            continue
        if each.span.start < column:
            opened = opened + 1 if each.text == opener else max(0, opened - 1)
        elif each.text == opener:
            inside += 1
        elif inside:
            inside -= 1
        else:
            closed += 1
    return closed >= opened


# ---- words that are looked for


def found(text: str, words: str) -> list[int]:
    """Where these words begin. Letters' case counts only where a capital is typed."""
    lowered = text.lower()
    if words == words.lower() and len(lowered) == len(text):
        text = lowered
    out: list[int] = []
    at = text.find(words) if words else -1
    while at >= 0:
        out.append(at)
        at = text.find(words, at + len(words))
    return out


def next_of(places: Sequence[int], span: Span, step: int) -> int:
    """The number of the place behind what is marked (1), before it (-1), or from its beginning on
    (0); round the ends of the text."""
    if step < 0:
        before = [number for number, at in enumerate(places) if at < span.start]
        return before[-1] if before else len(places) - 1
    begin = span.end if step else span.start
    return next((number for number, at in enumerate(places) if at >= begin), 0)


# ---- a text in another form


def changed(before: str, after: str) -> Change | None:
    """The one stretch that differs; nothing where nothing does."""
    if before == after:
        return None
    shared, start = min(len(before), len(after)), 0
    while start < shared and before[start] == after[start]:
        start += 1
    same = 0
    while same < shared - start and before[-1 - same] == after[-1 - same]:
        same += 1
    return Change(start, len(before) - same, after[start : len(after) - same])


def beside(change: Change, offset: int) -> int:
    """Where a cursor stands once that is done: at its letter, or where the stretch begins."""
    start, end, words = change
    if offset <= start:
        return offset
    return offset - (end - start) + len(words) if offset >= end else start


def kept_place(before: str, after: str, offset: int) -> int:
    """Where a cursor stands once only the blanks of a text became others: beside the same letter.
    On a line of its own it stays there."""
    count = sum(not letter.isspace() for letter in before[:offset])
    line_end = before.find("\n", offset)
    rest = before[offset : line_end if line_end >= 0 else len(before)]
    line = before[before.rfind("\n", 0, offset) + 1 : offset]
    places = [at for at, letter in enumerate(after) if not letter.isspace()]
    if rest.strip():  # before the letter that follows
        return places[count] if count < len(places) else len(after)
    behind = places[count - 1] + 1 if 0 < count <= len(places) else 0
    if not line.strip() and count:  # a blank line
        return min(len(after), behind + 1)
    return behind
