"""Text to tokens. Never fails: what can't be read is a diagnostic, and reading goes on.

A line's end is a token only where it ends a statement: outside parentheses, after something that
can end one, and when the next line does not go on with an operator, `else` or `{`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from lefi_tui.lang.diagnostic import Diagnostic, Edit, Fix
from lefi_tui.lang.source import Span


class Kind(StrEnum):
    NAME = "name"
    METHOD = "method"
    KEYWORD = "keyword"
    NUMBER = "number"
    PERCENT = "percent"
    DURATION = "duration"
    AMOUNT = "amount"
    TEXT = "text"
    MARK = "mark"  # operators, braces, commas
    LINE_END = "line end"
    END = "end"
    COMMENT = "comment"
    WRONG = "wrong"


_KEYWORDS: Final = """
script kind setting state policy fn on test if else for in repeat decide authorize execute
finalize pays return and or not then mod true false none
"""
KEYWORDS: Final = frozenset(_KEYWORDS.split())
_UNIT_MS: Final = {
    "ms": 1.0,
    "s": 1e3,
    "m": 60e3,
    "h": 3600e3,
    "d": 86400e3,
    "w": 604800e3,
}
_NUMBER: Final = re.compile(r"[0-9][0-9_]*(?:\.[0-9][0-9_]*)?(?:[eE][+-]?[0-9]+)?")
_DURATION: Final = re.compile(r"(?:[0-9]+(?:ms|[smhdw]))+(?![A-Za-z0-9_])")
_PART: Final = re.compile(r"([0-9]+)(ms|[smhdw])")
_UNIT: Final = re.compile(r" (?!(?:AND|OR|NOT)\b)([A-Z][A-Z0-9]{1,9})(?![A-Za-z0-9_(])")
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_GLUED: Final = re.compile(r"[A-Za-z0-9_]+")
_MARK: Final = re.compile(r"=>|==|!=|<=|>=|\?\?|\.\.|\*\*|[-+*/^<>=(){}\[\],.;]")
_SPACE: Final = re.compile(r"[ \t\r\f]+")
_ESCAPES: Final = {'"': '"', "\\": "\\", "n": "\n", "{": "{"}
_BINARY: Final = frozenset(
    ["+", "-", "*", "/", "^", "==", "!=", "<", ">", "<=", ">=", "??", "and", "or", "mod"]
)
_ENDERS: Final = frozenset(
    {Kind.NAME, Kind.METHOD, Kind.NUMBER, Kind.PERCENT, Kind.DURATION, Kind.AMOUNT, Kind.TEXT}
)
_END_WORDS: Final = frozenset({")", "]", "}", "return", "true", "false", "none"})
_OPENERS: Final = frozenset({"script", "kind", "setting", "state", "policy", "fn", "on", "test"})


@dataclass(frozen=True, slots=True)
class Token:
    kind: Kind
    span: Span
    text: str
    value: float = 0.0
    parts: tuple[str | tuple[Token, ...], ...] = ()  # of a text: words and scanned expressions
    doc: str = ""  # of the first token after `///` lines


@dataclass(frozen=True, slots=True)
class Scanned:
    tokens: tuple[Token, ...]  # ends with END
    comments: tuple[Token, ...]
    diagnostics: tuple[Diagnostic, ...]


def scan(text: str) -> Scanned:
    scanner = _Scanner(text, 0, len(text))
    scanner.run()
    return Scanned(
        tuple(_with_line_ends(scanner)), tuple(scanner.comments), tuple(scanner.diagnostics)
    )


class _Scanner:
    """Reads `text[at:end]`; offsets are those of the whole text."""

    def __init__(self, text: str, at: int, end: int) -> None:
        self.text, self.at, self.end = text, at, end
        self.tokens: list[Token] = []
        self.comments: list[Token] = []
        self.diagnostics: list[Diagnostic] = []
        self.breaks: dict[int, int] = {}  # token number: offset of the line end before it
        self.docs: list[str] = []

    def run(self) -> None:
        while self.at < self.end:
            self._one()

    def _one(self) -> None:
        letter = self.text[self.at]
        if letter == "\n":
            self.breaks.setdefault(len(self.tokens), self.at)
            self.at += 1
        elif space := _SPACE.match(self.text, self.at, self.end):
            self.at = space.end()
        elif letter == "#" or self.text.startswith("//", self.at):
            self._comment()
        elif letter in "0123456789":
            self._number()
        elif letter == '"':
            self._text()
        else:
            self._word_or_mark(letter)

    def _say(self, code: str, span: Span, message: str, fix: Fix | None = None) -> None:
        self.diagnostics.append(Diagnostic(code, span, message, fix=fix))

    def _add(
        self,
        kind: Kind,
        end: int,
        value: float = 0.0,
        parts: tuple[str | tuple[Token, ...], ...] = (),
    ) -> None:
        words, doc = self.text[self.at : end], "\n".join(self.docs)
        self.tokens.append(Token(kind, Span(self.at, end), words, value, parts, doc))
        self.docs = []
        self.at = end

    def _comment(self) -> None:
        stop = self.text.find("\n", self.at, self.end)
        stop = self.end if stop < 0 else stop
        words = self.text[self.at : stop]
        span = Span(self.at, stop)
        if words.startswith("#"):
            fix = Fix("Write //", (Edit(Span(self.at, self.at + 1), "//"),))
            self._say("LF107", span, "Comments begin with // today.", fix)
        if words.startswith("///"):
            self.docs.append(words[3:].strip())
        self.comments.append(Token(Kind.COMMENT, span, words))
        self.at = stop

    def _number(self) -> None:
        if duration := _DURATION.match(self.text, self.at, self.end):
            parts = _PART.findall(duration.group())
            ms = sum(float(count) * _UNIT_MS[unit] for count, unit in parts)
            self._add(Kind.DURATION, duration.end(), value=ms)
            return
        number = _NUMBER.match(self.text, self.at, self.end)
        assert number is not None
        digits, end = number.group().replace("_", ""), number.end()
        if self.text.startswith("%", end) and end < self.end:
            self._add(Kind.PERCENT, end + 1, value=_shifted(digits))
        elif glued := _GLUED.match(self.text, end, self.end):
            self._glued(glued.end())
        elif unit := _UNIT.match(self.text, end, self.end):
            self._add(Kind.AMOUNT, unit.end(), value=float(digits))
        elif math.isinf(float(digits)):
            self._say("LF006", Span(self.at, end), "The largest number is about 1.8e308.")
            self._add(Kind.NUMBER, end)
        else:
            self._add(Kind.NUMBER, end, value=float(digits))

    def _glued(self, end: int) -> None:
        words = self.text[self.at : end]
        self._say(
            "LF002",
            Span(self.at, end),
            f"{words} is neither a number nor a name; an amount has a space, like 100 USDT.",
        )
        self._add(Kind.NUMBER, end)

    def _word_or_mark(self, letter: str) -> None:
        if word := _WORD.match(self.text, self.at, self.end):
            name = word.group()
            kind = Kind.METHOD if name[0].isupper() else Kind.NAME
            self._add(Kind.KEYWORD if name in KEYWORDS else kind, word.end())
        elif mark := _MARK.match(self.text, self.at, self.end):
            self._add(Kind.MARK, mark.end())
        else:
            self._say("LF001", Span(self.at, self.at + 1), f"{letter!r} has no meaning here.")
            self.at += 1

    def _text(self) -> None:
        parts: list[str | tuple[Token, ...]] = []
        words: list[str] = []
        at = self.at + 1
        while at < self.end and self.text[at] not in '"\n':
            letter = self.text[at]
            if letter == "{":
                at, tokens = self._hole(at)
                parts += ["".join(words), tokens]
                words = []
            elif letter == "\\":
                words.append(self._escape(at))
                at += 2
            else:
                words.append(letter)
                at += 1
        at = min(at, self.end)
        if not self.text.startswith('"', at) or at >= self.end:
            fix = Fix('Close the text with "', (Edit(Span(at, at), '"'),))
            self._say("LF003", Span(self.at, at), 'This text has no closing " on its line.', fix)
            self._add(Kind.TEXT, at, parts=(*parts, "".join(words)))
            return
        self._add(Kind.TEXT, at + 1, parts=(*parts, "".join(words)))

    def _escape(self, at: int) -> str:
        letter = self.text[at + 1 : at + 2]
        if letter not in _ESCAPES or at + 1 >= self.end:
            span = Span(at, min(at + 2, self.end))
            self._say("LF004", span, r"In a text there are \" \\ \n and \{ only.")
        return _ESCAPES.get(letter, letter.replace("\n", ""))

    def _hole(self, at: int) -> tuple[int, tuple[Token, ...]]:
        """The expression in `{ }`, and where the text goes on behind it."""
        close = _hole_end(self.text, at + 1, self.end)
        inner = _Scanner(self.text, at + 1, close)
        inner.run()
        self.diagnostics += inner.diagnostics
        if not self.text.startswith("}", close) or close >= self.end:
            self._say("LF005", Span(at, close), "This { has no } on its line; write \\{ for a {.")
        end = Token(Kind.END, Span(close, close), "")
        return min(close + 1, self.end), (*inner.tokens, end)


def _shifted(digits: str) -> float:
    """25 -> 0.25: the double nearest to the decimal value, not a double divided by 100."""
    mantissa, _, exponent = digits.lower().partition("e")
    return float(f"{mantissa}e{int(exponent or '0') - 2}")


def _hole_end(text: str, at: int, end: int) -> int:
    """Where the `}` of a hole stands, its own texts and braces skipped; else the line's end."""
    depth, quoted = 0, False
    while at < end and text[at] != "\n":
        letter = text[at]
        if quoted and letter == "\\":
            at += 1
        elif letter == '"':
            quoted = not quoted
        elif not quoted and letter in "{}":
            if letter == "}" and not depth:
                return at
            depth += 1 if letter == "{" else -1
        at += 1
    return min(at, end)


