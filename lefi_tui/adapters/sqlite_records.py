"""Reads the tables through connections of its own, read-only, in a thread: no turn waits for it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeVar

from lefi_tui.adapters.sqlite_errors import named
from lefi_tui.adapters.sqlite_games import games
from lefi_tui.adapters.sqlite_reading import FILE_NAME
from lefi_tui.core.approval import AskedOrder
from lefi_tui.core.codec import from_plain
from lefi_tui.core.messages import Sizing
from lefi_tui.ports.records import (
    AccountRecord,
    ApprovalRecord,
    Booked,
    EquityRecord,
    FillFilter,
    FillRecord,
    FlowRecord,
    FundingRecord,
    GameRecord,
    OrderRecord,
    RunRecord,
    TimerRecord,
)

T = TypeVar("T")
BUSY_TIMEOUT_S: Final = 2.0

_ORDERS: Final = """
SELECT id, account, mode, owner, leg, symbol, side, kind, price, quantity, filled, average, fee,
       status, reason, created_ns, updated_ns
FROM "order" ORDER BY created_ns DESC, id DESC LIMIT ?
"""
_FILLS: Final = """
SELECT n, account, "order", owner, symbol, side, price, quantity, fee, reason, at_ns
FROM fill
WHERE at_ns >= :since_ns AND (:account = '' OR account = :account)
  AND (:symbol = '' OR symbol = :symbol) AND (:owner = '' OR owner = :owner)
ORDER BY n DESC, owner DESC LIMIT :limit
"""
# The fills of one message are read together: a close by hand has one for each owner.
_FILLS_AFTER: Final = """
SELECT n, account, "order", owner, symbol, side, price, quantity, fee, reason, at_ns
FROM fill WHERE n > ?1
  AND n <= (SELECT MAX(n) FROM (SELECT n FROM fill WHERE n > ?1 ORDER BY n LIMIT ?2))
ORDER BY n, owner
"""
_FUNDING_AFTER: Final = """
SELECT n, account, symbol, amount, at_ns FROM funding WHERE n > ? ORDER BY n LIMIT ?
"""
_EQUITY_AFTER: Final = """
SELECT n, account, at_ns, equity, free, prices FROM equity_sample WHERE n > ? ORDER BY n LIMIT ?
"""
_ACCOUNTS: Final = """
SELECT name, currency, cash, mode, venue, sizing, taker, created_ns FROM account
ORDER BY created_ns, name
"""
_RUNS: Final = """
SELECT bot, type AS kind, title, account, run_type, status, settings, script_version, reason,
       start_ns, end_ns
