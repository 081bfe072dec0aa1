"""The way to a venue and back: how long each message takes, by a player's own figure.

The rules it keeps: chance comes from a seed, so the same game is the same again; on one line
nothing overtakes what left before it.
"""

from __future__ import annotations

import asyncio
from typing import Final

from msgspec import Struct

from lefi_tui.adapters.demo_market_path import chance
from lefi_tui.core.record import Record
from lefi_tui.ports.clock import Clock

NS_PER_MS: Final = 1_000_000


class Latency(Record):
    """`ms` is the whole way, there and back; `spread_ms` is what chance adds to it at most."""

    ms: int = 0
    spread_ms: int = 0
    seed: str = ""


class Passage(Struct):
    """One message under way."""

    arrives_ns: int
    before: asyncio.Event | None  # what left before it has arrived
    arrived: asyncio.Event


class Way:
    """One direction. It takes half of the latency, and its own share of chance."""

    def __init__(self, latency: Latency, name: str, clock: Clock) -> None:
        self._half_ns = latency.ms * NS_PER_MS // 2
        self._spread_ns = latency.spread_ms * NS_PER_MS // 2
        self._seed, self._name, self._sent = latency.seed, name, 0
        self._clock = clock
        self._newest: Passage | None = None

    @property
    def is_instant(self) -> bool:
        return not self._half_ns and not self._spread_ns

    async def travel(self) -> None:
        """Until what leaves now has arrived."""
        if not self.is_instant:
            await self.arrive(self.leave())

    def leave(self) -> Passage:
        self._sent += 1
        # Most messages are quick and few are late: the cube of an even chance.
        late_ns = int(self._spread_ns * chance(self._seed, self._name, self._sent) ** 3)
        arrives_ns = self._clock.now_ns() + self._half_ns + late_ns
        before = None if self._newest is None else self._newest.arrived
        self._newest = Passage(arrives_ns, before, asyncio.Event())
        return self._newest

    async def arrive(self, passage: Passage) -> None:
        try:
            if passage.before is not None:
                await passage.before.wait()
            rest_ns = passage.arrives_ns - self._clock.now_ns()
            if rest_ns > 0:
                await self._clock.sleep(rest_ns / 1e9)
        finally:
            passage.arrived.set()
