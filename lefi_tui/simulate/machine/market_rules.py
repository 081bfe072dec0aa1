"""Lots and ticks, as core.matching.rules has them."""

from __future__ import annotations

from lefi_tui.core.matching.rules import NUDGE
from lefi_tui.simulate.machine import market_layout as at
from lefi_tui.simulate.machine.words import Floats, ceil, finite, floor, nearest


def lot_down(m: Floats, b: int, units: float) -> float:
    """Whole lots of `units`, cut."""
    if not finite(units):
        return 0.0
    scale = m[b + at.B_SCALE]
    if scale != 0.0:
        lots = units * scale * NUDGE
        return floor(lots) / scale if finite(lots) else units
    lots = units / m[b + at.B_LOT] * NUDGE
    return floor(lots) * m[b + at.B_LOT] if finite(lots) else units


def lot_nearest(m: Floats, b: int, units: float) -> float:
    """The whole lots nearest to `units`: what is left of arithmetic is dust and is dropped."""
    scale = m[b + at.B_SCALE]
    if scale != 0.0:
        return nearest(units * scale) / scale
    return nearest(units / m[b + at.B_LOT]) * m[b + at.B_LOT]


def limit_price(m: Floats, b: int, price: float, sign: int) -> float:
    """A limit goes to the tick, down for a buy, up for a sell."""
    tick = m[b + at.B_TICK]
    if tick == 0.0:
        return price
    ticks = price / tick
    return (floor(ticks * NUDGE) if sign > 0 else ceil(ticks / NUDGE)) * tick


def tick_level(m: Floats, b: int, price: float) -> float:
    """A stop, target or trail goes to the nearest tick."""
    tick = m[b + at.B_TICK]
    return nearest(price / tick) * tick if tick != 0.0 else price
