"""The reference, looked up: every word and message, by its name or by what is said of it.

The rule it keeps: topics are the reference's own entries and the checker's own codes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.lang.builtins import BUILTINS, EVENTS
from lefi_tui.lang.diagnostic import CODES
from lefi_tui.lang.entry import Entry
from lefi_tui.lang.explain import EXPLAINED, told
from lefi_tui.lang.reference import entries
from lefi_tui.lang.told_policy import POLICY
from lefi_tui.lang.told_statements import CHECKS, DECLARATIONS, STATEMENTS

_OF_TABLES: Final = (
    (EVENTS, "event"),
    (CHECKS, "in a test"),
    (STATEMENTS, "statement"),
    (DECLARATIONS, "declaration"),
    (POLICY, "policy"),
)
_OF_GROUPS: Final[Mapping[str, str]] = {
    "indicator": "indicator",
    "transaction": "transaction",
    "maths": "maths",
}
_WORD: Final = re.compile(r"\w+")


class Topic(Record):
    name: str
    kind: str  # for a reader
    gist: str  # all that is said of it, on one line
    entry: Entry | None = None  # none of a message


@cache
def topics() -> Mapping[str, Topic]:
    """By name; words first, messages behind them."""
    out = {
        name: Topic(name, _kind(name), " ".join((each.form, each.docs, *each.told)), each)
        for name, each in entries().items()
    }
    return out | {code: _message(code) for code in CODES}


def _kind(name: str) -> str:
    """As `entries` has it: of two tables with one name, the later."""
    of_tables = [kind for table, kind in _OF_TABLES if name in table]
    if of_tables:
        return of_tables[-1]
    return _OF_GROUPS.get(BUILTINS[name].group, "method")


def _message(code: str) -> Topic:
    why = " ".join(EXPLAINED[code].why.split()) if code in EXPLAINED else ""
    return Topic(code, "message", f"{CODES[code].title}. {why}")


def found(words: str) -> tuple[Topic, ...]:
    """What a person may mean, best first: a name that is so, begins so, has it inside; then what
    says all the words. Nothing typed finds everything."""
    wanted = words.lower().split()
    ranked = [(rank, topic) for topic in topics().values() if (rank := _rank(topic, wanted)) >= 0]
    return tuple(topic for _, topic in sorted(ranked, key=lambda each: each[0]))


def _rank(topic: Topic, wanted: list[str]) -> int:
    """0 is best; -1 is not meant."""
    if not wanted:
        return 0
    name, whole = topic.name.lower(), " ".join(wanted)
    if name == whole:
        return 0
    if name.startswith(whole):
        return 1
    if whole in name:
        return 2
    said = f"{name} {topic.kind} {topic.gist}".lower()
    return 3 if all(each in said for each in wanted) else -1


def page(topic: Topic, width: int) -> tuple[list[str], str]:
    """What is said of it, as lines for a terminal; and its example, a whole script."""
    entry = topic.entry
    if entry is not None:
        return entry._replace(example="").plain(width), entry.example
    known = CODES[topic.name]
    body = told(topic.name, width) if topic.name in EXPLAINED else []
    return [f"{topic.name} {known.title} ({known.severity})", *body], ""


def word_at(line: str, column: int) -> str:
    """The topic whose name stands at a column of a line, or ends there; "" where none does."""
    for word in _WORD.finditer(line):
        if word.start() <= column <= word.end() and word.group() in topics():
            return word.group()
    return ""
