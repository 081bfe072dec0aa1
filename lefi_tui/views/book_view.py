"""A market's book and its newest prints as a screen may know them, with their ages.

The rule it keeps: what was not heard is not there, and what is old says how old it is.
"""

from __future__ import annotations

from decimal import Decimal

from lefi_tui.core.order import Side
from lefi_tui.core.record import Record


class Rung(Record):
    """One level of a side."""

    price: Decimal
    units: Decimal


class PrintRow(Record):
    """A trade of the market. `side` is who took."""

    at_ns: int
    price: Decimal
    units: Decimal
    side: Side


class BookView(Record):
    """Best first on both sides, the newest print first; empty where nothing was heard yet."""

    account: str
    symbol: str
    bids: tuple[Rung, ...] = ()
    asks: tuple[Rung, ...] = ()
    prints: tuple[PrintRow, ...] = ()
    age_ms: int | None = None  # since the market showed it, by the clocks as far as they agree
    heard_ms: int | None = None  # since we heard it, by our clock alone
    why: str = ""  # why no books come, where that is known


class InsideView(Record):
    """The best of both sides alone; None where nothing was heard yet."""

    account: str
    symbol: str
    bid: Rung | None = None
    ask: Rung | None = None


class Standing(Record):
    """How well a market is seen and reached now; None is what nobody measures there."""

    ping_ms: int | None = None
    offset_ms: int | None = None  # the exchange's clock before ours
    book_ms: int | None = None  # age of the newest book
    stream: str = ""  # why the account's own stream is not to be believed; empty while it is
    waits: str = ""  # why its prices do not come; empty while they do
    books: str = ""  # why its books do not come as they happen; empty while they do

    @property
    def trouble(self) -> str:
        """The worst of it first."""
        return self.waits or self.stream or self.books
