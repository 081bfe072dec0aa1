"""How an account's orders are heard of, for people: when they were confirmed, and what changed.

The rule it keeps: a word is said once; the time is told while there is something to be old.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from lefi_tui.adapters.exchange_stream import UserStream
from lefi_tui.core.messages import MarketInput, OrdersHeard
from lefi_tui.ports.clock import Clock

NS_PER_S: Final = 1_000_000_000
TELL_S: Final = 2.0
LIMIT_MS: Final = 10_000
IDLE_LIMIT_MS: Final = 60_000  # nothing works and nothing tells: its wallet is read all the same


class Standing:
    """`is_busy` says whether something works."""

    def __init__(
        self, stream: UserStream, clock: Clock, account: str, is_busy: Callable[[], bool]
    ) -> None:
        self._stream, self._clock, self._account = stream, clock, account
        self._is_busy = is_busy
        self._hear: Callable[[MarketInput], None] = _nobody
        self._began_ns = clock.now_ns()
        stream.say = self.say

    def listen(self, hear: Callable[[MarketInput], None]) -> None:
        self._hear = hear

    async def run(self) -> None:
        while True:
            self._tell()
            await self._clock.sleep(TELL_S)

    def say(self, what: str, why: str) -> None:
        self._tell(what, why)

    def _tell(self, what: str = "", why: str = "") -> None:
        now_ns, stands = self._clock.now_ns(), self._stream.standing()
        age_s = stands.confirmed_s
        confirmed_ns = self._began_ns if age_s is None else now_ns - int(age_s * NS_PER_S)
        limit_ms = LIMIT_MS if stands.is_proven or self._is_busy() else IDLE_LIMIT_MS
        is_doubted = stands.is_offered and not stands.is_proven
        told = (self._account, now_ns, confirmed_ns, limit_ms)
        self._hear(OrdersHeard(*told, what, why, is_doubted))


def _nobody(_told: MarketInput) -> None:
    """Before anyone listens."""
