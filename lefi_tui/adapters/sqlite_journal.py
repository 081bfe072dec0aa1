"""The journal as one SQLite file: WAL, synchronous=FULL, one thread that writes.

FULL costs 0.4 ms a commit where it was measured, and a commit holds a whole turn. The loop only
ever awaits a future: no wait for the disk is spent on it.
"""

from __future__ import annotations

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable, Collection, Generator, Iterator
from concurrent.futures import Future
from contextlib import closing
from pathlib import Path
from typing import Any, Final, TypeVar

from lefi_tui.adapters import sqlite_projections, sqlite_schema
from lefi_tui.adapters.sqlite_errors import name_error, named
from lefi_tui.adapters.sqlite_lock import InstanceLock
from lefi_tui.adapters.tape_files import TapeFiles
from lefi_tui.ports.journal import (
    Batch,
    Change,
    Head,
    Row,
    RowKind,
    SavedDesk,
    Segment,
    TapeRow,
)

T = TypeVar("T")

FILE_NAME: Final = "desk.sqlite"
# A commit waits this long for another program's lock; then the turn has failed, and says so.
BUSY_TIMEOUT_MS: Final = 2_000
READ_ROWS: Final = 2_000  # rows fetched at a time while the journal is read through
SNAPSHOTS_KEPT: Final = 3
LOOK_BACK_ROWS_MAX: Final = 10_000  # of all kinds, to find the newest of some: 10 ms

