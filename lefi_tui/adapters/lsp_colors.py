"""The words of a script by what they are, for an editor's colors: the scanner's own kinds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from lsprotocol import types

from lefi_tui.adapters.lsp_document import Document
from lefi_tui.lang.scanner import scan
from lefi_tui.lang.source import Span
from lefi_tui.lang.tokens import Kind, Token

# The protocol's names, of which every theme has a color. The rest of a script is plain.
NAMES: Final[Mapping[Kind, types.SemanticTokenTypes]] = {
    Kind.KEYWORD: types.SemanticTokenTypes.Keyword,
    Kind.METHOD: types.SemanticTokenTypes.Function,
    Kind.NAME: types.SemanticTokenTypes.Variable,
    Kind.NUMBER: types.SemanticTokenTypes.Number,
    Kind.PERCENT: types.SemanticTokenTypes.Number,
    Kind.DURATION: types.SemanticTokenTypes.Number,
    Kind.AMOUNT: types.SemanticTokenTypes.Number,
    Kind.TEXT: types.SemanticTokenTypes.String,
    Kind.COMMENT: types.SemanticTokenTypes.Comment,
}
_ORDER: Final = list(dict.fromkeys(NAMES.values()))
LEGEND: Final = types.SemanticTokensLegend([each.value for each in _ORDER], [])


def colors(document: Document) -> types.SemanticTokens:
    """Five numbers a piece: lines and columns on from the piece before, length, kind, nothing."""
    data: list[int] = []
    last_line = last_column = 0
    for span, kind in _pieces(document.text):
        line, column = document.places.place(span.start)
        length = document.places.place(span.end).column - column
        if length <= 0:
            continue
        since = column - last_column if line == last_line else column
        data += (line - last_line, since, length, _ORDER.index(NAMES[kind]), 0)
        last_line, last_column = line, column
    return types.SemanticTokens(data)


def _pieces(text: str) -> Iterator[tuple[Span, Kind]]:
    """In their order, none over another and none over a line's end."""
    scanned = scan(text)
    both = sorted((*scanned.tokens, *scanned.comments), key=lambda each: each.span)
    for token in both:
        if token.kind in NAMES:
            for span, kind in _of_one(token):
                yield from _by_lines(text, span, kind)


def _of_one(token: Token) -> Iterator[tuple[Span, Kind]]:
    """A text is cut where it holds expressions."""
    at = token.span.start
    for inner in token.parts:
        if not isinstance(inner, str) and inner:
            yield Span(at, inner[0].span.start), token.kind
            for each in inner:
                if each.kind in NAMES:
                    yield from _of_one(each)
            at = inner[-1].span.start  # its END stands where the text goes on
    yield Span(at, token.span.end), token.kind


def _by_lines(text: str, span: Span, kind: Kind) -> Iterator[tuple[Span, Kind]]:
    at = span.start
    for line in text[span.start : span.end].splitlines(keepends=True):
        yield Span(at, at + len(line.rstrip("\r\n"))), kind
        at += len(line)
