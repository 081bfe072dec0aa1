"""`lefi replay`: carries a recorded run out again and names the first event that differs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

from msgspec.structs import replace

from lefi_tui.core.desk import Desk
from lefi_tui.core.messages import StartBot, TapeSealed
from lefi_tui.core.record import Record
from lefi_tui.engine.fold import Carried, Difference, Rewrite, carry_out, chained, told_again
from lefi_tui.engine.inbox import Incoming
from lefi_tui.engine.standing import Standing
from lefi_tui.ports.journal import Head, JournalChangedError, JournalReader, Row


class ReplayReport(Record):
    messages: int
    events: int
    first_difference: Difference | None = None

    @property
    def same(self) -> bool:
        return self.first_difference is None


def replay(journal: JournalReader, empty: Desk, source_override: str | None = None) -> ReplayReport:
    """The whole run from its first message; with another script's text, what it would change."""
    rewrite = None if source_override is None else _with_source(source_override)
    messages = events = 0
    last = Carried(Standing(empty))
    with closing(journal.rows()) as rows, closing(journal.tape()) as tape:
        for last in carry_out(Standing(empty), told_again(rows, tape), rewrite):
            messages += 1
            events += last.events
    # An earlier event that differs tells more than a later row that does not fit.
    found = [last.difference, _broken_chain(journal), _broken_segment(journal)]
    differences = [each for each in found if each is not None]
    return ReplayReport(messages, events, min(differences, key=lambda each: each.n, default=None))


def _with_source(source: str) -> Rewrite:
    def rewrite(message: Incoming) -> Incoming:
        return replace(message, source=source) if isinstance(message, StartBot) else message

    return rewrite


def _broken_chain(journal: JournalReader) -> Difference | None:
    newest = Head()
    try:
        for row in chained(journal, newest):
            newest = Head(row.n, row.seq, row.hash)
    except JournalChangedError as error:
        with closing(journal.rows(newest.seq)) as rest:
            broken = next(rest)
        return Difference(broken.n, broken.seq, error.why)
    return None


def _broken_segment(journal: JournalReader) -> Difference | None:
    """A segment whose bytes are not those the journal has the hash of. A missing one is a gap."""
    for row, sealed in sealed_segments(journal):
        found = journal.segment_hash(sealed.segment)
        if found and found != sealed.sha256:
            text = f"its tape segment {sealed.segment} was changed"
            return Difference(sealed.first, row.seq, text)
    return None


def sealed_segments(journal: JournalReader) -> Iterator[tuple[Row, TapeSealed]]:
    for row in journal.rows():
        if row.type == TapeSealed.__name__:
            yield row, TapeSealed(**json.loads(row.body))
