"""Numbers for people: prices by their tick, ages, shares and times. Never to be read back."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from lefi_tui.core.instrument import Instrument
from lefi_tui.core.money import words
from lefi_tui.core.order import Order, Size, SizeKind

NS_PER_MS: Final = 1_000_000
NS_PER_SECOND: Final = 1_000_000_000
SECONDS_PER_DAY: Final = 86_400
DIGITS: Final = 6  # significant digits of a price whose market names no tick
PLACES_MAX: Final = 8
CENTS: Final = 2
LONG: Final = re.compile(r"(?<![\w.])\d[\d,]*\.\d{3,}(?![\w.])")  # no part of a name
LARGEST_ROUNDED: Final = 10**15  # above, a Decimal may lack the digits to be rounded
UNKNOWN: Final = "–"


def price(value: float | Decimal | None, places: int) -> str:
    if value is None or not math.isfinite(value):
        return UNKNOWN
    return f"{value:,.{places}f}"


def signed(value: Decimal | float | None, places: int) -> str:
    """A gain or a loss: the sign is written, so that it needs no color."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    text = f"{value:+,.{places}f}"
    is_nothing = not any(digit in text for digit in "123456789")
    return text.lstrip("+-") if is_nothing else text


def share(value: float | None) -> str:
    """A gain or a loss. What two digits would show as nothing has its sign still."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    text = signed(value * 100, 2)
    if text == "0.00" and round(abs(value) * 100, PLACES_MAX):
        text = f"{'+' if value > 0 else '-'}<0.01"
    return f"{text}%"


def percent(value: float | None) -> str:
    """A share that has no direction. What two digits would show as nothing is told with the first
    that counts."""
    if value is None:
        return UNKNOWN
    near = abs(value) * 100
    first = -math.floor(math.log10(near)) if near else 0
    places = first if 2 < first <= PLACES_MAX else 2
    return f"{value * 100:,.{places}f}%" if round(near, places) else "0.00%"


def exposure(value: float | None, trades: int, candles: int) -> str:
    """Of the candles, at whose close a position stood. Trades that none of them saw were each
    shorter than a candle: that bounds what they can have come to."""
    if value == 0 and trades and candles:
        return f"<{percent(min(1.0, trades / candles))}"
    return percent(value)


def quantity(value: Decimal | None) -> str:
    return UNKNOWN if value is None else words(value)


def amount(value: Decimal) -> str:
    """Digits below a hundred-millionth are left by binary arithmetic; nobody paid them."""
    return words(round(value, PLACES_MAX)) if abs(value) < LARGEST_ROUNDED else words(value)


def readable(text: str) -> str:
    """The same words with each long number in six digits, or to the cent where it has more before
    its point: what a record keeps to the last digit is compared by a person at a glance."""
    return LONG.sub(_in_few_digits, text)


def _in_few_digits(found: re.Match[str]) -> str:
    value = Decimal(found[0].replace(",", ""))
    places = max(CENTS, DIGITS - 1 - value.adjusted())
    return words(round(value, places)) if value < LARGEST_ROUNDED else found[0]


def size(value: Size, symbol: str) -> str:
    """What was asked for, where units are not fixed yet."""
    base, _, rest = symbol.partition("/")
    match value.kind:
        case SizeKind.UNITS:
            return f"{words(value.value)} {base}"
        case SizeKind.WORTH:
            return f"{words(value.value)} {rest.partition(':')[0]} of {base}"
        case SizeKind.SHARE:
            return f"{words(value.value * 100)}% in {base}"
        case SizeKind.ALL:
            return f"all {base}"


def order(value: Order) -> str:
    """Side and size of an order: "buy 0.05 BTC"."""
    terms = value.terms
    base = terms.symbol.partition("/")[0]
    asked = size(terms.size, terms.symbol)
    amount = asked if value.quantity is None else f"{words(value.quantity)} {base}"
    return f"{terms.side} {amount}"


_AGES: Final = ((60_000, 1_000, "s"), (3_600_000, 60_000, "m"))  # below, unit, its name


def age(ms: int | None) -> str:
    """0.4s, 12s, 5m, 3h, 2d, 1y: at most four characters."""
    if ms is None:
        return UNKNOWN
    if ms < 10_000:
        return f"{max(ms, 0) / 1_000:.1f}s"
    for below, unit, name in _AGES:
        if ms < below:
            return f"{ms // unit}{name}"
    hours = ms // 3_600_000
    if hours < 48:
        return f"{hours}h"
    days = hours // 24
    return f"{days}d" if days < 100 else f"{max(1, days // 365)}y"


def old(ms: int) -> str:
    """The mark of what is stale, in whole seconds: "old 8s"."""
    return f"old {f'{ms // 1_000}s' if ms < 10_000 else age(ms)}"


def clock(at_ns: int) -> str:
    """Time of day in UTC; nothing where no time is known."""
    if not at_ns:
        return ""
    seconds = at_ns // NS_PER_SECOND % SECONDS_PER_DAY
    return f"{seconds // 3_600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


def moment(at_ns: int) -> str:
    """Date and time in UTC, to the minute: 2026-11-21 05:40."""
    if not at_ns:
        return UNKNOWN
    return f"{datetime.fromtimestamp(at_ns // NS_PER_SECOND, UTC):%Y-%m-%d %H:%M}"


def places_of(instrument: Instrument | None, near: float) -> int:
    """Digits after the point: the tick's, or as many as make six digits in all."""
    if instrument is not None and instrument.tick:
        exponent = instrument.tick.normalize().as_tuple().exponent
        return max(0, -exponent) if isinstance(exponent, int) else 0
    if not near or not math.isfinite(near):
        return 2
    return min(PLACES_MAX, max(0, DIGITS - 1 - math.floor(math.log10(abs(near)))))
