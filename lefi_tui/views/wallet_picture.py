"""The picture of the accounts' money, from the books and the newest reading of each wallet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from lefi_tui.core.desk import Account, Desk, valuation
from lefi_tui.core.money import ZERO
from lefi_tui.core.wallet import BONUS, INSURANCE, OTHER, OUTSIDE, Balance, held
from lefi_tui.views.fold import Reading, ScreenState
from lefi_tui.views.numbers import NS_PER_MS
from lefi_tui.views.wallet_view import BalanceRow, WalletRow, WalletsView

BY_HAND: Final = "kept by hand"


def wallets_view(state: ScreenState, desk: Desk, now_ns: int) -> WalletsView:
    rows = (_row(desk, each, state, now_ns) for each in desk.accounts.values())
    return WalletsView(now_ns, (*rows, *_by_hand(desk)))


def age_of(reading: Reading, now_ns: int) -> int:
    return max(0, now_ns - reading.asked_ns) // NS_PER_MS


def _row(desk: Desk, account: Account, state: ScreenState, now_ns: int) -> WalletRow:
    name, reading = account.name, state.wallets.get(account.name)
    is_ours = name not in desk.wallets
    balances = _books(desk, account) if is_ours or reading is None else reading.wallet.balances
    wallet = None if reading is None else reading.wallet

    def came(*books: str) -> Decimal:
        return -sum((desk.ledger.of(name, each, account.currency) for each in books), ZERO)

    return WalletRow(
        account=name,
        venue=account.venue,
        currency=account.currency,
        is_ours=is_ours,
        balances=tuple(_balance(desk, name, each) for each in balances),
        funding=-came("funding"),
        outside=came(OUTSIDE),
        other=came(INSURANCE, BONUS, OTHER),
        worth=None if wallet is None else wallet.worth,
        margin_use=None if wallet is None else wallet.margin_use,
        margin_ratio=None if wallet is None else wallet.margin_ratio,
        age_ms=None if reading is None else age_of(reading, now_ns),
    )


def _by_hand(desk: Desk) -> Iterable[WalletRow]:
    """Accounts that no venue of ours stands behind: what was moved there."""
    names = {owner for owner, _, _ in desk.ledger.balances} - desk.accounts.keys()
    for name in sorted(names):
        kept = {each for owner, _, each in desk.ledger.balances if owner == name}
        held_there = ((each, held(desk.ledger, name, each)) for each in sorted(kept))
        rows = tuple(BalanceRow(each, total, total, ZERO) for each, total in held_there)
        yield WalletRow(name, BY_HAND, rows[0].currency, is_ours=True, balances=rows)


def _books(desk: Desk, account: Account) -> tuple[Balance, ...]:
    """What the books hold: of the account's own currency what is free, too."""
    name = account.name
    currencies = {each for owner, _, each in desk.ledger.balances if owner == name}
    shown = {each: held(desk.ledger, name, each) for each in sorted(currencies)}
    free = valuation.free_cash(desk, name)
    return tuple(
        Balance(each, total, free if each == account.currency else total)
        for each, total in shown.items()
        if total or each == account.currency
    )


def _balance(desk: Desk, account: str, balance: Balance) -> BalanceRow:
    currency = balance.currency
    fees = desk.ledger.of(account, "fees", currency)
    drift = _drifts(desk, account).get(currency)
    return BalanceRow(currency, balance.total, balance.free, fees, drift)


def _drifts(desk: Desk, account: str) -> Mapping[str, Decimal]:
    books = desk.wallets.get(account)
    return {} if books is None else {each.currency: each.size for each in books.drifts}
