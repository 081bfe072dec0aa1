"""What an exchange says an account has: balances, positions, entries; and how our books compare.

The rule it keeps: an entry of a kind that nobody knows is booked and shown like any other, and a
difference between the books and the wallet is told with its size, never written over.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Final

from lefi_tui.core.ledger import Ledger
from lefi_tui.core.money import EXACT, ZERO, exact_sum
from lefi_tui.core.record import Record

# Below it a difference is a matter of rounding (LL-24); of another currency than the account's.
DRIFT_MAX: Final = Decimal("0.01")
DRIFT_OTHER_MAX: Final = Decimal("0.00001")
OWN_BOOKS: Final = ("cash", "margin", "units")  # together what the wallet shows

OUTSIDE: Final = "outside"  # money that came or went: no profit, no loss
INSURANCE: Final = "insurance"
BONUS: Final = "bonus"
OTHER: Final = "other"
# Binance's words for what changes a wallet beside fills and funding.
BOOKS: Final[Mapping[str, str]] = {
    "TRANSFER": OUTSIDE,
    "INTERNAL_TRANSFER": OUTSIDE,
    "CROSS_COLLATERAL_TRANSFER": OUTSIDE,
    "STRATEGY_UMFUTURES_TRANSFER": OUTSIDE,
    "COIN_SWAP_DEPOSIT": OUTSIDE,
    "COIN_SWAP_WITHDRAW": OUTSIDE,
    "AUTO_EXCHANGE": OUTSIDE,
    "INSURANCE_CLEAR": INSURANCE,
    "WELCOME_BONUS": BONUS,
    "REFERRAL_KICKBACK": BONUS,
    "COMMISSION_REBATE": BONUS,
    "API_REBATE": BONUS,
    "CONTEST_REWARD": BONUS,
    "FEE_RETURN": BONUS,
    "BFUSD_REWARD": BONUS,
    "FUNDING_FEE": "funding",  # of another currency than the account's
    "POSITION_LIMIT_INCREASE_FEE": "fees",
    "DELIVERED_SETTELMENT": "profit",
}


class Balance(Record):
    """`total` without the profit of open positions; `free` is what may be used or moved."""

    currency: str
    total: Decimal
    free: Decimal


class VenuePosition(Record):
    """As the exchange sees it; what it does not say is None."""

    symbol: str
    units: Decimal  # signed
    entry: Decimal
    mark: Decimal | None = None
    liquidation: Decimal | None = None
    margin: Decimal | None = None  # that it takes; of an isolated one its own
    maintenance: Decimal | None = None
    leverage: Decimal | None = None
    is_isolated: bool = False


class Wallet(Record):
    """One reading. `worth` backs the positions, `initial` is what they and the orders take of it,
    and at `maintenance` the exchange closes them."""

    at_ns: int  # by the exchange's clock
    balances: tuple[Balance, ...] = ()
    positions: tuple[VenuePosition, ...] = ()
    worth: Decimal | None = None
    initial: Decimal | None = None
    maintenance: Decimal | None = None

    @property
    def margin_use(self) -> float | None:
        """The share of what backs the positions that is taken."""
        return _share(self.initial, self.worth)

    @property
    def margin_ratio(self) -> float | None:
        """At 1 the exchange closes positions."""
        return _share(self.maintenance, self.worth)

    def position(self, symbol: str) -> VenuePosition | None:
        return next((each for each in self.positions if each.symbol == symbol), None)


class Drift(Record):
    """One currency of which the books and the wallet say different things."""

    currency: str
    ours: Decimal
    theirs: Decimal

    @property
    def size(self) -> Decimal:
        return EXACT.subtract(self.theirs, self.ours)


class WalletBooks(Record):
    """What the desk knows of an account whose wallet is somebody else's."""

    opened_ns: int  # by the exchange's clock: what it says of before is in the opening
    entries_ns: int  # the newest entry that was booked
    filled_ns: int = 0  # the newest fill: a reading of before says nothing of now
    drifts: tuple[Drift, ...] = ()
    has_entries: bool = True  # its exchange tells each change of it


def _share(part: Decimal | None, whole: Decimal | None) -> float | None:
    return None if part is None or not whole or whole <= 0 else float(part / whole)


def book_of(kind: str) -> str:
    return BOOKS.get(kind, OTHER)


def held(ledger: Ledger, account: str, currency: str) -> Decimal:
    """What the books say the wallet shows."""
    return exact_sum(ledger.of(account, book, currency) for book in OWN_BOOKS)


def drifts(
    ledger: Ledger, account: str, own: str, balances: Iterable[Balance]
) -> tuple[Drift, ...]:
    """By currency, where they differ by more than rounding; `own` is the account's currency."""
    shown = {each.currency: each.total for each in balances}
    ours = {
        currency
        for owner, book, currency in ledger.balances
        if owner == account and book in OWN_BOOKS
    }
    found = (
        Drift(each, held(ledger, account, each), shown.get(each, ZERO))
        for each in sorted(ours | shown.keys())
    )
    return tuple(each for each in found if abs(each.size) > _most(each.currency, own))


def is_same(before: Iterable[Drift], after: Iterable[Drift], own: str) -> bool:
    """Whether what differed differs by as much still."""
    sizes = {each.currency: each.size for each in before}
    newer = {each.currency: each.size for each in after}
    return sizes.keys() == newer.keys() and all(
        abs(EXACT.subtract(newer[each], sizes[each])) <= _most(each, own) for each in sizes
    )


def _most(currency: str, own: str) -> Decimal:
    return DRIFT_MAX if currency == own else DRIFT_OTHER_MAX
