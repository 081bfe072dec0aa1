"""Orders as a person looks through them: what works now, and what became of those before."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from lefi_tui.core.order import HAND
from lefi_tui.core.record import Record


class PastOrderRow(Record):
    """`places` are the digits after the point that the market's tick asks for."""

    id: str
    account: str
    owner: str
    symbol: str
    side: str
    kind: str
    leg: str
    price: Decimal | None
    quantity: Decimal | None
    filled: Decimal
    average: Decimal | None
    fee: Decimal
    status: str
    reason: str
    is_working: bool
    created_ns: int
    updated_ns: int
    places: int


class OrdersView(Record):
    """Newest first. `is_cut` when there are older ones that were not asked for."""

    at_ns: int
    rows: tuple[PastOrderRow, ...]
    is_cut: bool = False


def matching(rows: Iterable[PastOrderRow], wanted: str) -> tuple[PastOrderRow, ...]:
    """The rows in which every word occurs, in whatever field and case."""
    words = wanted.lower().split()
    return tuple(row for row in rows if all(word in _searched(row) for word in words))


def _searched(row: PastOrderRow) -> str:
    state = "working" if row.is_working else "past"
    parts = (row.symbol, row.side, row.status, state, whose(row), row.kind, row.leg, row.id)
    return " ".join((*parts, row.account)).lower()


def whose(row: PastOrderRow) -> str:
    return "by hand" if row.owner == HAND else row.owner