def _with_line_ends(scanner: _Scanner) -> list[Token]:
    """The tokens with the line ends that count, and END."""
    out: list[Token] = []
    depth = 0
    for number, token in enumerate(scanner.tokens):
        start = scanner.breaks.get(number)
        if start is not None:
            begins_item = token.text in _OPENERS and scanner.text[token.span.start - 1] == "\n"
            depth = 0 if begins_item else depth  # a lost parenthesis ends with its declaration
            if depth == 0 and out and _ends(out[-1]) and not _goes_on(token):
                out.append(Token(Kind.LINE_END, Span(start, start + 1), "\n"))
        if token.kind is Kind.MARK:
            depth += (token.text in "([") - (token.text in ")]")
            depth = max(0, depth)
        if token.text == ";":
            token = replace(token, kind=Kind.LINE_END)  # noqa: PLW2901 -- the same thing written out
        out.append(token)
    end = len(scanner.text)
    if out and _ends(out[-1]):
        out.append(Token(Kind.LINE_END, Span(end, end), ""))
    out.append(Token(Kind.END, Span(end, end), "", doc="\n".join(scanner.docs)))
    return out


def _ends(token: Token) -> bool:
    return token.kind in _ENDERS or token.text in _END_WORDS


def _goes_on(token: Token) -> bool:
    if token.kind is Kind.TEXT:
        return False
    return token.text in _BINARY or token.text in {"else", "{"}
