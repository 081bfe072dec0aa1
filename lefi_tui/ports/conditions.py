"""What a limit looks at beside quotes and candles: a market's turnover and its book."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Protocol

LEVELS_MAX: Final = 20  # of each side: what an order may walk

Levels = tuple[tuple[Decimal, Decimal], ...]  # price, units; best first


@dataclass(frozen=True, slots=True)
class Look:
    """Empty or None is what the market did not tell."""

    volume_24h: Decimal | None = None  # in quote
    bids: Levels = ()
    asks: Levels = ()


class Conditions(Protocol):
    async def look(self, symbol: str, *, volume: bool, book: bool) -> Look:
        """What is asked for, as it is now. Raises OSError or LefiError where nobody answers."""
        ...
