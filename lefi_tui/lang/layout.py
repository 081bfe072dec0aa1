"""Which line ends end a statement, and which brackets belong together.

A line's end counts only outside `( )` and `[ ]`, after something that can end a statement, and
when the next line does not go on. A bracket nobody closed ends where only a statement can begin,
so that one lost bracket is one mistake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from lefi_tui.lang.source import Span
from lefi_tui.lang.tokens import (
    CONSTANT_WORDS,
    ITEM_WORDS,
    LITERALS,
    OPERATORS,
    WORD_KINDS,
    Kind,
    Token,
)

_END_WORDS: Final = frozenset({"return", *CONSTANT_WORDS})
_END_MARKS: Final = frozenset({")", "]", "}"})
_STOPS: Final = frozenset({"{", "}", ";"})  # never between parentheses


def with_line_ends(
    text: str, tokens: Sequence[Token], breaks: Mapping[int, int], doc: str
) -> tuple[Token, ...]:
    """The tokens with the line ends that count, and END. `breaks`: token number -> the offset of
    the line end before it."""
    lost = _lost_brackets(text, tokens)
    out: list[Token] = []
    open_brackets: list[int] = []
    for number, token in enumerate(tokens):
        if number in breaks and out and _ends(out[-1]):
            end = _line_end(token, breaks[number], [each in lost for each in open_brackets[-1:]])
            if end is not None:
                open_brackets.clear()
                out.append(end)
        if token.kind is Kind.MARK:
            _follow(open_brackets, number, token)
            is_end = token.text == ";"
            out.append(token._replace(kind=Kind.LINE_END) if is_end else token)
        else:
            out.append(token)
    size = len(text)
    if out and _ends(out[-1]):
        out.append(Token(Kind.LINE_END, Span(size, size), "\n"))
    out.append(Token(Kind.END, Span(size, size), "", doc=doc))
    return tuple(out)


def _line_end(token: Token, at: int, is_lost: list[bool]) -> Token | None:
    """The line end before this token, if it counts. `is_lost`: of the bracket it stands in."""
    if not is_lost:
        return None if _goes_on(token) else Token(Kind.LINE_END, Span(at, at + 1), "\n")
    if not is_lost[0] or token.kind not in WORD_KINDS or _goes_on(token):
        return None
    return Token(Kind.LINE_END, token.span, token.text)  # said at this word: it can't stand here


def _follow(open_brackets: list[int], number: int, token: Token) -> None:
    """Which brackets are open behind a mark."""
    if token.text in "([":
        open_brackets.append(number)
    elif token.text in ")]" and open_brackets:
        open_brackets.pop()
    elif token.text in _STOPS:
        open_brackets.clear()


def _lost_brackets(text: str, tokens: Sequence[Token]) -> frozenset[int]:
    """The `(` and `[` that no bracket closes before a statement must have ended."""
    lost: set[int] = set()
    open_brackets: list[int] = []
    for number, token in enumerate(tokens):
        is_mark = token.kind is Kind.MARK
        if token.text in _STOPS if is_mark else begins_item(text, tokens, number):
            lost.update(open_brackets)
            open_brackets.clear()
        if is_mark:
            _follow(open_brackets, number, token)
    return frozenset(lost.union(open_brackets))


def begins_item(text: str, tokens: Sequence[Token], number: int) -> bool:
    """Whether a declaration begins here, at the left margin."""
    token = tokens[number]
    if token.kind is not Kind.KEYWORD or token.text not in ITEM_WORDS:
        return False
    start = token.span.start
    if start and text[start - 1] != "\n":
        return False
    following = tokens[number + 1].kind if number + 1 < len(tokens) else Kind.END
    return token.text != "on" or following is Kind.METHOD  # `pays 5 USDT on "2026-12-31"`


def _ends(token: Token) -> bool:
    if token.kind is Kind.KEYWORD:
        return token.text in _END_WORDS
    if token.kind is Kind.MARK:
        return token.text in _END_MARKS
    return token.kind in LITERALS or token.kind in {Kind.NAME, Kind.METHOD}


def _goes_on(token: Token) -> bool:
    if token.kind not in {Kind.MARK, Kind.KEYWORD}:
        return False
    return token.text in OPERATORS or token.text in {"else", "{"}


# ---- braces


class _Open(NamedTuple):
    number: int  # the opening brace's token
    indent: int  # of its line


class _Waiting:
    """Braces that are open, innermost last."""

    def __init__(self) -> None:
        self.braces: list[_Open] = []
        self.indents: Counter[int] = Counter()

    def push(self, brace: _Open) -> None:
        self.braces.append(brace)
        self.indents[brace.indent] += 1

    def pop(self) -> _Open:
        brace = self.braces.pop()
        self.indents[brace.indent] -= 1
        return brace

    def clear(self) -> None:
        self.braces.clear()
        self.indents.clear()

    def closes(self, indent: int, line: int, *, begins_with_brace: bool) -> bool:
        """Whether a `}` on a line of this indent looks like the end of the innermost block: on
        the block's own line, or on a line of `}` no further in than the line that opened it."""
        if not self.braces:
            return False
        opening = self.braces[-1]
        return opening.number >= line or (begins_with_brace and indent <= opening.indent)

    def drop_deeper(self, indent: int) -> None:
        """A `}` under an outer line says that what is indented deeper was not closed."""
        if self.indents[indent]:
            while self.braces[-1].indent > indent:
                self.pop()


