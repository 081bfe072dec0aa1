"""Another journal with a chain that fits, as an older program or a forger would have written it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

from msgspec.structs import replace

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.ports.journal import Head, Row, row_hash


def edit(folder: Path, change: Callable[[list[Row]], list[Row]]) -> None:
    """Rewrite the journal with a chain that fits: a forger with the program's own source."""
    journal = SqliteJournal(folder)
    rows = change(list(journal.rows()))
    journal.close()
    before = Head()
    with sqlite3.connect(folder / "desk.sqlite") as connection:
        connection.execute("DELETE FROM journal")
        for row in rows:
            draft = replace(row, seq=before.seq + 1, hash="")
            new = row_hash(before.hash, draft)
            before = Head(row.n, draft.seq, new)
            connection.execute(
                "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (draft.seq, *row.told(), row.at_ns, new),
            )
    connection.close()
