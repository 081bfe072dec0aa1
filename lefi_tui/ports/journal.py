"""The journal: what is in it happened, and nothing else did.

Its rows are hash-chained, SHA-256 over the previous hash and the canonical row, so that one changed
digit shows and names its row. A commit is one transaction: rows, tape, tables and snapshot together
are on the disk when it returns, or none of them is.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Generator, Iterator
from enum import StrEnum
from typing import Final, Protocol

from lefi_tui.core.desk import Desk
from lefi_tui.core.messages import Command, Event, MarketInput, Report
from lefi_tui.core.record import Record
from lefi_tui.errors import LefiError

FIRST_HASH: Final = "0" * 64


class JournalError(LefiError):
    """The journal can't be read or written."""

    code = "LE310"
    title = "The journal failed"
    usual_next = "Trading is halted; look at the disk, then start Lefi again"


class JournalFullError(JournalError):
    code = "LE311"
    title = "The journal can't be written"
    usual_next = "No new order goes out, cancels do; make room on that disk, then `lefi resume`"


class JournalReadOnlyError(JournalError):
    code = "LE312"
    title = "The journal can't be opened for writing"
    usual_next = "Give this user the right to write there, or set LEFI_HOME to another folder"


class JournalLockedError(JournalError):
    code = "LE313"
    title = "The journal is locked by another program"
    usual_next = (
        "Close that program (`fuser FILE` names it); a running engine tries again by itself"
    )


class JournalMalformedError(JournalError):
    code = "LE314"
    title = "The journal is damaged"
    usual_next = "Keep the file as evidence and restore a copy, or begin with another LEFI_HOME"


class JournalChangedError(JournalError):
    """A row is not what was written: the chain does not fit."""

    code = "LE315"
    title = "The journal was changed"
    usual_next = "Keep the file as evidence and restore a copy that verifies"


class JournalNewerError(JournalError):
    code = "LE316"
    title = "The journal was written by a newer program"
    usual_next = "Update Lefi, or set LEFI_HOME to another folder; nothing was changed"


class SecondInstanceError(JournalError):
    code = "LE317"
    title = "Another engine holds this profile"
    usual_next = "Use the running one (`lefi` attaches to it), or another LEFI_HOME"


class RowKind(StrEnum):
    INPUT = "input"  # a command or an outside answer
    EVENT = "event"  # what the desk made of it
    ENGINE = "engine"  # what the engine itself did: started, sealed, halted


class Row(Record):
    """One line of the journal. `n` is the message it belongs to, `seq` its own number."""

    seq: int
    n: int
    kind: RowKind
    type: str
    version: int
    body: str  # canonical JSON
    at_ns: int
    hash: str

    def told(self) -> tuple[int, str, str, int, str]:
        """What a replay must tell again: all but its number in the file, its time and its hash."""
        return self.n, self.kind, self.type, self.version, self.body


class Head(Record):
    """Where the journal stands: the last message, the last row, and the chain's end."""

    n: int = 0
    seq: int = 0
    hash: str = FIRST_HASH


_ENCODER: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)


def row_hash(before: str, row: Row) -> str:
    """The chain: SHA-256 over the previous hash and the canonical row."""
    fields = [row.seq, row.n, row.kind, row.type, row.version, row.body, row.at_ns]
    text = _ENCODER.encode(fields)
    return hashlib.sha256(f"{before}{text}".encode()).hexdigest()


class TapeRow(Record):
    """Market input that a bot consumed. `prev_n` is the tape's row before it, so a gap shows."""

    n: int
    prev_n: int
    type: str
    version: int
    body: str


class Change(Record):
    """What one message changed: from it the tables are written."""

    n: int
    at_ns: int
    message: Command | Report | MarketInput | None
    events: tuple[Event, ...]
    desk: Desk  # as it stands after them


class Sealed(Record):
    """Tape rows that now stand in a segment file and leave the table."""

    first: int
    last: int


class Segment(Record):
    name: str
    sha256: str
    rows: int


class SavedDesk(Record):
    """The desk as it stood after message n, as text, and where the chain stood then."""

    head: Head
    tape_n: int
    body: str


class Batch(Record):
    """One transaction."""

    rows: tuple[Row, ...] = ()
    tape: tuple[TapeRow, ...] = ()
    changes: tuple[Change, ...] = ()
    sealed: Sealed | None = None
    snapshot: SavedDesk | None = None


class JournalReader(Protocol):
    """Read on any thread, and by whoever may read the file."""

    @property
    def where(self) -> str:
        """The place, for people."""
        ...

    def head(self) -> Head: ...

    def reached(self, at_ns: int) -> Head:
        """The newest row of that time or before."""
        ...

    def tape_head(self) -> int:
        """The number of the newest tape row; 0 for none."""
        ...

    def rows(self, after_seq: int = 0, types: Collection[str] = ()) -> Generator[Row, None, None]:
        """All, or those of these types. Close it when it is not read to its end: it holds the
        file open."""
        ...

    def about(self, n: int, names: Collection[str], after_seq: int = 0) -> tuple[Row, ...]:
        """The rows of this message, and all in which one of these names stands."""
        ...

    def newest(self, types: Collection[str], limit: int) -> tuple[Row, ...]:
        """The newest events of these types, oldest of them first; read backwards and not far."""
        ...

    def tape(self, after_n: int = 0) -> Generator[TapeRow, None, None]:
        """All that is kept: segments first, then the table."""
        ...

    def snapshot(self, upto_n: int | None = None) -> SavedDesk | None:
        """The newest, or the newest of that message or before."""
        ...

    def segments(self) -> tuple[str, ...]:
        """Names of the segment files there are, oldest first."""
        ...

    def segment_hash(self, name: str) -> str:
        """SHA-256 of a segment file as it is now; empty when there is none."""
        ...


Durable = Callable[[], None]


def nothing_more() -> None:
    """Nobody waits for the moment itself."""


class Journal(JournalReader, Protocol):
    """Written on a thread of its own, one batch at a time."""

    async def commit(self, batch: Batch, durable: Durable = nothing_more) -> None:
        """Durable when it returns; raises JournalError, and then nothing of the batch is kept.
        `durable` is called in the journal's own thread the moment it is, and never raises."""
        ...

    async def seal(self, first: int, last: int) -> Segment:
        """Write these tape rows into a segment file; they leave the table by a later commit."""
        ...

    def drop_segment(self, name: str) -> None: ...

    async def rebuild(self, changes: Iterator[Change]) -> None:
        """Empty the tables that users read, and write them anew from these changes."""
        ...

    def close(self) -> None: ...
