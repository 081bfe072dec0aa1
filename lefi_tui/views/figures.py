"""Values of a script for people: by their unit, as the desk shows prices, money and units.

All pure. A value that such digits would show as nothing is told with as many as it takes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Final

from lefi_tui.views import numbers
from lefi_tui.views.desk_view import PriceRow

MONEY_PLACES: Final = 2
NONE: Final = "none"  # as the language prints it
PER: Final = " per "
GAP_DIGITS: Final = 2  # of a share that is told beside the gap itself
_PRINTED: Final = re.compile(r"(-?\d+(?:\.\d+)?)(%?)")

Places = Callable[[str], "int | None"]  # digits after the point of a unit; None: it has no usual


def places_in(prices: Sequence[PriceRow], account: str, symbols: Iterable[str] = ()) -> Places:
    """By the markets of an account, those that a script names first: a price has its tick's, the
    money that they are paid in two."""
    rows = [each for each in prices if each.account == account]
    first = set(symbols)
    rows.sort(key=lambda each: each.symbol not in first)
    known: dict[str, int] = {}
    for each in rows:
        base, _, rest = each.symbol.partition("/")
        quote = rest.partition(":")[0]
        known.setdefault(f"{quote}{PER}{base}", each.places)
        known.setdefault(quote, MONEY_PLACES)
    return known.get


def figure(value: float | None, unit: str, places: Places) -> str:
    """Without its unit, except where that is no word of money: `5%`, `12 s`, `2026-11-21 05:40`."""
    if value is None or math.isnan(value):
        return NONE
    if not math.isfinite(value):
        return str(value)
    match unit:
        case "a percent":
            return f"{_plain(value * 100)}%"
        case "a duration":
            return f"{_plain(value / 1_000)} s"
        case "a time":
            return numbers.moment(int(value) * numbers.NS_PER_MS)
        case _:
            return _by_places(value, _places(value, unit, places))


def _places(value: float, unit: str, places: Places) -> int | None:
    known = places(unit)
    return numbers.places_of(None, value) if known is None and PER in unit else known


def _by_places(value: float, places: int | None) -> str:
    if places is None:
        return _plain(value)
    text = numbers.price(value, places)
    return text if not value or any(digit in text for digit in "123456789") else _plain(value)


def _plain(value: float) -> str:
    """Six digits that count, whole numbers whole, nothing behind the last that says something."""
    if value and abs(value) < 10**-numbers.PLACES_MAX:
        return f"{value:.2g}"
    whole = max(0, numbers.places_of(None, value))
    text = numbers.price(value, whole)
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text


def gap(value: float, unit: str, places: Places) -> str:
    """Between two values of this unit: the gap of two prices is money."""
    if unit == "a percent":
        return f"{_plain(value * 100)} points"
    if unit == "a time":
        return figure(value, "a duration", places)
    text = figure(value, unit, places)
    word = unit.partition(PER)[0]
    return text if word.startswith("a ") else f"{text} {word}"


def share(value: float) -> str:
    """0.5842 -> 58%, 0.00273 -> 0.27%."""
    digits = GAP_DIGITS - 1 - math.floor(math.log10(value * 100)) if value else 0
    text = f"{Decimal(value * 100):,.{max(0, min(numbers.PLACES_MAX, digits))}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text}%"


def printed(text: str, unit: str, places: Places) -> str:
    """What a script printed of a value of this unit; words stay as they are."""
    found = _PRINTED.fullmatch(text)
    if found is None or unit in {"a text", "a symbol", "an account"}:
        return text
    value = float(found[1])
    return figure(value / 100 if found[2] else value, "a percent" if found[2] else unit, places)
