"""Looks after what protects positions at exchanges: what is due is said, and a new best price.

The rule it keeps: it decides nothing; the desk does, by what it is told here, and the journal keeps
it: a trail goes on after a restart from the best price that was told. A round that fails is told,
and ends no other.
"""

from __future__ import annotations

import logging
import math
from typing import Final

from lefi_tui.core.desk.guard_steps import is_due
from lefi_tui.core.desk.kept_here import met
from lefi_tui.core.messages import (
    ExitMet,
    MarketInput,
    PeakSeen,
    QuoteChanged,
    TendProtection,
    Told,
)
from lefi_tui.core.money import from_double
from lefi_tui.core.order import Side
from lefi_tui.core.protection import is_better
from lefi_tui.engine.fold import IMPOSSIBLE
from lefi_tui.engine.writer import SingleWriter

LOOK_S: Final = 0.5
_log: Final = logging.getLogger(__name__)
Key = tuple[str, str]


class Protecting:
    def __init__(self, writer: SingleWriter) -> None:
        self._writer = writer
        self._seen: dict[Key, tuple[float, float]] = {}  # lowest and highest since the last look
        self._failure = ""  # of the last round

    def hear(self, message: MarketInput) -> None:
        """Every price counts for a trail, also one that another swallows in the inbox."""
        if not isinstance(message, QuoteChanged):
            return
        key, last = (message.account, message.quote.symbol), message.quote.last
        if not math.isfinite(last):
            return
        low, high = self._seen.get(key, (last, last))
        self._seen[key] = (min(low, last), max(high, last))

    async def run(self) -> None:
        clock = self._writer.setup.world.clock
        while True:
            await clock.sleep(LOOK_S)
            try:
                self.look(clock.now_ns())
            except IMPOSSIBLE as error:
                self._failed(error, clock.now_ns())
            else:
                self._failure = ""

    def _failed(self, error: Exception, now_ns: int) -> None:
        """Told when it is news; the next round looks again, at all that is still due."""
        why = f"{type(error).__name__}: {error}"
        if why == self._failure:
            return
        self._failure = why
        _log.error("a look at what protects positions failed", exc_info=error)
        what, tell = "A look at what protects positions failed", self._writer.publisher.tell
        next_step = "look at your stops at the exchange; it is tried again twice a second"
        tell(Told(now_ns, what, "engine", why, next_step))

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
