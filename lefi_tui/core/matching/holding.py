"""One net position on candles: signed units at an average entry price, its margin, its entry fees.

The rules it keeps: a fill that reduces is a trade with its share of entry fees; no exit of a
perpetual loses more than the margin it frees.
"""

from __future__ import annotations

from msgspec import Struct

from lefi_tui.core.matching.rules import Lot
from lefi_tui.core.record import Record


class Closed(Record):
    """The part of a fill that made a position smaller."""

    is_long: bool
    units: float
    entry_price: float
    entry_time_ms: int
    entry_fees: float  # this part's share
    fee: float
    gain: float  # before fees, what the margin could not cover already taken out
    covered: float
    freed: float  # margin


class Holding(Struct):
    lot: Lot
    is_perpetual: bool
    units: float = 0.0  # negative when short
    entry: float = 0.0
    margin: float = 0.0
    leverage: float = 1.0
    entry_fees: float = 0.0
    since_ms: int = 0  # first entry
    realized: float = 0.0  # of all its reductions, before fees

    @property
    def sign(self) -> int:
        return (self.units > 0) - (self.units < 0)

    def gain(self, price: float) -> float:
        """Unrealized, before fees."""
        if self.units >= 0:
            return (price - self.entry) * self.units
        return (self.entry - price) * -self.units

    def profit(self, price: float) -> float:
        """Realized and unrealized, before fees: what a script reads as PnL."""
        return self.realized + self.gain(price) if self.units else self.realized

    def worth(self, price: float) -> float:
        """What it adds to cash in equity."""
        return self.margin + self.gain(price) if self.is_perpetual else self.units * price

    def enlarge(self, units: float, price: float, fee: float, time_ms: int) -> float:
        """Open or add `units` (signed); answers the cash it takes."""
        size, more = abs(self.units), abs(units)
        if not size:
            self.entry, self.since_ms = price, time_ms
        else:
            self.entry = (size * self.entry + more * price) / (size + more)
        self.units = self.lot.nearest(self.units + units)
        self.entry_fees += fee
        if not self.is_perpetual:
            return price * more + fee
        margin = price * more / self.leverage
        self.margin += margin
        return margin + fee

    def reduce(self, units: float, price: float, fee: float) -> tuple[Closed, float]:
        """Close `units` (unsigned, at most what is held); answers the trade and the cash it gives.

        What a close brings is what its margin frees and gains, less the fee, and never below 0.
        """
        size, is_long = abs(self.units), self.units > 0
        share = units / size
        freed, entry_fees = self.margin * share, self.entry_fees * share
        gain = (price - self.entry) * units if is_long else (self.entry - price) * units
        brings = freed + gain - fee if self.is_perpetual else price * units - fee
        covered = -brings if self.is_perpetual and brings < 0 else 0.0
        closed = Closed(
            is_long,
            units,
            self.entry,
            self.since_ms,
            entry_fees,
            fee,
            gain + covered,
            covered,
            freed,
        )
        self.realized += closed.gain
        left = self.lot.nearest(size - units)
        self.units = left if is_long else -left
        self.margin -= freed
        self.entry_fees -= entry_fees
        if not left:
            self.units = self.entry = self.margin = self.entry_fees = 0.0
        return closed, 0.0 if covered else brings

    def fill(
        self, units: float, price: float, fee: float, *, leverage: float, time_ms: int
    ) -> tuple[Closed | None, float]:
        """A fill of `units` (signed): the trade it made, if any, and the cash it brings.

        A fill larger than the position it goes against closes it and opens the other side.
        """
        against = self.units * units < 0
        size = abs(units)
        if not against:
            if not self.units:
                self.leverage = leverage
            return None, -self.enlarge(units, price, fee, time_ms)
        closing = min(size, abs(self.units))
        closed, brings = self.reduce(closing, price, fee * (closing / size))
        rest = self.lot.nearest(size - closing)
        if rest:
            self.leverage = leverage
            opening_fee = fee - closed.fee
            brings -= self.enlarge(rest if units > 0 else -rest, price, opening_fee, time_ms)
        return closed, brings
