"""Writes what all migrations come to: the statements that make a new journal's tables at once.

Run as `python -m tests.faults.schema` after a migration was added.
"""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from lefi_tui.adapters.sqlite_schema import SCHEMA, migrate, revision_of


def migrated_text() -> str:
    """From a file that went through every migration, one after the other."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "migrated.sqlite"
        sqlite3.connect(path).close()
        migrate(path)
        return schema_text(path)


def schema_text(path: Path) -> str:
    """The statements that make the tables of this file, and name its revision."""
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute(
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"
        ).fetchall()
    named = f"INSERT INTO alembic_version (version_num) VALUES ('{revision_of(path)}')"
    statements = (*(_trimmed(str(row[0])) for row in found), named)
    return "BEGIN IMMEDIATE;\n" + "".join(f"{each};\n" for each in statements) + "COMMIT;\n"


def _trimmed(statement: str) -> str:
    return "\n".join(line.rstrip() for line in statement.strip().splitlines())


if __name__ == "__main__":
    SCHEMA.write_text(migrated_text())
