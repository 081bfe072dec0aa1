"""One net position, as core.matching.holding has it. A fill's price and leverage are the deal's."""

from __future__ import annotations

from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine.market_rules import lot_nearest
from lefi_tui.simulate.machine.words import Floats, Ints


def sign_of(value: float) -> int:
    if value > 0:
        return 1
    return -1 if value < 0 else 0


def gain(m: Floats, b: int, price: float) -> float:
    """Unrealized, before fees."""
    units = m[b + at.B_UNITS]
    if units >= 0:
        return (price - m[b + at.B_ENTRY]) * units
    return (m[b + at.B_ENTRY] - price) * -units


def profit(m: Floats, b: int, price: float) -> float:
    """Realized and unrealized, before fees: what a script reads as PnL."""
    if m[b + at.B_UNITS] != 0:
        return m[b + at.B_REALIZED] + gain(m, b, price)
    return m[b + at.B_REALIZED]


def worth(m: Floats, n: Ints, b: int) -> float:
    """What it adds to cash in equity."""
    if m[b + at.B_UNITS] == 0:
        return 0.0
    if n[b + at.B_IS_PERPETUAL] != 0:
        return m[b + at.B_MARGIN] + gain(m, b, m[b + at.B_MARK])
    return m[b + at.B_UNITS] * m[b + at.B_MARK]


def enlarge(m: Floats, n: Ints, b: int, units: float, fee: float) -> float:
    """Open or add `units` (signed); answers the cash it takes."""
    size, more, price = abs(m[b + at.B_UNITS]), abs(units), m[at.DEAL_PRICE]
    if size == 0:
        m[b + at.B_ENTRY] = price
        n[b + at.B_SINCE] = n[at.TIME]
    else:
        m[b + at.B_ENTRY] = (size * m[b + at.B_ENTRY] + more * price) / (size + more)
    m[b + at.B_UNITS] = lot_nearest(m, b, m[b + at.B_UNITS] + units)
    m[b + at.B_ENTRY_FEES] += fee
    if n[b + at.B_IS_PERPETUAL] == 0:
        return price * more + fee
    margin = price * more / m[b + at.B_LEVERAGE]
    m[b + at.B_MARGIN] += margin
    return margin + fee


def reduce(m: Floats, n: Ints, b: int, units: float, fee: float) -> float:
    """Close `units` (unsigned, at most what is held); answers the cash it gives.

    What a close brings is what its margin frees and gains, less the fee, and never below 0: the
    loss beyond the margin is what at.COVERED says.
    """
    size, is_long, price = abs(m[b + at.B_UNITS]), m[b + at.B_UNITS] > 0, m[at.DEAL_PRICE]
    is_perpetual = n[b + at.B_IS_PERPETUAL] != 0
    share = units / size
    freed, entry_fees = m[b + at.B_MARGIN] * share, m[b + at.B_ENTRY_FEES] * share
    gained = (price - m[b + at.B_ENTRY]) * units if is_long else (m[b + at.B_ENTRY] - price) * units
    brings = freed + gained - fee if is_perpetual else price * units - fee
    covered = -brings if is_perpetual and brings < 0 else 0.0
    m[at.COVERED] = covered
    n[at.CLOSED_SIDE] = 1 if is_long else -1
    n[at.CLOSED_SINCE] = n[b + at.B_SINCE]
    m[at.CLOSED_UNITS] = units
    m[at.CLOSED_ENTRY] = m[b + at.B_ENTRY]
    m[at.CLOSED_FEES] = entry_fees + fee
    m[at.CLOSED_PNL] = gained + covered - m[at.CLOSED_FEES]
    m[b + at.B_REALIZED] += gained + covered
    left = lot_nearest(m, b, size - units)
    m[b + at.B_UNITS] = left if is_long else -left
    m[b + at.B_MARGIN] -= freed
    m[b + at.B_ENTRY_FEES] -= entry_fees
    if left == 0:
        m[b + at.B_UNITS] = m[b + at.B_ENTRY] = m[b + at.B_MARGIN] = m[b + at.B_ENTRY_FEES] = 0.0
    return 0.0 if covered != 0 else brings


def hold(m: Floats, n: Ints, b: int, units: float, fee: float) -> float:
    """A fill of `units` (signed): the cash it brings.

    A fill larger than the position it goes against closes it and opens the other side.
    """
    m[at.COVERED] = 0.0
    n[at.CLOSED_SIDE] = 0
    size = abs(units)
    if not m[b + at.B_UNITS] * units < 0:
        if m[b + at.B_UNITS] == 0:
            m[b + at.B_LEVERAGE] = m[at.DEAL_LEVERAGE]
        return -enlarge(m, n, b, units, fee)
    closing = min(size, abs(m[b + at.B_UNITS]))
    closing_fee = fee * (closing / size)
    brings = reduce(m, n, b, closing, closing_fee)
    rest = lot_nearest(m, b, size - closing)
    if rest != 0:
        m[b + at.B_LEVERAGE] = m[at.DEAL_LEVERAGE]
        opening_fee = fee - closing_fee
        brings -= enlarge(m, n, b, rest if units > 0 else -rest, opening_fee)
    return brings
