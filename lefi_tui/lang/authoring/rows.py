"""Rows of completion, each made of a row of the language's own tables."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from msgspec.structs import replace

from lefi_tui.lang.authoring.records import Completion
from lefi_tui.lang.builtins import BUILTINS, EVENTS
from lefi_tui.lang.entry import TAKES, form_of, form_of_event
from lefi_tui.lang.signatures import Param
from lefi_tui.lang.told import Told
from lefi_tui.lang.told_policy import POLICY, PolicyKey

_FOLLOWED: Final = "…"  # in a form: more stands behind the word


def plain(label: str, kind: str, detail: str = "", docs: str = "") -> Completion:
    return Completion(label, kind, label, detail, docs, len(label))


def spaced(label: str, kind: str, detail: str = "", docs: str = "") -> Completion:
    """A word that something must follow."""
    return Completion(label, kind, f"{label} ", detail, docs, len(label) + 1)


def called(label: str, kind: str, detail: str, docs: str, params: int) -> Completion:
    """A method, the cursor between its parentheses where it takes something."""
    inside = len(label) + (1 if params else 2)
    return Completion(label, kind, f"{label}()", detail, docs, inside)


@lru_cache(maxsize=1)
def methods() -> dict[str, Completion]:
    return {
        each.name: called(
            each.name,
            "indicator" if each.group == "indicator" else "method",
            form_of(each),
            each.docs,
            len(each.params),
        )
        for each in BUILTINS.values()
    }


@lru_cache(maxsize=1)
def events() -> tuple[Completion, ...]:
    return tuple(
        called(each.name, "event", form_of_event(each), each.docs, len(each.params))
        if each.params
        else plain(each.name, "event", form_of_event(each), each.docs)
        for each in EVENTS.values()
    )


def told(rows: Iterable[Told]) -> list[Completion]:
    """Declarations, statements, lines of a test; those that are words."""
    return [
        (plain if row.form == row.name else spaced)(row.name, "keyword", row.form, row.docs)
        for row in rows
        if row.name.isalpha()
    ]


def policy_keys() -> list[Completion]:
    return [_policy_key(each) for each in POLICY.values()]


def _policy_key(key: PolicyKey) -> Completion:
    insert = f"{key.name} = "
    docs = f"{key.docs} Without it: {key.default}."
    return Completion(key.name, "word", insert, key.form, docs, len(insert))


def argument(param: Param) -> Completion:
    insert = f"{param.name} = "
    return Completion(param.name, "argument", insert, TAKES[param.kind], "", len(insert))


def valued(row: Completion) -> Completion:
    """A name that is given a value."""
    insert = f"{row.label} = "
    return replace(row, insert=insert, cursor=len(insert))


def event() -> Completion:
    """Of the handler around, which is read by field."""
    return Completion("event", "event", "event.", "event.FIELD", "", len("event."))
