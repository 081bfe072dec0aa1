"""A position: signed units at an average entry price, and whose they are.

The rule it keeps: the owners' shares sum to the position, and a reduction never passes zero
unless the fill itself is larger than the position (then it closes one and opens the other).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from lefi_tui.core.money import ZERO
from lefi_tui.core.order import Side


@dataclass(frozen=True, slots=True)
class Position:
    account: str
    symbol: str
    units: Decimal = ZERO  # of base; negative when short
    entry: Decimal = ZERO  # average entry price of what is open
    leverage: Decimal = Decimal(1)
    realized: Decimal = ZERO  # profit of all reductions before fees, in quote
    fees: Decimal = ZERO
    funding: Decimal = ZERO  # paid
    shares: Mapping[str, Decimal] = field(default_factory=dict)  # owner: signed units

    @property
    def margin(self) -> Decimal:
        """What is set aside for a perpetual: notional at entry / leverage."""
        return abs(self.units) * self.entry / self.leverage


@dataclass(frozen=True, slots=True)
class Fill:
    side: Side
    price: Decimal
    quantity: Decimal
    fee: Decimal
    owner: str
    leverage: Decimal = Decimal(1)


def filled(position: Position, fill: Fill) -> tuple[Position, Decimal]:
    """The position after a fill, and the profit that the fill realized (before fees)."""
    assert fill.quantity > 0, fill
    signed = fill.quantity * fill.side.sign
    closing = min(fill.quantity, abs(position.units)) if position.units * signed < 0 else ZERO
    sign = 1 if position.units > 0 else -1
    gain = closing * (fill.price - position.entry) * sign
    units = position.units + signed
    after = replace(
        position,
        units=units,
        entry=_entry(position, fill, units, closing),
        leverage=fill.leverage if closing != abs(signed) else position.leverage,
        realized=position.realized + gain,
        fees=position.fees + fill.fee,
        shares=_shares(position.shares, fill.owner, signed),
    )
    assert sum(after.shares.values(), ZERO) == after.units, after
    return after, gain


def _entry(position: Position, fill: Fill, units: Decimal, closing: Decimal) -> Decimal:
    if not units:
        return ZERO
    if not closing:  # enlarges
        cost = abs(position.units) * position.entry + fill.quantity * fill.price
        return cost / abs(units)
    if closing == fill.quantity:  # reduces
        return position.entry
    return fill.price  # passed through zero


def _shares(shares: Mapping[str, Decimal], owner: str, signed: Decimal) -> dict[str, Decimal]:
    after = dict(shares)
    after[owner] = after.get(owner, ZERO) + signed
    return {name: units for name, units in after.items() if units}


def unrealized(position: Position, mark: Decimal) -> Decimal:
    """What closing at `mark` would gain before fees, in quote."""
    return position.units * (mark - position.entry)


def liquidation_price(position: Position, maintenance: Decimal) -> Decimal | None:
    """Where a perpetual's isolated margin is gone (simulation.md, rule 7); None when flat."""
    if not position.units:
        return None
    away = 1 / position.leverage - maintenance
    sign = 1 if position.units > 0 else -1
    return position.entry * (1 - sign * away)
