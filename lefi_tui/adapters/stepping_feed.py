"""A feed of a market that is all here, told step by step as its time comes."""

from __future__ import annotations

from lefi_tui.core.messages import Watch
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.market_feed import HearMarket


class SteppingFeed:
    """Implements ports.market_feed; in virtual time `next_ns` and `move` drive it instead."""

    def __init__(self, clock: Clock, account: str) -> None:
        self._clock = clock
        self._hear: HearMarket | None = None
        self._wanted = Watch(account, (), (), ())

    def listen(self, hear: HearMarket) -> None:
        assert self._hear is None, "a feed has one listener"
        self._hear = hear

    async def watch(self, wanted: Watch) -> None:
        self._wanted = wanted

    async def run(self) -> None:
        while True:
            self.advance(self._clock.now_ns())
            await self._clock.sleep((self.next_ns() - self._clock.now_ns()) / 1e9)

    def next_ns(self) -> int:
        """When the next step is."""
        raise NotImplementedError

    def move(self) -> None:
        """Tell that step."""
        self.advance(self.next_ns())

    def advance(self, now_ns: int) -> None:
        """Tell all that happened up to now; a clock that went back tells nothing."""
        raise NotImplementedError
