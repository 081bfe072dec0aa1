"""Keys are tested again each day, and whenever a person tests one the desk hears of it.

The rules it keeps: an exchange that does not answer changes nothing, and is asked again after a
while; what a test said goes to the journal, and keeps entries out where the key may not trade.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from lefi_tui.core.key_rights import TEST_GOOD_MS, KeyState
from lefi_tui.core.messages import KeyChecked
from lefi_tui.core.tasks import Did, When
from lefi_tui.engine.inbox import Inbox
from lefi_tui.engine.jobs import Job
from lefi_tui.errors import LefiError
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.live_door import LiveDoor

NS_PER_MS: Final = 1_000_000
LOOK_MS: Final = 30_000  # a file of a few lines is read
# Some hours before a test is too old: an exchange that is away then is asked until it answers.
AGAIN_MS: Final = TEST_GOOD_MS - 4 * 3_600_000
ASK_AGAIN_MS: Final = 600_000
KEY_LIMIT_S: Final = 120.0

_log: Final = logging.getLogger(__name__)


class KeyWatch:
    """Lives in the engine's loop."""

    def __init__(self, door: LiveDoor, inbox: Inbox, clock: Clock) -> None:
        self._door, self._inbox, self._clock = door, inbox, clock
        self._told: dict[str, KeyState] = {}
        self._asked_ms: dict[str, int] = {}

    def job(self) -> Job:
        return Job("keys", "test keys again, daily", When(LOOK_MS), self.look, limit_s=KEY_LIMIT_S)

    async def look(self) -> Did:
        """One that can't be had (a locked vault) is logged and asked for again."""
        done = [await self._look_at(account) for account in self._door.accounts]
        return Did.DONE if any(done) else Did.NOT_YET

    async def _look_at(self, account: str) -> bool:
        try:
            state = await asyncio.to_thread(self._door.key, account)
            if self._is_due(state):
                self._asked_ms[account] = self._now_ms()
                state = await asyncio.to_thread(self._door.recheck, account)
        except LefiError as error:
            _log.warning("the key of %s can't be tested: %s", account, error)
            return False
        if self._told.get(account) == state or not state.tested_at_ms:
            return False
        at_ns = self._clock.now_ns()
        if not self._inbox.put(KeyChecked(account, at_ns, state)):
            return False  # a full inbox: at the next look
        self._told[account] = state
        return True

    def _is_due(self, state: KeyState) -> bool:
        now_ms = self._now_ms()
        is_old = now_ms - state.tested_at_ms >= AGAIN_MS
        asked_ms = self._asked_ms.get(state.account, 0)
        return bool(state.set_at_ms) and is_old and now_ms - asked_ms >= ASK_AGAIN_MS

    def _now_ms(self) -> int:
        return self._clock.now_ns() // NS_PER_MS
