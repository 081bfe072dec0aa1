"""The tables that users read, held against the journal that they are made from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from lefi_tui.core.record import Record
from lefi_tui.ports.journal import Change, JournalReader
from lefi_tui.requests import Progress

Tell = Callable[[JournalReader], Iterator[Change]]


class TableAnswer(Record):
    """How many rows agree; else the first that does not, and what it should say."""

    rows: int = 0
    where: str = ""
    difference: str = ""
    untold: str = ""  # why they could not be compared


class Tables(Protocol):
    def compared(self, tell: Tell, progress: Progress) -> TableAnswer:
        """The tables beside what this journal tells, both as they are at one moment."""
        ...
