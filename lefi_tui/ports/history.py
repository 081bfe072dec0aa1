"""Candles of the past, for warming a bot and for drawing a chart."""

from __future__ import annotations

from typing import Protocol

from lefi_tui.core.bot import Bar


class History(Protocol):
    async def bars(
        self, symbol: str, timeframe_ms: int, count: int, before_ms: int
    ) -> tuple[Bar, ...]:
        """At most `count` closed candles whose close is not after `before_ms`, oldest first.

        Fewer where the history is shorter; never one that is not closed.
        """
        ...
