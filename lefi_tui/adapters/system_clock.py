"""Clocks: the machine's own, and one that stands until it is moved."""

from __future__ import annotations

import asyncio
import time
from typing import Final

# A virtual wait passes at once; a venue that never answers would make it endless.
VIRTUAL_WAITS_MAX: Final = 100_000


class SystemClock:
    def now_ns(self) -> int:
        return time.time_ns()  # noqa: TID251 -- the one place

    def monotonic_ns(self) -> int:
        return time.monotonic_ns()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)  # noqa: TID251 -- the one place


class VirtualClock:
    """Time of a recorded or made-up market: it moves when the driver says so."""

    def __init__(self, now_ns: int = 0) -> None:
        self._now_ns = now_ns
        self._waits = 0

    def now_ns(self) -> int:
        return self._now_ns

    def monotonic_ns(self) -> int:
        return self._now_ns

    def move_to(self, now_ns: int) -> None:
        assert now_ns >= self._now_ns, "time does not go back"
        self._now_ns = now_ns

    async def sleep(self, _seconds: float) -> None:
        self._waits += 1
        assert self._waits <= VIRTUAL_WAITS_MAX, "a venue in virtual time never answers"
        await asyncio.sleep(0)  # noqa: TID251 -- lets others run, waits for nothing


class PassingClock(VirtualClock):
    """Virtual time in which a wait takes its time: whoever waits moves it there."""

    async def sleep(self, seconds: float) -> None:
        until_ns = self.now_ns() + round(seconds * 1e9)
        await super().sleep(seconds)
        self.move_to(max(until_ns, self.now_ns()))
