"""Comparisons that come out the same whatever the market does: an RSI over 550, a weekday of 0.

The rule it keeps: no false alarm. A comparison that is written out many times is told only where it
comes out alike each time; that one always holds is told only where a value is there for sure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from lefi_tui.core import timeframe
from lefi_tui.lang import maths
from lefi_tui.lang import types as t
from lefi_tui.lang.bounded import apart, parts
from lefi_tui.lang.builtins import BUILTINS, TIME_FIELDS
from lefi_tui.lang.diagnostic import Diagnostic
from lefi_tui.lang.ranges import ALL, Range, Reckoning, constant, reckoned
from lefi_tui.lang.scope import Compared, Joined
from lefi_tui.lang.source import Span
from lefi_tui.lang.tree import Authorize, Body, Branch, Execute, Finalize, Set, Statement, X
from lefi_tui.lang.types import Type

_SHOWN_MAX: Final = 30  # letters of a value as written
_OF_NAMES: Final = frozenset({"local", "state"})
# What they were given, at some event; a name that had no value then was none, of which no
# comparison holds.
_AS_GIVEN: Final = frozenset({"hist", "feed", "held", "past"})
# Of values that are there, these are too. A read may be missing, as a quotient may.
_THERE: Final = frozenset(
    {"const", "event", "pick", "add", "sub", "mul", "neg", "hist", "feed", "held"}
)
_NEVER: Final[dict[str, Callable[[Range, Range], bool]]] = {
    "lt": lambda a, b: a.low >= b.high,
    "le": lambda a, b: a.low > b.high,
    "gt": lambda a, b: a.high <= b.low,
    "ge": lambda a, b: a.high < b.low,
    "eq": lambda a, b: a.low > b.high or b.low > a.high,
}
_NEXT: Final = "Compare it with a value in between, or leave the comparison out."
_OTHERWISE: Final = "Compare with other values, or join them otherwise."
_OPPOSITE: Final = {"lt": "ge", "ge": "lt", "gt": "le", "le": "gt", "eq": "ne", "ne": "eq"}


def unchanging(text: str, compared: Iterable[Compared], facts: Facts) -> Iterator[Diagnostic]:
    by_place: dict[Span, list[Compared]] = {}
    for each in compared:
        by_place.setdefault(each.span, []).append(each)
    for span, alike in by_place.items():
        verdicts = {facts.verdict(each) for each in alike}
        if len(verdicts) == 1 and (verdict := verdicts.pop()):
            message = f"{_told(text, facts, alike[0])}: this {verdict} holds."
            yield Diagnostic("LF258", span, message, _NEXT)


def joined_so(
    text: str,
    found: tuple[Iterable[Joined], Iterable[Compared]],
    facts: Facts,
    alone: Iterable[Diagnostic],
) -> Iterator[Diagnostic]:
    """Of what is joined by `and` and `or`; where a part is told already, the whole is not."""
    joined, compared = found
    told = [each.span for each in alone]
    places = {test: each.span for each in compared for test in each.tests}
    by_place: dict[Span, list[X]] = {}
    for each in joined:
        by_place.setdefault(each.span, []).append(each.value)
    for span in sorted(by_place, key=lambda each: each.end - each.start):
        said = {_of_joint(text, places, facts, each) for each in by_place[span]}
        is_new = not any(span.start <= each.start and each.end <= span.end for each in told)
        if len(said) == 1 and is_new and (message := said.pop()):
            told.append(span)
            yield Diagnostic("LF258", span, message, _OTHERWISE)


def _of_joint(text: str, places: Mapping[X, Span], facts: Facts, joint: X) -> str:
    is_any = joint.op == "or"
    pair = apart(parts(joint, joint.op), are_negated=is_any)
    if pair is None or not {*pair[:2]} <= places.keys() or (is_any and not facts.is_there(pair[2])):
        return ""
    spans = [places[each] for each in pair[:2]]
    one, other = (f"`{' '.join(text[a:b].split())}`" for a, b in sorted(spans))
    if is_any:
        return f"One of {one} and {other} holds at any value: this always holds."
    return f"{one} and {other} exclude each other: this never holds."


def between(op: str, constants: Sequence[X]) -> tuple[float, ...]:
    """The least and the most of an operator's outcome, where a person may choose one of these
    constants; nothing where nobody may."""
    if not any(each.between for each in constants):
        return ()
    known = [Range(*each.between) if each.between else constant(each.value) for each in constants]
    return reckoned(op, known)


class Facts(Reckoning[X]):
    """Of the typed tree, handlers taken together: a name of two of them is either's."""

    def __init__(self, bodies: Iterable[Body], first: Mapping[str, X]) -> None:
        super().__init__()
        self._seen: dict[X, Range] = {}
        self._there: dict[X, bool] = {}
        for name, value in first.items():
            self.give(f"state:{name}", value)
        for body in bodies:
            self._gather(body.statements)

    def _gather(self, statements: Iterable[Statement]) -> None:
        for each in statements:
            if isinstance(each, Set):
                self.give(f"{'state' if each.is_state else 'local'}:{each.name}", each.value)
            elif isinstance(each, (Branch, Authorize, Execute)):
                self._gather(each.then)
                self._gather(each.other)
            elif isinstance(each, Finalize):
                self._gather(each.then)

    def of(self, v: X) -> Range:
        if v not in self._seen:
            self._seen[v] = Range(*v.between) if v.between else super().of(v)
        return self._seen[v]

    def _computed(self, v: X) -> Range:
        return self._fact(v) or super()._computed(v)

    def name_of(self, v: X) -> str | None:
        return f"{v.op}:{v.value}" if v.op in _OF_NAMES else None

    def _fact(self, v: X) -> Range | None:
        if v.op in TIME_FIELDS:
            return Range(*TIME_FIELDS[v.op])
        if v.op in _AS_GIVEN:
            return self.of(v.args[0])
        if v.op == "indicator":
            return self._of_indicator(v, "")
        return self._of_indicator(v.args[0], v.value) if v.op == "pick" else None

    def _of_indicator(self, v: X, field: str) -> Range:
        builtin = BUILTINS[v.value]
        if builtin.is_within:
            return self.of(v.args[0])
        lies = builtin.lies
        if lies is None or (lies.fields and field not in lies.fields):
            return ALL
        return Range(lies.low, lies.high)

    def verdict(self, compared: Compared) -> str:
        """never, always, or "": all of its tests have to hold."""
        if any(self._never(each.op, *each.args) for each in compared.tests):
            return "never"
        is_always = all(
            self._never(_OPPOSITE[each.op], *each.args) and all(map(self.is_there, each.args))
            for each in compared.tests
        )
        return "always" if is_always else ""

    def is_there(self, x: X) -> bool:
        """Whether it is never missing where statements are carried out, and nobody may choose it:
        to guard against another choice is no mistake."""
        if x not in self._there:
            builtin = BUILTINS[x.value] if x.op == "indicator" else None
            is_kind = (x.op in _THERE and not x.between) or x.op in TIME_FIELDS
            if builtin is not None:
                is_kind = builtin.is_within or builtin.lies is not None
            self._there[x] = is_kind and all(map(self.is_there, x.args))
        return self._there[x]

    def _never(self, op: str, left: X, right: X) -> bool:
        a, b = self.of(left), self.of(right)
        if _is_point(a) and _is_point(b):
            return False  # two constants: meant as it stands
        return op in _NEVER and _NEVER[op](a, b)


