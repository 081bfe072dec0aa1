"""What a turn made becomes durable here: rows, tape, tables, snapshots and sealed segments.

Tape alone needs no commit of its own: it rides with the next one, or is written a second later.
"""

from __future__ import annotations

from typing import Final

from msgspec.structs import replace

from lefi_tui.core.messages import Event, TapeSealed
from lefi_tui.core.record import Record
from lefi_tui.engine import snapshot
from lefi_tui.engine.standing import Standing, engine_event
from lefi_tui.engine.turn import Turn
from lefi_tui.ports.journal import (
    Batch,
    Change,
    Durable,
    Journal,
    Sealed,
    TapeRow,
    nothing_more,
)

SNAPSHOT_EVENTS: Final = 10_000  # a start carries out at most so many again: about two seconds
TAPE_PENDING_MAX: Final = 1_024  # rows of tape that wait in memory for a commit
SEGMENT_BYTES_MAX: Final = 1_000_000  # of JSON text in one segment; the engine waits for it


class Pace(Record):
    """How often the desk is saved, and how long a segment of the tape grows."""

    snapshot_events: int = SNAPSHOT_EVENTS
    segment_bytes: int = SEGMENT_BYTES_MAX


class Commits:
    def __init__(self, journal: Journal, standing: Standing, pace: Pace | None = None) -> None:
        self._journal = journal
        self._pace = pace or Pace()
        self.durable = standing  # as the disk has it
        self.standing = standing
        self._pending: list[TapeRow] = []
        self._since_snapshot = 0
        self._tape_from = 0  # first row of the tape that no segment holds
        self._tape_bytes = 0
        self._owed: Batch | None = None

    def measure(self) -> None:
        """What the tape's table holds already; read once at the start."""
        names = self._journal.segments()
        sealed = int(names[-1].partition(".")[0].partition("-")[2]) if names else 0
        for row in self._journal.tape(sealed):
            self._count(row)

    def _count(self, row: TapeRow) -> None:
        self._tape_from = self._tape_from or row.n
        self._tape_bytes += len(row.body)

    def save_next(self) -> None:
        """The next commit saves the desk, whether it is due or not."""
        self._since_snapshot = self._pace.snapshot_events

    @property
    def has_pending(self) -> bool:
        return bool(self._pending)

    @property
    def pending(self) -> tuple[TapeRow, ...]:
        """The tape that the journal has only with its next commit."""
        return tuple(self._pending)

    def owe(self, turn: Turn) -> None:
        """It failed, and yet it happened: the press book has it, the next commit writes it."""
        self._owed = replace(turn.batch, tape=self.pending)
        self._pending.clear()
        self.durable = self.standing = turn.after

    def is_light(self, turn: Turn) -> bool:
        """Whether it is kept at once: nothing of it needs a commit, nor is one or a seal due."""
        has_room = len(self._pending) + len(turn.batch.tape) < TAPE_PENDING_MAX
        return has_room and not turn.batch.rows and self._tape_bytes < self._pace.segment_bytes

    async def keep(self, turn: Turn, durable: Durable = nothing_more) -> None:
        """Durable when it returns, if it has rows; raises JournalError, and then it never was."""
        self._pending.extend(turn.batch.tape)
        self._since_snapshot += len(turn.batch.rows) + len(turn.batch.tape)
        if turn.batch.rows or len(self._pending) >= TAPE_PENDING_MAX:
            await self._commit(turn.batch, turn.after, durable)
        self.standing = turn.after

    async def flush(self) -> None:
        """The tape that waits, and nothing else."""
        if self._pending:
            await self._commit(Batch(), self.standing)

    async def _commit(self, batch: Batch, after: Standing, durable: Durable = nothing_more) -> None:
        is_due = self._since_snapshot >= self._pace.snapshot_events
        owed = self._owed or Batch()
        whole = replace(
            batch,
            rows=owed.rows + batch.rows,
            tape=owed.tape + self.pending,
            changes=owed.changes + batch.changes,
            snapshot=snapshot.save(after) if is_due else None,
        )
        await self._journal.commit(whole, durable)
        self._owed = None
        for row in whole.tape:
            self._count(row)
        self._pending.clear()
        self.durable = self.standing = after
        if is_due:
            self._since_snapshot = 0

    async def say(self, event: Event, at_ns: int) -> None:
        """Something the engine itself did."""
        after, writer = engine_event(self.standing, event, at_ns)
        change = Change(after.head.n, at_ns, None, (event,), after.desk)
        self._since_snapshot += len(writer.rows)
        await self._commit(Batch(tuple(writer.rows), changes=(change,)), after)

    async def seal_if_due(self, at_ns: int) -> TapeSealed | None:
        return await self.seal(at_ns) if self._tape_bytes >= self._pace.segment_bytes else None

    async def seal(self, at_ns: int) -> TapeSealed | None:
        """What the table holds goes into a segment file, whose hash goes into the journal."""
        await self.flush()
        if not self._tape_from:
            return None
        first, last = self._tape_from, self.standing.tape_n
        segment = await self._journal.seal(first, last)
        event = TapeSealed(segment.name, segment.sha256, first, last, segment.rows)
        after, writer = engine_event(self.standing, event, at_ns)
        self._tape_from = self._tape_bytes = 0
        await self._commit(Batch(tuple(writer.rows), sealed=Sealed(first, last)), after)
        return event

    def adopt(self, standing: Standing) -> None:
        """The commit was told as failed, and yet the disk has it."""
        self._pending.clear()
        self._owed = None
        self.durable = self.standing = standing

    def roll_back(self) -> None:
        """After a failed commit: what the disk does not have did not happen."""
        self._pending.clear()
        self.standing = self.durable
