"""Completion: what may stand at the cursor, chosen by the letters written so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from lefi_tui.lang.authoring.around import Around
from lefi_tui.lang.authoring.lines import Lines
from lefi_tui.lang.authoring.matching import chosen
from lefi_tui.lang.authoring.offers import offered
from lefi_tui.lang.authoring.place import place_at
from lefi_tui.lang.authoring.records import Completion, Completions
from lefi_tui.lang.source import Span

_GIVEN: Final = frozenset({"name", "state", "setting", "word", "field"})  # a value, by `=`


def completed(lines: Lines, offset: int, market: Sequence[str]) -> Completions:
    place = place_at(lines, offset)
    if place is None:
        return Completions(Span(offset, offset))
    rows = chosen(offered(Around(place, lines, market)), place.prefix)
    if place.behind == "(" and lines.text[place.span.end : place.span.end + 1] == "(":
        rows = tuple(_bare(each, "()") for each in rows if each.insert.endswith("()"))
    if place.behind == "=" and place.begins:
        rows = tuple(each for each in rows if each.kind in _GIVEN)
    if place.behind == ".":
        rows = tuple(_bare(each, ".") for each in rows)
    return Completions(place.span, rows)


def _bare(row: Completion, ending: str) -> Completion:
    """Without what stands behind it in the text already."""
    insert = row.insert.removesuffix(ending)
    return replace(row, insert=insert, cursor=min(row.cursor, len(insert)))
