"""A venue's own limits, as it tells them: who leaves, who waits, and what is believed."""

from __future__ import annotations

import asyncio

import pytest

from lefi_tui.adapters.rate_budget import BudgetFullError, Rank
from lefi_tui.adapters.told_budget import ORDERS, WEIGHT, Limit, ToldBudget, VenueBudget
from tests.unit.adapters.test_guards import Hands, S

pytestmark = pytest.mark.asyncio

MINUTE = (Limit(WEIGHT, 60, 100), Limit(ORDERS, 10, 10))


class Queue:
    """Requests asked for by name; who has left, in sequence and with the second."""

    def __init__(self, budget: ToldBudget | VenueBudget, clock: Hands) -> None:
        self._budget, self._clock = budget, clock
        self.left: list[tuple[str, int]] = []
        self.tasks: list[asyncio.Task[None]] = []

    async def ask(self, name: str, rank: Rank, weight: float = 1.0, orders: int = 0) -> None:
        async def one() -> None:
            await self._budget.turn(rank, weight, orders)
            self.left.append((name, self._clock.ns // S))

        self.tasks.append(asyncio.ensure_future(one()))
        await self._clock.run(self._clock.ns / S)

    def names(self) -> list[str]:
        return [name for name, _ in self.left]


async def test_two_orders_at_once_leave_together() -> None:
    clock = Hands()
    queue = Queue(VenueBudget(clock, 20.0, MINUTE), clock)
    for name in ("one", "two"):
        await queue.ask(name, Rank.ENTRY, 4.0, 1)
    assert queue.left == [("one", 0), ("two", 0)]


async def test_when_little_is_left_reads_wait_first_and_an_exit_never() -> None:
    clock = Hands()
    budget = ToldBudget(clock, MINUTE)
    budget.heard({"X-MBX-USED-WEIGHT-1M": "71"})  # another program of this address
    queue = Queue(budget, clock)
    await queue.ask("read", Rank.READ)
    await queue.ask("entry", Rank.ENTRY)
    budget.heard({"x-mbx-used-weight-1m": "91"})
    await queue.ask("entry late", Rank.ENTRY)
    await queue.ask("cancel", Rank.CANCEL)
    budget.heard({"x-mbx-used-weight-1m": "98"})
    await queue.ask("cancel late", Rank.CANCEL)
    await queue.ask("exit", Rank.EXIT)
    assert queue.names() == ["entry", "cancel", "exit"]
    await clock.run(61.0)
    assert queue.names() == ["entry", "cancel", "exit", "cancel late", "entry late", "read"]


async def test_too_many_orders_queue_and_the_one_that_closes_is_the_next_to_leave() -> None:
    clock = Hands()
    budget = ToldBudget(clock, MINUTE)
    queue = Queue(budget, clock)
    for number in range(11):
        await queue.ask(f"entry {number}", Rank.ENTRY, orders=1)
    assert len(queue.left) == 9  # the tenth is an exit's
    await queue.ask("exit", Rank.EXIT, orders=1)
    await queue.ask("exit again", Rank.EXIT, orders=1)
    await queue.ask("read", Rank.READ)
    assert queue.names()[9:] == ["exit", "read"]
    await clock.run(10.5)
    assert queue.names()[11:] == ["exit again", "entry 9", "entry 10"]


async def test_what_the_venue_refused_for_the_number_of_orders_is_held_to_be_used_up() -> None:
    clock = Hands()
    budget = ToldBudget(clock, MINUTE)
    budget.is_full()
    queue = Queue(budget, clock)
    await queue.ask("entry", Rank.ENTRY, orders=1)
    await queue.ask("exit", Rank.EXIT, orders=1)
    await queue.ask("read", Rank.READ)
    assert queue.names() == ["read"]
    await clock.run(10.5)
    assert queue.names() == ["read", "exit", "entry"]


async def test_the_venues_count_is_believed_also_where_it_is_less_than_ours() -> None:
    clock = Hands()
    budget = ToldBudget(clock, MINUTE)
    queue = Queue(budget, clock)
    await queue.ask("many", Rank.READ, 70.0)
    await queue.ask("read", Rank.READ, 5.0)
    assert queue.names() == ["many"]
    await clock.run(30.0)
    budget.heard({"X-MBX-USED-WEIGHT-1M": "1"})  # its minute has begun anew
    await clock.run(30.5)
    assert queue.names() == ["many", "read"]


async def test_what_left_just_now_is_counted_beside_an_answer_that_does_not_know_it_yet() -> None:
    clock = Hands()
    budget = ToldBudget(clock, MINUTE)
    queue = Queue(budget, clock)
    await queue.ask("under way", Rank.READ, 69.0)
    budget.heard({"X-MBX-USED-WEIGHT-1M": "1"})
    await queue.ask("next", Rank.READ, 5.0)
    assert queue.names() == ["under way"]
    queue.tasks[-1].cancel()


async def test_the_limits_are_the_venues_own_and_another_length_of_time_is_another_limit() -> None:
    clock = Hands()
    budget = ToldBudget(clock, MINUTE)
    budget.limits(
        [
            {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10, "limit": 2},
            {"rateLimitType": "ORDERS", "interval": "MINUTE", "intervalNum": 1, "limit": 3},
            {"rateLimitType": "RAW_REQUESTS", "interval": "MINUTE", "intervalNum": 5, "limit": 0},
        ]
    )
    queue = Queue(budget, clock)
    for number in range(4):
        await queue.ask(str(number), Rank.EXIT, orders=1)
    await clock.run(30.0)
    assert queue.left == [("0", 0), ("1", 0), ("2", 10)]
    await clock.run(61.0)
    assert [second for _, second in queue.left] == [0, 0, 10, 60]


async def test_who_would_leave_too_late_does_not_leave() -> None:
    clock = Hands()
    budget = ToldBudget(clock, MINUTE)
    budget.is_full()
    late = asyncio.ensure_future(budget.turn(Rank.EXIT, 1.0, 1, until_ns=8 * S))
    await clock.run(9.0)
    with pytest.raises(BudgetFullError, match="too late"):
        await late
    await clock.run(11.0)
    in_time = asyncio.ensure_future(budget.turn(Rank.EXIT, 1.0, 1, until_ns=20 * S))
    await clock.run(11.1)
    await in_time
    assert budget.waiting == 0


async def test_where_a_venue_tells_no_limits_all_keep_one_pace() -> None:
    clock = Hands()
    queue = Queue(VenueBudget(clock, 1.0, ()), clock)
    await queue.ask("exit", Rank.EXIT, 40.0)
    await queue.ask("read", Rank.READ)
    await clock.run(15.0)
    assert queue.names() == ["exit"]
    await clock.run(17.0)
    assert queue.names() == ["exit", "read"]
