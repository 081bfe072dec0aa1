"""How the engine itself is: what `lefi doctor` and a status line show."""

from __future__ import annotations

from lefi_tui.core.record import Record
from lefi_tui.views.queries import Query


class HealthQuery(Query):
    """Answered by Health."""


class Health(Record):
    program: str
    journal: str  # where it is
    messages: int  # handled since the journal began
    rows: int
    waiting: int  # in the inbox
    swallowed: int  # quotes that a newer one replaced unread
    refused: int  # messages that found the inbox full
    notes_dropped: int
    checking: int  # orders whose fate is being looked up
    recovered_messages: int
    failure: str = ""  # what halts it, in four parts
