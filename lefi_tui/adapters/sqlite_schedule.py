"""The table of timers: what each bot waits for by the clock, and when that came last."""

from __future__ import annotations

import sqlite3
from typing import Final

from lefi_tui.core.messages import TimersDue

_PLANNED: Final = """
INSERT INTO schedule (bot, handler, spec, zone, is_active) VALUES (?, ?, ?, ?, 1)
ON CONFLICT (bot, handler) DO UPDATE
SET spec = excluded.spec, zone = excluded.zone, is_active = 1
"""
_DUE: Final = "UPDATE schedule SET last_ns = ?, late_ms = ? WHERE bot = ? AND handler = ?"


def planned(
    connection: sqlite3.Connection, bot: str, timers: tuple[tuple[int, str, str], ...]
) -> None:
    """All timers of one bot from now on."""
    connection.execute("UPDATE schedule SET is_active = 0 WHERE bot = ?", (bot,))
    connection.executemany(_PLANNED, ((bot, *each) for each in timers))


def timers_due(connection: sqlite3.Connection, report: TimersDue) -> None:
    rows = ((report.at_ns, report.late_ms, report.bot, each) for each in report.handlers)
    connection.executemany(_DUE, rows)
