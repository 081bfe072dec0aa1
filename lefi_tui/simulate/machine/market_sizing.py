"""From what was asked to units, as core.matching.sizing has it.

What is sized stands in SIZED_ of record 0; a refusal is a code, with its numbers in at.WRONG.
"""

from __future__ import annotations

from lefi_tui.core.matching.rules import COST_TOLERANCE
from lefi_tui.core.matching.sizing import LIMIT_MAX
from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine.market_holding import gain
from lefi_tui.simulate.machine.market_lists import free_cash, free_units
from lefi_tui.simulate.machine.market_rules import limit_price, lot_down
from lefi_tui.simulate.machine.words import Floats, Ints, finite


def set_scene(m: Floats, n: Ints, b: int, price: float, rate: float) -> None:
    """What an order meets when it is sized."""
    m[at.SCENE_FREE] = free_cash(m, n)
    m[at.SCENE_UNITS] = free_units(m, n, b)
    m[at.SCENE_PRICE] = price
    m[at.SCENE_RATE] = rate


def set_leverage(m: Floats, n: Ints, b: int, o: int) -> int:
    """As asked, else the open position's, else 1; spot has none."""
    asked, held = m[o + at.O_LEVERAGE], m[b + at.B_UNITS] != 0
    if n[o + at.O_HAS_LEVERAGE] == 0:
        m[at.SIZED_LEVERAGE] = m[b + at.B_LEVERAGE] if held else 1.0
        return at.RIGHT
    m[at.SIZED_LEVERAGE] = asked
    m[at.WRONG] = asked
    m[at.WRONG + 1] = m[b + at.B_LEVERAGE]
    if not asked > 0 or not finite(asked):
        return at.LEVERAGE_INVALID
    if n[b + at.B_IS_PERPETUAL] == 0 and asked != 1:
        return at.LEVERAGE_ON_SPOT
    if held and asked != m[b + at.B_LEVERAGE]:
        return at.LEVERAGE_DIFFERS
    return at.RIGHT


def fit_limit(m: Floats, n: Ints, b: int, o: int) -> int:
    """On the tick, where it is a price at all."""
    limit = m[o + at.O_LIMIT]
    if limit > 0 and limit <= LIMIT_MAX:
        fitted = limit_price(m, b, limit, n[o + at.O_SIGN])
        if fitted > 0:
            m[o + at.O_LIMIT] = fitted
            return at.RIGHT
    m[at.WRONG] = limit
    return at.LIMIT_NOT_A_PRICE


def size_order(m: Floats, n: Ints, b: int, o: int) -> int:
    wrong = set_leverage(m, n, b, o)
    if wrong != at.RIGHT:
        return wrong
    sign, is_spot = n[o + at.O_SIGN], n[b + at.B_IS_PERPETUAL] == 0
    is_against = m[b + at.B_UNITS] * sign < 0
    must_reduce = n[o + at.O_REDUCE_ONLY] != 0 or n[o + at.O_KIND] == at.ALL
    if must_reduce and not is_against:
        m[at.WRONG] = float(sign)
        return at.NOTHING_TO_REDUCE
    if not is_against and sign < 0 and is_spot:
        return at.NOTHING_TO_SELL
    by_share = must_reduce or n[o + at.O_KIND] == at.SHARE
    only_reduces = (is_against and by_share) or (sign < 0 and is_spot)
    units = lot_down(m, b, asked_units(m, n, b, o))
    if only_reduces and by_share:
        units = min(units, abs(m[b + at.B_UNITS]))
    m[at.SIZED_UNITS] = units
    n[at.SIZED_REDUCES] = 1 if only_reduces else 0
    wrong = small_units(m, b, units)
    if wrong == at.RIGHT:
        wrong = few_units(m, n, b, o)
    if wrong != at.RIGHT:
        return wrong
    m[at.SIZED_COST] = 0.0 if only_reduces else cost_of(m, n, b, o)
    return dear_units(m)


