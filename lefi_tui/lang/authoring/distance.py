"""How close each condition of a handler is to coming true, by what its last run met.

The degree of a comparison goes from 0 to 1 over 2% of its larger side, half of that below the
point where it turns; `and` is as close as its farthest part, `or` as its nearest.

The rule it keeps: degrees and words come from the values that the run itself had.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

from lefi_tui.core.record import Record
from lefi_tui.lang.authoring.measuring import Condition, Gauge, Joint, Sides, Truth, measured
from lefi_tui.lang.maths import words
from lefi_tui.lang.program import Program
from lefi_tui.lang.source import Span
from lefi_tui.lang.waiting import Begun, played

WIDTH: Final = 0.02  # of the larger side
WIDTH_MIN: Final = 1e-8
_RISING: Final = frozenset({"gt", "ge"})
_FALLING: Final = frozenset({"lt", "le"})
_SHARES: Final = frozenset({"price", "amount"})  # told as a share of the other side
_TEXTS: Final = frozenset({"text", "symbol", "account"})


class Part(Record):
    """One comparison of a condition."""

    degree: float
    is_met: bool
    words: str  # `close is 1.2% above fast`


class Distance(Record):
    span: Span  # of the condition
    line: int
    text: str  # as written
    is_met: bool
    was_reached: bool  # the run came there; else it is told by what stood when the run began
    degree: float  # 0 far, 1 met
    words: str  # of the part that decides
    parts: tuple[Part, ...]


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
        if known is None or _rank(found) > _rank(known):
            nearest[found.span] = found
    return tuple(sorted(nearest.values(), key=lambda each: each.span))


def _rank(found: Distance) -> tuple[bool, bool, float]:
    """What the run met is told before what it did not; of a loop's turns the nearest."""
    return found.was_reached, found.is_met, found.degree


def _distance(condition: Condition, outcome: bool | None, values: Sequence[Any]) -> Distance:  # noqa: FBT001 -- as traced
    parts: list[Part] = []
    decides = _told(condition.gauge, values, parts)
    is_met = decides.is_met if outcome is None else outcome
    return Distance(
        condition.span,
        condition.line,
        condition.text,
        is_met,
        outcome is not None,
        1.0 if is_met else min(decides.degree, 1.0),
        decides.words,
        tuple(parts),
    )


def _told(gauge: Gauge, values: Sequence[Any], parts: list[Part]) -> Part:
    """The part that decides; each comparison goes to `parts`."""
    match gauge:
        case Joint(op="not", parts=(inner,)):
            part = _told(inner, values, parts)
            return Part(1.0 - part.degree, not part.is_met, part.words)
        case Joint():
            both = [_told(each, values, parts) for each in gauge.parts]
            choose = min if gauge.op == "and" else max
            return choose(both, key=lambda each: (each.is_met, each.degree))
        case Truth():
            part = _of_truth(gauge, values)
        case Sides():
            part = _of_sides(gauge, *values[gauge.at : gauge.at + 2])
    parts.append(part)
    return part


def _of_truth(gauge: Truth, values: Sequence[Any]) -> Part:
    if gauge.at < 0:
        return Part(0.0, is_met=False, words=f"{gauge.label} is not told")
    is_met = bool(values[gauge.at]) and values[gauge.at] == 1
    return Part(float(is_met), is_met, f"{gauge.label} is {'true' if is_met else 'false'}")


def _of_sides(gauge: Sides, left: Any, right: Any) -> Part:
    if isinstance(left, str) or isinstance(right, str):
        is_met = (left == right) is (gauge.op == "same")
        return Part(float(is_met), is_met, f'{gauge.left} is "{left}"')
    sides = ((gauge.left, left), (gauge.right, right))
    missing = [label for label, side in sides if math.isnan(side)]
    if missing:
        return Part(0.0, is_met=False, words=f"{missing[0]} has no value")
    is_met = _holds(gauge.op, left, right)
    return Part(degree(gauge.op, left, right), is_met, _apart(gauge, left, right))


def _holds(op: str, left: float, right: float) -> bool:
    match op:
        case "gt":
            return left > right
        case "ge":
            return left >= right
        case "lt":
            return left < right
        case "le":
            return left <= right
        case _:
            return (left == right) is (op in {"eq", "same"})


def degree(op: str, left: float, right: float) -> float:
    """0 where it is far from true, 1/2 where both sides are equal, 1 where it is surely true."""
    width = max(WIDTH * max(abs(left), abs(right)), WIDTH_MIN)
    ahead = left - right if op in _RISING else right - left
    if op in _RISING | _FALLING:
        return _clipped((ahead + width / 2) / width)
    near = _clipped(1.0 - abs(ahead) / (width / 2))
    return near if op in {"eq", "same"} else float(left != right)


def _clipped(share: float) -> float:
    return min(1.0, max(0.0, share)) if math.isfinite(share) else 0.0


def _apart(gauge: Sides, left: float, right: float) -> str:
    if left == right:
        return f"{gauge.left} equals {gauge.right}"
    side = "above" if left > right else "below"
    return f"{gauge.left} is {_gap(gauge, left, right)} {side} {gauge.right}"


def _gap(gauge: Sides, left: float, right: float) -> str:
    """Prices and amounts as a share of the other side; what has no such as it is."""
    gap = abs(left - right)
    if gauge.type.kind in _SHARES and right:
        return f"{_short(gap / abs(right) * 100)}%"
    if gauge.type.kind == "percent":
        return f"{_short(gap * 100)} points"
    if gauge.type.kind == "amount":
        return f"{_short(gap)} {gauge.type}"
    if gauge.type.kind in {"duration", "time"}:
        return f"{_short(gap / 1_000)} s"
    return _short(gap)


def _short(value: float) -> str:
    """Three digits that count."""
    return words(float(f"{value:.3g}"))
