"""A start that needs facts is answered, whatever keeps them from being found."""

from __future__ import annotations

import asyncio

from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.key_rights import KeyState
from lefi_tui.core.live_gates import LiveFacts
from lefi_tui.core.messages import StartBot
from lefi_tui.engine.live_starts import LiveStarts
from lefi_tui.engine.world import World
from tests.engine.kit import ACCOUNT, start


class BrokenDoor:
    """No process can be started, no key read: the machine has no room for either."""

    accounts = (ACCOUNT,)

    def facts(self, account: str, source: str) -> LiveFacts:
        raise BlockingIOError(f"no process for {source!r} on {account}")

    def standing(self, account: str) -> LiveFacts:
        raise BlockingIOError(account)

    def key(self, account: str) -> KeyState:
        raise BlockingIOError(account)

    def recheck(self, account: str) -> KeyState:
        raise BlockingIOError(account)


def test_a_start_whose_facts_can_not_be_found_is_answered_with_why() -> None:
    answered: list[StartBot] = []

    async def live() -> None:
        clock = SystemClock()
        starts = LiveStarts(World(clock, live=BrokenDoor()))
        starts.begin(start(), start().account, answered.append)
        for _ in range(200):
            if not answered:
                await clock.sleep(0.01)

    asyncio.run(live())
    (command,) = answered
    assert command.facts is not None
    assert "no process for" in command.facts.shut_because
