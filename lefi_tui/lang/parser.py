"""Tokens to a tree, by recursive descent over an LL(1) grammar; always a tree, never an exception.

After a mistake the rest of its statement is passed over and reading goes on: one mistake, one
message, the next still found.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.lang import syntax as s
from lefi_tui.lang.diagnostic import Diagnostic
from lefi_tui.lang.parse_items import Items
from lefi_tui.lang.scanner import scan
from lefi_tui.lang.source import Source
from lefi_tui.lang.tokens import Kind, shown

MESSAGES_MAX: Final = 200  # a person reads the first few


class Parsed(Record):
    script: s.Script
    diagnostics: tuple[Diagnostic, ...]


class ParsedValue(Record):
    """One expression, as a person gives it to a setting; none where it is wrong."""

    value: s.Expr | None
    diagnostics: tuple[Diagnostic, ...]


def parse(source: Source) -> Parsed:
    scanned = scan(source.text)
    items = Items(source.text, scanned.tokens)
    script = items.script()
    return Parsed(script, _in_order((*scanned.diagnostics, *items.found)))


def parse_value(text: str) -> ParsedValue:
    scanned = scan(text)
    items = Items(text, scanned.tokens)
    value = items.tried(items.expr)
    if items.now.kind is Kind.LINE_END and items.following.kind is Kind.END:
        items.take()
    if items.now.kind is not Kind.END and not items.found:
        items.say("LF101", f"`{shown(text)}` is not one value.", items.now.span)
    found = _in_order((*scanned.diagnostics, *items.found))
    return ParsedValue(None if found else value, found)


def _in_order(found: tuple[Diagnostic, ...]) -> tuple[Diagnostic, ...]:
    ordered = sorted(found, key=lambda each: each.span)
    return tuple(ordered[:MESSAGES_MAX])
