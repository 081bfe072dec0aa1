"""Reads the venues back while a kill is under way, again and again; what is no news is not told."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any, Final

from lefi_tui.core.desk import Desk
from lefi_tui.core.desk.killing import is_news
from lefi_tui.core.kill import KillState
from lefi_tui.engine.effects import Effects
from lefi_tui.ports.clock import Clock

READ_S: Final = 0.5  # between two readings of one venue
# While an order has no end there is no proof, and each reading takes turns of its look-up.
WAITING_READ_S: Final = 5.0


class KillReads:
    """`state` is how far the kill is now; `begin` makes a task of the engine's loop."""

    def __init__(
        self,
        effects: Effects,
        clock: Clock,
        begin: Callable[[Coroutine[Any, Any, None]], object],
        state: Callable[[], KillState | None],
    ) -> None:
        self._effects, self._clock, self._begin, self._state = effects, clock, begin, state
        self._read_ns: dict[str, int] = {}  # when each account was read last
        self._reading: set[str] = set()

    def look(self, desk: Desk) -> None:
        now_ns = self._clock.monotonic_ns()
        waiting = {each.account for each in desk.orders.values()}
        for account in desk.accounts:
            pace_s = WAITING_READ_S if account in waiting else READ_S
            last_ns = self._read_ns.get(account)
            is_due = last_ns is None or now_ns - last_ns >= pace_s * 1e9
            if account not in self._reading and is_due:
                self._reading.add(account)
                self._begin(self._read(account))

    async def _read(self, account: str) -> None:
        try:
            report = await self._effects.read(account)
        finally:
            self._reading.discard(account)
            self._read_ns[account] = self._clock.monotonic_ns()
        state = self._state()
        if state is not None and is_news(state, report):
            self._effects.hear_report(report)
