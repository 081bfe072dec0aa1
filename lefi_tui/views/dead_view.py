"""What could not be carried out, as a person looks at it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DeadRow:
    id: str
    at_ns: int
    what: str  # the message's name
    why: str
    body: str  # as JSON


@dataclass(frozen=True, slots=True)
class DeadView:
    """Newest first; `gone` older ones had no room."""

    rows: tuple[DeadRow, ...] = ()
    gone: int = 0