def braces(text: str, tokens: Sequence[Token]) -> dict[int, int]:
    """Each brace's partner, by token number, both ways; a brace without one is not in it.

    When a brace is missing, indentation says which; a script whose braces are all there is never
    judged by it.
    """
    numbers = [n for n, each in enumerate(tokens) if each.kind is Kind.MARK and each.text in "{}"]
    plain = _matched(tokens, numbers)
    if len(plain) == len(numbers):
        return plain
    indented = _matched_by_indent(text, tokens)
    return indented if len(indented) >= len(plain) else plain


def _matched(tokens: Sequence[Token], numbers: Sequence[int]) -> dict[int, int]:
    partner: dict[int, int] = {}
    waiting: list[int] = []
    for number in numbers:
        if tokens[number].text == "{":
            waiting.append(number)
        elif waiting:
            _pair(partner, waiting.pop(), number)
    return partner


def _pair(partner: dict[int, int], opening: int, closing: int) -> None:
    partner[opening], partner[closing] = closing, opening


def _matched_by_indent(text: str, tokens: Sequence[Token]) -> dict[int, int]:
    partner: dict[int, int] = {}
    waiting = _Waiting()
    line = 0  # the number of the token that begins the line
    for number, (token, indent, is_first) in enumerate(_with_indent(text, tokens)):
        line = number if is_first else line
        if begins_item(text, tokens, number) and not _is_test_setting(tokens, token, waiting):
            waiting.clear()
        elif token.kind is Kind.MARK and token.text == "{":
            waiting.push(_Open(number, indent))
        elif token.kind is Kind.MARK and token.text == "}":
            if is_first:
                waiting.drop_deeper(indent)
            begins_with_brace = tokens[line].text == "}"
            if waiting.closes(indent, line, begins_with_brace=begins_with_brace):
                _pair(partner, waiting.pop().number, number)
    return partner


def _with_indent(text: str, tokens: Sequence[Token]) -> Iterator[tuple[Token, int, bool]]:
    """Each token, how far its line is indented, and whether it begins its line."""
    last_end = indent = 0
    for number, token in enumerate(tokens):
        start = token.span.start
        break_at = text.rfind("\n", last_end, start)
        is_first = break_at >= 0 or number == 0
        if is_first:
            indent = start - break_at - 1
        if token.kind is not Kind.LINE_END:  # which stands for the line end looked for
            last_end = max(last_end, token.span.end)
        yield token, indent, is_first


def _is_test_setting(tokens: Sequence[Token], token: Token, waiting: _Waiting) -> bool:
    """`setting fast = 2` in a test may stand at the margin too."""
    if token.text != "setting" or not waiting.braces:
        return False
    opening = waiting.braces[-1].number
    return opening >= 2 and tokens[opening - 2].text == "test"
