"""A market feed: quotes, trade prints and closed candles of one account's venue."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from lefi_tui.core.messages import MarketInput, Watch

HearMarket = Callable[[MarketInput], None]


class MarketFeed(Protocol):
    def listen(self, hear: HearMarket) -> None:
        """Where market input goes. Set once, before `run`."""
        ...

    async def watch(self, wanted: Watch) -> None:
        """What is wanted from now on; replaces what was wanted before."""
        ...

    async def run(self) -> None:
        """Feeds until cancelled, or until a file is at its end."""
        ...
