"""The books: every movement of money is an entry whose lines sum to zero in each currency.

Books: cash (free), margin (of perpetuals), units (spot), trading (the other side of a spot trade),
profit, fees, funding, opening; of an exchange's account also outside (what came and went),
insurance, bonus, other. Named by account. What working orders set aside is no book: it is computed
from the orders themselves (`desk.valuation.free_cash`), so it can't be left behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from msgspec import field

from lefi_tui.core.money import EXACT, ZERO, grained
from lefi_tui.core.record import Record

Key = tuple[str, str, str]  # account, book, currency


class Line(Record):
    account: str
    book: str
    currency: str
    amount: Decimal


class Ledger(Record):
    balances: Mapping[Key, Decimal] = field(default_factory=dict)

    def of(self, account: str, book: str, currency: str) -> Decimal:
        return self.balances.get((account, book, currency), ZERO)

    def posted(self, lines: Iterable[Line]) -> Ledger:
        """The books after an entry; one that does not sum to zero is a bug."""
        entry = [line for line in lines if line.amount]
        sums: dict[str, Decimal] = {}
        after = dict(self.balances)
        for line in entry:
            sums[line.currency] = EXACT.add(sums.get(line.currency, ZERO), line.amount)
            key = (line.account, line.book, line.currency)
            after[key] = EXACT.add(after.get(key, ZERO), line.amount)
        assert not any(sums.values()), f"an entry of the ledger does not sum to zero: {entry}"
        return Ledger(after)

    def sums(self) -> dict[str, Decimal]:
        """The sum of all balances by currency: always zero."""
        out: dict[str, Decimal] = {}
        for (_, _, currency), amount in self.balances.items():
            out[currency] = EXACT.add(out.get(currency, ZERO), amount)
        return out


def moved(account: str, currency: str, amount: Decimal, books: tuple[str, str]) -> list[Line]:
    """`amount` from the first book to the second."""
    source, target = books
    amount = grained(amount)
    return [
        Line(account, source, currency, amount.copy_negate()),
        Line(account, target, currency, amount),
    ]
