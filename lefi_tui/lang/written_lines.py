"""A script as the lines and blocks it was written in, comments among them: what the formatter
prints anew. Nothing of the text but white space and `;` is lost here."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, field

from lefi_tui.lang.scanner import Scanned
from lefi_tui.lang.source import Span
from lefi_tui.lang.tokens import Kind, Token


class Block(Struct):
    """`{`, lines, `}`."""

    span: Span
    lines: list[Line]
    remark: Token | None  # a comment beside the opening brace
    is_inline: bool  # stands on one line

    @property
    def is_empty(self) -> bool:
        return not self.lines and self.remark is None


Piece = Token | Block


class Line(Struct):
    """A statement, a row, a declaration, or a comment that stands alone."""

    blank_before: bool
    pieces: list[Piece] = field(default_factory=list)


def lines_of(text: str, scanned: Scanned) -> list[Line]:
    """The lines of a script whose braces are all there."""
    words = [each for each in scanned.tokens if each.kind is not Kind.END]
    return _Reader(text, sorted([*words, *scanned.comments], key=lambda each: each.span)).lines()


def is_own_row(text: str, span: Span) -> bool:
    """Whether nothing stands before it on its row."""
    return not text[text.rfind("\n", 0, span.start) + 1 : span.start].strip()


class _Reader:
    def __init__(self, text: str, stream: Sequence[Token]) -> None:
        self.text, self.stream = text, stream
        self.at = 0
        self.end = 0  # of what was read last

    def lines(self) -> list[Line]:
        """Up to the `}` of the block they stand in."""
        out: list[Line] = []
        line: Line | None = None
        while self.at < len(self.stream) and not _is_mark(self.stream[self.at], "}"):
            token = self._take()
            if token.kind is Kind.LINE_END:
                line = None
            elif token.kind is Kind.COMMENT:
                line = self._comment(token, line, out)
            else:
                line = line or self._begun(token, out)
                line.pieces.append(self._block(token) if _is_mark(token, "{") else token)
            if token.text != "\n":
                self.end = max(self.end, token.span.end)
        return out

    def _take(self) -> Token:
        self.at += 1
        return self.stream[self.at - 1]

    def _begun(self, token: Token, out: list[Line]) -> Line:
        gap = self.text[self.end : token.span.start]
        out.append(Line(bool(out) and gap.count("\n") > 1))
        return out[-1]

    def _comment(self, comment: Token, line: Line | None, out: list[Line]) -> Line | None:
        """Puts it where it belongs; answers the line that goes on behind it."""
        is_own = is_own_row(self.text, comment.span)
        if line is not None and not (is_own and self._is_over()):
            line.pieces.append(comment)
            return line
        if not is_own and out:  # behind a `;`
            out[-1].pieces.append(comment)
        else:
            self._begun(comment, out).pieces.append(comment)
        return None

    def _is_over(self) -> bool:
        """Whether nothing but comments follows in this line."""
        for each in self.stream[self.at :]:
            if each.kind is not Kind.COMMENT:
                return each.kind is Kind.LINE_END or _is_mark(each, "}")
        return True

    def _block(self, opening: Token) -> Block:
        self.end = opening.span.end
        remark = None
        following = self.stream[self.at]
        if following.kind is Kind.COMMENT and not is_own_row(self.text, following.span):
            remark = self._take()
            self.end = remark.span.end
        lines = self.lines()
        span = opening.span.to(self._take().span)
        self.end = span.end
        return Block(span, lines, remark, "\n" not in self.text[span.start : span.end])


def _is_mark(token: Token, text: str) -> bool:
    return token.kind is Kind.MARK and token.text == text