def _is_point(a: Range) -> bool:
    return a.low == a.high


def _told(text: str, facts: Facts, compared: Compared) -> str:
    """`RSI lies between 0 and 100`; of what is written as a number nothing."""
    told = []
    for span, value in zip(compared.sides, compared.tests[-1].args, strict=True):
        found = facts.of(value)
        if found != ALL and not (_is_point(found) and value.is_const):
            told.append(f"{_subject(text, span, value)} {_between(found, value.type)}")
    return ", ".join(told)


def _subject(text: str, span: Span, value: X) -> str:
    written = " ".join(text[span.start : span.end].split())
    while value.op in _AS_GIVEN:
        value = value.args[0]
    whole, field = (value.args[0], f".{value.value}") if value.op == "pick" else (value, "")
    if whole.op != "indicator" or BUILTINS[whole.value].is_within:
        return f"`{written}`" if len(written) <= _SHOWN_MAX else "What stands here"
    name = f"{whole.value}{field}"
    return f"`{written}` is {name} and" if written.isidentifier() else name


def _between(found: Range, kind: Type) -> str:
    low, high = (_shown(each, kind) for each in found)
    if _is_point(found):
        return f"is {low}"
    if math.isinf(found.high):
        return f"is never below {low}"
    return f"is never above {high}" if math.isinf(found.low) else f"lies between {low} and {high}"


def _shown(value: float, kind: Type) -> str:
    if kind == t.DURATION and math.isfinite(value):
        return timeframe.span(int(value))
    unit = f" {kind.base}" if kind.kind == "amount" else ""
    return maths.words(value, is_percent=kind == t.PERCENT) + unit
