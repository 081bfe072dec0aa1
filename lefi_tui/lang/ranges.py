"""What a value can be at least and at most, where the text alone says so.

The rule it keeps: never narrower than what can happen; a value that can't be known ranges over all
numbers. IEEE arithmetic is monotone, so bounds reckoned as the values are hold to the last digit. A
missing value lies in every range: nothing is sent with one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, Generic, NamedTuple, Protocol, TypeVar

from lefi_tui.lang import maths
from lefi_tui.lang.form import (
    Ask,
    Await,
    Finish,
    Leave,
    Let,
    Loop,
    Op,
    Plan,
    Put,
    Signal,
    Tell,
    Trade,
    V,
    When,
    Whole,
)

DEPTH_MAX: Final = 60  # values inside values and names; what lies deeper is not known


class Range(NamedTuple):
    low: float
    high: float


ALL: Final = Range(-math.inf, math.inf)
_MISSING: Final = Range(0.0, 0.0)


class Valued(Protocol):
    """A value of the typed tree, or of the intermediate form: both name operators alike."""

    @property
    def op(self) -> str: ...
    @property
    def value(self) -> Any: ...
    @property
    def args(self) -> Sequence[Valued]: ...


T = TypeVar("T", bound=Valued)


class Reckoning(Generic[T]):
    """Values by their operators; a name ranges over all that it is ever given."""

    def __init__(self) -> None:
        self._given: dict[str, list[T]] = {}
        self._known: dict[str, Range] = {}
        self._depth = 0

    def of(self, v: T) -> Range:
        if v.op == "const":
            return constant(v.value)
        if self._depth >= DEPTH_MAX:
            return ALL
        self._depth += 1
        try:
            name = self.name_of(v)
            return self._computed(v) if name is None else self._named(name)
        finally:
            self._depth -= 1

    def name_of(self, v: T) -> str | None:
        raise NotImplementedError

    def give(self, name: str, value: T) -> None:
        self._given.setdefault(name, []).append(value)

    def _named(self, name: str) -> Range:
        if name not in self._known:
            self._known[name] = ALL  # what it is while it hangs on itself
            given = [self.of(each) for each in self._given.get(name, ())]
            self._known[name] = either(*given) if given else ALL
        return self._known[name]

    def _computed(self, v: T) -> Range:
        args: Sequence[Any] = v.args  # of its own kind
        if v.op == "choice":
            return either(self.of(args[1]), self.of(args[2]))
        return reckoned(v.op, [self.of(each) for each in args]) if v.op in _RULES else ALL


class Ranges(Reckoning[V]):
    """Of the values of one handler."""

    def __init__(self, ops: Iterable[Op]) -> None:
        super().__init__()
        self._gather(ops)

    def name_of(self, v: V) -> str | None:
        return v.value if v.op == "temp" else None

    def _gather(self, ops: Iterable[Op]) -> None:
        for op in ops:
            match op:
                case Let():
                    self.give(op.temp, op.value)
                case When() | Ask() | Whole():
                    self._gather(op.then)
                    self._gather(op.other)
                case Finish():
                    self._gather(op.then)
                case Loop():
                    self._gather(op.body)
                case Put() | Leave() | Trade() | Await() | Tell() | Signal() | Plan():
                    continue  # of these an outcome has a name, and its range is not known


def reckoned(op: str, ranges: Sequence[Range]) -> Range:
    """Of what an operator makes of values in these ranges."""
    rule = _RULES.get(op)
    return ALL if rule is None else rule(*ranges)


def constant(value: object) -> Range:
    if not isinstance(value, float) or math.isinf(value):
        return ALL
    return _MISSING if math.isnan(value) else Range(value, value)


def _span(values: Sequence[float]) -> Range:
    """Around these; endless less endless may be anything."""
    return ALL if any(math.isnan(each) for each in values) else Range(min(values), max(values))


def either(*ranges: Range) -> Range:
    return Range(min(each.low for each in ranges), max(each.high for each in ranges))


def _added(a: Range, b: Range) -> Range:
    return _span((a.low + b.low, a.high + b.high))


def _less(a: Range, b: Range) -> Range:
    return _span((a.low - b.high, a.high - b.low))


def _times(a: Range, b: Range) -> Range:
    return _span([one * other for one in a for other in b])


def _by(a: Range, b: Range) -> Range:
    if b.low <= 0 <= b.high:
        return ALL
    return _span([one / other for one in a for other in b])


def _rest(_a: Range, b: Range) -> Range:
    """With the divisor's sign, and never past it."""
    return either(b, Range(0.0, 0.0))


def _absolute(a: Range) -> Range:
    ends = abs(a.low), abs(a.high)
    return Range(0.0 if a.low <= 0 <= a.high else min(ends), max(ends))


def _ends(rule: Callable[[float], float]) -> Callable[[Range], Range]:
    """Of a rule that never turns larger into smaller."""
    return lambda a: Range(rule(a.low), rule(a.high))


_RULES: Final[dict[str, Callable[..., Range]]] = {
    "add": _added,
    "sub": _less,
    "mul": _times,
    "div": _by,
    "mod": _rest,
    "neg": lambda a: Range(-a.high, -a.low),
    "abs": _absolute,
    "round": _ends(maths.rounded),
    "floor": _ends(maths.floor),
    "ceil": _ends(maths.ceil),
    "min": lambda a, b: Range(min(a.low, b.low), min(a.high, b.high)),
    "max": lambda a, b: Range(max(a.low, b.low), max(a.high, b.high)),
    "finite": lambda a: a,
    "coalesce": either,
}
