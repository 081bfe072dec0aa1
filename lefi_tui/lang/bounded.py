"""Comparisons of one and the same value with constants, joined by `and` or `or`: whether they can
hold together, and whether one of them always does.

The rule it keeps: a constant that a person may choose counts by what it may be at best.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from lefi_tui.lang.ranges import Range, constant
from lefi_tui.lang.tree import X

_TURNED: Final = {"lt": "gt", "le": "ge", "gt": "lt", "ge": "le", "eq": "eq"}
_OPPOSITE: Final = {"lt": "ge", "ge": "lt", "gt": "le", "le": "gt", "ne": "eq"}


class Bound(NamedTuple):
    """A test that holds only where the value lies between these; an open end is left out."""

    test: X
    low: float = -math.inf
    high: float = math.inf
    is_open: bool = False


def parts(joint: X, op: str) -> Iterator[X]:
    """What is joined, through joints of the same kind."""
    for each in joint.args:
        if each.op == op:
            yield from parts(each, op)
        else:
            yield each


def apart(tests: Iterable[X], *, are_negated: bool = False) -> tuple[X, X, X] | None:
    """Two of them that no value meets both, and that value; `are_negated`: neither."""
    by_value: dict[Any, list[tuple[X, Bound]]] = {}
    for test in tests:
        found = _bound(test, _OPPOSITE if are_negated else {})
        if found is not None:
            by_value.setdefault(_key(found[0]), []).append(found)
    for some in by_value.values():
        low = max(some, key=lambda each: (each[1].low, each[1].is_open))[1]
        high = min(some, key=lambda each: (each[1].high, not each[1].is_open))[1]
        meet = low.low == high.high and (low.is_open or high.is_open)
        if low.test is not high.test and (low.low > high.high or meet):
            return low.test, high.test, some[0][0]
    return None


def _bound(test: X, opposite: Mapping[str, str]) -> tuple[X, Bound] | None:
    """The value that a test asks of, and where that has to lie."""
    op = opposite.get(test.op, "") if opposite else test.op
    if op not in _TURNED:
        return None
    value, limit = test.args
    if value.is_const:
        value, limit, op = limit, value, _TURNED[op]
    if value.is_const or not limit.is_const:
        return None
    if not isinstance(limit.value, float) or math.isnan(limit.value):
        return None
    low, high = Range(*limit.between) if limit.between else constant(limit.value)
    if op == "eq":
        return value, Bound(test, low, high)
    is_open = op in {"lt", "gt"}
    if op in {"gt", "ge"}:
        return value, Bound(test, low=low, is_open=is_open)
    return value, Bound(test, high=high, is_open=is_open)


def _key(value: X) -> Any:
    """The same of two values that are one: a name is read at several places, and is one value."""
    return (value.op, value.value) if value.op in {"local", "state"} else value