_ROW: Final = "seq, n, kind, type, version, body, at_ns, hash"
_TAPE: Final = "n, prev_n, type, version, body"
_INSERT_ROW: Final = (
    "INSERT INTO journal (seq, n, kind, type, version, body, at_ns, hash) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_TAPE: Final = "INSERT INTO tape (n, prev_n, type, version, body) VALUES (?, ?, ?, ?, ?)"


class SqliteJournal:
    """Opened by constructing it: checks, locks and migrates, or raises a JournalError."""

    def __init__(self, folder: Path, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
        self._path = folder / FILE_NAME
        self._busy_timeout_ms = busy_timeout_ms
        self._files = TapeFiles(folder / "tape")
        with named(str(folder)):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = InstanceLock(folder / "engine.lock")
        try:
            sqlite_schema.prepare(self._path)
            self._writer = _Writer(self._open)
        except BaseException:
            self._lock.release()
            raise

    @property
    def where(self) -> str:
        return str(self._path)

    def _open(self) -> sqlite3.Connection:
        """The writer's own connection, made on its thread."""
        with named(self.where):
            connection = _connect(self._path, "rw", self._busy_timeout_ms)
            try:
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                # Finds a file or folder that can't be written now, not at the first order.
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
            except BaseException:
                connection.close()
                raise
        return connection

    # ---- writing

    async def commit(self, batch: Batch) -> None:
        await self._writer.run(lambda connection: _commit(connection, batch))

    async def seal(self, first: int, last: int) -> Segment:
        return await self._writer.run(lambda connection: self._seal(connection, first, last))

    def _seal(self, connection: sqlite3.Connection, first: int, last: int) -> Segment:
        found = connection.execute(
            f"SELECT {_TAPE} FROM tape WHERE n BETWEEN ? AND ? ORDER BY n",  # noqa: S608 -- own names
            (first, last),
        )
        return self._files.write(TapeRow(*row) for row in found)

    async def rebuild(self, changes: Iterator[Change]) -> None:
        await self._writer.run(lambda connection: _rebuild(connection, changes))

    def close(self) -> None:
        self._writer.close()
        self._lock.release()

    # ---- reading, on any thread

    def head(self) -> Head:
        with self._read() as connection:
            row = connection.execute(
                "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1"
            ).fetchone()
            newest = connection.execute("SELECT max(n) FROM journal").fetchone()[0] or 0
        # A tape row is a message too; after a crash the newest message may be one.
        n = max(newest, self.tape_head())
        return Head(n) if row is None else Head(n, row[0], row[1])

    def tape_head(self) -> int:
        with self._read() as connection:
            newest = connection.execute("SELECT max(n) FROM tape").fetchone()[0] or 0
        names = self._files.names()
        sealed = int(names[-1].partition(".")[0].partition("-")[2]) if names else 0
        return max(int(newest), sealed)

    def rows(self, after_seq: int = 0) -> Generator[Row, None, None]:
        sql = f"SELECT {_ROW} FROM journal WHERE seq > ? ORDER BY seq"  # noqa: S608 -- own names
        for seq, n, kind, *rest in self._through(sql, after_seq):
            yield Row(seq, n, RowKind(kind), *rest)

    def newest(self, types: Collection[str], limit: int) -> tuple[Row, ...]:
        marks = ", ".join("?" for _ in types)
        sql = (
            f"SELECT {_ROW} FROM journal WHERE seq > (SELECT max(seq) FROM journal) - ? "  # noqa: S608 -- own names
            f"AND kind != 'input' AND type IN ({marks}) ORDER BY seq DESC LIMIT ?"
        )
        with self._read() as connection:
            found = connection.execute(sql, (LOOK_BACK_ROWS_MAX, *types, limit)).fetchall()
        return tuple(Row(seq, n, RowKind(kind), *rest) for seq, n, kind, *rest in reversed(found))

    def tape(self, after_n: int = 0) -> Generator[TapeRow, None, None]:
        for row in self._files.rows(after_n):
            after_n = row.n
            yield row
        sql = f"SELECT {_TAPE} FROM tape WHERE n > ? ORDER BY n"  # noqa: S608 -- own names
        for row in self._through(sql, after_n):
            yield TapeRow(*row)

    def _through(self, sql: str, after: int) -> Generator[Any, None, None]:
        with self._read() as connection:
            found = connection.execute(sql, (after,))
            while rows := found.fetchmany(READ_ROWS):
                yield from rows

    def snapshot(self) -> SavedDesk | None:
        with self._read() as connection:
            row = connection.execute(
                "SELECT n, seq, hash, tape_n, body FROM snapshot ORDER BY n DESC LIMIT 1"
            ).fetchone()
        return None if row is None else SavedDesk(Head(*row[:3]), row[3], row[4])

    def segments(self) -> tuple[str, ...]:
        return self._files.names()

    def segment_hash(self, name: str) -> str:
        return self._files.sha256(name)

    def drop_segment(self, name: str) -> None:
        self._files.drop(name)

    def _read(self) -> _Reading:
        return _Reading(self._path, self._busy_timeout_ms)


class _Reading:
    """A connection for one reader; what fails in it is named."""

    def __init__(self, path: Path, busy_timeout_ms: int) -> None:
        self._path = path
        self._busy_timeout_ms = busy_timeout_ms

    def __enter__(self) -> sqlite3.Connection:
        with named(str(self._path)):
            self._connection = _connect(self._path, "ro", self._busy_timeout_ms)
        return self._connection

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._connection.close()
        if isinstance(error, sqlite3.Error):
            raise name_error(error, str(self._path)) from error


def _connect(path: Path, mode: str, busy_timeout_ms: int) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=busy_timeout_ms / 1000,
        isolation_level=None,  # transactions begin and end where this module says
        check_same_thread=False,  # a reader may be closed by the collector on another thread
    )
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


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
    connection.execute(
        "DELETE FROM snapshot WHERE n NOT IN (SELECT n FROM snapshot ORDER BY n DESC LIMIT ?)",
        (SNAPSHOTS_KEPT,),
    )


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
            while (entry := self._work.get()) is not None:
                self._carry_out(connection, *entry)

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
        self._work.put((work, done))
        # Shielded: a cancelled turn must not leave its commit half told.
        return await asyncio.shield(asyncio.wrap_future(done))

    def close(self) -> None:
        self._work.put(None)
        self._thread.join()