FROM subscription WHERE :bot = '' OR bot = :bot ORDER BY start_ns
"""


_SCHEDULE: Final = """
SELECT bot, handler, spec, zone, is_active, last_ns, late_ms FROM schedule ORDER BY bot, handler
"""


_APPROVALS: Final = """
SELECT id, bot, title, role, orders, status, answered_by AS by, reason, outcome, asked_ns, over_ns
FROM approval WHERE over_ns IS NOT NULL ORDER BY over_ns DESC, id LIMIT ?
"""
_FLOWS: Final = """
SELECT id, bot, name, amount, unit, due_ms, settled_ns, settled_by FROM cash_flow
ORDER BY due_ms DESC, id LIMIT ?
"""


class SqliteRecords:
    """Implements ports.records on the file that the journal writes."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE_NAME

    async def orders(self, limit: int) -> tuple[OrderRecord, ...]:
        return await self._read(
            lambda connection: tuple(
                _order(row) for row in connection.execute(_ORDERS, (limit,)).fetchall()
            )
        )

    async def fills(self, wanted: FillFilter, limit: int) -> tuple[FillRecord, ...]:
        values = {
            "account": wanted.account,
            "symbol": wanted.symbol,
            "owner": wanted.owner,
            "since_ns": wanted.since_ns,
            "limit": limit,
        }
        return await self._read(
            lambda connection: tuple(
                _fill(row) for row in reversed(connection.execute(_FILLS, values).fetchall())
            )
        )

    async def booked(self, after_n: int, limit: int) -> tuple[Booked, ...]:
        return await self._read(lambda connection: _booked(connection, after_n, limit))

    async def accounts(self) -> tuple[AccountRecord, ...]:
        return await self._read(
            lambda connection: tuple(
                _account(row) for row in connection.execute(_ACCOUNTS).fetchall()
            )
        )

    async def schedule(self) -> tuple[TimerRecord, ...]:
        return await self._read(
            lambda connection: tuple(
                TimerRecord(**{**dict(row), "is_active": bool(row["is_active"])})
                for row in connection.execute(_SCHEDULE).fetchall()
            )
        )

    async def runs(self, bot: str = "") -> tuple[RunRecord, ...]:
        return await self._read(
            lambda connection: tuple(
                _run(row) for row in connection.execute(_RUNS, {"bot": bot}).fetchall()
            )
        )

    async def approvals(self, limit: int) -> tuple[ApprovalRecord, ...]:
        return await self._read(
            lambda connection: tuple(
                _approval(row) for row in connection.execute(_APPROVALS, (limit,)).fetchall()
            )
        )

    async def flows(self, limit: int) -> tuple[FlowRecord, ...]:
        return await self._read(
            lambda connection: tuple(
                _flow(row) for row in reversed(connection.execute(_FLOWS, (limit,)).fetchall())
            )
        )

    async def games(self, limit: int) -> tuple[GameRecord, ...]:
        return await self._read(lambda connection: games(connection, limit))

    async def _read(self, wanted: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.to_thread(self._now, wanted)

    def _now(self, wanted: Callable[[sqlite3.Connection], T]) -> T:
        with named(str(self._path)):
            # With no WAL beside it nobody writes: an ordinary reader would leave one behind.
            has_wal = self._path.with_name(f"{FILE_NAME}-wal").exists()
            uri = f"{self._path.absolute().as_uri()}?mode=ro" + ("" if has_wal else "&immutable=1")
            connection = sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT_S)
            with closing(connection):
                connection.row_factory = sqlite3.Row
                return wanted(connection)


def _booked(connection: sqlite3.Connection, after_n: int, limit: int) -> tuple[Booked, ...]:
    """Three tables as one story: no further than the first of them that was not read to its end."""
    connection.execute("BEGIN")  # one sight of all three: a fill must not slip in between
    parts: list[list[Booked]] = []
    for sql, read in ((_FILLS_AFTER, _fill), (_FUNDING_AFTER, _funding), (_EQUITY_AFTER, _equity)):
        found = connection.execute(sql, (after_n, limit)).fetchall()
        parts.append([read(row) for row in found])
    known_to = min((part[-1].n for part in parts if len(part) >= limit), default=None)
    rows = sorted((row for part in parts for row in part), key=lambda row: row.n)
    return tuple(row for row in rows if known_to is None or row.n <= known_to)


def _plain(row: sqlite3.Row, money: tuple[str, ...]) -> dict[str, Any]:
    """A row by its columns' names; the named ones are money, and stand there as text."""
    values: dict[str, Any] = dict(row)
    for name in money:
        values[name] = None if values[name] is None else Decimal(values[name])
    return values


def _order(row: sqlite3.Row) -> OrderRecord:
    return OrderRecord(**_plain(row, ("price", "quantity", "filled", "average", "fee")))


def _fill(row: sqlite3.Row) -> FillRecord:
    return FillRecord(**_plain(row, ("price", "quantity", "fee")))


def _run(row: sqlite3.Row) -> RunRecord:
    values = _plain(row, ())
    values["settings"] = tuple(json.loads(values["settings"]).items())
    return RunRecord(**values)


def _funding(row: sqlite3.Row) -> FundingRecord:
    return FundingRecord(**_plain(row, ("amount",)))


def _equity(row: sqlite3.Row) -> EquityRecord:
    values = _plain(row, ("equity", "free"))
    prices = json.loads(values["prices"])
    values["prices"] = tuple((symbol, Decimal(price)) for symbol, price in prices)
    return EquityRecord(**values)


def _account(row: sqlite3.Row) -> AccountRecord:
    values = _plain(row, ("cash", "taker"))
    values["sizing"] = Sizing(values["sizing"])
    return AccountRecord(**values)


def _approval(row: sqlite3.Row) -> ApprovalRecord:
    values = _plain(row, ())
    values["orders"] = from_plain(tuple[AskedOrder, ...], json.loads(values["orders"]))
    return ApprovalRecord(**values)


def _flow(row: sqlite3.Row) -> FlowRecord:
    return FlowRecord(**_plain(row, ("amount",)))
