"""Money is Decimal: rounding names its direction, and nothing is lost on the way.

The desk's decimals of a simulated run are its doubles' shortest digits, there and back exactly.
"""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from typing import Final

ZERO: Final = Decimal(0)
# 34 digits: a notional of 10^15 at 10^-18 still fits; overflow and invalid results stop us.
MONEY: Final = Context(prec=34, traps=[InvalidOperation])


def floor_to(step: Decimal, value: Decimal) -> Decimal:
    """The multiple of `step` at or below `value`; a step of 0 means there is none."""
    return _to(step, value, ROUND_FLOOR)


def ceil_to(step: Decimal, value: Decimal) -> Decimal:
    """The multiple of `step` at or above `value`."""
    return _to(step, value, ROUND_CEILING)


def nearest_to(step: Decimal, value: Decimal) -> Decimal:
    """The nearest multiple of `step`; a tie goes to the even one."""
    return _to(step, value, ROUND_HALF_EVEN)


def _to(step: Decimal, value: Decimal, rounding: str) -> Decimal:
    if not step:
        return value
    steps = MONEY.divide(value, step).to_integral_value(rounding)
    return MONEY.multiply(steps, step)


def toward_zero(step: Decimal, value: Decimal) -> Decimal:
    """Amounts are cut, never enlarged: what is too small to trade is left over, not invented."""
    return floor_to(step, value) if value >= 0 else ceil_to(step, value)


def from_double(value: float) -> Decimal:
    """The decimal of the double's shortest digits; `float` of it is the same double."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is no amount of money")
    return Decimal(repr(value))


def words(value: Decimal) -> str:
    """12500 -> 12,500: for people, never to be read back."""
    text = format(value.normalize(MONEY) if value else ZERO, "f")
    whole, dot, rest = text.partition(".")
    return f"{int(whole):,}{dot}{rest}" if whole != "-0" else text
