"""What a candle market charges and in which steps it trades.

The rule it keeps: a size is cut down to whole lots, never enlarged; a position is whole lots.
"""

from __future__ import annotations

import math
from typing import Final

from msgspec import field

from lefi_tui.core.instrument import Instrument
from lefi_tui.core.record import Record

# One part in 10^15 more: without it a plain floor loses one lot for 126 of 1,000 fixed sizes.
NUDGE: Final = 1 + 1e-15
# A cost may exceed what is free by this share, the rounding of a size that takes all of it.
COST_TOLERANCE: Final = 1 + 1e-12
LOT_DIGITS_DEFAULT: Final = 8
LOT_DIGITS_MAX: Final = 18


class Lot(Record):
    """The smallest amount: 10^-d by its scale 10^d, any other by its size (then scale is 0)."""

    size: float = 1e-8
    scale: float = 1e8

    def down(self, units: float) -> float:
        """Whole lots of `units`, cut."""
        if not math.isfinite(units):
            return 0.0
        lots = units * self.scale * NUDGE if self.scale else units / self.size * NUDGE
        if not math.isfinite(lots):
            return units  # a double this large is whole lots, and nobody can pay it
        return math.floor(lots) / self.scale if self.scale else math.floor(lots) * self.size

    def nearest(self, units: float) -> float:
        """The whole lots nearest to `units`: what is left of arithmetic is dust and is dropped."""
        if self.scale:
            return round(units * self.scale) / self.scale
        return round(units / self.size) * self.size


def lot_of(size: float) -> Lot:
    """The lot of this size; 0 is a market that names none."""
    if size <= 0:
        return Lot()
    for digits in range(LOT_DIGITS_MAX + 1):
        if size == float(f"1e-{digits}"):
            return Lot(size, 10.0**digits)
    return Lot(size, 0.0)


class Fees(Record):
    """Shares of what is traded; slippage moves a market order's and a stop's price against it."""

    maker: float = 0.0002
    taker: float = 0.0005
    slippage: float = 0.0


class MarketRules(Record):
    """One symbol. A tick or minimum of 0 says that the data names none."""

    symbol: str
    base: str
    quote: str
    is_perpetual: bool = False
    lot: Lot = field(default_factory=Lot)
    tick: float = 0.0
    minimum_units: float = 0.0
    minimum_notional: float = 0.0
    maintenance: float = 0.004

    def limit_price(self, price: float, sign: int) -> float:
        """A limit goes to the tick, down for a buy, up for a sell."""
        if not self.tick:
            return price
        ticks = price / self.tick
        whole = math.floor(ticks * NUDGE) if sign > 0 else math.ceil(ticks / NUDGE)
        return whole * self.tick

    def level(self, price: float) -> float:
        """A stop, target or trail goes to the nearest tick."""
        return round(price / self.tick) * self.tick if self.tick else price


def market_rules(instrument: Instrument) -> MarketRules:
    """The doubles of an instrument, each exactly by `float`."""
    return MarketRules(
        symbol=instrument.symbol,
        base=instrument.base,
        quote=instrument.quote,
        is_perpetual=instrument.is_perpetual,
        lot=lot_of(float(instrument.step)),
        tick=float(instrument.tick),
        minimum_units=float(instrument.minimum_quantity),
        minimum_notional=float(instrument.minimum_notional),
        maintenance=float(instrument.maintenance),
    )
