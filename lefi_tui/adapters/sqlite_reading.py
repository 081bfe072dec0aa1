"""Reads a journal's file, read-only, on any thread: of an engine that runs, or of one that ended.

It takes no lock and leaves nothing beside the file: looking changes nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Generator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

from lefi_tui.adapters.sqlite_errors import name_error, named
from lefi_tui.adapters.tape_files import TapeFiles
from lefi_tui.ports.journal import (
    Head,
    JournalChangedError,
    Row,
    RowKind,
    SavedDesk,
    TapeRow,
)

FILE_NAME: Final = "desk.sqlite"
BUSY_TIMEOUT_MS: Final = 2_000
READ_ROWS: Final = 2_000  # rows fetched at a time while the journal is read through
LOOK_BACK_ROWS_MAX: Final = 10_000  # of all kinds, to find the newest of some: 10 ms
ABOUT_ROWS_MAX: Final = 2_000  # of one order or moment
ROW: Final = "seq, n, kind, type, version, body, at_ns, hash"
TAPE: Final = "n, prev_n, type, version, body"
_KINDS: Final = {each.value: each for each in RowKind}


def connect(path: Path, mode: str, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> sqlite3.Connection:
    """`mode` is SQLite's: ro, rw, or "ro&immutable=1" where nobody writes."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        timeout=busy_timeout_ms / 1000,
        isolation_level=None,  # transactions begin and end where the caller says
        check_same_thread=False,  # a reader may be closed by the collector on another thread
    )
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


class SqliteReading:
    """Implements ports.journal.JournalReader."""

    def __init__(self, folder: Path, *, busy_timeout_ms: int = BUSY_TIMEOUT_MS) -> None:
        self._path = folder / FILE_NAME
        self._busy_timeout_ms = busy_timeout_ms
        self._files = TapeFiles(folder / "tape")

    @property
    def where(self) -> str:
        return str(self._path)

    def connection(self) -> AbstractContextManager[sqlite3.Connection]:
        # With no WAL beside it nobody writes: an ordinary reader would leave one behind.
        has_wal = self._path.with_name(f"{FILE_NAME}-wal").exists()
        return Reading(self._path, "ro" if has_wal else "ro&immutable=1", self._busy_timeout_ms)

    def head(self) -> Head:
        with self.connection() as connection:
            row = connection.execute(
                "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1"
            ).fetchone()
            newest = connection.execute("SELECT max(n) FROM journal").fetchone()[0] or 0
        # A tape row is a message too; after a crash the newest message may be one.
        n = max(newest, self.tape_head())
        return Head(n) if row is None else Head(n, row[0], row[1])

    def reached(self, at_ns: int) -> Head:
        """Row numbers follow one another, and their times do but for a clock that was set."""
        with self.connection() as connection:
            newest = connection.execute("SELECT max(seq) FROM journal").fetchone()[0] or 0
            low, high = 0, newest
            while low < high:
                middle = (low + high + 1) // 2
                found = connection.execute("SELECT at_ns FROM journal WHERE seq = ?", (middle,))
                row = found.fetchone()
                low, high = (middle, high) if row and row[0] <= at_ns else (low, middle - 1)
            row = connection.execute(
                "SELECT n, seq, hash FROM journal WHERE seq = ?", (low,)
            ).fetchone()
        return Head() if row is None else Head(*row)

    def tape_head(self) -> int:
        with self.connection() as connection:
            newest = connection.execute("SELECT max(n) FROM tape").fetchone()[0] or 0
        names = self._files.names()
        sealed = int(names[-1].partition(".")[0].partition("-")[2]) if names else 0
        return max(int(newest), sealed)

    def rows(self, after_seq: int = 0, types: Collection[str] = ()) -> Generator[Row, None, None]:
        marks = ", ".join("?" for _ in types)
        only = f"AND type IN ({marks}) " if types else ""
        sql = f"SELECT {ROW} FROM journal WHERE seq > ? {only}ORDER BY seq"  # noqa: S608 -- own names
        for values in self._through(sql, after_seq, *types):
            yield self._row(values)

    def _row(self, values: tuple[Any, ...]) -> Row:
        seq, n, kind, *rest = values
        if kind not in _KINDS:
            why = f"row {seq} is of a kind that no program writes: {kind!r}"
            raise JournalChangedError(why, where=self.where)
        return Row(seq, n, _KINDS[kind], *rest)

    def about(self, n: int, names: Collection[str], after_seq: int = 0) -> tuple[Row, ...]:
        named = "".join(" OR instr(body, ?) > 0" for _ in names)
        sql = (
            f"SELECT {ROW} FROM journal WHERE seq > ? AND (n = ?{named}) "  # noqa: S608 -- own names
            f"ORDER BY seq LIMIT {ABOUT_ROWS_MAX}"
        )
        return tuple(self._row(each) for each in self._through(sql, after_seq, n, *names))

    def newest(self, types: Collection[str], limit: int) -> tuple[Row, ...]:
        marks = ", ".join("?" for _ in types)
        sql = (
            f"SELECT {ROW} FROM journal WHERE seq > (SELECT max(seq) FROM journal) - ? "  # noqa: S608 -- own names
            f"AND kind != 'input' AND type IN ({marks}) ORDER BY seq DESC LIMIT ?"
        )
        with self.connection() as connection:
            found = connection.execute(sql, (LOOK_BACK_ROWS_MAX, *types, limit)).fetchall()
        return tuple(self._row(values) for values in reversed(found))

    def tape(self, after_n: int = 0) -> Generator[TapeRow, None, None]:
        for row in self._files.rows(after_n):
            after_n = row.n
            yield row
        sql = f"SELECT {TAPE} FROM tape WHERE n > ? ORDER BY n"  # noqa: S608 -- own names
        for values in self._through(sql, after_n):
            yield TapeRow(*values)

    def _through(self, sql: str, *values: object) -> Generator[Any, None, None]:
        with self.connection() as connection:
            found = connection.execute(sql, values)
            while rows := found.fetchmany(READ_ROWS):
                yield from rows

    def snapshot(self, upto_n: int | None = None) -> SavedDesk | None:
        with self.connection() as connection:
            row = connection.execute(
                "SELECT n, seq, hash, tape_n, body FROM snapshot WHERE ?1 IS NULL OR n <= ?1 "
                "ORDER BY n DESC LIMIT 1",
                (upto_n,),
            ).fetchone()
        return None if row is None else SavedDesk(Head(*row[:3]), row[3], row[4])

    def segments(self) -> tuple[str, ...]:
        return self._files.names()

    def segment_hash(self, name: str) -> str:
        return self._files.sha256(name)


class Reading:
    """A connection for one reader; what fails in it is named."""

    def __init__(self, path: Path, mode: str, busy_timeout_ms: int) -> None:
        self._path = path
        self._mode = mode
        self._busy_timeout_ms = busy_timeout_ms

    def __enter__(self) -> sqlite3.Connection:
        with named(str(self._path)):
            self._connection = connect(self._path, self._mode, self._busy_timeout_ms)
        return self._connection

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        self._connection.close()
        if isinstance(error, sqlite3.Error):
            raise name_error(error, str(self._path)) from error
