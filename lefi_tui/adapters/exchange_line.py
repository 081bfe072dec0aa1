"""What an account's line has measured of itself, for people: its clock, and the way of its orders.

The rule it keeps: a word is said once, and again when it is another one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

from lefi_tui.ports.clock import Clock
from lefi_tui.ports.venue import VenueTimeoutError

LOOK_S: Final = 5.0
OFF_MS: Final = 1_000  # so far from the exchange's a clock is worth a word
WAYS: Final = {"rest": "REST", "websocket": "WebSocket"}


class LineWatch:
    """`ask` as in exchange_exits: nothing of it leaves the machine; `say` is for the log."""

    def __init__(
        self, ask: Callable[..., Awaitable[Any]], clock: Clock, say: Callable[[str, str], None]
    ) -> None:
        self._ask, self._clock, self._say = ask, clock, say
        self._off_ms = 0  # as was said last
        self._way = ""

    async def run(self) -> None:
        while True:
            with suppress(VenueTimeoutError):
                await self.look()
            await self._clock.sleep(LOOK_S)

    async def look(self) -> None:
        self._look_at_clock(await self._ask("clock"))
        self._look_at_way(await self._ask("lines"))

    def _look_at_clock(self, told: dict[str, Any]) -> None:
        off_ms = told["offset_ms"]
        if off_ms is None or abs(off_ms - self._off_ms) < OFF_MS:
            return
        is_off = abs(off_ms) >= OFF_MS
        self._off_ms = off_ms if is_off else 0
        if not is_off:
            self._say("our clock agrees with the exchange's again", "")
            return
        side = "behind" if off_ms > 0 else "ahead of"
        what = f"our clock is {abs(off_ms) / 1_000:.1f} s {side} the exchange's"
        self._say(what, "what is signed bears the exchange's time; set this machine's clock")

    def _look_at_way(self, told: dict[str, Any]) -> None:
        took = told["took_ms"]
        if not took or told["by"] == self._way:
            return
        self._way = told["by"]
        times = ", ".join(f"{WAYS[way]} {took[way]:.1f} ms" for way in sorted(took))
        self._say(f"orders go by {WAYS[self._way]}", f"to the exchange and back: {times}")
