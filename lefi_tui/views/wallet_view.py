"""Each account's money: balances by currency, margin, funding and fees, and how old the reading is.

Of an exchange's account the balances are the exchange's own words; of a paper account the books'.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from lefi_tui.core.money import ZERO
from lefi_tui.core.record import Record

READING_LIMIT_MS: Final = 90_000  # three readings that did not come


class BalanceRow(Record):
    """`drift` is by how much the wallet shows more than the books; None where they agree."""

    currency: str
    total: Decimal
    free: Decimal
    fees: Decimal  # paid in it
    drift: Decimal | None = None


class WalletRow(Record):
    """`age_ms` is None where no exchange has said anything yet."""

    account: str
    venue: str
    currency: str
    is_ours: bool  # a paper account: its wallet is the books
    balances: tuple[BalanceRow, ...]
    funding: Decimal = ZERO  # paid
    outside: Decimal = ZERO  # that came from outside, since it was opened
    other: Decimal = ZERO  # insurance, bonus and what nobody knows: that came
    worth: Decimal | None = None
    margin_use: float | None = None
    margin_ratio: float | None = None
    age_ms: int | None = None

    @property
    def is_stale(self) -> bool:
        return not self.is_ours and (self.age_ms is None or self.age_ms > READING_LIMIT_MS)


class WalletsView(Record):
    at_ns: int
    rows: tuple[WalletRow, ...] = ()
