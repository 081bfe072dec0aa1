"""What an exchange says of an account's money: entries booked once, and the books held against it.

The rules it keeps: what came from outside is neither profit nor loss; a difference is told when it
is seen in a reading that nothing has overtaken, again when it changes, and when it is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from lefi_tui.core.desk.changing import put
from lefi_tui.core.desk.state import CLOSED_ORDERS_MAX
from lefi_tui.core.ledger import moved
from lefi_tui.core.messages import WalletAccepted, WalletBooked, WalletDiffered, WalletMoved
from lefi_tui.core.money import EXACT
from lefi_tui.core.wallet import OUTSIDE, WalletBooks, book_of, drifts, is_same

if TYPE_CHECKING:
    from decimal import Decimal

    from lefi_tui.core.desk.draft import Draft
    from lefi_tui.core.desk.state import Desk
    from lefi_tui.core.messages import (
        AcceptWallet,
        AccountOpened,
        FundingCharged,
        OrderFilled,
        WalletSeen,
    )


def entry(draft: Draft, report: WalletMoved) -> None:
    """Once by its id. One of before the account was opened is in what it was opened with."""
    desk = draft.desk
    books = desk.wallets.get(report.account)
    if books is None or report.at_ns <= books.opened_ns:
        return
    if report.entry in desk.booked.get(_key(report.account), ()):
        return
    draft.say(
        WalletBooked(
            report.account,
            report.entry,
            report.kind,
            report.currency,
            report.amount,
            report.at_ns,
            book_of(report.kind),
            report.symbol,
        )
    )


def funding_of_no_market(draft: Draft, report: FundingCharged) -> None:
    """Of a position of another hand, in a market that is not listed: it changed the wallet."""
    account = draft.desk.accounts.get(report.account)
    if account is not None:
        name, amount = report.charge_id, report.amount.copy_negate()
        told = (report.account, name, "FUNDING_FEE", account.currency, amount, report.at_ns)
        entry(draft, WalletMoved(*told, report.symbol))


def seen(draft: Draft, message: WalletSeen) -> None:
    desk, wallet = draft.desk, message.wallet
    books, account = desk.wallets.get(message.account), desk.accounts.get(message.account)
    if books is None or account is None or not message.is_steady:
        return
    if wallet.at_ns <= max(books.filled_ns, books.entries_ns):
        return
    found = drifts(desk.ledger, account.name, account.currency, wallet.balances)
    if not is_same(books.drifts, found, account.currency):
        draft.say(WalletDiffered(account.name, wallet.at_ns, found))


def accept(draft: Draft, command: AcceptWallet) -> None:
    """What the newest difference was; money that nobody can name comes from outside."""
    books = draft.desk.wallets.get(command.account)
    if books is None or not books.drifts:
        text = f"The books of {command.account} differ from no wallet: there is nothing to accept."
        draft.refuse("AcceptWallet", command.at_ns, text)
        return
    told = (command.account, books.drifts, command.reason, command.at_ns, command.by)
    draft.say(WalletAccepted(*told))


def _key(account: str) -> str:
    return f"wallet/{account}"


# ---- what the events change


def opened(desk: Desk, event: AccountOpened) -> Desk:
    """From here on the wallet is held against the books."""
    if not event.read_ns:
        return desk
    books = WalletBooks(event.read_ns, event.read_ns, has_entries=event.has_entries)
    return replace(desk, wallets=put(desk.wallets, event.account, books))


def booked(desk: Desk, event: WalletBooked) -> Desk:
    key = _key(event.account)
    ids = (*desk.booked.get(key, ()), event.entry)[-CLOSED_ORDERS_MAX:]
    lines = moved(event.account, event.currency, event.amount, (event.book, "cash"))
    desk = replace(desk, booked=put(desk.booked, key, ids), ledger=desk.ledger.posted(lines))
    if event.book == OUTSIDE and event.currency == desk.accounts[event.account].currency:
        desk = shifted(desk, event.account, event.amount)
    return read_to(desk, event.account, event.at_ns)


def shifted(desk: Desk, account: str, amount: Decimal) -> Desk:
    """Money taken out is no loss, and money put in no gain: what worths are compared with moves."""
    worth, peak = desk.worths.get(account), desk.kill_facts.peaks.get(account)
    if worth is not None:
        names = ("equity", "day_start", "day_peak", "week_peak", "month_peak")
        changes = {name: EXACT.add(getattr(worth, name), amount) for name in names}
        desk = replace(desk, worths=put(desk.worths, account, replace(worth, **changes)))
    if peak is not None:
        peaks = put(desk.kill_facts.peaks, account, EXACT.add(peak, amount))
        desk = replace(desk, kill_facts=replace(desk.kill_facts, peaks=peaks))
    return desk


def read_to(desk: Desk, account: str, at_ns: int) -> Desk:
    """Entries up to here are in the books."""
    books = desk.wallets.get(account)
    if books is None or at_ns <= books.entries_ns:
        return desk
    return replace(desk, wallets=put(desk.wallets, account, replace(books, entries_ns=at_ns)))


def filled(desk: Desk, event: OrderFilled) -> Desk:
    books = desk.wallets.get(event.account)
    if books is None or event.at_ns <= books.filled_ns:
        return desk
    known = replace(books, filled_ns=event.at_ns)
    return replace(desk, wallets=put(desk.wallets, event.account, known))


def differed(desk: Desk, event: WalletDiffered) -> Desk:
    books = replace(desk.wallets[event.account], drifts=event.drifts)
    return replace(desk, wallets=put(desk.wallets, event.account, books))


def accepted(desk: Desk, event: WalletAccepted) -> Desk:
    own = desk.accounts[event.account].currency
    for each in event.drifts:
        lines = moved(event.account, each.currency, each.size, (OUTSIDE, "cash"))
        desk = replace(desk, ledger=desk.ledger.posted(lines))
        if each.currency == own:
            desk = shifted(desk, event.account, each.size)
    books = replace(desk.wallets[event.account], drifts=())
    return replace(desk, wallets=put(desk.wallets, event.account, books))
