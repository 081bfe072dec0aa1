"""Custom events at a moment: who hears one, and what is refused.

The rules it keeps: an event with a wrong or missing field runs nothing, and says why; events that
answer events end, however they call each other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Final

from bots.automated.plan import Bound, Fields
from bots.automated.wanted import Wanted
from lefi_tui.core.bot import Emitted, Given
from lefi_tui.lang.program import Handler

GENERATIONS_MAX: Final = 8  # events sent by events sent by events, at one moment
EVENTS_MAX: Final = 256  # heard at one moment; a script that means it hears a few

Run = Callable[[Handler, Fields], None]


def hear(bound: Bound, events: Sequence[Emitted], wanted: Wanted, at_ms: int, run: Run) -> None:
    """These events, what runs before them sent, then what theirs send, one generation after the
    other."""
    generation, heard = (*events, *wanted.unheard()), 0
    for _ in range(GENERATIONS_MAX):
        for event in generation[: EVENTS_MAX - heard]:
            _hear(bound, event, wanted, at_ms, run)
        if heard + len(generation) > EVENTS_MAX:
            late = (*generation[EVENTS_MAX - heard :], *wanted.unheard())
            _refuse(bound, late, wanted, f"{EVENTS_MAX} events")
            return
        heard += len(generation)
        generation = wanted.unheard()
        if not generation:
            return
    _refuse(bound, generation, wanted, f"{GENERATIONS_MAX} generations of events")


def _hear(bound: Bound, event: Emitted, wanted: Wanted, at_ms: int, run: Run) -> None:
    for handler in _hearers(bound, event):
        given = dict(event.fields)
        wrong = next((each for each in handler.takes if not _fits(each, given)), None)
        if wrong is None:
            run(handler, {**{name: _value(given[name]) for name, _ in handler.takes},
                          "time": float(at_ms)})  # fmt: skip
        else:
            wanted.refuse(f'event "{event.name}": {_why(wrong, given)}')


def _refuse(bound: Bound, events: Sequence[Emitted], wanted: Wanted, most: str) -> None:
    for name in dict.fromkeys(each.name for each in events if _hearers(bound, each)):
        wanted.refuse(f'event "{name}": over {most} at one moment; it ends here')


def _hearers(bound: Bound, event: Emitted) -> list[Handler]:
    return [each for each in bound.events if each.hears == event.name]


def _fits(field: tuple[str, str], given: dict[str, Given]) -> bool:
    name, kind = field
    return name in given and (kind == "any" or _kind(given[name]) == kind)


def _kind(value: Given) -> str:
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, str):
        return "text"
    return "number" if math.isfinite(value) else "none"


def _value(value: Given) -> Given:
    return value if isinstance(value, (bool, str)) else float(value)


def _why(field: tuple[str, str], given: dict[str, Given]) -> str:
    name, kind = field
    words = {"number": "a Number", "text": "a Text", "bool": "true or false"}
    if name not in given:
        return f"it has no field `{name}`"
    return f"`{name}` is {words[kind]}, and {given[name]!r} came"
