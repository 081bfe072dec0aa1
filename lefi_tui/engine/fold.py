"""The journal and the tape told again: each message once more through `step`, and what came of it.

Recovery, `lefi replay` and the tables are this one fold, so none of them can tell another story.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import groupby
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.core.codec import CodecError, decode, encode
from lefi_tui.core.desk import Desk, advance, apply
from lefi_tui.core.desk.draft import Placing
from lefi_tui.core.messages import BotUpdated, Event, SettingsChanged, UpdateBegun
from lefi_tui.core.record import Record
from lefi_tui.engine.inbox import Incoming
from lefi_tui.engine.standing import Standing
from lefi_tui.ports.journal import (
    Change,
    Head,
    JournalChangedError,
    JournalReader,
    Row,
    RowKind,
    TapeRow,
    row_hash,
)

Rewrite = Callable[[Incoming], Incoming]
Encoded = tuple[str, int, str]  # type, version, body
# What a message that was tampered with may raise when it is carried out again.
IMPOSSIBLE: Final = (AssertionError, LookupError, ValueError, ArithmeticError, TypeError)


_PLACINGS: Final = frozenset(each.__name__ for each in (UpdateBegun, BotUpdated, SettingsChanged))


class Difference(Record):
    """The first event that came out otherwise; `seq` is its row, 0 where there is none."""

    n: int
    seq: int
    text: str
    is_gap: bool = False  # what led to it is not kept any more

    def __str__(self) -> str:
        row = f", row {self.seq}" if self.seq else ""
        return f"message {self.n}{row}: {self.text}"


class Told(Record):
    """All that is kept of one message."""

    n: int
    rows: tuple[Row, ...] = ()
    tape: TapeRow | None = None

    @property
    def events(self) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.kind is RowKind.EVENT)

    def row(self, kind: RowKind) -> Row | None:
        return next((row for row in self.rows if row.kind is kind), None)


class Carried(Record):
    """One message carried out again."""

    standing: Standing
    events: int = 0
    difference: Difference | None = None


def chained(journal: JournalReader, head: Head) -> Generator[Row, None, None]:
    """The rows after `head` as long as each fits the chain; the first that does not is named."""
    with closing(journal.rows(head.seq)) as rows:
        yield from _fitting(rows, head, journal.where)


def _fitting(rows: Iterator[Row], head: Head, where: str) -> Iterator[Row]:
    before = head
    for row in rows:
        if row.seq != before.seq + 1:
            raise JournalChangedError(f"row {before.seq + 1} is missing", where=where)
        if row_hash(before.hash, row) != row.hash:
            raise JournalChangedError(
                f"row {row.seq} ({row.type} of message {row.n}) does not fit the chain of hashes",
                where=where,
            )
        before = Head(row.n, row.seq, row.hash)
        yield row


def told_again(rows: Iterator[Row], tape: Iterator[TapeRow]) -> Iterator[Told]:
    """Journal and tape as one story, in the order of the message numbers."""
    groups = groupby(rows, key=lambda row: row.n)
    of_tape = next(tape, None)
    for n, group in groups:
        while of_tape is not None and of_tape.n < n:
            yield Told(of_tape.n, tape=of_tape)
            of_tape = next(tape, None)
        if of_tape is not None and of_tape.n == n:
            yield Told(n, tuple(group), of_tape)
            of_tape = next(tape, None)
        else:
            yield Told(n, tuple(group))
    while of_tape is not None:
        yield Told(of_tape.n, tape=of_tape)
        of_tape = next(tape, None)


def carry_out(
    standing: Standing, story: Iterator[Told], rewrite: Rewrite | None = None
) -> Iterator[Carried]:
    """Each message through `step` again; the last one given is the first that differs."""
    for told in story:
        gap = _gap(standing, told)
        carried = Carried(standing, difference=gap) if gap else _carry(standing, told, rewrite)
        yield carried
        if carried.difference is not None:
            return
        standing = carried.standing


def _gap(standing: Standing, told: Told) -> Difference | None:
    """Numbers have no gap, and each row of the tape names the one before it."""
    expected = standing.head.n + 1
    if told.n != expected:
        text = "it is missing from journal and tape"
        return Difference(expected, 0, text, is_gap=True)
    if told.tape is not None and told.tape.prev_n != standing.tape_n:
        text = f"the tape's row before it is {standing.tape_n}, not {told.tape.prev_n}"
        return Difference(told.n, 0, text, is_gap=True)
    return None


def _carry(standing: Standing, told: Told, rewrite: Rewrite | None) -> Carried:
    try:
        own = told.row(RowKind.ENGINE)
        if own is not None:
            desk = apply(standing.desk, decode(own.type, own.version, own.body))
            return Carried(_after(standing, told, desk), len(told.rows))
        message = message_of(told)
        if message is None:
            row = told.rows[0]
            return Carried(
                standing,
                difference=Difference(told.n, row.seq, f"{row.type} has lost what led to it"),
            )
        if rewrite is None:
            desk, step = advance(standing.desk, message, _placings(told))
        else:
            desk, step = advance(standing.desk, rewrite(message))
    except CodecError as error:
        return Carried(standing, difference=Difference(told.n, 0, f"it can't be read: {error}"))
    except IMPOSSIBLE as error:
        text = f"it can't be carried out: {type(error).__name__}: {error}"
        return Carried(standing, difference=Difference(told.n, 0, text))
    events = tuple(event for event in step.events if isinstance(event, Event))
    difference = _compare(told, events, is_rewritten=rewrite is not None)
    return Carried(_after(standing, told, desk), len(events), difference)


def _placings(told: Told) -> tuple[Placing, ...]:
    """Where orders stand in another text: read out of both texts better by each program than by
    the one before, so no start is halted by it."""
    rows = (row for row in told.events if row.type in _PLACINGS)
    return tuple(decode(row.type, row.version, row.body) for row in rows)


def message_of(told: Told) -> Any:
    """What led to it; None for what the engine itself did."""
    source = told.tape or told.row(RowKind.INPUT)
    return None if source is None else decode(source.type, source.version, source.body)


def _after(standing: Standing, told: Told, desk: Desk) -> Standing:
    last = told.rows[-1] if told.rows else None
    head = replace(standing.head, n=told.n) if last is None else Head(told.n, last.seq, last.hash)
    return Standing(desk, head, standing.tape_n if told.tape is None else told.n)


# Under another script these two differ by its text alone, and say nothing about a decision.
_OF_THE_TEXT: Final = frozenset({"ScriptSaved", "BotStarted", "BotUpdated"})


# What was refused, and by which rule, is a decision; the words it is told in get better with each
# program, and so does what a game's times are measured by. No start is halted by either.
WORDS: Final = ("text", "found", "next", "reason")  # of refusal, check, gate, denied order
_REFUSALS: Final = ("CommandRefused", "IntentRefused", "BotRefused", "OrderDenied", "UpdateDropped")
_TOLD: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {**dict.fromkeys(_REFUSALS, WORDS), "GameEnded": ("timing",)}
)


def _compare(told: Told, events: tuple[Event, ...], *, is_rewritten: bool) -> Difference | None:
    produced = [encode(event) for event in events]
    stored = told.events
    for index in range(max(len(produced), len(stored))):
        new = produced[index] if index < len(produced) else None
        old = stored[index] if index < len(stored) else None
        kept = None if old is None else (old.type, old.version, old.body)
        if new == kept or (new and kept and _is_the_same(new, kept)):
            continue
        if is_rewritten and new and kept and new[0] == kept[0] and new[0] in _OF_THE_TEXT:
            continue
        seq = 0 if old is None else old.seq
        return Difference(told.n, seq, f"stored {_words(kept)}, now {_words(new)}")
    return None


def _is_the_same(new: Encoded, kept: Encoded) -> bool:
    """A row of an older program says nothing of what came later: its defaults stand for it."""
    try:
        today = encode(decode(*kept))
    except CodecError:
        return False
    if new == today or new[:2] != today[:2] or new[0] not in _TOLD:
        return new == today
    decided, then = (_but(_TOLD[new[0]], each[2]) for each in (new, today))
    return decided == then


def _but(names: Sequence[str], body: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(body)
    parts = (told.get(name, {}) for name in ("order", "round"))
    for each in (told, *told.get("verdicts", ()), *told.get("gates", ()), *parts):
        for name in names:
            each.pop(name, None)
    return told


def _words(event: Encoded | None) -> str:
    return "nothing" if event is None else f"{event[0]} {event[2]}"


def apply_stored(standing: Standing, story: Iterator[Told]) -> Desk:
    """Behind a difference the journal's own events go on: what was booked stays booked."""
    desk = standing.desk
    for told in story:
        for row in told.rows:
            if row.kind is not RowKind.INPUT:
                try:
                    desk = apply(desk, decode(row.type, row.version, row.body))
                except (CodecError, *IMPOSSIBLE):
                    return desk
    return desk


def changes(journal: JournalReader, desk: Desk) -> Iterator[Change]:
    """What each message changed, from its events alone: the tables need no tape."""
    for n, group in groupby(journal.rows(), key=lambda row: row.n):
        rows = tuple(group)
        message = None
        events = []
        for row in rows:
            told = decode(row.type, row.version, row.body)
            if row.kind is RowKind.INPUT:
                message = told
                continue
            desk = apply(desk, told)
            events.append(told)
        yield Change(n, rows[0].at_ns, message, tuple(events), desk)
