"""The outbox on the disk: a small database of its own, so that no turn ever waits for a notice.

It holds names of channels, never an address, and the newest notices that are done. What is kept is
on the disk when the call returns.
"""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from msgspec.structs import astuple, fields

from lefi_tui.adapters.sqlite_errors import named
from lefi_tui.core.notices import Delivery, Severity, State
from lefi_tui.ports.notifier import Kept

FILE_NAME: Final = "notices.db"
BUSY_TIMEOUT_S: Final = 5.0
DONE_MAX: Final = 500  # done ones that stay to be looked at
_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS channel (name TEXT PRIMARY KEY) STRICT;
CREATE TABLE IF NOT EXISTS mark (one INTEGER PRIMARY KEY CHECK (one = 1), n INTEGER) STRICT;
CREATE TABLE IF NOT EXISTS delivery (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL, channel TEXT NOT NULL, severity TEXT NOT NULL,
    title TEXT NOT NULL, text TEXT NOT NULL, at_ns INTEGER NOT NULL, state TEXT NOT NULL,
    changed_ns INTEGER NOT NULL, due_ns INTEGER NOT NULL, attempts INTEGER NOT NULL,
    why TEXT NOT NULL, is_again INTEGER NOT NULL, is_digest INTEGER NOT NULL
) STRICT;
"""
_OPEN: Final = """
SELECT * FROM delivery WHERE state IN ('pending', 'sending', 'retry', 'held') ORDER BY id
"""
_TRIED: Final = "SELECT channel, changed_ns FROM delivery WHERE attempts > 0 ORDER BY changed_ns"
_KEEP: Final = "INSERT OR REPLACE INTO delivery VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_PRUNE: Final = """
DELETE FROM delivery WHERE state IN ('sent', 'in digest', 'dead') AND id <= (
    SELECT id FROM delivery WHERE state IN ('sent', 'in digest', 'dead')
    ORDER BY id DESC LIMIT 1 OFFSET ?)
"""


class SqliteOutbox:
    """Implements ports.notifier.OutboxStore; also where the command line names channels."""

    def __init__(self, folder: Path, busy_s: float = BUSY_TIMEOUT_S) -> None:
        self._path = folder / FILE_NAME
        self._busy_s = busy_s
        self._lock = threading.Lock()  # asked by the outbox and by a screen
        self._connection: sqlite3.Connection | None = None

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """One transaction."""
        with self._lock, named(str(self._path)):
            if self._connection is None:
                self._connection = self._connect()
            with self._connection:
                yield self._connection

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self._path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(
            self._path, timeout=self._busy_s, check_same_thread=False, isolation_level="IMMEDIATE"
        )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(_SCHEMA)
        return connection

    @property
    def is_there(self) -> bool:
        """Nothing is made where nobody has named a channel."""
        return self._path.exists()

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    # ---- channels

    def channels(self) -> tuple[str, ...]:
        if not self.is_there:
            return ()
        with self._opened() as connection:
            rows = connection.execute("SELECT name FROM channel ORDER BY name").fetchall()
        return tuple(str(name) for (name,) in rows)

    def add_channel(self, name: str) -> None:
        """What happened before there was any channel is never told."""
        with self._opened() as connection:
            if connection.execute("SELECT 1 FROM channel LIMIT 1").fetchone() is None:
                connection.execute("DELETE FROM mark")
            connection.execute("INSERT OR IGNORE INTO channel VALUES (?)", (name,))

    def remove_channel(self, name: str) -> None:
        if self.is_there:
            with self._opened() as connection:
                connection.execute("DELETE FROM channel WHERE name = ?", (name,))

    # ---- deliveries

    def load(self) -> Kept:
        if not self.is_there:
            return Kept()
        with self._opened() as connection:
            rows = connection.execute(_OPEN).fetchall()
            tried = connection.execute(_TRIED).fetchall()
            keys = connection.execute("SELECT DISTINCT key FROM delivery").fetchall()
            (last,) = connection.execute("SELECT COALESCE(MAX(id), 0) FROM delivery").fetchone()
            mark = connection.execute("SELECT n FROM mark").fetchone()
        opened = tuple(_delivery(row) for row in rows)
        return Kept(
            opened,
            frozenset(key for (key,) in keys),
            last,
            tuple(tried),
            None if mark is None else mark[0],
        )

    def keep(self, changed: Collection[Delivery], mark: int | None) -> None:
        with self._opened() as connection:
            connection.executemany(_KEEP, [astuple(each) for each in changed])
            if mark is not None:
                connection.execute("INSERT OR REPLACE INTO mark VALUES (1, ?)", (mark,))
            connection.execute(_PRUNE, (DONE_MAX,))

    def newest(self, limit: int) -> tuple[Delivery, ...]:
        if not self.is_there:
            return ()
        with self._opened() as connection:
            sql = "SELECT * FROM delivery ORDER BY id DESC LIMIT ?"
            rows = connection.execute(sql, (limit,)).fetchall()
        return tuple(_delivery(row) for row in rows)


def _delivery(row: tuple[Any, ...]) -> Delivery:
    values = dict(zip((each.name for each in fields(Delivery)), row, strict=True))
    values["severity"] = Severity(values["severity"])
    values["state"] = State(values["state"])
    values["is_again"], values["is_digest"] = bool(row[-2]), bool(row[-1])
    return Delivery(**values)