def refit(m: Floats, n: Ints, b: int, o: int) -> int:
    """A limit order whose units are fixed, at the price it fills at: is there still the cash?

    A sell that opens a short above its limit takes more margin than was set aside.
    """
    wrong = set_leverage(m, n, b, o)
    if wrong != at.RIGHT:
        return wrong
    m[at.SIZED_UNITS] = m[o + at.O_UNITS]
    if n[o + at.O_ONLY_REDUCES] != 0:
        m[at.SIZED_UNITS] = min(m[o + at.O_UNITS], abs(m[b + at.B_UNITS]))
        return at.RIGHT
    m[at.SIZED_COST] = cost_of(m, n, b, o)
    return dear_units(m)


def asked_units(m: Floats, n: Ints, b: int, o: int) -> float:
    """Before lots: of base, worth of quote, or a share of cash or position."""
    kind, size = n[o + at.O_KIND], m[o + at.O_SIZE]
    if kind == at.ALL:
        return abs(m[b + at.B_UNITS])
    if kind == at.UNITS:
        return size
    if kind == at.WORTH:
        return size / m[at.SCENE_PRICE]
    if m[b + at.B_UNITS] * n[o + at.O_SIGN] < 0:
        share = abs(m[b + at.B_UNITS]) * size
        return share if n[b + at.B_IS_PERPETUAL] != 0 else min(share, m[at.SCENE_UNITS])
    return (
        m[at.SCENE_FREE]
        * size
        / (m[at.SCENE_PRICE] * (1 / m[at.SIZED_LEVERAGE] + m[at.SCENE_RATE]))
    )


def small_units(m: Floats, b: int, units: float) -> int:
    if units <= 0:
        return at.SIZE_ZERO
    if units < m[b + at.B_MINIMUM_UNITS]:
        m[at.WRONG] = units
        return at.QUANTITY_BELOW_MINIMUM
    if units * m[at.SCENE_PRICE] < m[b + at.B_MINIMUM_NOTIONAL]:
        m[at.WRONG] = units * m[at.SCENE_PRICE]
        return at.NOTIONAL_BELOW_MINIMUM
    return at.RIGHT


def few_units(m: Floats, n: Ints, b: int, o: int) -> int:
    """Spot can't go below zero. A close sells all there is: what rests goes with the position."""
    if n[b + at.B_IS_PERPETUAL] != 0 or n[o + at.O_SIGN] > 0 or n[o + at.O_KIND] == at.ALL:
        return at.RIGHT
    if m[at.SIZED_UNITS] <= m[at.SCENE_UNITS]:
        return at.RIGHT
    m[at.WRONG] = m[at.SIZED_UNITS]
    m[at.WRONG + 1] = m[at.SCENE_UNITS]
    return at.UNITS_TOO_FEW


def cost_of(m: Floats, n: Ints, b: int, o: int) -> float:
    """Free cash the order takes. What closes on the way to the other side pays for it first."""
    price, rate, leverage = m[at.SCENE_PRICE], m[at.SCENE_RATE], m[at.SIZED_LEVERAGE]
    units = m[at.SIZED_UNITS]
    if not m[b + at.B_UNITS] * n[o + at.O_SIGN] < 0:
        return price * units / leverage + rate * price * units
    held = abs(m[b + at.B_UNITS])
    closing = min(units, held)
    opening = units - closing
    if opening == 0:
        return 0.0
    share = closing / held
    gained = gain(m, b, price) * share
    brings = max(0.0, m[b + at.B_MARGIN] * share + gained - rate * price * closing)
    takes = price * opening / leverage + rate * price * opening
    return max(0.0, takes - brings)


def dear_units(m: Floats) -> int:
    cost, free = m[at.SIZED_COST], m[at.SCENE_FREE]
    if cost == 0 or cost <= (free * COST_TOLERANCE if free > 0 else free):
        return at.RIGHT
    m[at.WRONG] = cost
    m[at.WRONG + 1] = m[at.SIZED_UNITS]
    m[at.WRONG + 2] = m[at.SCENE_PRICE]
    m[at.WRONG + 3] = free
    return at.CASH_TOO_LITTLE
