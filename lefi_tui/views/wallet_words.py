"""Each account's money in lines, for a window and for the command line alike."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from lefi_tui.core.money import words
from lefi_tui.views import numbers
from lefi_tui.views.desk_view import Weight
from lefi_tui.views.figures import MONEY_PLACES, figure
from lefi_tui.views.wallet_view import BalanceRow, WalletRow, WalletsView

NEAR: Final = 0.8  # of the margin at which the exchange closes positions
Line = tuple[str, Weight]


def lines(view: WalletsView, silent_ms: int = 0) -> Iterator[Line]:
    for row in view.rows:
        yield _head(row, silent_ms)
        for each in row.balances:
            yield from _balance(each, row.currency)
        yield from _margin(row)
        yield from _sums(row)
        if any(each.drift is not None for each in row.balances):
            accept = f"`lefi money accept {row.account} --reason …` takes it into the books"
            yield f"  {accept}", Weight.WARN
        yield "", Weight.PLAIN


def _head(row: WalletRow, silent_ms: int) -> Line:
    name = f"{row.account}  {row.venue}, "
    if row.is_ours:
        return f"{name}by our books", Weight.PLAIN
    if row.age_ms is None:
        return f"{name}not read yet: by our books", Weight.WARN
    read = f"read {numbers.age(row.age_ms + silent_ms)} ago"
    return (f"{name}STALE: {read}", Weight.WARN) if row.is_stale else (name + read, Weight.PLAIN)


def _balance(row: BalanceRow, home: str) -> Iterator[Line]:
    """`home` is what the account is counted in: two digits of it, six that count of others."""
    paid = figure(float(row.fees), row.currency, {home: MONEY_PLACES}.get)
    fees = f"  fees paid {paid}" if row.fees else ""
    sums = f"{_money(row.total):>16}  free {_money(row.free):>16}"
    yield f"  {row.currency:<6} {sums}{fees}", Weight.PLAIN
    if row.drift is not None:
        side = "more" if row.drift > 0 else "less"
        size = words(abs(row.drift))
        yield f"  ! {size} {row.currency} {side} than in our books", Weight.WARN


def _margin(row: WalletRow) -> Iterator[Line]:
    if row.margin_use is not None:
        ratio = row.margin_ratio or 0.0
        used = f"margin {row.margin_use:.1%} used, {ratio:.1%} of the way to liquidation"
        yield f"  {used}", Weight.BAD if ratio >= NEAR else Weight.PLAIN


def _sums(row: WalletRow) -> Iterator[Line]:
    parts = (("funding paid", row.funding), ("from outside", row.outside), ("other", row.other))
    told = [f"{name} {numbers.amount(value)}" for name, value in parts if value]
    if told:
        yield f"  {', '.join(told)} {row.currency}", Weight.PLAIN


def _money(value: Decimal) -> str:
    """Cents of large money, all digits of small."""
    return numbers.price(value, 2) if abs(value) >= 1 or not value else words(value)
