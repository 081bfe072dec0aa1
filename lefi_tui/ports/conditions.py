"""What a limit looks at beside quotes and candles: turnover, book, and how a venue answers."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, Protocol

from lefi_tui.core.record import Record

LEVELS_MAX: Final = 20  # of each side: what an order may walk

Levels = tuple[tuple[Decimal, Decimal], ...]  # price, units; best first


class Look(Record):
    """Empty or None is what the market did not tell."""

    volume_24h: Decimal | None = None  # in quote
    bids: Levels = ()
    asks: Levels = ()


class Calls(Record):
    """Of the last ten minutes."""

    asked: int = 0
    failed: int = 0  # no usable answer came


class Conditions(Protocol):
    async def look(self, symbol: str, *, volume: bool, book: bool) -> Look:
        """What is asked for, as it is now. Raises OSError or LefiError where nobody answers."""
        ...

    def calls(self) -> Calls:
        """How the venue has answered whatever was asked of it."""
        ...
