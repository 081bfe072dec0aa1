"""What people write behind an option, and what it means: durations, times, percents, markets."""

from __future__ import annotations

import os
import re
from argparse import ArgumentTypeError
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from lefi_tui.requests import MarketFile, Over
from lefi_tui.views.typed_time import last_ms, moment_ms

UNITS_MS: Final = {
    "ms": 1,
    "s": 1_000,
    "m": 60_000,
    "h": 3_600_000,
    "d": 86_400_000,
    "w": 604_800_000,
}
WORKERS_MAX: Final = 256
LATENCY_MS_MAX: Final = 10_000
SPEED_MIN, SPEED_MAX = Decimal("0.1"), Decimal(20)
_PLACE: Final = re.compile(r"(\d{1,3}):([0-5]\d)")
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhdw])")
_SYMBOL: Final = re.compile(r"[A-Z0-9]{1,20}/[A-Z0-9]{1,20}(:[A-Z0-9]{1,20})?")
_PLACE_NAME: Final = re.compile(r"[^\s./\\][^/\\]{0,63}")  # a folder's, and none outside
_NAME: Final = re.compile(r"[a-z_][A-Za-z0-9_]*")


def duration_ms(text: str) -> int:
    """`90d`, `1h30m`, `500ms`: as Lefi writes them."""
    parts = _PART.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        raise ArgumentTypeError(f"{text!r} is no duration; write 30s, 5m, 1h30m or 90d")
    total = sum(Decimal(number) * UNITS_MS[unit] for number, unit in parts)
    if total <= 0 or total != int(total):
        raise ArgumentTypeError(f"{text!r} is not a whole number of milliseconds above 0")
    return int(total)


def latency_ms(text: str) -> int:
    """`80`, `80ms`, `1s`; 0 is none."""
    found = int(text) if text.isdecimal() else duration_ms(text)
    if found > LATENCY_MS_MAX:
        raise ArgumentTypeError(f"{text!r} is over {LATENCY_MS_MAX // 1_000} s")
    return found


def place_ms(text: str) -> int:
    """A place in a recording, `02:30`: minutes and seconds from its beginning."""
    found = _PLACE.fullmatch(text)
    if found is None:
        raise ArgumentTypeError(f"{text!r} is no place; write minutes and seconds: 02:30")
    return 1_000 * (60 * int(found[1]) + int(found[2]))


def tempo(text: str) -> Decimal:
    """How quick a recording is played."""
    found = _decimal(text, text, "0.5")
    if not SPEED_MIN <= found <= SPEED_MAX:
        raise ArgumentTypeError(f"{text!r} is no speed; {SPEED_MIN} to {SPEED_MAX}, 1 is as it was")
    return found


def time_ms(text: str) -> int:
    """Seconds or milliseconds since 1970, or a date and time; without a zone it is UTC."""
    return _moment(moment_ms, text)


def until_ms(text: str) -> int:
    """A time as above; a day alone means to its end."""
    return _moment(last_ms, text)


def _moment(read: Callable[[str], int], text: str) -> int:
    try:
        return read(text)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from None


def since_ms(text: str) -> int:
    """A time as above, or a duration: `7d` is so long ago, told as a number below 0."""
    if _PART.match(text) and not text.isdecimal() and text[-1].isalpha() and "T" not in text:
        return -duration_ms(text)
    return time_ms(text)


def count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise ArgumentTypeError(f"{text!r} is no number of rows; write for example 30")
    return int(text)


def cores() -> int:
    """That this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def workers(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= WORKERS_MAX:
        raise ArgumentTypeError(f"{text!r} is no number of workers; write 1 to {WORKERS_MAX}")
    return int(text)


def share(text: str) -> Decimal:
    """`0.05%`, or the share itself, `0.0005`."""
    is_percent = text.endswith("%")
    number = _decimal(text.removesuffix("%"), text, "0.05%")
    value = number / 100 if is_percent else number
    if not 0 <= value < 1:
        raise ArgumentTypeError(f"{text!r} is out of bounds: from 0% to below 100%")
    return value


def money(text: str) -> Decimal:
    value = _decimal(text.replace("_", ""), text, "10000")
    if value <= 0:
        raise ArgumentTypeError(f"{text!r} is not above 0")
    return value


def _decimal(digits: str, text: str, example: str) -> Decimal:
    try:
        value = Decimal(digits)
    except InvalidOperation:
        raise ArgumentTypeError(f"{text!r} is no number; write for example {example}") from None
    if not value.is_finite():
        raise ArgumentTypeError(f"{text!r} is no finite number")
    return value


def market_file(text: str) -> MarketFile:
    """`FILE` or `SYMBOL=FILE`. A path may hold `=` itself: only a symbol before it counts."""
    symbol, mark, path = text.partition("=")
    if mark and _SYMBOL.fullmatch(symbol):
        return MarketFile(Path(path), symbol)
    return MarketFile(Path(text))


def symbol(text: str) -> str:
    if not _SYMBOL.fullmatch(text):
        raise ArgumentTypeError(f"{text!r} is no market; write BTC/USDT or BTC/USDT:USDT")
    return text


def exchange(text: str) -> str:
    """The name of an exchange or an account; candles are kept in a folder of this name."""
    if not (_PLACE_NAME.fullmatch(text) and text.isprintable()):
        raise ArgumentTypeError(f"{text!r} is no exchange; write for example binanceusdm")
    return text


def assignment(text: str) -> tuple[str, str]:
    """`name=value`, the value as Lefi writes it."""
    name, mark, value = (part.strip() for part in text.partition("="))
    if not mark or not value or not _NAME.fullmatch(name):
        raise ArgumentTypeError(f"{text!r} sets nothing; write name=value")
    return name, value


def over(text: str) -> Over:
    """`name=low..high:step`, the three as Lefi writes them."""
    name, mark, bounds = (part.strip() for part in text.partition("="))
    span, colon, step = (part.strip() for part in bounds.rpartition(":"))
    low, dots, high = (part.strip() for part in span.partition(".."))
    if not (mark and colon and dots and low and high and step and _NAME.fullmatch(name)):
        raise ArgumentTypeError(f"{text!r} varies nothing; write name=low..high:step")
    return Over(name, low, high, step)


def speed(text: str) -> float | None:
    """`max`, or times real time: `1x`, `60x`."""
    if text == "max":
        return None
    digits = text.removesuffix("x")
    if not text.endswith("x") or not digits.isdecimal() or not int(digits):
        raise ArgumentTypeError(f"{text!r} is no speed; write max, 1x or 60x")
    return float(digits)
