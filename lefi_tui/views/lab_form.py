"""What a person types about a run besides its text: candles' length, time, cash, costs; and what a
sweep varies. Read here, and said beside its field where it can't be meant.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.core.money import words
from lefi_tui.core.timeframe import span
from lefi_tui.lang.script_pass import SettingInfo
from lefi_tui.lang.tokens import UNIT_MS
from lefi_tui.requests import MEASURES, Costs, Over, Window
from lefi_tui.views.lab_view import Ground
from lefi_tui.views.typed_time import DAY_MS, last_ms, moment_ms

HINTS: Final[Mapping[str, str]] = {
    "timeframe": "of the Candle handlers: 5m, 1h; empty: as the script says",
    "from": "2026-01-31 or 2026-01-31T14:00Z; empty: where the data begins",
    "to": "the same, the last day with it; empty: where the data ends",
    "cash": "in the quote currency",
    "maker": "fee of what rests, 0.02%",
    "taker": "fee of what takes, 0.05%",
    "slippage": "of market orders and stops, 0.1%",
}
_LENGTH: Final = re.compile(r"(\d+)([smhdw])")
_VALUE: Final = r"(-?\d+(?:\.\d+)? ?[%a-zA-Z]*)"
_OVER: Final = re.compile(rf"{_VALUE}\.\.{_VALUE}:{_VALUE}")
COSTS: Final = ("maker", "taker", "slippage")
OVER_HINT: Final = "from..to:step, as 5..50:5; empty: not varied"
RANK: Final = "rank"
RANK_HINT: Final = f"one of {', '.join(MEASURES)}"


def is_number(setting: SettingInfo) -> bool:
    """Whether a sweep can vary it."""
    return setting.value[:1].isdigit() or setting.value[:1] == "-"


def typed_of(ground: Ground) -> dict[str, str]:
    """As a person would type it."""
    costs, window = ground.costs, ground.window
    return {
        "timeframe": "" if ground.timeframe_ms is None else span(ground.timeframe_ms),
        "from": _moment(window.from_ms),
        "to": _moment(window.to_ms, is_end=True),
        "cash": words(costs.cash),
        **{name: f"{words(getattr(costs, name) * 100)}%" for name in COSTS},
    }


def _moment(at_ms: int | None, *, is_end: bool = False) -> str:
    """What is read as the same again: an end at midnight is the day before it."""
    if at_ms is None:
        return ""
    if at_ms % DAY_MS == 0:
        return f"{datetime.fromtimestamp((at_ms - DAY_MS * is_end) // 1_000, UTC):%Y-%m-%d}"
    return datetime.fromtimestamp(at_ms / 1_000, UTC).replace(tzinfo=None).isoformat()


def mistakes(typed: Mapping[str, str]) -> dict[str, str]:
    """By field, in words."""
    found = {}
    for name, text in typed.items():
        try:
            _READ[name](text)
        except ValueError as error:
            found[name] = str(error)
    if not found:
        begin, end = (_READ[each](typed[each]) for each in ("from", "to"))
        if begin is not None and end is not None and begin >= end:
            found["to"] = "it ends before it begins"
    return found


def with_typed(ground: Ground, typed: Mapping[str, str]) -> Ground:
    """Of what `mistakes` has nothing to say about."""
    read = {name: _READ[name](text) for name, text in typed.items()}
    costs = Costs(read["cash"], read["maker"], read["taker"], read["slippage"])
    window = Window(read["from"], read["to"])
    return replace(ground, timeframe_ms=read["timeframe"], window=window, costs=costs)


def _length(text: str) -> int | None:
    match = _LENGTH.fullmatch(text)
    if text and match is None:
        raise ValueError(f"{text!r} is no length of candles; write 5m, 1h or 1d")
    return None if match is None else int(int(match[1]) * UNIT_MS[match[2]])


def _begin(text: str) -> int | None:
    return moment_ms(text) if text else None


def _end(text: str) -> int | None:
    """A day with all of it; of candles, those that closed by then."""
    if not text:
        return None
    begins, last = moment_ms(text), last_ms(text)
    return begins if begins == last else last + 1


def _share(text: str) -> Decimal:
    value = _number(text.removesuffix("%").strip())
    share = value / 100 if text.endswith("%") else value
    if not 0 <= share < 1:
        raise ValueError(f"{text!r} is no such share; write 0.05%")
    return share


def _cash(text: str) -> Decimal:
    value = _number(text)
    if value <= 0:
        raise ValueError("it needs some cash")
    return value


def _number(text: str) -> Decimal:
    try:
        value = Decimal(text.replace(",", "").replace("_", ""))
    except InvalidOperation:
        raise ValueError(f"{text!r} is no number") from None
    if not value.is_finite():
        raise ValueError(f"{text!r} is no number")
    return value


_READ: Final[Mapping[str, Callable[[str], Any]]] = {
    "timeframe": _length,
    "from": _begin,
    "to": _end,
    "cash": _cash,
    "maker": _share,
    "taker": _share,
    "slippage": _share,
}


# ---- a sweep


def over_of(typed: Mapping[str, str]) -> tuple[Over, ...]:
    """What is varied, of what `over_mistakes` has nothing to say about."""
    found = []
    for name, text in typed.items():
        match = _OVER.fullmatch(text.strip())
        if match is not None:
            found.append(Over(name, *(each.strip() for each in match.groups())))
    return tuple(found)


def over_mistakes(typed: Mapping[str, str], rank: str) -> dict[str, str]:
    found = {
        name: f"{text!r} is no range; write 5..50:5"
        for name, text in typed.items()
        if text.strip() and _OVER.fullmatch(text.strip()) is None
    }
    if not any(text.strip() for text in typed.values()):
        found[""] = "Vary one setting at least."
    if rank not in MEASURES:
        found[RANK] = f"{rank!r} is none of {', '.join(MEASURES)}"
    return found
