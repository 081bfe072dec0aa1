"""How long until a trade back that failed is tried again: a transaction's and the desk's alike."""

from __future__ import annotations

from typing import Final

FIRST_MS: Final = 1_000
MOST_MS: Final = 60_000  # and of one that trading's state holds up, from the first time on


def again_ms(tries: int) -> int:
    """One second, then twice as long each time."""
    return min(FIRST_MS << tries, MOST_MS)
