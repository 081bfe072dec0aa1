"""A position: signed units at an average entry price, and whose they are.

The rules it keeps: the owners' shares sum to the position; a fill larger than what is open against
it closes that and opens the rest on its own side; what an exit may ask for never does.
Profit, fees and margin are cut to the books' grain, so that position and books agree to the digit.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, localcontext

from msgspec import field
from msgspec.structs import replace

from lefi_tui.core.money import EXACT, MONEY, ZERO, exact_sum, grained
from lefi_tui.core.order import Side
from lefi_tui.core.record import Record


class Position(Record):
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
        with localcontext(MONEY):
            return grained(abs(self.units) * self.entry / self.leverage)


class Fill(Record):
    side: Side
    price: Decimal
    quantity: Decimal
    fee: Decimal
    owner: str
    leverage: Decimal = Decimal(1)


def reducible(position: Position, side: Side, units: Decimal) -> Decimal:
    """What an exit of this side may ask for: never more than is open against it."""
    if position.units * side.sign >= 0:
        return ZERO
    return min(units, position.units.copy_abs())


def credited(
    position: Position, side: Side, units: Decimal, owner: str, beyond: str = ""
) -> dict[str, Decimal]:
    """Whose units are given back: the owner's, then the others' by name, each up to its share.

    What nobody holds against it is the owner's too, or his who is named for it.
    """
    rest = beyond or owner
    parts: dict[str, Decimal] = {}
    left = units
    for name, share in sorted(position.shares.items(), key=lambda each: (each[0] != owner, each)):
        part = min(left, share.copy_abs()) if share * side.sign < 0 else ZERO
        if part:
            parts[name] = part
            left = EXACT.subtract(left, part)
    return {**parts, rest: EXACT.add(parts.get(rest, ZERO), left)} if left else parts


def filled(position: Position, fill: Fill) -> tuple[Position, Decimal]:
    """The position after a fill, and the profit that the fill realized (before fees)."""
    assert fill.quantity > 0, fill
    with localcontext(MONEY):
        closing = reducible(position, fill.side, fill.quantity)
        sign = 1 if position.units > 0 else -1
        gain = grained(closing * (fill.price - position.entry) * sign)
        is_opening = closing != fill.quantity
        signed = fill.quantity.copy_sign(Decimal(fill.side.sign))
        units = EXACT.add(position.units, signed)
        after = replace(
            position,
            units=units,
            entry=_entry(position, fill, units, closing),
            leverage=fill.leverage if is_opening else position.leverage,
            realized=EXACT.add(position.realized, gain),
            fees=EXACT.add(position.fees, grained(fill.fee)),
            shares=_shares(position.shares, fill.owner, signed),
        )
    assert exact_sum(after.shares.values()) == after.units, after
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
    after[owner] = EXACT.add(after.get(owner, ZERO), signed)
    return {name: units for name, units in after.items() if units}


def without(position: Position, owner: str, units: Decimal) -> Position:
    """What is left when a fee was kept back in units: they cost what all of them did."""
    with localcontext(MONEY):
        left = EXACT.subtract(position.units, units)
        return replace(
            position,
            units=left,
            entry=position.entry * position.units / left if left else ZERO,
            shares=_shares(position.shares, owner, units.copy_negate()),
        )


def unrealized(position: Position, mark: Decimal) -> Decimal:
    """What closing at `mark` would gain before fees, in quote."""
    with localcontext(MONEY):
        return position.units * (mark - position.entry)


def liquidation_price(position: Position, maintenance: Decimal) -> Decimal | None:
    """Where a perpetual's isolated margin is gone (simulation.md, rule 7); None when flat."""
    if not position.units:
        return None
    sign = 1 if position.units > 0 else -1
    with localcontext(MONEY):
        away = 1 / position.leverage - maintenance
        return position.entry * (1 - sign * away)
