"""Texts of a grid's cells put together from those along its axes, where its settings act apart.

The rule it keeps: a cell's text is the one it would have of its own, or there is none here; then
the cell is bound by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from lefi_tui.lang.apart import act_apart
from lefi_tui.lang.scope import STEPS_MAX
from lefi_tui.simulate.lanes.text import LaneText
from lefi_tui.simulate.sweep_grid import Settings
from lefi_tui.views.sweep_view import SweepAxis

Values = tuple[float, ...]
Of = Callable[[Settings], LaneText | None]


class Change(Struct):
    """What a text has other than the first cell's: its numbers, and those of parts by number."""

    text: LaneText
    numbers: Values | None
    parts: Mapping[int, tuple[Values, Values]]


class Grid:
    """Of the cells that differ from the first one in one setting each is bound once."""

    def __init__(self, first: LaneText, changes: Sequence[Mapping[str, Change]]) -> None:
        self._first, self._changes = first, changes

    def text(self, settings: Settings) -> LaneText | None:
        found = [of.get(value) for of, (_, value) in zip(self._changes, settings, strict=True)]
        changes = [each for each in found if each is not None]
        steps = sum(each.text.steps for each in changes)
        if len(changes) < len(found) or steps > STEPS_MAX:
            return None
        first = self._first
        numbers = [each.numbers for each in changes if each.numbers is not None]
        parts = list(first.parts)
        for place in {place for each in changes for place in each.parts}:
            changed = [each.parts[place] for each in changes if place in each.parts]
            if len(changed) > 1:  # two settings in one part
                return None
            parts[place] = replace(parts[place], numbers=changed[0][0], first=changed[0][1])
        return replace(
            first,
            numbers=_merged(first.numbers, numbers),
            parts=parts,
            warm=max([first.warm, *(each.text.warm for each in changes)]),
        )


def grid_of(source: str, axes: Sequence[SweepAxis], text_of: Of) -> Grid | None:
    """None where its settings do not act apart, or its first cell is no lane."""
    if not act_apart(source, [each.name for each in axes]):
        return None
    begin = tuple((each.name, each.values[0]) for each in axes)
    first = text_of(begin)
    if first is None:
        return None
    changes: list[dict[str, Change]] = []
    for number, axis in enumerate(axes):
        changes.append({})
        for value in axis.values:
            settings = (*begin[:number], (axis.name, value), *begin[number + 1 :])
            text = first if settings == begin else text_of(settings)
            if text is not None and _is_alike(text, first):
                changes[-1][value] = _change(text, first)
    return Grid(first, changes)


def _is_alike(text: LaneText, first: LaneText) -> bool:
    """All but their numbers. An axis goes upwards: a first value waits the least."""
    return (
        text.text == first.text
        and text.columns == first.columns
        and text.first == first.first
        and text.warm >= first.warm
    )


def _change(text: LaneText, first: LaneText) -> Change:
    parts = {
        place: (part.numbers, part.first)
        for place, (part, other) in enumerate(zip(text.parts, first.parts, strict=True))
        if not (_same(part.numbers, other.numbers) and _same(part.first, other.first))
    }
    numbers = None if _same(text.numbers, first.numbers) else text.numbers
    return Change(text, numbers, parts)


def _same(one: Values, other: Values) -> bool:
    """A missing number is the same as a missing number."""
    return repr(one) == repr(other)


def _merged(first: Values, changed: Sequence[Values]) -> Values:
    if len(changed) < 2:
        return changed[0] if changed else first
    out = list(first)
    for values in changed:
        for place, value in enumerate(values):
            if repr(value) != repr(first[place]):
                out[place] = value
    return tuple(out)
