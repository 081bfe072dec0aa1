"""Whether journal, tape and tables are what was written: the first thing that is not is named.

Three proofs: the chain of hashes over every row, the hashes of sealed tape segments that stand in
the journal, and the tables told again from the journal's events alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Final

from msgspec import field
from msgspec.structs import replace

from lefi_tui.core.codec import CodecError, decode
from lefi_tui.core.desk import Desk
from lefi_tui.core.messages import TapeSealed
from lefi_tui.core.record import Record
from lefi_tui.engine.fold import chained, changes
from lefi_tui.ports.journal import Change, Head, JournalError, JournalReader, Row
from lefi_tui.ports.tables import Tables
from lefi_tui.requests import Progress
from lefi_tui.views.numbers import clock, moment

NS_PER_DAY: Final = 86_400_000_000_000
SHOW_EVERY: Final = 500  # rows between two words on how far it is
UNTOUCHED: Final = "Keep the file as evidence; restore a copy that `lefi audit verify` finds whole"
ANEW: Final = (
    "The journal is whole, and the truth: trade nothing on what this table says; keep the file "
    "as evidence and restore a copy whose tables agree"
)


class Wrong(Record):
    """What is not as it was written. `seq` is its row, 0 where it is none."""

    what: str
    where: str
    why: str
    next: str
    seq: int = 0
    n: int = 0
    since_ns: int = 0


class Verified(Record):
    rows: int = 0
    head: Head = field(default_factory=Head)
    first_ns: int = 0
    last_ns: int = 0
    segments: int = 0
    dropped: int = 0  # older than the tape is kept
    unsealed: int = 0  # rows of the tape that no hash covers yet
    tables: int = 0  # rows of tables that agree with the journal
    untold: str = ""  # why the tables were not compared
    wrong: Wrong | None = None


class Asked(Record):
    """What is looked at, and what counts as too old to be there."""

    journal: JournalReader
    tables: Tables
    empty: Desk
    now_ns: int
    tape_days: int


def verify(asked: Asked, progress: Progress) -> Verified:
    """Chain, then tape, then tables: each rests on the one before it."""
    found, sealed = _chain(asked.journal, progress)
    if found.wrong is None:
        found = _segments(asked, found, sealed)
    return found if found.wrong is not None else _tables(asked, found, progress)


# ---- the chain


def _chain(journal: JournalReader, progress: Progress) -> tuple[Verified, list[Row]]:
    total = journal.head().seq
    saved = journal.snapshot()
    anchor = None if saved is None else saved.head
    found, sealed = Verified(), []
    rows = chained(journal, Head())
    with closing(rows):
        try:
            for row in rows:
                if row.type == TapeSealed.__name__:
                    sealed.append(row)
                if anchor is not None and row.seq == anchor.seq and row.hash != anchor.hash:
                    return replace(found, wrong=_rewritten(journal, row)), sealed
                found = _counted(found, row)
                if row.seq % SHOW_EVERY == 0:
                    progress(row.seq, total)
        except JournalError as error:
            return replace(found, wrong=_broken(journal, found, error)), sealed
    if anchor is not None and found.head.seq < anchor.seq:
        why = f"the desk was saved at row {anchor.seq}, and the journal ends at {found.head.seq}"
        lost = Wrong(
            "Rows are missing from the journal's end",
            f"{journal.where}, row {found.head.seq + 1}",
            f"{why}; the last row is of {_time(found.last_ns)}",
            UNTOUCHED,
            found.head.seq + 1,
            found.head.n,
            found.last_ns,
        )
        return replace(found, wrong=lost), sealed
    return found, sealed


def _counted(found: Verified, row: Row) -> Verified:
    return replace(
        found,
        rows=found.rows + 1,
        head=Head(row.n, row.seq, row.hash),
        first_ns=found.first_ns or row.at_ns,
        last_ns=row.at_ns,
    )


def _broken(journal: JournalReader, found: Verified, error: JournalError) -> Wrong:
    """The row after the last that fits; what is read of it may itself be what was changed."""
    at, row = found.head.seq + 1, _row_at(journal, found.head.seq)
    until = f"rows 1 to {found.head.seq} fit, the last of them of {_time(found.last_ns)}"
    if found.head.seq == 0:
        until = "it is the first row"
    since_ns = found.last_ns if row is None else row.at_ns
    about = "" if row is None else f" ({row.type} of message {row.n}, {_time(row.at_ns)})"
    return Wrong(
        "The journal was changed",
        f"{journal.where}, row {at}{about}",
        f"{error.why}; {until}",
        UNTOUCHED,
        at,
        found.head.n if row is None else row.n,
        since_ns,
    )


def _row_at(journal: JournalReader, before: int) -> Row | None:
    try:
        with closing(journal.rows(before)) as rows:
            return next(rows, None)
    except JournalError:
        return None


def _rewritten(journal: JournalReader, row: Row) -> Wrong:
    return Wrong(
        "The journal was written anew",
        f"{journal.where}, row {row.seq} or before",
        f"its chain fits, but the desk was saved at row {row.seq} with another hash",
        UNTOUCHED,
        row.seq,
        row.n,
        row.at_ns,
    )


def _time(at_ns: int) -> str:
    return f"{moment(at_ns)}:{clock(at_ns)[6:]} UTC" if at_ns else "no time"


# ---- the tape


def _segments(asked: Asked, found: Verified, sealed: list[Row]) -> Verified:
    journal, oldest = asked.journal, asked.now_ns - asked.tape_days * NS_PER_DAY
    segments = dropped = last = 0
    for row in sealed:
        event: TapeSealed = decode(row.type, row.version, row.body)
        last = event.last
        sha256 = journal.segment_hash(event.segment)
        if not sha256 and row.at_ns < oldest:
            dropped += 1
            continue
        if sha256 != event.sha256:
            return replace(found, wrong=_wrong_segment(journal, row, event, is_gone=not sha256))
        segments += 1
    with closing(journal.tape(last)) as rest:
        unsealed = sum(1 for _ in rest)
    return replace(found, segments=segments, dropped=dropped, unsealed=unsealed)


def _wrong_segment(journal: JournalReader, row: Row, event: TapeSealed, *, is_gone: bool) -> Wrong:
    what = "A segment of the tape is gone" if is_gone else "A segment of the tape was changed"
    why = f"row {row.seq} of the journal has another hash of it"
    if is_gone:
        why = f"row {row.seq} of the journal names it, and it is not old enough to be dropped"
    span = f"messages {event.first} to {event.last}, sealed {_time(row.at_ns)}"
    return Wrong(
        what,
        f"{journal.where}, tape {event.segment}",
        f"{why}; {span}",
        UNTOUCHED,
        row.seq,
        event.first,
        row.at_ns,
    )


# ---- the tables


def _tables(asked: Asked, found: Verified, progress: Progress) -> Verified:
    def told(journal: JournalReader) -> Iterator[Change]:
        return changes(journal, asked.empty)

    try:
        answer = asked.tables.compared(told, progress)
    except (CodecError, AssertionError, LookupError) as error:
        words = f"this program can't carry out the journal's events ({error})"
        return replace(found, untold=words)
    if not answer.difference:
        return replace(found, tables=answer.rows, untold=answer.untold)
    wrong = Wrong(
        "A table says other than the journal",
        f"{asked.journal.where}, {answer.where}",
        answer.difference,
        ANEW,
    )
    return replace(found, tables=answer.rows, wrong=wrong)
