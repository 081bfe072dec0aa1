"""Brings a journal file to this program's schema, whole or not at all.

A new file is made beside its place and renamed into it; an older one is copied before it is
migrated; a newer one is refused untouched.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lefi_tui.adapters.migrations import NEWEST
from lefi_tui.adapters.sqlite_errors import named
from lefi_tui.ports.journal import JournalNewerError

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

MIGRATIONS: Final = Path(__file__).parent / "migrations"
# What all migrations together come to: a new file needs none of them, which saves half a second.
# `python -m tests.faults.schema` writes it; a test compares both.
SCHEMA: Final = MIGRATIONS / "schema.sql"


def prepare(path: Path) -> None:
    """Make the file, or migrate it, or find that nothing is to be done."""
    if not path.exists():
        _create(path)
        return
    revision = revision_of(path)
    if revision == NEWEST:
        return
    if revision not in known_revisions():
        raise JournalNewerError(
            f"its schema is {revision or 'not named'}, this program knows up to {NEWEST}",
            where=str(path),
        )
    shutil.copy2(path, path.with_name(f"{path.name}.before-{NEWEST}"))
    migrate(path)


def revision_of(path: Path) -> str:
    """The schema a file has, read without leaving a trace beside it."""
    # With no WAL beside it the file is complete; an ordinary reader would create one.
    has_wal = path.with_name(f"{path.name}-wal").exists()
    uri = f"{path.as_uri()}?mode=ro" + ("" if has_wal else "&immutable=1")
    with named(str(path)):
        connection = sqlite3.connect(uri, uri=True)
        try:
            found = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except sqlite3.OperationalError as error:
            if "no such table" in str(error):
                return ""
            raise
        finally:
            connection.close()
    return "" if found is None else str(found[0])


def known_revisions() -> set[str]:
    return {each.name.partition("_")[0] for each in (MIGRATIONS / "versions").glob("0*.py")}


def _create(path: Path) -> None:
    fresh = path.with_name(f"{path.name}.new")
    fresh.unlink(missing_ok=True)
    with named(str(path)):
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(sqlite3.connect(fresh, isolation_level=None)) as connection:
            connection.executescript(SCHEMA.read_text())
        fresh.replace(path)


def migrate(path: Path) -> None:
    from alembic import command  # noqa: PLC0415 -- half a second that only a migration pays
    from sqlalchemy.exc import DBAPIError  # noqa: PLC0415 -- the same

    with named(str(path)):
        try:
            run_alembic(path, lambda config: command.upgrade(config, "head"))
        except DBAPIError as error:
            if isinstance(error.orig, sqlite3.Error):
                raise error.orig from error
            raise


def run_alembic(path: Path, work: Callable[[Config], None]) -> None:
    """Alembic over this file, without an ini file and in one transaction."""
    from alembic.config import Config  # noqa: PLC0415 -- see migrate
    from sqlalchemy import create_engine, event  # noqa: PLC0415 -- the same
    from sqlalchemy.pool import NullPool  # noqa: PLC0415 -- the same

    engine = create_engine(f"sqlite:///{path}", poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _no_own_transactions(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # else the driver commits before each CREATE

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    config = Config(stdout=StringIO())  # it tells of its work; standard output is not its place
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        work(config)
    engine.dispose()
