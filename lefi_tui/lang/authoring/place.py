"""Where a cursor stands in a script: in which block, statement and call, behind which word.

The rule it keeps: it reads words, not a tree, so a text that can't be parsed has places too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.lang.authoring.lines import Line, Lines, scanned_line
from lefi_tui.lang.source import Span
from lefi_tui.lang.tokens import CONSTANT_WORDS, LITERALS, Kind, Token

_LETTERS: Final = re.compile(r"\w*")
_LETTERS_BEFORE: Final = re.compile(r"\w*\Z")
_STAND_IN: Final = "x"  # for a word of which no letter is written
_VALUES: Final = frozenset({")", "]"})


class Frame:
    """A brace that is open, or the script around all: what leads it and what has a value in it."""

    def __init__(self, head: tuple[Token, ...], names: dict[str, int]) -> None:
        self.head = head  # the words of its statement before the brace
        self.names = names  # surely given a value here: the word's number
        self.closed = ""  # the word of the block that has just ended in it
        self.leaves = False  # by `return`: whoever goes on did not come this way
        self.links: list[set[str]] | None = None  # what each link of an if chain so far gives
        self.rows: list[set[str]] = []  # of a table: what each row gives
        self.has_else = False  # its last row is taken where no other is

    @property
    def word(self) -> str:
        return self.head[0].text if self.head else ""

    @property
    def is_table(self) -> bool:
        return self.word == "decide" and len(self.head) == 1

    def leave(self) -> None:
        if self.rows:
            self.rows.pop()
        else:
            self.leaves = True

    def give(self, names: Iterable[str], number: int) -> None:
        if self.rows:
            self.rows[-1].update(names)
        else:
            self.names |= {name: number for name in names if name not in self.names}


class Bracket(Record):
    """A `(` or `[` that is open."""

    mark: str
    number: int  # of its word
    method: str  # "" of a group


class Place(Record):
    span: Span  # of the word at the cursor
    prefix: str  # its letters before the cursor
    words: tuple[Token, ...]  # of the declaration around it, itself left out, up to the cursor
    behind: str  # the text of the word after it
    frames: tuple[Frame, ...]  # outermost first
    brackets: tuple[Bracket, ...]  # of the statement
    statement: int  # number of the statement's first word; of `words` where it has none yet
    in_text: bool = False  # the span is all that the text says

    @property
    def before(self) -> str:
        """The word before, in the same statement; a mark, a keyword, or a name."""
        return self.words[-1].text if len(self.words) > self.statement else ""

    @property
    def is_action(self) -> bool:
        """Whether it begins what a row of a table leads to."""
        return bool(self.words) and self.words[-1].text == "=>"

    @property
    def sentence_before(self) -> tuple[Token, ...]:
        """The words of the statement above."""
        end = self.statement
        while end and self.words[end - 1].kind is Kind.LINE_END:
            end -= 1
        start = end
        while start and self.words[start - 1].kind is not Kind.LINE_END:
            start -= 1
        return self.words[start:end]

    @property
    def last(self) -> Token | None:
        return self.words[-1] if len(self.words) > self.statement else None

    @property
    def begins(self) -> bool:
        return len(self.words) == self.statement

    @property
    def is_behind_value(self) -> bool:
        last = self.last
        if last is None:
            return False
        if last.kind in LITERALS or last.kind in {Kind.NAME, Kind.METHOD}:
            return True
        return last.text in _VALUES or last.text in CONSTANT_WORDS

    @property
    def head(self) -> tuple[Token, ...]:
        """The words of the statement so far."""
        return self.words[self.statement :]


def place_at(lines: Lines, offset: int) -> Place | None:
    """None where nothing is offered: in a comment, and in a number."""
    row = lines.row(offset)
    line, start = lines.lines[row], lines.starts[row]
    column = offset - start
    scanned = scanned_line(line)
    if column > scanned.comment:
        return None
    text = _text_around(scanned, line, column)
    if text is not None:
        return _in_text(lines, row, column, text)
    before = _LETTERS_BEFORE.search(line[:column])
    behind = _LETTERS.match(line, column)
    assert before is not None
    assert behind is not None
    if line[before.start() : column][:1].isdigit():
        return None
    span = Span(start + before.start(), start + behind.end())
    words, number = _with_stand_in(lines, row, span)
    following = words[number + 1].text if number + 1 < len(words) else ""
    return _place(span, lines.text[span.start : offset], words[:number], following)


def _place(
    span: Span, prefix: str, words: tuple[Token, ...], behind: str, *, in_text: bool = False
) -> Place:
    frames, brackets, statement = followed(words)
    return Place(span, prefix, words, behind, frames, brackets, statement, in_text)


def _with_stand_in(lines: Lines, row: int, span: Span) -> tuple[tuple[Token, ...], int]:
    """The words of the declaration around, and which of them is the one at the cursor."""
    put = Token(Kind.NAME, span, lines.text[span.start : span.end] or _STAND_IN)
    words = lines.words(*lines.item(row), put)
    return words, next(number for number, each in enumerate(words) if each is put)


def _text_around(scanned: Line, line: str, column: int) -> Token | None:
    for each in scanned.words:
        if each.span.start < column <= each.span.end and line[each.span.start] == '"':
            is_open = each.kind is Kind.WRONG
            return each if is_open or column < each.span.end else None
    return None


def _in_text(lines: Lines, row: int, column: int, text: Token) -> Place | None:
    """In the words of a text, or in an expression that it holds."""
    line, start = lines.lines[row], lines.starts[row]
    begin, is_hole = _innermost(line, text.span.start, column)
    whole = Span(start + text.span.start, start + text.span.end)
    words, number = _with_stand_in(lines, row, whole)
    if not is_hole:
        end = text.span.end - (text.kind is Kind.TEXT and begin == text.span.start)
        span = Span(start + begin + 1, start + max(column, end))
        return _place(span, line[begin + 1 : column], words[:number], "", in_text=True)
    inside = line[begin + 1 : column]
    prefix = _LETTERS_BEFORE.search(inside)
    assert prefix is not None
    group = Token(Kind.MARK, Span(start + begin, start + begin + 1), "(")
    first = start + begin + 1
    held = [
        each._replace(span=Span(each.span.start + first, each.span.end + first))
        for each in scanned_line(inside[: prefix.start()]).words
    ]
    span = Span(first + prefix.start(), start + column)
    behind = line[column : column + 1]
    return _place(span, prefix.group(), (*words[:number], group, *held), behind)


def _innermost(line: str, start: int, column: int) -> tuple[int, bool]:
    """Where the text or the expression begins that the column stands in; whether it is the
    latter."""
    inside = [start]
    at = start + 1
    while at < column:
        letter, in_text = line[at], line[inside[-1]] == '"'
        if letter == "\\" and in_text:
            at += 1
        elif (letter == '"' and in_text) or (letter == "}" and not in_text):
            inside = inside[:-1] or inside
        elif letter in '"{':
            inside.append(at)
        at += 1
    return inside[-1], line[inside[-1]] == "{"


def followed(
    words: Sequence[Token],
) -> tuple[tuple[Frame, ...], tuple[Bracket, ...], int]:
    """What is open behind these words: blocks, brackets, and where the last statement began."""
    walk = _Walk(words)
    for number, word in enumerate(words):
        walk.take(number, word)
    return tuple(walk.frames), tuple(walk.brackets), walk.statement


class _Walk:
    def __init__(self, words: Sequence[Token]) -> None:
        self.words = words
        self.frames = [Frame((), {})]
        self.brackets: list[Bracket] = []
        self.statement = 0

    def take(self, number: int, word: Token) -> None:
        if word.kind is Kind.LINE_END:
            self._next(number + 1)
        elif word.kind is Kind.MARK:
            self._mark(number, word.text)

    def _next(self, statement: int) -> None:
        self._name()
        if statement - 1 > self.statement:
            self.frames[-1].closed = ""
        self.statement = statement
        self.brackets.clear()

    def _name(self) -> None:
        """The statement is over: a name that it gave a value has one from here on."""
        words = self.words[self.statement : self.statement + 2]
        if len(words) == 2 and words[0].kind is Kind.NAME and words[1].text == "=":
            self.frames[-1].give((words[0].text,), self.statement)
        elif words and words[0].text == "return":
            self.frames[-1].leave()

    def _mark(self, number: int, mark: str) -> None:
        match mark:
            case "(" | "[":
                method = self.words[number - 1] if number > self.statement else None
                is_call = mark == "(" and method and method.kind in {Kind.METHOD, Kind.NAME}
                name = method.text if is_call and method else ""
                self.brackets.append(Bracket(mark, number, name))
            case ")" | "]":
                del self.brackets[-1:]
            case "{":
                self._open(number)
            case "}":
                self._close(number)
            case "=>":
                self._next(number + 1)
                self.frames[-1].rows.append(set())
                self.frames[-1].has_else = self.words[number - 1].text == "else"
            case _:
                return

    def _open(self, number: int) -> None:
        head = tuple(self.words[self.statement : number])
        names = {}
        if len(head) > 1 and head[0].text == "for":
            names[head[1].text] = self.statement + 1
        frame = Frame(head, names)
        frame.links = self.frames[-1].links if frame.word == "else" else None
        self.frames.append(frame)
        self.statement = number + 1
        self.brackets.clear()

    def _close(self, number: int) -> None:
        self._next(number + 1)
        if len(self.frames) == 1:
            return
        frame, around = self.frames.pop(), self.frames[-1]
        around.links = None
        around.closed = frame.word if frame.word != "else" or len(frame.head) > 1 else ""
        given = [] if frame.leaves else [set(frame.names)]
        if frame.word == "if":
            around.links = given
        elif frame.word == "else" and frame.links is not None:
            self._end_link(frame, [*frame.links, *given], number)
        elif frame.is_table and frame.has_else:
            around.give(_in_all(frame.rows), number)
        elif around.is_table and frame.leaves:
            around.leave()
        elif around.is_table:
            around.give(frame.names, number)

    def _end_link(self, frame: Frame, links: list[set[str]], number: int) -> None:
        """Of an if chain: it goes on, or its last block ends it."""
        if len(frame.head) > 1:  # else if
            self.frames[-1].links = links
        else:
            self.frames[-1].give(_in_all(links), number)


def _in_all(given: Sequence[set[str]]) -> set[str]:
    return set.intersection(*given) if given else set()
