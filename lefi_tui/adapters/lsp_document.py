"""A script as an editor has it open: its text, its version, and what changes between two.

Kept by us and not by the library, which ends lines where Python does (a form feed is one) and
moves a place behind a line's end one letter too far to the left.
"""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from lefi_tui.adapters.lsp_places import Place, Places, Units
from lefi_tui.lang.source import Span

Change = types.TextDocumentContentChangePartial | types.TextDocumentContentChangeWholeDocument


class Document:
    """One version of one text."""

    def __init__(self, uri: str, version: int, text: str, units: Units) -> None:
        self.uri, self.version, self.text, self.units = uri, version, text, units
        self.places = Places(text, units)

    def changed(self, version: int, changes: Sequence[Change]) -> Document:
        """The version after these; each is meant for the text that the one before it made."""
        new = self
        for each in changes:
            new = Document(self.uri, version, new._after(each), self.units)
        return new if changes else Document(self.uri, version, self.text, self.units)

    def _after(self, change: Change) -> str:
        if not isinstance(change, types.TextDocumentContentChangePartial):
            return change.text
        span = self.span(change.range)
        return self.text[: span.start] + change.text + self.text[span.end :]

    def offset(self, position: types.Position) -> int:
        return self.places.offset(Place(position.line, position.character))

    def span(self, wanted: types.Range) -> Span:
        start, end = self.offset(wanted.start), self.offset(wanted.end)
        return Span(min(start, end), max(start, end))

    def range(self, span: Span) -> types.Range:
        start, end = self.places.place(span.start), self.places.place(span.end)
        return types.Range(types.Position(*start), types.Position(*end))
