"""What each operator computes, on doubles: the one definition for constants and generated code.

A missing number is not-a-number. Division and mod by zero, and ^ Exp Log Sqrt without a finite
real result, are missing; Python would raise where C answers, so each has its guard here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

NAN: Final = math.nan


def div(a: float, b: float) -> float:
    return a / b if b else NAN


def mod(a: float, b: float) -> float:
    """With the divisor's sign."""
    return a % b if b and math.isfinite(a) else NAN


def is_multiplied(power: object) -> bool:
    """Whole constant powers from 2 to 8 are multiplications from the left."""
    return isinstance(power, float) and 2 <= power <= 8 and power == int(power)


def constant_power(a: float, b: float) -> float:
    if not is_multiplied(b):
        return power(a, b)
    out = a
    for _ in range(int(b) - 1):
        out *= a
    return finite(out)


def power(a: float, b: float) -> float:
    """The C library's; it takes 1 for a missing number in two places, we never do."""
    if math.isnan(a) or math.isnan(b):
        return NAN
    try:
        return finite(math.pow(a, b))
    except (ValueError, OverflowError):
        return NAN


def finite(value: float) -> float:
    return value if math.isfinite(value) else NAN


def _guarded(function: Callable[[float], float]) -> Callable[[float], float]:
    def guarded(value: float) -> float:
        try:
            return finite(function(value))
        except (ValueError, OverflowError):
            return NAN

    return guarded


sqrt: Final = _guarded(math.sqrt)
log: Final = _guarded(math.log)
exp: Final = _guarded(math.exp)


def _whole(function: Callable[[float], int]) -> Callable[[float], float]:
    return lambda value: float(function(value)) if math.isfinite(value) else value


floor: Final = _whole(math.floor)
ceil: Final = _whole(math.ceil)


def rounded(value: float) -> float:
    """To the nearest whole number, halves away from zero."""
    if not math.isfinite(value):
        return value
    whole = math.floor(abs(value))
    whole += abs(value) - whole >= 0.5
    return math.copysign(float(whole), value)


def smaller(a: float, b: float) -> float:
    return NAN if a != a or b != b else min(a, b)  # noqa: PLR0124 -- only NaN differs from itself


def larger(a: float, b: float) -> float:
    return NAN if a != a or b != b else max(a, b)  # noqa: PLR0124 -- only NaN differs from itself


def differs(a: float, b: float) -> bool:
    """Ordered: false where one is missing, which `!=` of IEEE is not."""
    return a < b or a > b


DAY_MS: Final = 86_400_000.0


def hour(ms: float) -> float:
    return math.floor(ms % DAY_MS / 3_600_000.0)


def minute(ms: float) -> float:
    return math.floor(ms % 3_600_000.0 / 60_000.0)


def weekday(ms: float) -> float:
    """1 is Monday; 1 January 1970 was a Thursday."""
    return (ms // DAY_MS + 3.0) % 7.0 + 1.0


def _civil(ms: float) -> tuple[float, float]:
    """Day of the month and month, by Hinnant's civil_from_days."""
    days = int(ms // DAY_MS) + 719_468
    era = days // 146_097
    day_of_era = days - era * 146_097
    year = (day_of_era - day_of_era // 1460 + day_of_era // 36_524 - day_of_era // 146_096) // 365
    day_of_year = day_of_era - (365 * year + year // 4 - year // 100)
    month = (5 * day_of_year + 2) // 153
    day = day_of_year - (153 * month + 2) // 5 + 1
    return float(day), float(month + 3 if month < 10 else month - 9)


def day(ms: float) -> float:
    return _civil(ms)[0]


def month(ms: float) -> float:
    return _civil(ms)[1]


def words(value: Any, *, is_percent: bool = False) -> str:
    """How a value prints in a text: at most 8 decimals, no trailing zeros; none where missing."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if not math.isfinite(value):
        return "none" if math.isnan(value) else str(value)
    digits = f"{value * 100 if is_percent else value:.8f}".rstrip("0").rstrip(".")
    digits = "0" if digits in {"-0", ""} else digits
    return f"{digits}%" if is_percent else digits


TEXT_MAX: Final = 4_000  # letters; a script that doubles a text must not fill the memory


def text(values: tuple[Any, ...], shares: tuple[bool, ...]) -> str:
    """Values as one text, each as it prints; cut where it grows beyond reading."""
    pairs = zip(values, shares, strict=True)
    whole = "".join([words(value, is_percent=share) for value, share in pairs])
    return whole if len(whole) <= TEXT_MAX else f"{whole[: TEXT_MAX - 1]}…"


FOLDS: Final[dict[str, Callable[..., Any]]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "neg": lambda a: -a,
    "div": div,
    "mod": mod,
    "pow": constant_power,
    "abs": abs,
    "round": rounded,
    "floor": floor,
    "ceil": ceil,
    "sqrt": sqrt,
    "log": log,
    "exp": exp,
    "min": smaller,
    "max": larger,
    "mean": lambda a, b: (a + b) / 2.0,
}
