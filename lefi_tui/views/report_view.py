"""What came of it: one account, or one bot of it, over one period, as a person may read it.

Money is exact. Curves are doubles, to be drawn. What was not known is None or a gap, never a guess.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from msgspec import field

from lefi_tui.core.money import ZERO
from lefi_tui.core.record import Record
from lefi_tui.views.honest_view import HonestView

SIMULATION: Final = "SIMULATION"  # the mode of what nobody traded, not even on paper


class Point(Record):
    """One point of the curves. `gap_ns`: for so long before it nobody looked.

    `is_flat` says that nothing was open meanwhile, so that the equity is known all the same.
    """

    at_ns: int
    equity: float
    fall: float  # from the running peak, a share of it
    hold: float | None = None  # the same money in the traded symbol
    gap_ns: int = 0
    is_flat: bool = True


class TradeRow(Record):
    """A fill that made a position smaller. `pnl` is after `fees`: the exit's, and its share of the
    entries'."""

    owner: str
    symbol: str
    side: str  # long | short
    units: Decimal
    entry_ns: int  # of the first entry
    entry_price: Decimal  # average
    exit_ns: int
    exit_price: Decimal
    fees: Decimal
    pnl: Decimal
    reason: str


class OpenRow(Record):
    """What is still open: marked, not closed. Without a known price there is no profit."""

    owner: str
    symbol: str
    side: str
    units: Decimal
    entry_ns: int
    entry_price: Decimal
    fees: Decimal  # of its entries
    price: Decimal | None
    pnl: Decimal | None  # after those fees


class Hold(Record):
    """All money in one symbol at the first sampled price for the taker fee, marked at the last."""

    symbol: str
    first: Decimal
    last: Decimal
    yield_share: float | None


class Totals(Record):
    """Of the period. Since the beginning `pnl` is `realized + unrealized - funding`, exactly."""

    start: Decimal | None = None  # equity before the first change
    equity: Decimal | None = None  # by the newest sample
    pnl: Decimal | None = None  # the change between the two
    realized: Decimal = ZERO  # of all trades, after their fees
    unrealized: Decimal | None = ZERO  # of what is open, after its entries' fees
    fees: Decimal = ZERO  # of all fills
    funding: Decimal = ZERO  # paid; negative when received
    fills: int = 0
    trades: int = 0


class Ratios(Record):
    """Shares as fractions, by the rules of a simulation on minute candles; None has no divisor."""

    yield_share: float | None = None
    yearly: float | None = None  # only from a day on
    fall_max: float | None = None
    sharpe: float | None = None  # this and the next: from a day on too
    sortino: float | None = None
    win_rate: float | None = None
    profit_factor: float | None = None
    exposure: float | None = None
    candles: int = 0  # that these are of


class Subject(Record):
    """What can be reported on, with its outcome over the same period. An empty `bot` is all."""

    account: str
    bot: str
    title: str
    pnl: Decimal | None
    yield_share: float | None
    fees: Decimal
    trades: int


class ReportView(Record):
    at_ns: int
    mode: str  # DEMO | REPLAY | DRY | LIVE | SIMULATION
    venue: str
    account: str
    bot: str
    title: str
    currency: str
    since_ns: int  # as asked; 0 is the beginning
    from_ns: int = 0  # of the curves; 0 where there is none
    to_ns: int = 0
    subjects: tuple[Subject, ...] = ()
    totals: Totals = field(default_factory=Totals)
    ratios: Ratios = field(default_factory=Ratios)
    points: tuple[Point, ...] = ()
    holds: tuple[Hold, ...] = ()  # the most traded first; the curves hold this one
    trades: tuple[TradeRow, ...] = ()  # the newest, newest first
    open: tuple[OpenRow, ...] = ()
    unknown: tuple[str, ...] = ()  # in words
    trust: HonestView | None = None  # of a simulation

    @property
    def is_cut(self) -> bool:
        return self.totals.trades > len(self.trades)
