"""Reads the venues back while a kill is under way, again and again; what is no news is not told."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final

from lefi_tui.core.desk.killing import is_news
from lefi_tui.core.kill import KillState
from lefi_tui.engine.effects import Effects
from lefi_tui.ports.clock import Clock

READ_S: Final = 0.5  # between two readings of one venue


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

    def look(self, accounts: Iterable[str]) -> None:
        now_ns = self._clock.monotonic_ns()
        for account in accounts:
            is_due = now_ns - self._read_ns.get(account, 0) >= READ_S * 1e9
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
