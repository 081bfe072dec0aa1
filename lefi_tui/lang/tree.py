"""The typed tree: every name resolved, every unit checked, functions and loops written out.

The checker makes it, the compiler reads it. A value knows its type, whether it is a series, and
how many events it needs before it has a value.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from lefi_tui.lang.source import Span
from lefi_tui.lang.types import Type

NAN: Final = math.nan
NOWHERE: Final = Span(0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class X:
    """A typed value. Two uses of one X are one computation; equality is identity.

    op: const (value) · event (value: number of the field) · read (value: ReadKey) · local, state
    (value: name) · past (args[0] a local or state; value n) · hist (args[0] a series; value n) ·
    indicator (value: name; args; constants in `extra`) · pick (of an indicator with fields) ·
    text (parts in args) · and every operator and maths function by its name.
    """

    op: str
    type: Type
    args: tuple[X, ...] = ()
    value: Any = None
    span: Span = NOWHERE
    is_series: bool = False
    warm: int = 0
    depth: int = 1
    extra: tuple[float, ...] = ()

    @property
    def is_const(self) -> bool:
        return self.op == "const"


@dataclass(frozen=True, slots=True)
class Set:
    """A local (or, when `is_state`, a state) takes a value."""

    name: str
    value: X
    is_state: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Branch:
    condition: X
    then: tuple[Statement, ...]
    other: tuple[Statement, ...]
    span: Span
    text: str  # the condition as written, for "why"


@dataclass(frozen=True, slots=True)
class Stop:
    """`return`"""


@dataclass(frozen=True, slots=True)
class Transact:
    """Buy, Sell, Close or Cancel at a numbered site. Missing arguments are None."""

    site: int
    action: str
    symbol: str
    account: str
    size: X | None
    named: dict[str, X]
    span: Span


@dataclass(frozen=True, slots=True)
class Say:
    kind: str  # notify print
    text: X
    channel: str
    span: Span


Statement = Set | Branch | Stop | Transact | Say


@dataclass(frozen=True, slots=True)
class Body:
    """One handler, checked."""

    event: str
    symbol: str
    timeframe_ms: int
    every_ms: int
    cron: str
    zone: str
    fields: tuple[str, ...]
    statements: tuple[Statement, ...]
    series: tuple[X, ...]  # named or stateful ones, in the order they are computed
    pasts: tuple[tuple[str, bool, int], ...]  # name, is_state, runs back
    warm: int  # events needed before statements are carried out
    line: int
    labels: tuple[tuple[X, str], ...] = ()  # names of series, for "why"
