"""The sheet of a venue as a person reads it: what it can, and what of it is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from lefi_tui.core.offers import TITLES, Offers

HAS: Final[Mapping[bool | None, str]] = MappingProxyType(
    {True: "yes", False: "no", None: "not said"}
)


def rows(sheet: Offers) -> Iterator[tuple[str, str, str]]:
    """Title, what the exchange has, how Lefi does it: what it does not do in brackets."""
    for each in sheet.rows:
        used = each.used or f"({each.why_not or 'not used'})"
        yield TITLES[each.what], HAS[each.has], used
