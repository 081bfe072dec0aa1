"""Which color each word of a script has: read by the language's own scanner, line by line.

A line is scanned again only when it changed, or when what the lines above leave open did: a comment
that goes on, or a dot that makes the next word a field. All pure; any text is marked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Flag
from typing import Final

from msgspec.structs import replace

from lefi_tui.core.record import Record
from lefi_tui.lang.scanner import scan
from lefi_tui.lang.tokens import Kind, Token
from widgets.ink import Ink

INKS: Final[dict[Kind, Ink]] = {
    Kind.NAME: Ink.TEXT,
    Kind.METHOD: Ink.METHOD,
    Kind.KEYWORD: Ink.KEYWORD,
    Kind.NUMBER: Ink.NUMBER,
    Kind.PERCENT: Ink.NUMBER,
    Kind.DURATION: Ink.NUMBER,
    Kind.AMOUNT: Ink.NUMBER,
    Kind.TEXT: Ink.QUOTED,
    Kind.MARK: Ink.DIM,
    Kind.COMMENT: Ink.DIM,
    Kind.WRONG: Ink.BAD,
}
BRACKETS: Final = {"(": ")", "[": "]", "{": "}", ")": "(", "]": "[", "}": "{"}
OPENING: Final = frozenset("([{")
PAIR_ROWS_MAX: Final = 500  # farther than that nobody sees the pair
OPENS: Final = "/*"
CLOSES: Final = "*/"


class Mark(Record):
    """A stretch of a line, in columns; later ones lie on earlier ones."""

    start: int
    end: int
    ink: Ink


class Above(Flag):
    """What the lines above leave open."""

    NOTHING = 0
    COMMENT = 1  # of the older form, which ends at its */
    DOT = 2  # the next word is a field


class MarkedLine(Record):
    text: str
    above: Above
    marks: tuple[Mark, ...]
    leaves: Above  # open, for the line below
    may_go_on: bool = False  # its last comment, if a later line closes it
    brackets: tuple[tuple[int, str], ...] = ()  # those that are no text's and no comment's


BLANK: Final = MarkedLine("", Above.NOTHING, (), Above.NOTHING)


class Marks:
    """The marks of one text; a line is marked when it is first asked for."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._marked: list[MarkedLine] = []
        self._sure = 0  # lines from the top whose marks hold

    def sync(self, lines: Sequence[str]) -> None:
        """Keep what still holds: the lines above the first change, and equal ones below."""
        before, shared = self._lines, min(len(self._lines), len(lines))
        first = 0
        while first < shared and before[first] == lines[first]:
            first += 1
        if first == len(before) == len(lines):
            return
        same = 0
        while same < shared - first and before[-1 - same] == lines[-1 - same]:
            same += 1
        old_end, new_end = len(before) - same, len(lines) - same
        changed = (*before[first:old_end], *lines[first:new_end])
        self._lines = list(lines)
        self._move(first, old_end, new_end)
        if any(CLOSES in line for line in changed):  # what opens above may go on, or no longer
            opening = next((row for row, line in enumerate(lines) if OPENS in line), first)
            del self._marked[opening:]
            self._sure = min(self._sure, opening)

    def of(self, row: int) -> tuple[Mark, ...]:
        while self._sure <= row:
            self._mark(self._sure)
            self._sure += 1
        return self._marked[row].marks

    def pair(self, at: tuple[int, int]) -> tuple[tuple[int, int], ...]:
        """The bracket at a place, or right before it, and the one it belongs to."""
        row, column = at
        self.of(row)
        here = dict(self._marked[row].brackets)
        for where in (column, column - 1):
            if where in here:
                other = self._other((row, where), here[where])
                return () if other is None else ((row, where), other)
        return ()

    def _other(self, at: tuple[int, int], bracket: str) -> tuple[int, int] | None:
        step = 1 if bracket in OPENING else -1
        row, open_now = at[0], 0
        end = min(len(self._lines), row + PAIR_ROWS_MAX) if step > 0 else row - PAIR_ROWS_MAX
        while row != end and row >= 0:
            self.of(row)
            for column, each in self._marked[row].brackets[::step]:
                if row == at[0] and (column - at[1]) * step < 0:
                    continue
                open_now += 1 if (each in OPENING) is (step > 0) else -1
                if not open_now:
                    return (row, column) if BRACKETS[each] == bracket else None
            row += step
        return None

    def _move(self, first: int, old_end: int, new_end: int) -> None:
        """Lines that moved keep their marks; the changed ones are marked when asked for."""
        tail = self._marked[old_end:]
        del self._marked[first:]
        if tail:
            self._marked += [BLANK] * (new_end - first) + tail
        self._sure = min(self._sure, first)

    def _mark(self, row: int) -> None:
        text = self._lines[row]
        above = self._marked[row - 1].leaves if row else Above.NOTHING
        if row < len(self._marked):
            known = self._marked[row]
            if known.above is above and known.text == text:
                return
        line = marked_line(text, above)
        if line.may_go_on and any(CLOSES in each for each in self._lines[row + 1 :]):
            line = replace(line, leaves=line.leaves | Above.COMMENT)
        self._marked[row : row + 1] = [line]


def marked_line(text: str, above: Above = Above.NOTHING) -> MarkedLine:
    """One line by itself."""
    begin = 0
    marks: list[Mark] = []
    if Above.COMMENT in above:
        close = text.find(CLOSES)
        if close < 0:
            return MarkedLine(text, above, (Mark(0, len(text), INKS[Kind.COMMENT]),), above)
        begin = close + len(CLOSES)
        marks.append(Mark(0, begin, INKS[Kind.COMMENT]))
    scanned = scan(text[begin:])
    words = [each for each in scanned.tokens if each.kind not in {Kind.LINE_END, Kind.END}]
    marks += _marks((*scanned.comments, *words), begin)
    if Above.DOT in above and words and words[0].kind is Kind.KEYWORD:
        field = words[0].span
        marks.append(Mark(field.start + begin, field.end + begin, INKS[Kind.NAME]))
    leaves = above & Above.DOT
    if words:
        leaves = Above.DOT if words[-1].text == "." else Above.NOTHING
    may_go_on = bool(scanned.comments) and _is_open(scanned.comments[-1].text)
    brackets = tuple(
        (each.span.start + begin, each.text) for each in words if each.text in BRACKETS
    )
    return MarkedLine(text, above, tuple(marks), leaves, may_go_on, brackets)


def _is_open(comment: str) -> bool:
    return comment.startswith(OPENS) and CLOSES not in comment[len(OPENS) :]


def _marks(tokens: Sequence[Token], begin: int) -> Iterator[Mark]:
    """A text first, then the expressions in its { } on it."""
    for each in tokens:
        if each.kind in INKS:
            yield Mark(each.span.start + begin, each.span.end + begin, INKS[each.kind])
        for part in each.parts:
            if not isinstance(part, str):
                yield from _marks(part, begin)
