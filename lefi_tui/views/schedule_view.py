"""What runs when, as a person may look at it: each timer with its next and its last time."""

from __future__ import annotations

from lefi_tui.core.record import Record


class ScheduleRow(Record):
    """Times in ns, 0 for none. `late_ms` is how long after its time it ran last."""

    owner: str  # a bot, or the engine
    what: str
    status: str
    next_ns: int = 0
    last_ns: int = 0
    late_ms: int = 0
    is_stuck: bool = False
    why: str = ""  # in words, what a person should know of it


class ScheduleView(Record):
    """The next first; what has no next time stands last."""

    at_ns: int
    rows: tuple[ScheduleRow, ...]


def in_order(rows: list[ScheduleRow]) -> tuple[ScheduleRow, ...]:
    return tuple(sorted(rows, key=lambda row: (not row.is_stuck, not row.next_ns, row.next_ns)))
