"""What is committed moves into the journal's own file behind the orders, never before them."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from lefi_tui.adapters import sqlite_journal
from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.sqlite_reading import FILE_NAME
from lefi_tui.ports.journal import Batch, TapeRow
from tests.engine.kit import until

pytestmark = pytest.mark.asyncio


def batch(n: int) -> Batch:
    return Batch(tape=(TapeRow(n, n - 1, "Said", 1, "{}"),))


def in_the_file(folder: Path, beside: Path) -> list[int]:
    """What a copy of the file alone holds, without the log beside it."""
    shutil.copyfile(folder / FILE_NAME, beside)
    connection = sqlite3.connect(beside)
    try:
        return [n for (n,) in connection.execute("SELECT n FROM tape ORDER BY n")]
    except sqlite3.DatabaseError:
        return [-1]  # copied while it was moved
    finally:
        connection.close()


async def test_behind_a_while_without_work_all_of_it_is_in_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_journal, "REST_S", 0.01)
    folder, beside = tmp_path / "desk", tmp_path / "copy.sqlite"
    journal = SqliteJournal(folder)
    for n in (1, 2, 3):
        await journal.commit(batch(n))
    await until(lambda: in_the_file(folder, beside) == [1, 2, 3])
    journal.close()


async def test_where_it_never_rests_it_is_moved_behind_the_orders_of_a_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_journal, "REST_S", 3_600.0)
    monkeypatch.setattr(sqlite_journal, "UNMOVED_MAX", 3)
    folder, beside = tmp_path / "desk", tmp_path / "copy.sqlite"
    journal, at_once = SqliteJournal(folder), list[list[int]]()
    for n in (1, 2, 3):
        await journal.commit(batch(n), lambda: at_once.append(in_the_file(folder, beside)))
    await until(lambda: in_the_file(folder, beside) == [1, 2, 3])
    assert at_once == [[], [], []]
    journal.close()


class Full(sqlite3.Connection):
    def execute(self, _words: str, _given: object = (), /) -> sqlite3.Cursor:
        raise sqlite3.OperationalError("database or disk is full")


async def test_what_can_not_be_moved_stays_and_the_next_commit_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    full, moved = sqlite3.connect(":memory:", factory=Full), sqlite_journal._moved
    monkeypatch.setattr(sqlite_journal, "REST_S", 0.01)
    monkeypatch.setattr(sqlite_journal, "_moved", lambda _connection: moved(full))
    journal = SqliteJournal(tmp_path / "desk")
    await journal.commit(batch(1))
    await until(lambda: "disk is full" in caplog.text)
    await journal.commit(batch(2))
    assert [each.n for each in journal.tape()] == [1, 2]
    journal.close()
