"""Many orders without an answer are looked up some at a time: all at once, each would take the
others' turns at the exchange, and none would have its answer within its limit."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.core.messages import Report, VenueCanceled
from lefi_tui.engine.looking_up import AT_ONCE, Ends, LookUps
from lefi_tui.engine.world import World
from tests.engine.kit import MemoryVenue

NAMES = [f"order{number}" for number in range(5 * AT_ONCE)]


@dataclass
class BusyVenue(MemoryVenue):
    """Takes some turns of the loop for an answer, and counts who asks meanwhile."""

    asking: list[str] = field(default_factory=list)
    most: int = 0

    async def look_up(self, order: str) -> tuple[Report, ...]:
        self.asking.append(order)
        self.most = max(self.most, len(self.asking))
        for _ in range(3):
            await VirtualClock().sleep(0)
        self.asking.remove(order)
        return (VenueCanceled(order, 1, "it ended there"),)


def test_of_many_orders_some_are_looked_up_at_once_and_each_is_in_the_end() -> None:
    async def looked_up() -> tuple[int, list[str]]:
        venue, told = BusyVenue(), list[str]()
        ends = Ends(
            tell=lambda _reports: None,
            doubt=lambda _order, _why: None,
            lost_cancel=lambda _account, _order: None,
            answered=told.append,
        )
        async with asyncio.TaskGroup() as tasks:
            look_ups = LookUps(World(VirtualClock(), {"main": venue}), tasks.create_task, ends)
            for name in NAMES:
                look_ups.look_up("main", name)
        return venue.most, told

    most, told = asyncio.run(looked_up())
    assert most == AT_ONCE
    assert set(told) == set(NAMES)
