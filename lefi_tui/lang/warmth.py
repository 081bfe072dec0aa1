"""How many events a handler waits for before it acts, by the candles that its series step by.

The rule it keeps: everything a statement reads is waited for, save what stands left of `??`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from msgspec.structs import astuple

from lefi_tui.core.record import Record
from lefi_tui.lang.scope import needs_of
from lefi_tui.lang.tree import HERE, JOINED, Clock, X

_HOLDERS: Final = (Record, tuple, dict)  # of values, maybe


def waits_of(statements: Iterable[Any]) -> dict[Clock, int]:
    """Events needed of each clock."""
    values: list[X] = []
    waiting: list[Any] = list(statements)
    while waiting:
        now = waiting.pop()
        if isinstance(now, X):
            values.append(now)
        elif isinstance(now, dict):
            waiting += now.values()
        elif isinstance(now, tuple):
            waiting += now
        elif isinstance(now, Record):
            waiting += [each for each in astuple(now) if isinstance(each, _HOLDERS)]
    return dict(needs_of(values))


def other_needs(waits: dict[Clock, int], candles: Iterable[Clock]) -> tuple[tuple[Clock, int], ...]:
    """What a handler waits for beside its own events: all other candles that it reads, and the
    events with all of them there where it remembers those."""
    others = tuple((clock, waits.get(clock, 0)) for clock in candles)
    return (*others, (JOINED, waits[JOINED])) if JOINED in waits else others


def own_events(waits: dict[Clock, int]) -> int:
    return max(1, waits.get(HERE, 1))
