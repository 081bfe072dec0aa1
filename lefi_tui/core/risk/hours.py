"""Hours in which entries are let: "08:00-12:00, 14:00-17:00 Europe/Berlin"; UTC where none is said.

The rule it keeps: of two places that say hours both hold (`A and B`); commas mean either.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.core.quiet_hours import hours_wrong, is_quiet
from lefi_tui.core.risk.periods import zone_wrong

AND: Final = " and "
UTC: Final = "UTC"


def windows_wrong(text: str) -> str:
    """Why these are no hours to trade in; empty when they are."""
    for hours, zone in (each for place in _places(text) for each in place):
        why = hours_wrong(hours) or zone_wrong(zone)
        if why:
            return why
    return ""


def is_open(text: str, at_ns: int) -> bool:
    """Whether each place that says hours has one that this moment lies in."""
    return all(any(is_quiet(*each, at_ns) for each in place) for place in _places(text))


def _places(text: str) -> list[list[tuple[str, str]]]:
    """Of each place its windows, each with its zone."""
    return [[_window(each) for each in place.split(",")] for place in text.split(AND)]


def _window(text: str) -> tuple[str, str]:
    hours, _, zone = text.strip().partition(" ")
    return hours, zone.strip() or UTC
