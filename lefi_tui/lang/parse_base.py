"""The cursor all parts of the parser share: looking at a token, taking it, saying what is wrong."""

from __future__ import annotations

from typing import Final, NoReturn

from lefi_tui.lang.diagnostic import Diagnostic, Fix
from lefi_tui.lang.scanner import Kind, Token
from lefi_tui.lang.source import Span

# Deeper than any script a person reads; keeps every later pass far from Python's own limit.
NESTING_MAX: Final = 24
CHAIN_MAX: Final = 120


class Mistake(Exception):  # noqa: N818 -- not an error of the program: it ends one statement
    """Said already; ends the statement it stands in."""


class Cursor:
    def __init__(self, text: str, tokens: tuple[Token, ...]) -> None:
        self.text = text
        self.tokens = tokens
        self.at = 0
        self.depth = 0
        self.found: list[Diagnostic] = []

    @property
    def now(self) -> Token:
        return self.tokens[self.at]

    @property
    def last(self) -> Token:
        return self.tokens[max(0, self.at - 1)]

    def sees(self, *texts: str) -> bool:
        return self.now.text in texts and self.now.kind in {Kind.MARK, Kind.KEYWORD}

    def sees_word(self, *words: str) -> bool:
        """A word with a meaning only in its place."""
        return self.now.kind is Kind.NAME and self.now.text in words

    def sees_kind(self, *kinds: Kind) -> bool:
        return self.now.kind in kinds

    def take(self) -> Token:
        token = self.now
        if token.kind is not Kind.END:
            self.at += 1
        return token

    def took(self, *texts: str) -> Token | None:
        return self.take() if self.sees(*texts) else None

    def expect(self, text: str, message: str = "") -> Token:
        if self.sees(text):
            return self.take()
        self.fail("LF101", message or f"Expected `{text}`{self._instead()}.")

    def expect_kind(self, kind: Kind, what: str) -> Token:
        if self.now.kind is kind:
            return self.take()
        if self.now.kind is Kind.KEYWORD and kind is Kind.NAME:
            self.fail("LF108", f"`{self.now.text}` is a word of the language; choose another name.")
        self.fail("LF101", f"Expected {what}{self._instead()}.")

    def _instead(self) -> str:
        if self.now.kind is Kind.END:
            return ", but the script ends here"
        if self.now.kind is Kind.LINE_END:
            return ", but the line ends here"
        return f", not `{self.now.text}`"

    def fail(self, code: str, message: str, span: Span | None = None, hint: str = "") -> NoReturn:
        self.say(code, message, span or self.place(), hint)
        raise Mistake

    def place(self) -> Span:
        """The token here; a line's end is shown just behind the last word."""
        span = self.now.span
        if self.now.kind in {Kind.LINE_END, Kind.END} and self.at:
            end = self.last.span.end
            return Span(end, end + 1)
        return span

    def say(
        self, code: str, message: str, span: Span, hint: str = "", fix: Fix | None = None
    ) -> None:
        self.found.append(Diagnostic(code, span, message, hint, fix))

    def since(self, start: Span) -> Span:
        return Span(start.start, max(start.end, self.last.span.end))

    def skip_lines(self) -> None:
        while self.now.kind is Kind.LINE_END:
            self.take()

    def skip_statement(self) -> None:
        """To the end of this statement: its line's end, or the brace that closes its block."""
        depth = 0
        while self.now.kind is not Kind.END:
            if not depth and (self.now.kind is Kind.LINE_END or self.sees("}")):
                return
            depth += self.sees("{")
            depth -= self.sees("}")
            self.take()
