"""A journal of an older program is taken over with every fill it holds, and a copy is left."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

from alembic import command

from lefi_tui.adapters.sqlite_reading import FILE_NAME
from lefi_tui.adapters.sqlite_records import SqliteRecords
from lefi_tui.adapters.sqlite_schema import prepare, revision_of, run_alembic
from lefi_tui.ports.records import FillFilter

FILL = (7, "main", "L1", "t1", None, "ema-1", "BTC/USDT", "buy", "100", "0.01", "0.0005")
REST = ("taker", "order", 5)


def _older(path: Path) -> None:
    """A file as the program before wrote it: one owner a fill."""
    sqlite3.connect(path).close()
    run_alembic(path, lambda config: command.upgrade(config, "0002"))
    marks = ", ".join("?" * (len(FILL) + len(REST)))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            'INSERT INTO fill (n, account, "order", trade_id, trade, owner, symbol, side, price, '
            f"quantity, fee, liquidity, reason, at_ns) VALUES ({marks})",
            (*FILL, *REST),
        )
        connection.commit()


def test_fills_of_one_owner_are_taken_over_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / FILE_NAME
    _older(path)
    assert revision_of(path) == "0002"
    prepare(path)
    (fill,) = asyncio.run(SqliteRecords(tmp_path).fills(FillFilter(), 10))
    assert (fill.n, fill.owner, fill.order) == (7, "ema-1", "L1")
    assert (fill.price, fill.quantity, fill.fee) == (
        Decimal(100),
        Decimal("0.01"),
        Decimal("0.0005"),
    )
    assert asyncio.run(SqliteRecords(tmp_path).approvals(10)) == ()
    assert asyncio.run(SqliteRecords(tmp_path).flows(10)) == ()
    (copy,) = tmp_path.glob("*.before-*")
    assert revision_of(copy) == "0002"
