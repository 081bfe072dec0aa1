"""The clock: the only way time comes in."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    def now_ns(self) -> int:
        """Wall time in nanoseconds since 1970 UTC."""
        ...

    def monotonic_ns(self) -> int:
        """A clock that never jumps, for measuring and for deadlines."""
        ...

    async def sleep(self, seconds: float) -> None: ...
