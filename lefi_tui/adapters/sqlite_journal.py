"""The journal as one SQLite file: WAL, synchronous=FULL, one thread that writes.

FULL costs 0.4 ms a commit where it was measured, and a commit holds a whole turn. The loop only
ever awaits a future: no wait for the disk is spent on it.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any, Final, TypeVar

from lefi_tui.adapters import sqlite_projections, sqlite_schema
from lefi_tui.adapters.sqlite_errors import name_error, named
from lefi_tui.adapters.sqlite_lock import InstanceLock
from lefi_tui.adapters.sqlite_reading import TAPE, Reading, SqliteReading, connect
from lefi_tui.ports.journal import (
    Batch,
    Change,
    Durable,
    Row,
    SavedDesk,
    Segment,
    TapeRow,
    nothing_more,
)

T = TypeVar("T")

_log: Final = logging.getLogger(__name__)

# A commit waits this long for another program's lock; then the turn has failed, and says so.
BUSY_TIMEOUT_MS: Final = 2_000
# What is committed is moved into the file itself behind a while without work: SQLite's own time for
# it is within a commit, whose orders would wait for that disk, some 100 ms of each few hundred.
REST_S: Final = 0.25
UNMOVED_MAX: Final = 500  # commits; then it is done behind one, however busy it is
SNAPSHOTS_KEPT: Final = 3  # the newest, whatever else is kept
# Older ones so far apart as their number asks for: a question of the past begins at the nearest.
SNAPSHOTS_MAX: Final = 64

_INSERT_ROW: Final = (
    "INSERT INTO journal (seq, n, kind, type, version, body, at_ns, hash) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_TAPE: Final = "INSERT INTO tape (n, prev_n, type, version, body) VALUES (?, ?, ?, ?, ?)"
# Past their number one goes: the one whose absence leaves the smallest gap.
_THIN_OUT: Final = """
DELETE FROM snapshot WHERE n = (
  SELECT n FROM (
    SELECT n, lead(n, 1) OVER older - lag(n, 1, 0) OVER older AS gap,
           row_number() OVER (ORDER BY n DESC) AS place
    FROM snapshot WINDOW older AS (ORDER BY n)
  ) WHERE place > ?1 ORDER BY gap, n LIMIT 1
) AND (SELECT count(*) FROM snapshot) > ?2
"""


class SqliteJournal(SqliteReading):
    """Opened by constructing it: checks, locks and migrates, or raises a JournalError."""

    def __init__(self, folder: Path, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
        super().__init__(folder, busy_timeout_ms=busy_timeout_ms)
        with named(str(folder)):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = InstanceLock(folder / "engine.lock")
        try:
            sqlite_schema.prepare(self._path)
            self._writer = _Writer(self._open)
        except BaseException:
            self._lock.release()
            raise

    def connection(self) -> AbstractContextManager[sqlite3.Connection]:
        return Reading(self._path, "ro", self._busy_timeout_ms)

    def _open(self) -> sqlite3.Connection:
        """The writer's own connection, made on its thread."""
        with named(self.where):
            connection = connect(self._path, "rw", self._busy_timeout_ms)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                connection.execute("PRAGMA wal_autocheckpoint = 0")
                # Finds a file or folder that can't be written now, not at the first order.
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
            except BaseException:
                connection.close()
                raise
        return connection

    # ---- writing

    async def commit(self, batch: Batch, durable: Durable = nothing_more) -> None:
        def work(connection: sqlite3.Connection) -> None:
            _commit(connection, batch)
            durable()

        await self._writer.run(work)

    async def seal(self, first: int, last: int) -> Segment:
        return await self._writer.run(lambda connection: self._seal(connection, first, last))

    def _seal(self, connection: sqlite3.Connection, first: int, last: int) -> Segment:
        found = connection.execute(
            f"SELECT {TAPE} FROM tape WHERE n BETWEEN ? AND ? ORDER BY n",  # noqa: S608 -- own names
            (first, last),
        )
        return self._files.write(TapeRow(*row) for row in found)

    async def rebuild(self, changes: Iterator[Change]) -> None:
        await self._writer.run(lambda connection: _rebuild(connection, changes))

    def close(self) -> None:
        self._writer.close()
        self._lock.release()

    def drop_segment(self, name: str) -> None:
        self._files.drop(name)


