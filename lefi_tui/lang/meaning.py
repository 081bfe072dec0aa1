"""What changes in what a script does, from one text to another, as data.

The rule it keeps: layout, comments and names are no change; nothing that could come out differently
is left unsaid. Handlers are compared at the same values of the settings, so that a default that
was changed is one change and not one of each handler.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from math import isnan
from typing import Final, TypeVar

from lefi_tui.core.record import Record
from lefi_tui.lang.blueprint import Blueprint
from lefi_tui.lang.examine import typed
from lefi_tui.lang.maths import words
from lefi_tui.lang.meaning_contract import Row, bounds_of, oftener, rises
from lefi_tui.lang.meaning_keys import Doing, Numbers, Part, Reader
from lefi_tui.lang.script_pass import SettingInfo
from lefi_tui.lang.titles import title_of

GOVERNED: Final = "what it decided"
GOVERNS: Final = "something else, or nothing; at its present value that is the same"
T = TypeVar("T")
Words = tuple[str, str]  # a name, and all else there is to say of it
Pair = tuple[Doing | None, Doing | None]


class PartChange(Record):
    """One condition, order or other statement. `before` or `after` is empty where there is none;
    both are, where only what stands inside what, or before what, has changed."""

    kind: str  # series value condition order state words event question plan order_of
    before: str
    after: str
    line: int  # where it stands; of a part that is gone, in the text before


class HandlerChange(Record):
    how: str  # added removed changed
    before: str  # its title
    after: str
    line: int
    parts: tuple[PartChange, ...] = ()


class Named(Record):
    """A setting or a state: its name (the later one), and what there is to say of it."""

    how: str  # added removed changed renamed
    name: str
    before: str
    after: str


class Meaning(Record):
    """`rows` are the contract's and the policy's; `more` says why it may spend more than before."""

    handlers: tuple[HandlerChange, ...] = ()
    settings: tuple[Named, ...] = ()
    states: tuple[Named, ...] = ()
    rows: tuple[Row, ...] = ()
    more: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """It does the same, whatever its names."""
        named = (*self.settings, *self.states)
        return not (self.handlers or self.rows or any(each.how != "renamed" for each in named))


def meaning(before: Blueprint, after: Blueprint, timeframe_ms: int | None = None) -> Meaning:
    """`before` and `after` were checked with the settings that they run with."""
    both = _compared(before, after, timeframe_ms)
    settings, values = both.settings, _values(before)
    old, new = _doings(both, values)
    pairs = tuple(_pairs(old, new))
    handlers = tuple(change for pair in pairs if (change := _handler(*pair)) is not None)
    if not handlers:
        settings += tuple(_governed(both, values))
    return Meaning(
        handlers,
        settings,
        both.states,
        bounds_of(before, after),
        (
            *rises(before, after, is_alike=all(a and b and a.key == b.key for a, b in pairs)),
            *oftener((before, after), _indexes(pairs, old, new)),
        ),
    )


def paired(
    before: Blueprint, after: Blueprint, timeframe_ms: int | None = None
) -> tuple[Pair, ...]:
    """Handlers that go on as each other, each text at its own values."""
    both = _compared(before, after, timeframe_ms)
    return tuple(_pairs(*_doings(both, _values(before), _values(after))))


def _compared(before: Blueprint, after: Blueprint, timeframe_ms: int | None) -> _Both:
    settings = _named(map(_setting_words, before.settings), map(_setting_words, after.settings))
    states = _named(_state_words(before), _state_words(after))
    return _Both(before, after, settings, states, timeframe_ms)


def _values(of: Blueprint) -> dict[str, str]:
    return {each.name: each.value for each in of.settings}


def _indexes(
    pairs: Iterable[Pair], old: Sequence[Doing], new: Sequence[Doing]
) -> Iterator[tuple[int, int]]:
    """Numbers of the handlers that go on as each other."""
    first = {id(each): at for at, each in enumerate(old)}
    then = {id(each): at for at, each in enumerate(new)}
    return ((first[id(a)], then[id(b)]) for a, b in pairs if a and b)


# ---- settings and states


def _setting_words(of: SettingInfo) -> Words:
    bounds = f" in {of.low}..{of.high}" if of.low else ""
    choices = f" in {', '.join(of.choices)}" if of.choices else ""
    chosen = f", set to {of.value}" if of.value != of.default else ""
    return of.name, f"{of.default}{bounds}{choices}{chosen}"


def _state_words(of: Blueprint) -> tuple[Words, ...]:
    return tuple(
        (name, f"{of.state_types[name]}, first {_exact(of.slots.first[slot])}")
        for name, slot in of.states.items()
    )


def _exact(value: object) -> str:
    """As it prints, where that says all of it."""
    told = words(value)
    is_told = not isinstance(value, float) or isnan(value) or float(told) == value
    return told if is_told else repr(value)


def _named(before: Iterable[Words], after: Iterable[Words]) -> tuple[Named, ...]:
    """One that went and one that came, with all else alike, are one with another name."""
    old, new = dict(before), dict(after)
    gone = [name for name in old if name not in new]
    found = []
    for name, told in new.items():
        if name in old:
            found += [Named("changed", name, old[name], told)] if old[name] != told else []
            continue
        was = next((each for each in gone if old[each] == told), None)
        if was is None:
            found.append(Named("added", name, "", told))
        else:
            gone.remove(was)
            found.append(Named("renamed", name, was, name))
    return (*found, *(Named("removed", name, old[name], "") for name in gone))


def _other_names(named: Sequence[Named]) -> dict[str, str]:
    """Later name: the one before."""
    return {each.name: each.before for each in named if each.how == "renamed"}


# ---- handlers


class _Both(Record):
    """Two texts, and what is known of their names."""

    before: Blueprint
    after: Blueprint
    settings: tuple[Named, ...]
    states: tuple[Named, ...]
    timeframe_ms: int | None


def _alike(of: _Both, values: Mapping[str, str]) -> dict[str, str]:
    """The same values, by the later names."""
    was = _other_names(of.settings)
    return {
        each.name: values.get(was.get(each.name, each.name), each.value)
        for each in of.after.settings
    }


def _doings(
    of: _Both, values: Mapping[str, str], own: Mapping[str, str] | None = None
) -> tuple[list[Doing], list[Doing]]:
    """At these values of the settings, by the earlier names; the later text at `own`, if given."""
    alike = _alike(of, values) if own is None else own
    numbers = Numbers()
    source, old = typed(of.before.source, values, of.timeframe_ms)
    target, new = typed(of.after.source, alike, of.timeframe_ms)
    if any(each.is_error for each in new.found):  # it takes the values of before no more
        alike = _values(of.after)
        target, new = typed(of.after.source, alike, of.timeframe_ms)
    first = Reader(numbers, source, {})
    then = Reader(numbers, target, _other_names(of.states))
    return (
        [first.doing(body, title_of(body)) for body in old.bodies],
        [then.doing(body, title_of(body)) for body in new.bodies],
    )


def _governed(of: _Both, values: Mapping[str, str]) -> Iterator[Named]:
    """Settings that decide of something else than before, though at their present values nothing
    comes out otherwise: each is tried at another value."""
    told = {each.name for each in of.settings}
    for each in of.before.settings:
        others = (other for other in (each.low, each.high, *each.choices) if other)
        other = next((other for other in others if other != each.value), "")
        if not other or each.name in told:
            continue
        pairs = _pairs(*_doings(of, {**values, each.name: other}))
        if any(_handler(*pair) is not None for pair in pairs):
            yield Named("changed", each.name, GOVERNED, GOVERNS)


def _pairs(before: list[Doing], after: list[Doing]) -> Iterator[Pair]:
    """Those of the same event that do the same, then of the same event, then of its kind."""
    left, right = list(before), list(after)
    found: list[tuple[Doing, Doing]] = []
    ways: tuple[Callable[[Doing], object], ...] = (
        lambda each: (each.title, each.body.key, each.key),
        lambda each: (each.title, each.body.key),
        lambda each: (each.body.event, each.body.hears),
    )
    for way in ways:
        for one in tuple(left):
            other = next((each for each in right if way(each) == way(one)), None)
            if other is not None:
                left.remove(one)
                right.remove(other)
                found.append((one, other))
    yield from sorted(found, key=lambda pair: pair[1].body.line)
    yield from ((None, each) for each in right)
    yield from ((each, None) for each in left)


def _handler(before: Doing | None, after: Doing | None) -> HandlerChange | None:
    if before is None or after is None:
        one = before or after
        assert one is not None
        parts = tuple(
            PartChange(each.kind, *((each.text, "") if before else ("", each.text)), each.line)
            for each in one.parts
        )
        how = "removed" if before else "added"
        return HandlerChange(
            how, one.title if before else "", "" if before else one.title, one.body.line, parts
        )
    is_alike = (before.title, before.body.key) == (after.title, after.body.key)
    if is_alike and before.key == after.key:
        return None
    parts = tuple(_parts(before.parts, after.parts))
    if is_alike and not parts:
        parts = (PartChange("order_of", "", "", after.body.line),)
    return HandlerChange("changed", before.title, after.title, after.body.line, parts)


def _parts(before: Sequence[Part], after: Sequence[Part]) -> Iterator[PartChange]:
    """Of each kind by itself: a condition is compared with conditions."""
    for kind in dict.fromkeys(each.kind for each in (*after, *before)):
        old = [each for each in before if each.kind == kind]
        new = [each for each in after if each.kind == kind]
        for went, came in _differences(old, new, lambda each: each.key):
            for at in range(max(len(went), len(came))):
                one = went[at] if at < len(went) else None
                other = came[at] if at < len(came) else None
                if kind == "series" and (one is None or other is None):
                    continue  # a name more or less; what is made of it is told where it stands
                stands = other or one
                assert stands is not None
                yield PartChange(
                    kind, one.text if one else "", other.text if other else "", stands.line
                )


def _differences(
    old: Sequence[T], new: Sequence[T], key: Callable[[T], object]
) -> Iterator[tuple[Sequence[T], Sequence[T]]]:
    matcher = SequenceMatcher(None, [key(e) for e in old], [key(e) for e in new], autojunk=False)
    for how, low, high, begin, end in matcher.get_opcodes():
        if how != "equal":
            yield old[low:high], new[begin:end]
