"""How a method, event or indicator is called: its parameters and what it answers.

The rule it keeps: all that is known of one stands in its row of the table, as data.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from lefi_tui.core.record import Record


class Param(Record):
    """kind: symbol account number series condition length constant any price_level level depth
    duration amount text bool size"""

    name: str
    kind: str
    is_optional: bool = False
    is_named: bool = False  # given by name only
    default: float | None = None  # what it is when it is not given


Events = Callable[..., float]  # how many, of an indicator's numbers in their order


class Steps(Record):
    """How an indicator steps from event to event."""

    first: Events  # the event of its first value
    settled: Events  # from here on it is the same, to 1e-9, wherever history began
    candle: tuple[str, ...] = ()  # fields of the handler's candle that it reads
    earlier: tuple[tuple[str, Events], ...] = ()  # fields that are there before the rest
    is_daily: bool = False  # without a length, it reads a day of candles


class Lies(Record):
    """What a value lies between, both ends with it, whatever the market does."""

    low: float
    high: float = math.inf
    fields: tuple[str, ...] = ()  # those of which it is so; none: all


class Builtin(Record):
    name: str
    group: str  # read indicator maths transaction word
    params: tuple[Param, ...]
    result: str  # a rule the checker knows, by name
    docs: str
    fields: tuple[str, ...] = ()
    read: str = ""  # kind of core.bot.ReadKey
    steps: Steps | None = None  # of an indicator
    made_of: tuple[str, ...] = ()  # operators that an indicator is written out in
    has_own: bool = False  # beside its fields it has a value of its own
    numbers: tuple[str, ...] = ()  # fields that are Numbers, whatever the others are
    lies: Lies | None = None
    in_hundredths: bool = False  # 5 means 5%
    is_within: bool = False  # it lies between the lowest and the highest of its series


def written(param: Param) -> str:
    """`length`, `[signal = 9]`: in a form."""
    default = "" if param.default is None else f" = {param.default:g}"
    return f"[{param.name}{default}]" if param.is_optional else param.name


def by_place(params: tuple[Param, ...], given: int) -> list[Param]:
    """Which parameters so many values stand for: what is optional is left out first."""
    places = [each for each in params if not each.is_named]
    needed = [each for each in places if not each.is_optional]
    return needed if given <= len(needed) else places


def params(text: str) -> tuple[Param, ...]:
    """`symbol:symbol [signal:length=9] *at:price_level` -> params; [ ] optional, * named only."""
    out = []
    for word in text.split():
        bare, _, default = word.strip("[]*").partition("=")
        name, _, kind = bare.partition(":")
        is_named, given = "*" in word, float(default) if default else None
        out.append(Param(name, kind or name, "[" in word or is_named, is_named, given))
    return tuple(out)
