"""The words of a text, line by line: a line that stays is not scanned again when another changes.

The rule it keeps: words are the scanner's own, so what an editor takes for a name is one.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property, lru_cache
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.lang.layout import with_line_ends
from lefi_tui.lang.scanner import scan
from lefi_tui.lang.source import Span
from lefi_tui.lang.tokens import ITEM_WORDS, Kind, Token

LINES_KEPT: Final = 8_192  # of all texts that are written
_LETTERS: Final = re.compile(r"\w+")
_BETWEEN: Final = frozenset({Kind.LINE_END, Kind.END})


class Line(Record):
    words: tuple[Token, ...]  # from the line's own beginning; a `;` is a mark
    comment: int  # where one begins; behind the line where none does


@lru_cache(maxsize=LINES_KEPT)
def scanned_line(line: str) -> Line:
    scanned = scan(line)
    words = tuple(
        each._replace(kind=Kind.MARK) if each.text == ";" else each
        for each in scanned.tokens
        if each.kind not in _BETWEEN or each.text == ";"
    )
    comment = min((each.span.start for each in scanned.comments), default=len(line) + 1)
    return Line(words, comment)


@lru_cache(maxsize=LINES_KEPT)
def begins_item(line: str) -> bool:
    """Whether a declaration begins with this line, at the left margin."""
    return line.startswith(ITEM_WORDS) and scanned_line(line).words[0].text in ITEM_WORDS


class Lines:
    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")

    @cached_property
    def starts(self) -> list[int]:
        starts, at = [], 0
        for line in self.lines:
            starts.append(at)
            at += len(line) + 1
        return starts

    def row(self, offset: int) -> int:
        return max(0, bisect_right(self.starts, offset) - 1)

    def item(self, row: int) -> tuple[int, int]:
        """The rows, from and up to, of the declaration that this row stands in."""
        first, end = row, row + 1
        while first > 0 and not begins_item(self.lines[first]):
            first -= 1
        while end < len(self.lines) and not begins_item(self.lines[end]):
            end += 1
        return first, end

    def word(self, offset: int, *, is_held: bool = False) -> Token | None:
        """The word that the offset stands in, begins, or stands right behind; of a text the whole,
        but a word of an expression that `is_held` in it."""
        row = self.row(offset)
        column = offset - self.starts[row]
        at = [each for each in self._row(row) if each.span.start <= offset <= each.span.end]
        if not at or column >= scanned_line(self.lines[row]).comment:
            return None
        word = next((each for each in reversed(at) if each.kind is not Kind.MARK), at[-1])
        return self._held(row, column) if is_held and word.kind is Kind.TEXT else word

    def _held(self, row: int, column: int) -> Token | None:
        found = (each.span() for each in _LETTERS.finditer(self.lines[row]))
        for first, end in found:
            if first <= column <= end:
                word = scanned_line(self.lines[row][first:end]).words[0]
                at = self.starts[row]
                return word._replace(span=Span(at + first, at + end))
        return None

    def words(self, first: int, end: int, put: Token | None = None) -> tuple[Token, ...]:
        """The words of these rows with the line ends that count; `put` stands in the place of
        the word it lies on, or between two."""
        out: list[Token] = []
        breaks: dict[int, int] = {}
        put_row = -1 if put is None else self.row(put.span.start)
        for row in range(first, end):
            if out:
                breaks.setdefault(len(out), self.starts[row] - 1)
            words = self._row(row)
            out += words if put is None or row != put_row else _with(words, put)
        return with_line_ends(self.text, out, breaks, "")

    def _row(self, row: int) -> list[Token]:
        at = self.starts[row]
        return [
            each._replace(span=Span(each.span.start + at, each.span.end + at))
            for each in scanned_line(self.lines[row]).words
        ]


def _with(words: list[Token], put: Token) -> list[Token]:
    before = [each for each in words if each.span.end <= put.span.start]
    behind = [each for each in words[len(before) :] if each.span.start >= put.span.end]
    return [*before, put, *behind]
