"""The far venue's own record: every report, every fill once, and how often each id was sent."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from lefi_tui.core.codec import encode
from lefi_tui.core.messages import Report, VenueFilled

TABLES = """
create table if not exists sent (order_id text primary key, times integer not null);
create table if not exists said (
    n integer primary key, order_id text not null, kind text not null,
    body text not null unique);
create table if not exists fills (
    trade_id text primary key, order_id text not null, symbol text not null, side text not null,
    price text not null, quantity text not null, fee text not null, is_last integer not null);
"""


class ExchangeLedger:
    def __init__(self, path: Path) -> None:
        self._rows = sqlite3.connect(path)
        self._rows.executescript("pragma journal_mode=wal;" + TABLES)

    def sent(self, orders: Iterable[str]) -> None:
        with self._rows:
            self._rows.executemany(
                "insert into sent values (?, 1)"
                " on conflict (order_id) do update set times = times + 1",
                [(order,) for order in orders],
            )

    def keep(self, reports: Iterable[Report]) -> None:
        """A report that was told before (a duplicate's story) is not kept again."""
        with self._rows:
            for report in reports:
                kind, _, body = encode(report)
                order = getattr(report, "order", "")
                values = (order, kind, body)
                kept = self._rows.execute(
                    "insert or ignore into said values (null, ?, ?, ?)", values
                )
                if kept.rowcount and isinstance(report, VenueFilled):
                    self._rows.execute("insert into fills values (?,?,?,?,?,?,?,?)", _row(report))


def _row(fill: VenueFilled) -> tuple[str | int, ...]:
    return (
        fill.trade_id,
        fill.order,
        fill.symbol,
        fill.side,
        str(fill.price),
        str(fill.quantity),
        str(fill.fee),
        int(fill.is_last),
    )


@dataclass(frozen=True)
class FarFill:
    trade_id: str
    order: str
    symbol: str
    side: str
    price: Decimal
    quantity: Decimal
    fee: Decimal
    is_last: bool


@dataclass(frozen=True)
class LedgerRead:
    """What the venue really did, for comparing with our own journal."""

    fills: tuple[FarFill, ...]
    sent: dict[str, int]  # client id: how often it was sent to the venue

    @property
    def sent_twice(self) -> tuple[str, ...]:
        return tuple(order for order, times in self.sent.items() if times > 1)

    @property
    def finished_twice(self) -> tuple[str, ...]:
        """Ids that the venue filled to their end more than once: there must be none."""
        done = [fill.order for fill in self.fills if fill.is_last]
        return tuple(sorted({order for order in done if done.count(order) > 1}))


def _fill(row: tuple[str, ...]) -> FarFill:
    trade, order, symbol, side, price, quantity, fee, is_last = row
    numbers = Decimal(price), Decimal(quantity), Decimal(fee)
    return FarFill(trade, order, symbol, side, *numbers, bool(is_last))


def read_ledger(path: Path) -> LedgerRead:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as rows:
        fills = tuple(_fill(each) for each in rows.execute("select * from fills order by rowid"))
        sent = dict(rows.execute("select order_id, times from sent"))
    rows.close()
    return LedgerRead(fills, sent)
