"""The tables that users read beside the same tables told again from the journal, in memory.

Both are read in one transaction, so that an engine that goes on writing is no difference.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, nullcontext
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from lefi_tui.adapters.migrations import NEWEST
from lefi_tui.adapters.sqlite_projections import PROJECTION_TABLES, project
from lefi_tui.adapters.sqlite_reading import SqliteReading
from lefi_tui.adapters.sqlite_rows import KEYS
from lefi_tui.adapters.sqlite_schema import revision_of
from lefi_tui.ports.tables import TableAnswer, Tell
from lefi_tui.requests import Progress

EVERY: Final = 200  # messages between two words on how far it is
SHOWN_MAX: Final = 60  # characters of a value that a difference names

Row = tuple[Any, ...]


class SqliteTables:
    """Implements ports.tables.Tables."""

    def __init__(self, folder: Path) -> None:
        self._reading = SqliteReading(folder)
        self._folder = folder

    def compared(self, tell: Tell, progress: Progress) -> TableAnswer:
        revision = revision_of(Path(self._reading.where))
        if revision != NEWEST:
            return TableAnswer(untold=f"the tables are those of another program ({revision})")
        with self._reading.connection() as stored, closing(sqlite3.connect(":memory:")) as told:
            stored.execute("BEGIN")
            _furnish(told, stored)
            held = _Held(self._folder, stored)
            total = held.head().n
            for number, change in enumerate(tell(held)):
                project(told, change)
                if number % EVERY == 0:
                    progress(change.n, total)
            return _difference(stored, told)


class _Held(SqliteReading):
    """Reads through one connection, in its transaction."""

    def __init__(self, folder: Path, connection: sqlite3.Connection) -> None:
        super().__init__(folder)
        self._held = connection

    def connection(self) -> AbstractContextManager[sqlite3.Connection]:
        return nullcontext(self._held)


def _furnish(told: sqlite3.Connection, stored: sqlite3.Connection) -> None:
    """The same tables, empty, without their references."""
    found = stored.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
    for name, create in found.fetchall():
        if name in PROJECTION_TABLES:
            told.execute(create)


def _difference(stored: sqlite3.Connection, told: sqlite3.Connection) -> TableAnswer:
    rows = 0
    for table in reversed(PROJECTION_TABLES):
        names, kept = _rows(stored, table)
        _, made = _rows(told, table)
        keys = [names.index(name) for name in KEYS[table]]
        for old, new in zip_longest(kept, made):
            if old != new:
                where, words = _words(names, keys, old, new)
                return TableAnswer(rows, f"table {table}, {where}", words)
            rows += 1
    return TableAnswer(rows)


def _rows(connection: sqlite3.Connection, table: str) -> tuple[list[str], Iterator[Row]]:
    keys = ", ".join(f'"{name}"' for name in KEYS[table])
    found = connection.execute(f'SELECT * FROM "{table}" ORDER BY {keys}')  # noqa: S608 -- own names
    return [each[0] for each in found.description], found


def _words(names: list[str], keys: list[int], old: Row | None, new: Row | None) -> tuple[str, str]:
    """Which row, and what is wrong with it."""
    of_old = None if old is None else tuple(old[at] for at in keys)
    of_new = None if new is None else tuple(new[at] for at in keys)
    if of_old is not None and (of_new is None or of_old < of_new):
        return _key(names, keys, of_old), "it stands there, and the journal does not tell it"
    assert of_new is not None
    if of_old != of_new:
        return _key(names, keys, of_new), "the journal tells it, and it is not there"
    assert old is not None
    assert new is not None
    at = next(at for at, value in enumerate(old) if value != new[at])
    said = f"{names[at]} is {_shown(old[at])}; by the journal it is {_shown(new[at])}"
    return _key(names, keys, of_new), said


def _key(names: list[str], keys: list[int], values: Row) -> str:
    return ", ".join(f"{names[at]} {_shown(value)}" for at, value in zip(keys, values, strict=True))


def _shown(value: object) -> str:
    text = str(value)
    return text if len(text) <= SHOWN_MAX else f"{text[:SHOWN_MAX]}…"
