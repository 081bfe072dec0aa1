"""Tokens to a tree, by recursive descent over an LL(1) grammar; always a tree, never an exception.

After a mistake the rest of its statement is passed over and reading goes on: one mistake, one
message, the next still found.
"""

from __future__ import annotations

from dataclasses import dataclass

from lefi_tui.lang import syntax as s
from lefi_tui.lang.diagnostic import Diagnostic
from lefi_tui.lang.parse_items import Items
from lefi_tui.lang.scanner import scan
from lefi_tui.lang.source import Source


@dataclass(frozen=True, slots=True)
class Parsed:
    script: s.Script
    diagnostics: tuple[Diagnostic, ...]


def parse(source: Source) -> Parsed:
    scanned = scan(source.text)
    items = Items(source.text, scanned.tokens)
    script = items.script()
    said = (*scanned.diagnostics, *_own(items.found, scanned.diagnostics))
    return Parsed(script, tuple(sorted(said, key=lambda each: each.span.start)))


def _own(found: list[Diagnostic], scanned: tuple[Diagnostic, ...]) -> list[Diagnostic]:
    """A text that is not closed swallows its line; what is missed on account of it is no mistake
    of its own."""
    open_texts = [each.span.start for each in scanned if each.code == "LF003"]
    if not open_texts:
        return found
    return [
        each
        for each in found
        if not (each.code == "LF102" and each.span.start < max(open_texts))
        and not (each.code in {"LF101", "LF103"} and each.span.start >= min(open_texts))
    ]
