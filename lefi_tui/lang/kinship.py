"""The places of two texts, told so that what is the same in both is found.

The rule it keeps: each text is read at its own values, since a loop over a setting numbers its
places by them.
"""

from __future__ import annotations

from collections.abc import Iterator

from lefi_tui.core.rewriting import Family, Kin
from lefi_tui.lang.blueprint import Blueprint
from lefi_tui.lang.meaning import paired
from lefi_tui.lang.meaning_keys import Doing


def kinship(before: Blueprint, after: Blueprint, timeframe_ms: int | None = None) -> Family:
    """All places of the one and of the other."""
    pairs = tuple(enumerate(paired(before, after, timeframe_ms)))
    old = (each for number, (one, _) in pairs for each in _kin(number, one))
    new = (each for number, (_, other) in pairs for each in _kin(number, other))
    return tuple(old), tuple(new)


def _kin(handler: int, of: Doing | None) -> Iterator[Kin]:
    for each in () if of is None else of.places:
        yield Kin(each.number, handler, each.key, each.alike)
