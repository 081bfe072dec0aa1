"""Looks after what protects positions at exchanges: what is due is said, and a new best price.

The rule it keeps: it decides nothing; the desk does, by what it is told here, and the journal keeps
it: a trail goes on after a restart from the best price that was told.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.core.desk.guard_steps import is_due
from lefi_tui.core.desk.kept_here import met
from lefi_tui.core.messages import ExitMet, MarketInput, PeakSeen, QuoteChanged, TendProtection
from lefi_tui.core.money import from_double
from lefi_tui.core.order import Side
from lefi_tui.core.protection import is_better
from lefi_tui.engine.writer import SingleWriter

LOOK_S: Final = 0.5
Key = tuple[str, str]


class Protecting:
    def __init__(self, writer: SingleWriter) -> None:
        self._writer = writer
        self._seen: dict[Key, tuple[float, float]] = {}  # lowest and highest since the last look

    def hear(self, message: MarketInput) -> None:
        """Every price counts for a trail, also one that another swallows in the inbox."""
        if not isinstance(message, QuoteChanged):
            return
        key, last = (message.account, message.quote.symbol), message.quote.last
        low, high = self._seen.get(key, (last, last))
        self._seen[key] = (min(low, last), max(high, last))

    async def run(self) -> None:
        clock = self._writer.setup.world.clock
        while True:
            await clock.sleep(LOOK_S)
            self.look(clock.now_ns())

    def look(self, now_ns: int) -> None:
        desk, inbox = self._writer.desk, self._writer.inbox
        seen, self._seen = self._seen, {}
        if self._writer.failure is not None:
            return  # nothing is taken now; what is due is due again then
        for key, guard in desk.guards.items():
            if key not in seen:
                continue
            low, high = seen[key]
            found = met(desk, key, (from_double(low), from_double(high)))
            if found is not None and found.trigger is not None:
                inbox.put(ExitMet(found.id, found.trigger, now_ns))
            if guard.trail is None:
                continue
            best = from_double(high if guard.side is Side.BUY else low)
            if is_better(guard, best):
                inbox.put(PeakSeen(*key, best, now_ns))
        if is_due(desk, now_ns):
            inbox.put(TendProtection(now_ns))
