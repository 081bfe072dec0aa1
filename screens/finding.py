"""What the palette finds: whatever a person can do or go to, by words that come to mind.

An entry is found by any of the typed words, and is nearer the more of them stand with it, then the
more the places say where they stand. A word counts from its beginning on; inside of others only
where none begins so; one that is nowhere, as the nearest one that is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from functools import cached_property, partial
from typing import Final

from lefi_tui.core.record import Record

WORD: Final = re.compile(r"[^\s,;:()!?\"`]+")
INSIDE_MIN: Final = 3  # letters that may stand in the middle of a word
# Said around what is looked for: "how do I stop a bot", "how much money do I have".
SMALL: Final = frozenset(
    WORD.findall(
        "a an the i my me we you your it its do does did how much many to of can is are was be have"
        " has per for in on at and or there this that want should"
    )
)
RISK_LAST: Final = 100
NEAR: Final = 0.75  # of difflib's ratio: one letter of six is wrong, or two have changed places


class Entry(Record):
    """One line. `rank` counts with how far away it is: 0 is what a person most likely means."""

    title: str
    key: str  # as it is written for people; "" where none leads there
    place: str
    gist: str
    act: Callable[[], None]
    also: str = ""  # words that stand nowhere on it
    rank: int = 0
    is_risk: bool = False


class _Indexed(Record):
    """An entry with its words, by how much each place of them says."""

    entry: Entry
    tiers: tuple[frozenset[str], ...]  # title; other words; key and place; what is said of it


Look = Callable[[_Indexed], int | None]  # how far a row is from a word; None where it has it not


class Index:
    """The entries, made ready once; `found` answers each key."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._rows = [_indexed(each) for each in entries]

    @cached_property
    def _words(self) -> list[str]:
        return sorted({word for row in self._rows for tier in row.tiers for word in tier})

    def found(self, typed: str) -> Sequence[Entry]:
        """The best first. Nothing typed finds all."""
        looks = [self._look(each) for each in _wanted(typed)]
        ranked = []
        for number, row in enumerate(self._rows):
            fars = [far for look in looks if (far := look(row)) is not None]
            if fars or not looks:
                ranked.append((len(looks) - len(fars), _distance(row, fars), number))
        return [self._rows[number].entry for _, _, number in sorted(ranked)]

    def _look(self, word: str) -> Look:
        """How far each row is from a word, in the strictest way in which there is any."""
        begins, inside = partial(_far, word=word), partial(_far_inside, word=word)
        ways = (begins, inside) if len(word) >= INSIDE_MIN else (begins,)
        for way in ways:
            if any(way(row) is not None for row in self._rows):
                return way
        return partial(_far, word=self._mended(word))

    def _mended(self, word: str) -> str:
        """Who mistypes a word has its first letter right: `coverage` is no `average`."""
        near = [each for each in self._words if each[:1] == word[:1]]
        return next(iter(get_close_matches(word, near, 1, NEAR)), word)


def _indexed(entry: Entry) -> _Indexed:
    said = (entry.title, entry.also, f"{entry.key} {entry.place}", entry.gist)
    title, also, where, gist = map(_words_of, said)
    signs = frozenset(entry.key.lower().split())  # a key may be a sign alone
    return _Indexed(entry, (title, also, where | signs, gist))


def _words_of(text: str) -> frozenset[str]:
    """In small letters; of `ema_cross` and `BTC/USDT` also the parts."""
    words = {word.strip(".") for word in WORD.findall(text.lower())}
    return frozenset(words | {part for word in words for part in re.split(r"[/_+-]", word)} - {""})


def _wanted(typed: str) -> list[str]:
    words = [word.rstrip(".") or word for word in WORD.findall(typed.lower())] or typed.split()
    return [word for word in words if word not in SMALL] or words


def _distance(row: _Indexed, fars: Sequence[int]) -> int:
    """0 where all stands in the title, more the farther away. Of all there is, what is a risk
    comes last."""
    entry = row.entry
    if not fars:
        return entry.rank + RISK_LAST * entry.is_risk
    # Of two that fit, the one that says less besides is meant.
    return (entry.rank + sum(fars)) * 8 + min(7, len(row.tiers[0]))


def _far(row: _Indexed, word: str) -> int | None:
    """A whole word before one that only begins so, in each place."""
    for number, tier in enumerate(row.tiers):
        if word in tier:
            return 3 * number
        if any(each.startswith(word) for each in tier):
            return 3 * number + 1
    return None


def _far_inside(row: _Indexed, word: str) -> int | None:
    is_inside = any(word in each for tier in row.tiers for each in tier)
    return 3 * len(row.tiers) if is_inside else None
