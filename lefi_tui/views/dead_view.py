"""What could not be carried out, as a person looks at it."""

from __future__ import annotations

from lefi_tui.core.record import Record


class DeadRow(Record):
    id: str
    at_ns: int
    what: str  # the message's name
    why: str
    body: str  # as JSON


class DeadView(Record):
    """Newest first; `gone` older ones had no room."""

    rows: tuple[DeadRow, ...] = ()
    gone: int = 0
