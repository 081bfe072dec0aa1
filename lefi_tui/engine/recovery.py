"""A start: from the last snapshot, the rest of the journal is verified and carried out again.

Only when that came out as it is stored may anything be traded; if it did not, the desk starts
halted and says which event differs.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import closing
from typing import Final

from lefi_tui.core.codec import CodecError, decode
from lefi_tui.core.desk import Desk
from lefi_tui.core.record import Record
from lefi_tui.engine import snapshot
from lefi_tui.engine.fold import (
    Carried,
    Difference,
    apply_stored,
    carry_out,
    chained,
    changes,
    told_again,
)
from lefi_tui.engine.standing import Standing
from lefi_tui.ports.journal import Head, Journal, JournalReader, Row, TapeRow
from lefi_tui.views.away import Memory, remembered
from lefi_tui.views.wording import VOICED

# Events that a start reads again, so that log and last actions are there: 25 ms on a slow core.
RECOLLECTED_MAX: Final = 400


class Recovered(Record):
    standing: Standing
    messages: int  # carried out again
    events: int
    verified_from: Head  # rows up to here are still to be verified, in the background
    difference: Difference | None = None


def recover(journal: JournalReader, empty: Desk) -> Recovered:
    """The desk as it stood. Raises JournalChangedError where a row does not fit the chain."""
    begin = _begin(journal, empty)
    tape = journal.tape(begin.head.n)
    with closing(chained(journal, begin.head)) as rows, closing(tape):
        return _carry_out(journal, begin, rows, tape)


def _carry_out(
    journal: JournalReader, begin: Standing, rows: Iterator[Row], tape: Iterator[TapeRow]
) -> Recovered:
    messages = events = 0
    last = Carried(begin)
    good = begin
    for last in carry_out(begin, told_again(rows, tape)):
        if last.difference is not None:
            break
        good = last.standing
        messages += 1
        events += last.events
    if last.difference is None:
        return Recovered(good, messages, events, begin.head)
    desk = _as_stored(journal, good)
    # What follows is numbered after all that is stored.
    standing = Standing(desk, journal.head(), journal.tape_head())
    return Recovered(standing, messages, events, begin.head, last.difference)


def _as_stored(journal: JournalReader, good: Standing) -> Desk:
    """From the first difference on by the stored events; the chain is verified to its end."""
    nothing: Iterator[TapeRow] = iter(())
    with closing(chained(journal, good.head)) as rows:
        desk = apply_stored(good, told_again(rows, nothing))
        deque(rows, maxlen=0)
    return desk


def _begin(journal: JournalReader, empty: Desk) -> Standing:
    saved = journal.snapshot()
    if saved is None:
        return Standing(empty)
    try:
        return snapshot.load(saved, empty.kinds)
    except (CodecError, LookupError, TypeError, ValueError):
        return Standing(empty)  # of an older program: the journal itself tells all


def recollect(journal: JournalReader, seen_ns: int) -> Memory:
    """What screens knew of the stream, from the newest events that have words."""
    rows = journal.newest(VOICED, RECOLLECTED_MAX)
    events = []
    for row in rows:
        try:
            events.append((row.at_ns, decode(row.type, row.version, row.body)))
        except CodecError:
            continue  # of an older program: the log begins after it
    return remembered(events, seen_ns, is_whole=len(rows) < RECOLLECTED_MAX)


def verify(journal: JournalReader, upto: Head | None = None) -> int:
    """How many rows fit the chain; raises JournalChangedError at the first that does not."""
    count = 0
    with closing(chained(journal, Head())) as rows:
        for row in rows:
            if upto is not None and row.seq > upto.seq:
                break
            count += 1
    return count


async def rebuild_projections(journal: Journal, empty: Desk) -> None:
    """The tables that users read, written anew from the journal alone."""
    await journal.rebuild(changes(journal, empty))
