"""The exchange's double-entry ledger: every change of a balance has two sides and one reason.

The rule it keeps: the wallet that is shown and the sum of its entries are told apart on purpose,
and `check` holds them against each other after each event; all sides of an asset sum to zero.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

OUTSIDE: Final = "outside"
TRADERS: Final = "traders"
FEES: Final = "fees"
FUNDING: Final = "funding"
INSURANCE: Final = "insurance"


@dataclass(frozen=True)
class Entry:
    """`amount` came to `account` and left `against`; negative the other way."""

    number: int
    at_ms: int
    kind: str
    account: str
    against: str
    asset: str
    amount: Decimal
    symbol: str = ""
    trade: int = 0

    def plain(self) -> dict[str, Any]:
        return {
            "number": self.number, "at_ms": self.at_ms, "kind": self.kind, "account": self.account,
            "against": self.against, "asset": self.asset, "amount": str(self.amount),
            "symbol": self.symbol, "trade": self.trade,
        }  # fmt: skip


class Books:
    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.shown: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        self._sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)

    def post(self, entry: Entry) -> None:
        """The entry alone; whoever posts changes what is shown by `show`."""
        self.entries.append(entry)
        self._sums[entry.account, entry.asset] += entry.amount
        self._sums[entry.against, entry.asset] -= entry.amount

    def show(self, account: str, asset: str, change: Decimal) -> None:
        self.shown[account, asset] += change

    def balance(self, account: str, asset: str) -> Decimal:
        return self.shown[account, asset]

    def assets(self, account: str) -> list[str]:
        return sorted(asset for owner, asset in self.shown if owner == account)

    def of(self, account: str) -> list[Entry]:
        return [each for each in self.entries if account in {each.account, each.against}]

    def check(self) -> None:
        for (account, asset), shown in self.shown.items():
            summed = self._sums[account, asset]
            assert shown == summed, f"{account} shows {shown} {asset}; its entries say {summed}"
        for asset in {asset for _, asset in self._sums}:
            left = sum(value for (_, each), value in self._sums.items() if each == asset)
            assert left == 0, f"{left} {asset} came from nowhere"
