"""A line for the log, in four parts."""

from __future__ import annotations

from dataclasses import dataclass

from lefi_tui.views.desk_view import Weight


@dataclass(frozen=True, slots=True)
class Said:
    """A line for the log before it has its number. `owner` is whose doing it was."""

    weight: Weight
    what: str
    where: str
    why: str = ""
    next: str = ""
    at_ns: int = 0
    owner: str = ""
