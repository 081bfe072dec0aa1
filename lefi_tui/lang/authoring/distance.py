"""How close each condition of a handler is to coming true, by what its last run met.

A comparison is as far away as its gap is large, as a share of its larger side; one of earlier
candles alone has no distance. `and` is as far as the farthest part that is not met, `or` as the
nearest.

The rule it keeps: what is told comes from the values that the run itself had.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.core.nearness import Part, Side
from lefi_tui.core.record import Record
from lefi_tui.lang.authoring.measuring import Condition, Gauge, Joint, Sides, Truth, measured
from lefi_tui.lang.program import Program
from lefi_tui.lang.source import Span
from lefi_tui.lang.waiting import Begun, played

SIGNS: Final = {
    "gt": ">",
    "ge": ">=",
    "lt": "<",
    "le": "<=",
    "eq": "==",
    "same": "==",
    "ne": "!=",
    "differs": "!=",
}
_OPPOSITE: Final = {">": "<=", "<": ">=", ">=": "<", "<=": ">", "==": "!=", "!=": "=="}
_OTHER_JOINT: Final = {"and": "or", "or": "and"}


class Distance(Record):
    span: Span  # of the condition
    line: int
    text: str  # as written
    was_reached: bool  # the run came there; else it is told by what stood when the run began
    parts: tuple[Part, ...]  # the whole first, then what it is made of

    @property
    def is_met(self) -> bool:
        return self.parts[0].is_met

    @property
    def rank(self) -> tuple[bool, bool, float]:
        """What a run met is told before what it did not; of several runs or turns the nearest."""
        return self.was_reached, self.is_met, -_far(self.parts[0])


def distances(program: Program, begun: Begun) -> tuple[Distance, ...]:
    """Of each condition that the run met, or that can be told without; in the text's order."""
    handler = measured(program)[begun.handler]
    trace: list[tuple[int, bool, tuple[Any, ...]]] = []
    if handler.may_wait:
        played(handler.run, begun, trace)
    else:
        handler.run(begun.slots, begun.event, begun.reads, True, trace)  # noqa: FBT003 -- generated
    nearest: dict[Span, Distance] = {}
    for number, outcome, values in trace:
        was_reached = number not in handler.looked_at
        found = _distance(handler.conditions[number], outcome if was_reached else None, values)
        known = nearest.get(found.span)
        if known is None or found.rank > known.rank:
            nearest[found.span] = found
    return tuple(sorted(nearest.values(), key=lambda each: each.span))


def _distance(condition: Condition, outcome: bool | None, values: Sequence[Any]) -> Distance:  # noqa: FBT001 -- as traced
    whole, *parts = _told(condition.gauge, values, 0, is_turned=False)
    if outcome is not None:
        whole = replace(whole, is_met=outcome)
    return Distance(
        condition.span, condition.line, condition.text, outcome is not None, (whole, *parts)
    )


def _told(gauge: Gauge, values: Sequence[Any], depth: int, *, is_turned: bool) -> list[Part]:
    """The whole, then its parts. What `not` turns round is told as it must be to count."""
    match gauge:
        case Joint(op="not", parts=(inner,)):
            return _told(inner, values, depth, is_turned=not is_turned)
        case Joint():
            below = [
                _told(each, values, depth + 1, is_turned=is_turned)
                for each in _flat(gauge, gauge.op)
            ]
            sign = _OTHER_JOINT[gauge.op] if is_turned else gauge.op
            whole = _joined(sign, [each[0] for each in below], depth)
            return [replace(whole, text=gauge.text), *(part for each in below for part in each)]
        case Truth():
            part = _of_truth(gauge, values)
        case Sides():
            part = _of_sides(gauge, *values[gauge.at : gauge.at + 2])
    return [replace(_turned(part) if is_turned else part, depth=depth)]


def _flat(gauge: Joint, op: str) -> Iterator[Gauge]:
    """`a and b and c` are three parts of one."""
    for each in gauge.parts:
        if isinstance(each, Joint) and each.op == op and not each.is_call:
            yield from _flat(each, op)
        else:
            yield each


def _joined(sign: str, parts: Sequence[Part], depth: int) -> Part:
    is_met = (all if sign == "and" else any)(each.is_met for each in parts)
    away = (max if sign == "and" else min)(_far(each) for each in parts)
    is_fixed = all(each.is_fixed for each in parts)
    return Part(sign, is_met, depth, is_fixed, away if math.isfinite(away) else None)


def _far(part: Part) -> float:
    """What is met is not away at all; where no share can be told, nothing is farther."""
    if part.is_met:
        return 0.0
    return math.inf if part.away is None else part.away


def _turned(part: Part) -> Part:
    sign = _OPPOSITE.get(part.sign, "not")
    return replace(part, sign=sign, is_met=not part.is_met)


def _of_truth(gauge: Truth, values: Sequence[Any]) -> Part:
    is_known = gauge.at >= 0
    is_met = is_known and bool(values[gauge.at]) and values[gauge.at] == 1
    side = Side(gauge.label, float(is_met) if is_known else None)
    return Part("", is_met, left=side, is_fixed=gauge.is_fixed)


def _of_sides(gauge: Sides, left: Any, right: Any) -> Part:
    sign = SIGNS[gauge.op]
    part = Part(
        sign,
        is_met=False,
        is_fixed=gauge.is_fixed,
        is_past=gauge.is_past and not gauge.is_fixed,
        left=_side(gauge.left, left),
        right=_side(gauge.right, right),
        unit=str(gauge.type),
    )
    if isinstance(left, str) or isinstance(right, str):
        return replace(part, is_met=(left == right) is (sign == "=="))
    if math.isnan(left) or math.isnan(right):
        return part
    away = None if gauge.is_past else share_apart(left, right)
    return replace(part, is_met=holds(sign, left, right), away=away)


def _side(label: str, value: Any) -> Side:
    if isinstance(value, str):
        return Side(label, text=value)
    return Side(label, float(value) if math.isfinite(value) else None)


def holds(sign: str, left: float, right: float) -> bool:
    match sign:
        case ">":
            return left > right
        case ">=":
            return left >= right
        case "<":
            return left < right
        case "<=":
            return left <= right
        case _:
            return (left == right) is (sign == "==")


def share_apart(left: float, right: float) -> float | None:
    """0 where they are equal, 1 where one of them is 0, 2 where they are opposites. Two that are 0
    have no size to measure by: who holds nothing is not close to holding something."""
    if not (left or right):
        return None
    if left == right:
        return 0.0
    share = abs(left - right) / max(abs(left), abs(right))
    return share if math.isfinite(share) else None
