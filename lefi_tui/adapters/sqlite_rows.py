"""One row of a projection, inserted or changed; the columns that identify it, by table."""

from __future__ import annotations

import sqlite3
from typing import Final

Values = dict[str, str | int | None]
# The columns that identify a row, by table.
KEYS: Final[dict[str, tuple[str, ...]]] = {
    "account": ("name",),
    "bot": ("name", "type"),
    "subscription": ("id",),
    "trade": ("id",),
    "order": ("id",),
    "fill": ("n", "owner"),
    "equity_sample": ("n",),
    "funding": ("n",),
    "script": ("title",),
    "script_version": ("version",),
    "schedule": ("bot", "handler"),
    "approval": ("id",),
    "cash_flow": ("id",),
    "game": ("n", "bot", "game"),
}
# Set when the row is first written, never again.
_ONCE: Final = frozenset({"created_ns"})


def put(connection: sqlite3.Connection, table: str, values: Values) -> None:
    """Insert, or change the named columns of the row that is there."""
    keys = KEYS[table]
    columns = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join("?" * len(values))
    later = [name for name in values if name not in keys and name not in _ONCE]
    sets = ", ".join(f'"{name}" = excluded."{name}"' for name in later)
    action = f"UPDATE SET {sets}" if later else "NOTHING"
    wanted = ", ".join(f'"{name}"' for name in keys)
    # Every name here is of this module; values go in as parameters.
    sql = f'INSERT INTO "{table}" ({columns}) VALUES ({marks}) ON CONFLICT ({wanted}) DO {action}'  # noqa: S608 -- no text from outside
    connection.execute(sql, tuple(values.values()))
