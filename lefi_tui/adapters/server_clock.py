"""An exchange's own clock, as we can tell it: measured, then carried on by our monotonic clock.

The rules it keeps: signatures bear the exchange's time, so a clock of ours that is wrong, or set
while the program runs, changes none of them; a round trip that took long says little and is
dropped; what can't be measured stays as it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from msgspec import Struct

from lefi_tui.core.record import Record
from lefi_tui.ports.clock import Clock

NS_PER_MS: Final = 1_000_000
SAMPLES: Final = 5
# A round trip may take so much longer than the shortest, and a little: then it is believed.
SLOWER_MOST: Final = 1.5
SLOWER_MS: Final = 2.0
EVERY_NS: Final = 600_000_000_000
TRY_AGAIN_NS: Final = 30_000_000_000  # an exchange that is away keeps no question waiting twice
# So far the wall's clock may go from the monotonic one: more is a jump, or the machine slept.
JUMP_NS: Final = 500_000_000

Ask = Callable[[], Awaitable[int]]  # the exchange's time in ms


class Sample(Record):
    ahead_ns: int  # their clock before our monotonic one
    round_trip_ns: int


class Measured(Struct):
    ahead_ns: int
    round_trip_ns: int
    at_ns: int  # by the monotonic clock
    wall_ns: int  # what the wall's clock was ahead of the monotonic one then


class ServerClock:
    def __init__(self, clock: Clock, ask: Ask) -> None:
        self._clock, self._ask = clock, ask
        self._measured: Measured | None = None
        self._is_doubted = False
        self.count = 0  # how often it was measured
        self._tried_ns = -TRY_AGAIN_NS
        self._measures = asyncio.Lock()

    @property
    def ahead_ns(self) -> int:
        """Their clock before our monotonic one."""
        return 0 if self._measured is None else self._measured.ahead_ns

    def now_ms(self) -> int:
        """Their time; before it was measured ours."""
        if self._measured is None:
            return self._clock.now_ns() // NS_PER_MS
        return (self._clock.monotonic_ns() + self._measured.ahead_ns) // NS_PER_MS

    def told(self) -> dict[str, int | None]:
        """For people: their clock before the wall's here, now; how sure, how long ago."""
        if self._measured is None:
            return {"offset_ms": None, "error_ms": None, "age_ms": None}
        now_ns = self._clock.monotonic_ns()
        ahead_ns = self._measured.ahead_ns - (self._clock.now_ns() - now_ns)
        return {
            "offset_ms": round(ahead_ns / NS_PER_MS),
            "error_ms": -(-self._measured.round_trip_ns // (2 * NS_PER_MS)),
            "age_ms": (now_ns - self._measured.at_ns) // NS_PER_MS,
        }

    def is_due(self) -> bool:
        """It was never measured, long ago, or the wall's clock has jumped since."""
        now_ns = self._clock.monotonic_ns()
        return self.is_doubted() or now_ns - self._tried_ns >= EVERY_NS

    def is_doubted(self) -> bool:
        """Nothing may be signed by it: but not asked for more often than an answer can come."""
        if self._measured is None and self._measures.locked():
            return True  # it is being asked for: whoever comes now waits for it, too
        now_ns = self._clock.monotonic_ns()
        if now_ns - self._tried_ns < TRY_AGAIN_NS:
            return False
        if self._measured is None or self._is_doubted:
            return True
        jumped_ns = self._clock.now_ns() - now_ns - self._measured.wall_ns
        return abs(jumped_ns) > JUMP_NS

    async def measured_since(self, count: int) -> None:
        """The exchange refused a time that we gave when it had been measured so often: it is
        measured anew, unless that was done since."""
        async with self._measures:
            if self.count == count:
                self._is_doubted = True
                await self._measure()

    async def measure(self) -> None:
        """Where it is due; whoever comes meanwhile waits for the same answer."""
        async with self._measures:
            if self.is_due():
                await self._measure()

    async def _measure(self) -> None:
        self._tried_ns = self._clock.monotonic_ns()
        samples = [await self._sample() for _ in range(SAMPLES)]
        self._tried_ns = self._clock.monotonic_ns()
        ahead_ns, round_trip_ns = believed(samples)
        wall_ns = self._clock.now_ns() - self._tried_ns
        self._measured = Measured(ahead_ns, round_trip_ns, self._tried_ns, wall_ns)
        self._is_doubted = False
        self.count += 1

    async def _sample(self) -> Sample:
        began_ns = self._clock.monotonic_ns()
        theirs_ms = await self._ask()
        took_ns = self._clock.monotonic_ns() - began_ns
        return Sample(theirs_ms * NS_PER_MS - began_ns - took_ns // 2, took_ns)


def believed(samples: list[Sample]) -> tuple[int, int]:
    """Their clock before ours and the shortest round trip: the mean of those that took no longer
    than that, or a little."""
    shortest_ns = min(each.round_trip_ns for each in samples)
    most_ns = shortest_ns * SLOWER_MOST + SLOWER_MS * NS_PER_MS
    kept = [each.ahead_ns for each in samples if each.round_trip_ns <= most_ns]
    return sum(kept) // len(kept), shortest_ns


def signs_by(client: Any, server: ServerClock) -> None:
    """The client's signatures bear the exchange's time, where they bear a time at all."""
    if "timeDifference" in client.options:
        client.nonce = server.now_ms
