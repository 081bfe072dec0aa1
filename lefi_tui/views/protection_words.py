"""How a position is protected, in the few characters that a table has for it."""

from __future__ import annotations

from typing import Final

from lefi_tui.core.protection import Cover, Protection
from lefi_tui.views import numbers

NS_PER_S: Final = 1_000_000_000
_WHOSE: Final = {Cover.HELD: "native", Cover.HERE: "ours", Cover.OURS: "paper"}
_FEW: Final = {Cover.PENDING: "sent", Cover.BARE: "NO STOP", Cover.NONE: "none"}


def in_short(found: Protection, places: int) -> str:
    match found.cover:
        case Cover.HELD | Cover.HERE | Cover.OURS:
            price = "" if found.price is None else f" {numbers.price(found.price, places)}"
            return f"{found.leg}{price} {_WHOSE[found.cover]}"
        case Cover.PENDING:
            return f"stop sent {found.bare_ns // NS_PER_S} s"
        case Cover.BARE:
            return f"UNPROTECTED {_span(found.bare_ns // NS_PER_S)}"
        case _:
            return found.cover.value


def in_few(found: Protection, places: int) -> str:
    """Where even that has no room: its price, or why there is none."""
    if found.price is not None:
        return numbers.price(found.price, places)
    return _FEW.get(found.cover) or found.leg or found.cover.value


def _span(seconds: int) -> str:
    if seconds < 120:
        return f"{seconds} s"
    return f"{seconds // 60} m" if seconds < 7_200 else f"{seconds // 3_600} h"
