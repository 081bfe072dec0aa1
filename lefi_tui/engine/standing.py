"""Where the engine stands: the desk, the journal's end, and the tape's."""

from __future__ import annotations

from msgspec import Struct, field
from msgspec.structs import replace

from lefi_tui.core.codec import encode
from lefi_tui.core.desk import Desk, apply
from lefi_tui.core.messages import Event, Message
from lefi_tui.core.record import Record
from lefi_tui.ports.journal import Head, Row, RowKind, TapeRow, row_hash


class Standing(Record):
    """`head.n` counts messages without a gap: each has its rows, or its row on the tape."""

    desk: Desk
    head: Head = field(default_factory=Head)
    tape_n: int = 0


class RowWriter(Struct):
    """Appends to the chain. What it made is durable only when its commit is."""

    head: Head
    tape_n: int
    rows: list[Row] = field(default_factory=list)
    tape: list[TapeRow] = field(default_factory=list)

    def next_message(self) -> int:
        self.head = replace(self.head, n=self.head.n + 1)
        return self.head.n

    def write(self, kind: RowKind, message: Message, at_ns: int) -> None:
        name, version, body = encode(message)
        draft = Row(self.head.seq + 1, self.head.n, kind, name, version, body, at_ns, "")
        row = replace(draft, hash=row_hash(self.head.hash, draft))
        self.head = Head(self.head.n, row.seq, row.hash)
        self.rows.append(row)

    def record(self, message: Message) -> None:
        """Market input goes to the tape, under its message's number."""
        name, version, body = encode(message)
        self.tape.append(TapeRow(self.head.n, self.tape_n, name, version, body))
        self.tape_n = self.head.n


def engine_event(standing: Standing, event: Event, at_ns: int) -> tuple[Standing, RowWriter]:
    """Something the engine itself did: a message of its own, applied and written."""
    writer = RowWriter(standing.head, standing.tape_n)
    writer.next_message()
    writer.write(RowKind.ENGINE, event, at_ns)
    return Standing(apply(standing.desk, event), writer.head, writer.tape_n), writer
