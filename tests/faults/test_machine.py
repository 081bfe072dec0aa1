"""Faults of the machine, the real thing each: what is said, in four parts, and what is kept."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lefi_tui.adapters.migrations import NEWEST
from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.sqlite_schema import SCHEMA, prepare, run_alembic
from lefi_tui.engine.recovery import verify
from tests.engine.kit import LIST, OPEN, MemoryVenue, bars, quote, running, send, start, until
from tests.faults.schema import migrated_text, schema_text

ROOT = Path(__file__).parents[2]


def _command(folder: Path, fault: str) -> list[str]:
    return [sys.executable, "-m", "tests.faults.fault_child", str(folder), fault]


def _met(folder: Path, fault: str = "open") -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        _command(folder, fault), cwd=ROOT, capture_output=True, text=True, timeout=100, check=False
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def _files(folder: Path) -> dict[str, str]:
    """Every file with the hash of its bytes."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name not in {"engine.lock", "emergency.log"}
    }


def _has_four_parts(said: dict[str, Any]) -> bool:
    return all(said[part] for part in ("title", "where", "why", "next"))


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A profile that has traded and ended."""
    folder = tmp_path / "desk"
    venue = MemoryVenue()
    engine = running(folder, venue)
    send(engine, OPEN, LIST, start())
    assert engine.hear(quote(0, 100.0))
    assert engine.hear(bars(0, 1.0))
    asyncio.run(until(lambda: bool(venue.orders)))
    engine.stop()
    return folder


def test_a_kill_on_a_full_disk_goes_its_whole_way_and_is_journaled_when_there_is_room(
    tmp_path: Path,
) -> None:
    status, said = _met(tmp_path / "desk", "kill on a full disk")
    assert status == 0
    assert float(said["held"]) == 0
    assert "LE311" in said["failure"]
    assert said["marked"]
    assert said["proof"].startswith("flat at ")
    assert said["sends"] == 1


def test_a_full_disk_halts_lets_cancels_leave_and_goes_on_when_there_is_room(
    tmp_path: Path,
) -> None:
    status, said = _met(tmp_path / "desk", "disk full")
    assert status == 0
    assert "LE311 The journal can't be written" in said["said"]
    assert "full" in said["said"]
    assert "Next: " in said["said"]
    assert "LE311" in said["refusal"]
    assert said["cancel"]
    assert said["kill"]
    assert said["sent"] == 1
    assert said["state"] == "halted"
    assert said["after"] == "halted"  # until a person resumes
    journal = SqliteJournal(tmp_path / "desk")
    assert verify(journal)
    assert "CancelOrder" in [row.type for row in journal.rows()]
    journal.close()


@pytest.fixture
def foreign(desk: Path) -> Iterator[Path]:
    """The same profile where a user without rights can look at it, and not write."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    copy = folder / "desk"
    shutil.copytree(desk, copy)
    copy.chmod(0o755)
    for path in copy.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    yield copy
    shutil.rmtree(folder)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_a_read_only_profile_says_so_and_is_left_as_it_was(foreign: Path) -> None:
    before = _files(foreign)
    status, said = _met(foreign, "foreign user")
    assert (status, said["code"]) == (1, "LE312")
    assert _has_four_parts(said)
    assert _files(foreign) == before


def test_a_journal_locked_by_another_process_says_so(desk: Path) -> None:
    holder = sqlite3.connect(desk / "desk.sqlite", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    status, said = _met(desk)
    holder.execute("ROLLBACK")
    holder.close()
    assert (status, said["code"]) == (1, "LE313")
    assert _has_four_parts(said)
    assert _met(desk)[1]["opened"]


def test_a_damaged_file_says_so_and_is_kept_as_evidence(desk: Path) -> None:
    path = desk / "desk.sqlite"
    raw = bytearray(path.read_bytes())
    raw[100:8_300] = b"\xa5" * 8_200
    path.write_bytes(raw)
    before = _files(desk)
    status, said = _met(desk)
    assert (status, said["code"]) == (1, "LE314")
    assert _has_four_parts(said)
    assert _files(desk) == before


def test_one_changed_digit_in_the_file_is_named_by_its_row(desk: Path) -> None:
    path = desk / "desk.sqlite"
    raw = path.read_bytes()
    place = raw.index(b'"cash":"1000000"')
    path.write_bytes(raw[: place + 8] + b"2" + raw[place + 9 :])
    before = _files(desk)
    status, said = _met(desk)
    assert (status, said["code"]) == (1, "LE315")
    assert "row 2 (OpenAccount" in said["why"] or "row 3 (AccountOpened" in said["why"]
    assert _has_four_parts(said)
    assert _files(desk) == before


def test_a_journal_of_a_newer_program_is_not_touched(desk: Path) -> None:
    with sqlite3.connect(desk / "desk.sqlite") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    before = _files(desk)
    status, said = _met(desk)
    assert (status, said["code"]) == (1, "LE316")
    assert "9999" in said["why"]
    assert _has_four_parts(said)
    assert _files(desk) == before


def test_a_second_instance_is_refused_with_the_pid_of_the_first(desk: Path) -> None:
    with subprocess.Popen(
        _command(desk, "hold"),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as first:
        assert first.stdout is not None
        held = json.loads(first.stdout.readline())["held"]
        status, said = _met(desk)
        assert (status, said["code"]) == (1, "LE317")
        assert str(held) in said["why"]
        assert _has_four_parts(said)
        first.kill()  # the lock goes with its holder, however that ends
    assert _met(desk)[1]["opened"]


def test_a_start_killed_while_the_file_was_made_leaves_no_half_journal(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    folder.mkdir()
    (folder / "desk.sqlite.new").write_bytes(b"SQLite format 3\x00half")
    journal = SqliteJournal(folder)
    assert journal.head().n == 0
    journal.close()
    assert not (folder / "desk.sqlite.new").exists()


def test_models_and_migrations_agree(tmp_path: Path) -> None:
    from alembic import command  # noqa: PLC0415 -- as in the program: only where it is needed

    path = tmp_path / "desk.sqlite"
    prepare(path)
    run_alembic(path, command.check)


def test_a_new_file_is_what_all_migrations_come_to(tmp_path: Path) -> None:
    path = tmp_path / "desk.sqlite"
    prepare(path)
    assert SCHEMA.read_text() == migrated_text() == schema_text(path), (
        "run `python -m tests.faults.schema`"
    )


def test_the_program_knows_the_newest_migration_there_is() -> None:
    from lefi_tui.adapters.sqlite_schema import known_revisions  # noqa: PLC0415 -- the same

    assert max(known_revisions()) == NEWEST


def test_files_of_a_profile_are_for_its_user_alone(desk: Path) -> None:
    for path in desk.rglob("*"):
        mode = path.stat().st_mode & 0o777
        assert mode == (0o700 if path.is_dir() else 0o600), path
    assert desk.stat().st_mode & 0o777 == 0o700
