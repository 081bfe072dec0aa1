"""What a change means, for people, line by line.

A line begins with what happened to it: + came, - went, ~ is another one now.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from lefi_tui.lang.meaning import HandlerChange, Meaning, Named, PartChange

SAME: Final = "It does the same: only its layout, its comments or its names differ."
ANEW: Final = "; a bot that runs begins it anew"  # its value goes on by its name alone
LINE_MAX: Final = 68  # what is longer stands below itself
KINDS: Final = {
    "series": "with",
    "value": "sets",
    "condition": "when",
    "order": "does",
    "state": "keeps",
    "words": "says",
    "event": "sends",
    "question": "asks",
    "plan": "plans",
}
ROWS: Final = {"orders": "orders that may leave, closes among them"}
_MARKS: Final = {"added": "+", "removed": "-", "changed": "~", "renamed": "~"}
_ORDER_OF: Final = "~ what stands inside what, or before what"


def in_words(of: Meaning) -> Iterator[str]:
    """The heads stand at the edge, what belongs to them below."""
    if of.is_same:
        yield SAME
    for handler in of.handlers:
        yield from _handler(handler)
    yield from _rows(of)
    yield from _named("settings", of.settings)
    yield from _named("states", of.states, ANEW)
    if of.more:
        yield "It may spend more than before"
        yield from (f"  {each}" for each in of.more)


def _handler(of: HandlerChange) -> Iterator[str]:
    mark = _MARKS[of.how]
    if of.before and of.after and of.before != of.after:
        yield f"{mark} on {of.before} -> on {of.after}, line {of.line}"
    else:
        yield f"{mark} on {of.after or of.before}, line {of.line}"
    if of.how == "changed":
        for each in of.parts:
            yield from (f"  {line}" for line in _part(each))
    else:
        yield from (f"  {mark} {_one(each.kind, each.before or each.after)}" for each in of.parts)


def _part(of: PartChange) -> Iterator[str]:
    before = f"~ {_one(of.kind, of.before)}"
    if of.kind == "order_of":
        yield _ORDER_OF
    elif not of.before:
        yield f"+ {_one(of.kind, of.after)}"
    elif not of.after:
        yield f"- {_one(of.kind, of.before)}"
    elif of.before == of.after:  # a name in it has another value
        yield f"{before}, by other values"
    elif len(before) + len(of.after) < LINE_MAX:
        yield f"{before} -> {of.after}"
    else:
        yield from (before, f"    -> {of.after}")


def _one(kind: str, text: str) -> str:
    return f"{KINDS.get(kind, kind)} {text}"


def _rows(of: Meaning) -> Iterator[str]:
    if of.rows:
        yield "At most, at one event of each handler"
    for row in of.rows:
        yield f"  ~ {ROWS.get(row.name, row.name)}: {row.before or 'none'} -> {row.after or 'none'}"


def _named(title: str, rows: tuple[Named, ...], anew: str = "") -> Iterator[str]:
    if rows:
        yield title.capitalize()
    for each in rows:
        match each.how:
            case "renamed":
                yield f"  ~ {each.before} is called {each.after} now{anew}"
            case "changed":
                yield f"  ~ {each.name}: {each.before} -> {each.after}"
            case "added":
                yield f"  + {each.name}: {each.after}"
            case _:
                yield f"  - {each.name}: {each.before}"