def _commit(connection: sqlite3.Connection, batch: Batch) -> None:
    with _Transaction(connection):
        if batch.rows:
            connection.executemany(
                _INSERT_ROW,
                [_row_values(row) for row in batch.rows],
            )
        if batch.tape:
            connection.executemany(
                _INSERT_TAPE,
                [(each.n, each.prev_n, each.type, each.version, each.body) for each in batch.tape],
            )
        for change in batch.changes:
            sqlite_projections.project(connection, change)
        if batch.sealed is not None:
            span = (batch.sealed.first, batch.sealed.last)
            connection.execute("DELETE FROM tape WHERE n BETWEEN ? AND ?", span)
        if batch.snapshot is not None:
            _save_snapshot(connection, batch.snapshot)


def _row_values(row: Row) -> tuple[Any, ...]:
    return (row.seq, row.n, row.kind.value, *row.told()[2:], row.at_ns, row.hash)


def _save_snapshot(connection: sqlite3.Connection, saved: SavedDesk) -> None:
    head = saved.head
    connection.execute(
        "INSERT OR REPLACE INTO snapshot (n, seq, hash, tape_n, body) VALUES (?, ?, ?, ?, ?)",
        (head.n, head.seq, head.hash, saved.tape_n, saved.body),
    )
    connection.execute(_THIN_OUT, (SNAPSHOTS_KEPT, SNAPSHOTS_MAX))


def _rebuild(connection: sqlite3.Connection, changes: Iterator[Change]) -> None:
    with _Transaction(connection):
        # What refers to an account finds it again when all is written.
        connection.execute("PRAGMA defer_foreign_keys = ON")
        for table in sqlite_projections.PROJECTION_TABLES:
            connection.execute(f'DELETE FROM "{table}"')  # noqa: S608 -- own names
        for change in changes:
            sqlite_projections.project(connection, change)


class _Transaction:
    """All or nothing: any failure inside leaves the file as it was."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, _error: object, _trace: object) -> None:
        if kind is None:
            try:
                self._connection.execute("COMMIT")
            except sqlite3.Error:
                self._roll_back()
                raise
        else:
            self._roll_back()

    def _roll_back(self) -> None:
        # After some errors SQLite has rolled back by itself.
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")


def _moved(connection: sqlite3.Connection) -> int:
    """What is left to move: nothing for now, even where it failed. It stays in the log beside the
    file, and a disk that takes nothing more is told by the next commit."""
    try:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
    except sqlite3.Error as error:
        _log.warning("what is committed could not be moved into the journal's file: %s", error)
    return 0


Work = Callable[[sqlite3.Connection], Any]


class _Writer:
    """The one thread that writes. Work is carried out in the order it was handed in."""

    def __init__(self, open_connection: Callable[[], sqlite3.Connection]) -> None:
        # Bounded by the engine: one turn awaits its commit before the next begins.
        self._work: queue.SimpleQueue[tuple[Work, Future[Any]] | None] = queue.SimpleQueue()
        self._opened: Future[str] = Future()
        self._thread = threading.Thread(
            target=self._run, args=(open_connection,), name="journal", daemon=True
        )
        self._thread.start()
        self._where = self._opened.result()

    def _run(self, open_connection: Callable[[], sqlite3.Connection]) -> None:
        try:
            connection = open_connection()
        except BaseException as error:  # noqa: BLE001 -- handed to whoever opens the journal
            self._opened.set_exception(error)
            return
        where = connection.execute("PRAGMA database_list").fetchone()[2]
        self._opened.set_result(where)
        with closing(connection):
            self._work_on(connection)

    def _work_on(self, connection: sqlite3.Connection) -> None:
        unmoved = 0
        while True:
            try:
                entry = self._work.get(timeout=REST_S if unmoved else None)
            except queue.Empty:
                unmoved = _moved(connection)
                continue
            if entry is None:
                return
            self._carry_out(connection, *entry)
            unmoved += 1
            if unmoved >= UNMOVED_MAX:
                unmoved = _moved(connection)

    def _carry_out(self, connection: sqlite3.Connection, work: Work, done: Future[Any]) -> None:
        if not done.set_running_or_notify_cancel():
            return
        try:
            result = work(connection)
        except sqlite3.Error as error:
            done.set_exception(name_error(error, self._where))
        except BaseException as error:  # noqa: BLE001 -- handed to whoever awaits this work
            done.set_exception(error)
        else:
            done.set_result(result)

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        done: Future[T] = Future()
        told = asyncio.wrap_future(done)
        self._work.put((work, done))
        # Shielded: a cancelled turn must not leave its commit half told.
        return await asyncio.shield(told)

    def close(self) -> None:
        self._work.put(None)
        self._thread.join()
