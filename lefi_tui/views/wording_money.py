"""Money that moved beside orders, in words: funding, entries of an exchange, differences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from lefi_tui.core import messages as m
from lefi_tui.core.money import words
from lefi_tui.core.order import Order
from lefi_tui.core.wallet import BONUS, BOOKS, INSURANCE, OUTSIDE
from lefi_tui.views import numbers
from lefi_tui.views.desk_view import Weight
from lefi_tui.views.said import Said

_WEIGHTS: Final = {OUTSIDE: Weight.WARN, INSURANCE: Weight.BAD, BONUS: Weight.GOOD}


def fee(event: m.OrderFilled) -> str:
    """Bare in the account's currency; in another one with its name."""
    if event.other_fee:
        return f"{numbers.amount(event.other_fee)} {event.other_currency}"
    return numbers.amount(event.fee)


def _funding(event: m.FundingBooked, _orders: Mapping[str, Order]) -> Said:
    word = "Funding paid" if event.amount >= 0 else "Funding received"
    what = f"{word}: {words(abs(event.amount))}"
    return Said(Weight.PLAIN, what, f"{event.account} {event.symbol}", at_ns=event.at_ns)


def _booked(event: m.WalletBooked, _orders: Mapping[str, Order]) -> Said:
    kind = event.kind.replace("_", " ").capitalize()
    way = "came" if event.amount >= 0 else "went"
    what = f"{kind}: {words(abs(event.amount))} {event.currency} {way}"
    where = f"{event.account} {event.symbol}".rstrip()
    if event.kind not in BOOKS:
        why = "a kind of entry that this program does not know; it is in the books"
        follow = "look at the account's history at the exchange"
        return Said(Weight.WARN, what, where, why, follow, event.at_ns)
    why = "neither profit nor loss" if event.book == OUTSIDE else ""
    weight = _WEIGHTS.get(event.book, Weight.PLAIN)
    return Said(weight, what, where, why, "", event.at_ns)


def _differed(event: m.WalletDiffered, _orders: Mapping[str, Order]) -> Said:
    if not event.drifts:
        what = "The exchange's wallet agrees with the books"
        return Said(Weight.GOOD, what, event.account, at_ns=event.at_ns)
    sizes = ", ".join(
        f"{words(abs(each.size))} {each.currency} {'more' if each.size > 0 else 'less'}"
        for each in event.drifts
    )
    what = f"The exchange's wallet shows {sizes} than the books"
    said = (
        f"{each.currency}: books {words(each.ours)}, wallet {words(each.theirs)}"
        for each in event.drifts
    )
    follow = "its history there says what it is; then `lefi money accept`"
    return Said(Weight.WARN, what, event.account, "; ".join(said), follow, event.at_ns)


def _accepted(event: m.WalletAccepted, _orders: Mapping[str, Order]) -> Said:
    sizes = ", ".join(f"{words(each.size)} {each.currency}" for each in event.drifts)
    what = f"The wallet's difference is taken into the books: {sizes}"
    why = f"{event.reason} (by {event.by})"
    return Said(Weight.PLAIN, what, event.account, why, at_ns=event.at_ns)


OF_MONEY: Final[dict[type[m.Event], Callable[[Any, Mapping[str, Order]], Said | None]]] = {
    m.FundingBooked: _funding,
    m.WalletBooked: _booked,
    m.WalletDiffered: _differed,
    m.WalletAccepted: _accepted,
}
