"""The operators of lang.maths as functions of the dialect: the same double for the same doubles."""

from __future__ import annotations

from math import copysign, exp, fmod, log, pow, sqrt  # noqa: A004 -- the dialect's own word

from lefi_tui.lang.maths import DAY_MS, NAN
from lefi_tui.simulate.machine.words import ceil, finite, floor

ERA_DAYS = 146_097.0  # 400 years


def op_finite(value: float) -> float:
    return value if finite(value) else NAN


def op_div(a: float, b: float) -> float:
    return NAN if b == 0.0 else a / b


def op_rest(a: float, b: float) -> float:
    """As Python's %: with the divisor's sign."""
    rest = fmod(a, b)
    if rest == 0.0:
        return copysign(0.0, b)
    if (b < 0.0 and rest > 0.0) or (b > 0.0 and rest < 0.0):
        return rest + b
    return rest


def op_mod(a: float, b: float) -> float:
    return NAN if b == 0.0 or not finite(a) else op_rest(a, b)


def op_pow(a: float, b: float) -> float:
    return NAN if op_isnone(a) or op_isnone(b) else op_finite(pow(a, b))


def op_ne(a: float, b: float) -> bool:
    return a < b or a > b


def op_round(value: float) -> float:
    if not finite(value):
        return value
    whole = floor(abs(value))
    if abs(value) - whole >= 0.5:
        whole = whole + 1.0
    return copysign(whole, value)


def op_floor(value: float) -> float:
    return floor(value) if finite(value) else value


def op_ceil(value: float) -> float:
    return ceil(value) if finite(value) else value


def op_sqrt(value: float) -> float:
    return op_finite(sqrt(value)) if value >= 0.0 else NAN


def op_log(value: float) -> float:
    return op_finite(log(value)) if value > 0.0 else NAN


def op_exp(value: float) -> float:
    return op_finite(exp(value)) if finite(value) or value < 0.0 else NAN


def op_min(a: float, b: float) -> float:
    return NAN if op_isnone(a) or op_isnone(b) else min(a, b)


def op_max(a: float, b: float) -> float:
    return NAN if op_isnone(a) or op_isnone(b) else max(a, b)


def op_isnone(value: float) -> bool:
    return value != value  # noqa: PLR0124 -- only NaN differs from itself


def op_coalesce(value: float, other: float) -> float:
    return other if op_isnone(value) else value


def op_hour(ms: float) -> float:
    return floor(op_rest(ms, DAY_MS) / 3_600_000.0)


def op_minute(ms: float) -> float:
    return floor(op_rest(ms, 3_600_000.0) / 60_000.0)


def op_weekday(ms: float) -> float:
    return op_rest(floor(ms / DAY_MS) + 3.0, 7.0) + 1.0


def op_day_of_year(ms: float) -> float:
    """By Hinnant's civil_from_days; the year begins in March."""
    days = floor(ms / DAY_MS) + 719_468.0
    of_era = days - floor(days / ERA_DAYS) * ERA_DAYS
    leaps = floor(of_era / 1460.0) - floor(of_era / 36_524.0) + floor(of_era / 146_096.0)
    year = floor((of_era - leaps) / 365.0)
    return of_era - (365.0 * year + floor(year / 4.0) - floor(year / 100.0))


def op_month_of_year(ms: float) -> float:
    return floor((5.0 * op_day_of_year(ms) + 2.0) / 153.0)


def op_day(ms: float) -> float:
    return op_day_of_year(ms) - floor((153.0 * op_month_of_year(ms) + 2.0) / 5.0) + 1.0


def op_month(ms: float) -> float:
    month = op_month_of_year(ms)
    return month + 3.0 if month < 10.0 else month - 9.0
