"""A line for the log, in four parts."""

from __future__ import annotations

from lefi_tui.core.record import Record
from lefi_tui.views.desk_view import Weight


class Said(Record):
    """A line for the log before it has its number. `owner` is whose doing it was."""

    weight: Weight
    what: str
    where: str
    why: str = ""
    next: str = ""
    at_ns: int = 0
    owner: str = ""
