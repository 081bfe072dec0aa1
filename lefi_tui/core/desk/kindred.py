"""Places of one text and lines of another, matched one to one.

The rule it keeps: the same transaction comes before one that only trades the same, wherever in the
text it stands; of several that are the same each goes to its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TypeAlias

from lefi_tui.core.rewriting import Family, Kin

Way: TypeAlias = Callable[[Kin], object]
Kins: TypeAlias = Sequence[Kin]


def _in_its_handler(of: Kin) -> object:
    return of.handler, of.key


def _anywhere(of: Kin) -> object:
    return of.key


def _trades_the_same(of: Kin) -> object:
    return of.handler, of.alike


class Kindred:
    def __init__(self, family: Family) -> None:
        old, new = family
        self.numbers = tuple(each.number for each in old)
        self.exact = Likeness(family, family, (_in_its_handler, _anywhere))
        came, went = self.exact.own.keys(), set(self.exact.own.values())
        rest = [e for e in old if e.number not in came], [e for e in new if e.number not in went]
        self.alike = Likeness(family, rest, (_trades_the_same,))


class Likeness:
    """`own`: the line that each place would be of, were there no other orders than its text's."""

    def __init__(self, family: Family, rest: tuple[Kins, Kins], ways: tuple[Way, ...]) -> None:
        self._old = {each.number: each for each in family[0]}
        self._lines = tuple((way, _grouped(family[1], way)) for way in ways)
        self.own: dict[int, int] = {}
        for way in ways:
            self.own |= dict(_one_to_one(*rest, way, self.own))

    def taken(self, numbers: Collection[int], taken: set[int]) -> dict[int, int]:
        """A line for each of these places that finds one, which are then taken."""
        found: dict[int, int] = {}
        for lines_of in (self._its_own, self._others):
            for number in numbers:
                line = next((each for each in lines_of(number) if each not in taken), None)
                if number not in found and line is not None:
                    found[number] = line
                    taken.add(line)
        return found

    def _its_own(self, number: int) -> Iterator[int]:
        if number in self.own:
            yield self.own[number]

    def _others(self, number: int) -> Iterator[int]:
        if number in self._old:
            for way, lines in self._lines:
                yield from lines.get(way(self._old[number]), ())


def _grouped(new: Kins, way: Way) -> dict[object, list[int]]:
    lines: dict[object, list[int]] = {}
    for each in new:
        lines.setdefault(way(each), []).append(each.number)
    return lines


def _one_to_one(old: Kins, new: Kins, way: Way, but: dict[int, int]) -> Iterator[tuple[int, int]]:
    went = set(but.values())
    free = _grouped([each for each in new if each.number not in went], way)
    for each in old:
        lines = free.get(way(each))
        if lines and each.number not in but:
            yield each.number, lines.pop(0)
