"""What a script is made of, in its order: for an outline beside it, and to go to a part."""

from __future__ import annotations

from lefi_tui.lang import syntax as s
from lefi_tui.lang.authoring.records import Outlined
from lefi_tui.lang.source import Span


def outlined(text: str, script: s.Script) -> tuple[Outlined, ...]:
    found = [each for item in script.items for each in _item(text, item)]
    if script.body:
        first = script.body[0].span
        span = first.to(script.body[-1].span)
        found.append(
            Outlined("body", "handler", span, Span(first.start, first.start), _names(script.body))
        )
    return tuple(sorted(found, key=lambda each: each.span))


def _item(text: str, item: s.Item) -> list[Outlined]:
    match item:
        case s.ScriptName():
            return [Outlined(item.title.plain or "script", "script", item.span, item.title.span)]
        case s.Setting() | s.State() | s.Function():
            return [Outlined(item.name, type(item).__name__.lower(), item.span, item.name_span)]
        case s.Policy():
            place = Span(item.span.start, item.span.start + len("policy"))
            return [Outlined("policy", "policy", item.span, place)]
        case s.Handler():
            return [_handler(text, item)]
        case s.Test():
            return [Outlined(item.name.plain or "test", "test", item.span, item.name.span)]
        case s.Kind():
            return []


def _handler(text: str, item: s.Handler) -> Outlined:
    end = item.body.span.start
    name = " ".join(text[item.event_span.start : end].split())
    return Outlined(name, "handler", item.span, item.event_span, _names(item.body.statements))


def _names(statements: tuple[s.Statement, ...]) -> tuple[Outlined, ...]:
    """What a handler calls by a name of its own, where it first does."""
    found: dict[str, Outlined] = {}
    for each in statements:
        if isinstance(each, s.Assign):
            found.setdefault(each.name, Outlined(each.name, "name", each.span, each.name_span))
    return tuple(found.values())
