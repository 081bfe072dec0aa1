"""What the palette finds: whatever a person can do or go to, by words that come to mind.

Every typed word must stand somewhere with an entry, at a word's beginning if it is short; where it
stands says how near the entry is. A word that is nowhere counts as the nearest one that is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from difflib import get_close_matches
from functools import cached_property
from typing import Final

from lefi_tui.core.record import Record

WORD: Final = re.compile(r"[^\s,;:()!?\"`]+")
INSIDE_MIN: Final = 3  # letters that may stand in the middle of a word
# Said around what is looked for: "how do I stop a bot".
SMALL: Final = frozenset(["a", "an", "the", "i", "my", "me", "do", "how", "to", "of", "can", "is"])
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


class Index:
    """The entries, made ready once; `found` answers each key."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self._rows = [_indexed(each) for each in entries]

    @cached_property
    def _words(self) -> list[str]:
        return sorted({word for row in self._rows for tier in row.tiers for word in tier})

    def found(self, typed: str) -> Sequence[Entry]:
        """The best first. Nothing typed finds all."""
        wanted = _wanted(typed)
        rows = self._ranked(wanted)
        return rows or self._ranked([self._mended(each) for each in wanted])

    def _ranked(self, wanted: Sequence[str]) -> Sequence[Entry]:
        ranked = [
            (far, number)
            for number, row in enumerate(self._rows)
            if (far := _distance(row, wanted)) is not None
        ]
        return [self._rows[number].entry for _, number in sorted(ranked)]

    def _mended(self, word: str) -> str:
        if any(_far(row, word) is not None for row in self._rows):
            return word
        return next(iter(get_close_matches(word, self._words, 1, NEAR)), word)


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


def _distance(row: _Indexed, wanted: Sequence[str]) -> int | None:
    """0 where all stands in the title, more the farther away; None where a word is missing. Of all
    there is, what is a risk comes last."""
    if not wanted:
        return row.entry.rank + RISK_LAST * row.entry.is_risk
    total = row.entry.rank
    for word in wanted:
        far = _far(row, word)
        if far is None:
            return None
        total += far
    # Of two that fit, the one that says less besides is meant.
    return total * 8 + min(7, len(row.tiers[0]))


def _far(row: _Indexed, word: str) -> int | None:
    """A whole word before one that only begins so, in each place."""
    for number, tier in enumerate(row.tiers):
        if word in tier:
            return 3 * number
        if any(each.startswith(word) for each in tier):
            return 3 * number + 1
    is_inside = len(word) >= INSIDE_MIN and any(word in each for tier in row.tiers for each in tier)
    return 3 * len(row.tiers) if is_inside else None
