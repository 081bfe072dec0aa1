"""Money is Decimal: rounding names its direction, and nothing is lost on the way.

Sums are exact or stop the program; a quotient ends after 34 digits; what the books hold is cut to
units of 10^-18. No result hangs on the thread's own decimal context. The desk's decimals of a
simulated run are its doubles' shortest digits, there and back exactly.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from decimal import (
    ROUND_HALF_EVEN,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
    Overflow,
)
from typing import Final

ZERO: Final = Decimal(0)
_ONE: Final = Decimal(1)
_TWO: Final = Decimal(2)
# 34 digits (IEEE decimal128): prices, averages and products. Overflow and nonsense stop us.
MONEY: Final = Context(
    prec=34, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow]
)
# Sums of units and of what the books hold: a lost digit there is a bug. 10^60 of the smallest
# grain leaves room for 10^42 of any currency.
EXACT: Final = Context(
    prec=60, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow, Inexact]
)
_GRAINS: Final = Context(prec=60, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, Overflow])
_GRAIN: Final = Decimal(1).scaleb(-18)
LONGEST_SHOWN: Final = 24  # digits before the point; a script's double may have 300


def floor_to(step: Decimal, value: Decimal) -> Decimal:
    """The multiple of `step` at or below `value`; a step of 0 means there is none."""
    if not step:
        return value
    steps, rest = _split(step, value)
    return EXACT.multiply(EXACT.subtract(steps, _ONE) if rest < 0 else steps, step)


def ceil_to(step: Decimal, value: Decimal) -> Decimal:
    """The multiple of `step` at or above `value`."""
    if not step:
        return value
    steps, rest = _split(step, value)
    return EXACT.multiply(EXACT.add(steps, _ONE) if rest > 0 else steps, step)


def nearest_to(step: Decimal, value: Decimal) -> Decimal:
    """The nearest multiple of `step`; a tie goes to the even one."""
    if not step:
        return value
    steps, rest = _split(step, value)
    twice = EXACT.multiply(rest.copy_abs(), _TWO)
    if twice > step or (twice == step and EXACT.remainder(steps, _TWO)):
        steps = EXACT.add(steps, _ONE.copy_sign(value))
    return EXACT.multiply(steps, step)


def toward_zero(step: Decimal, value: Decimal) -> Decimal:
    """Amounts are cut, never enlarged: what is too small to trade is left over, not invented."""
    return floor_to(step, value) if value >= 0 else ceil_to(step, value)


def _split(step: Decimal, value: Decimal) -> tuple[Decimal, Decimal]:
    """Whole steps toward zero and what is left. A rounded quotient would invent a step."""
    assert step > 0, f"a step of {step}"
    return EXACT.divmod(value, step)


def exact_sum(values: Iterable[Decimal]) -> Decimal:
    """The sum with all its digits, in whatever order it is taken."""
    total = ZERO
    for value in values:
        total = EXACT.add(total, value)
    return total


def grained(value: Decimal) -> Decimal:
    """The amount as the books hold it, to the nearest 10^-18: sums of such are exact for ever."""
    return value.quantize(_GRAIN, context=_GRAINS)


def from_double(value: float) -> Decimal:
    """The decimal of the double's shortest digits; `to_double` of it is the same double."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is no amount of money")
    return Decimal(repr(value))


def to_double(value: Decimal) -> float:
    """The nearest double: for scripts and screens, never on the way to the books."""
    return float(value)


def at_least(value: Decimal) -> str:
    """Money that is needed, in words: rounded up, to cents where there is a whole unit of it."""
    return words(value if _is_long(value) else ceil_to(_cents(value), value))


def at_most(value: Decimal) -> str:
    """Money that is there: rounded down."""
    return words(value if _is_long(value) else floor_to(_cents(value), value))


def _cents(value: Decimal) -> Decimal:
    return Decimal("0.01") if abs(value) >= 1 else Decimal("1e-8")


def _is_long(value: Decimal) -> bool:
    return value.adjusted() > LONGEST_SHOWN


def words(value: Decimal) -> str:
    """12500 -> 12,500: for people, never to be read back."""
    if _is_long(value):
        return f"{value:.3E}"
    text = format(value.normalize(MONEY) if value else ZERO, "f")
    whole, dot, rest = text.partition(".")
    return f"{int(whole):,}{dot}{rest}" if whole != "-0" else text
