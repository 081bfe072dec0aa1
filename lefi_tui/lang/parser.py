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
    found = sorted((*scanned.diagnostics, *items.found), key=lambda each: each.span.start)
    return Parsed(script, tuple(found))
