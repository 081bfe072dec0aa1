"""The exchange's own clock, and what it has to do at a later time."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Final

from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.ports.clock import Clock

TICK_S: Final = 0.01
MS_NS: Final = 1_000_000


class Agenda:
    """`offset_ms` is how far the exchange's clock goes before the machine's."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.offset_ms = 0
        self.is_over = False
        self._clock: Clock = clock or SystemClock()
        self._due: list[tuple[int, int, Callable[[], None]]] = []
        self._count = 0

    def now_ms(self) -> int:
        return self._clock.now_ns() // MS_NS + self.offset_ms

    def after(self, wait_ms: int, do: Callable[[], None]) -> None:
        self._count += 1
        heapq.heappush(self._due, (self.now_ms() + wait_ms, self._count, do))

    def run_due(self) -> None:
        while self._due and self._due[0][0] <= self.now_ms():
            heapq.heappop(self._due)[2]()

    async def pause(self, wait_s: float) -> None:
        """So long, or until this exchange is begun anew."""
        end_ns = self._clock.monotonic_ns() + int(wait_s * 1_000 * MS_NS)
        while not self.is_over and (left := end_ns - self._clock.monotonic_ns()) > 0:
            await self._clock.sleep(min(TICK_S, left / 1_000 / MS_NS))
