"""Breaker, budget, Retry-After and retries, in time that moves when the test says so."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable

import pytest

from lefi_tui.adapters.ccxt_candles import again_s
from lefi_tui.adapters.guards import (
    FAILURES_MAX,
    OPEN_S,
    CallFailedError,
    Guards,
    HeldBackError,
    backoff_s,
)
from lefi_tui.adapters.rate_budget import ROOM, WAITING_MAX, BudgetFullError, Rank, RateBudget
from lefi_tui.errors import ExchangeAwayError

S = 1_000_000_000
pytestmark = pytest.mark.asyncio


class Hands:
    """A clock whose waits end in their order, when everything else has gone as far as it can."""

    def __init__(self) -> None:
        self.ns = 0
        self._waits: list[tuple[int, int, asyncio.Future[None]]] = []
        self._count = 0

    def now_ns(self) -> int:
        return self.ns

    def monotonic_ns(self) -> int:
        return self.ns

    async def sleep(self, seconds: float) -> None:
        self._count += 1
        ended = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waits, (self.ns + int(seconds * S), self._count, ended))
        await ended

    async def run(self, until_s: float) -> None:
        """To this second, each wait at its time."""
        end = int(until_s * S)
        while True:
            for _ in range(20):
                await asyncio.wait_for(_round(), 60)
            if not self._waits or self._waits[0][0] > end:
                break
            self.ns, _, ended = heapq.heappop(self._waits)
            if not ended.done():  # nobody waits any more
                ended.set_result(None)
        self.ns = end


async def _round() -> None:
    """One round of the loop."""
    ready = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(ready.set_result, None)
    await ready


def guards(clock: Hands, per_s: float = 1_000.0) -> Guards:
    return Guards(clock, RateBudget(clock, per_s), chance=lambda: 1.0)


class Endpoint:
    """Fails so often, then answers."""

    def __init__(self, failures: int) -> None:
        self.failures, self.calls = failures, 0

    async def __call__(self) -> str:
        self.calls += 1
        if self.calls <= self.failures:
            raise CallFailedError("502")
        return "answer"


async def _in(clock: Hands, work: Awaitable[str], until_s: float) -> asyncio.Task[str]:
    task = asyncio.ensure_future(work)
    await clock.run(until_s)
    return task


async def _fail(clock: Hands, guard: Guards, endpoint: Endpoint, times: int) -> None:
    for _ in range(times):
        with pytest.raises(CallFailedError):
            await guard.call("orders", endpoint, Rank.ENTRY)
        clock.ns += 1


async def test_a_read_is_tried_three_times_with_longer_waits_and_an_order_never_again() -> None:
    clock = Hands()
    read = Endpoint(2)
    task = await _in(clock, guards(clock).call("book", read), 2.9)
    assert (read.calls, task.done()) == (2, False)
    await clock.run(3.1)
    assert task.result() == "answer"
    for rank in (Rank.ENTRY, Rank.CANCEL, Rank.EXIT):
        order = Endpoint(1)
        with pytest.raises(CallFailedError):
            await guards(clock).call("orders", order, rank)
        assert order.calls == 1


def _waits(chance: float) -> list[float]:
    return [backoff_s(attempt, chance) for attempt in (1, 2, 3)]


async def test_waits_double_and_half_of_each_is_chance() -> None:
    assert _waits(1.0) == [1.0, 2.0, 4.0]
    assert _waits(0.0) == [0.5, 1.0, 2.0]


async def test_a_feeds_waits_grow_half_by_chance_and_never_below_what_the_exchange_said() -> None:
    away = ExchangeAwayError("no answer", where="there")
    assert [again_s(failures, away, 1.0) for failures in (1, 2, 3, 9)] == [1.0, 2.0, 5.0, 30.0]
    assert [again_s(failures, away, 0.5) for failures in (1, 9)] == [0.75, 22.5]
    away.wait_s = 12.0
    assert again_s(1, away, 0.0) == 12.0
    assert again_s(9, away, 0.0) == 15.0


async def test_after_nine_failures_an_endpoint_is_left_alone_then_one_probe_decides() -> None:
    clock = Hands()
    guard, endpoint = guards(clock), Endpoint(FAILURES_MAX + 1)
    await _fail(clock, guard, endpoint, FAILURES_MAX)
    with pytest.raises(HeldBackError, match="failed 9 times"):
        await guard.call("orders", endpoint, Rank.ENTRY)
    assert endpoint.calls == FAILURES_MAX
    assert await guard.call("book", Endpoint(0)) == "answer"  # another endpoint is not concerned
    clock.ns += int(OPEN_S * S)
    await _fail(clock, guard, endpoint, 1)  # the probe
    with pytest.raises(HeldBackError):
        await guard.call("orders", endpoint, Rank.ENTRY)
    clock.ns += int(OPEN_S * S)
    assert await guard.call("orders", endpoint, Rank.ENTRY) == "answer"
    assert await guard.call("orders", endpoint, Rank.ENTRY) == "answer"


async def test_a_line_that_is_gone_for_a_moment_is_asked_again_within_a_second() -> None:
    clock = Hands()
    guard, endpoint = guards(clock), Endpoint(FAILURES_MAX)
    await _fail(clock, guard, endpoint, FAILURES_MAX)
    with pytest.raises(HeldBackError) as held:
        await guard.call("orders", endpoint, Rank.READ)
    assert held.value.wait_s <= 1
    clock.ns += S
    assert await guard.call("orders", endpoint, Rank.READ) == "answer"


async def test_each_probe_that_fails_is_left_alone_twice_as_long_up_to_its_most() -> None:
    clock = Hands()
    guard, endpoint = guards(clock), Endpoint(FAILURES_MAX + 20)
    await _fail(clock, guard, endpoint, FAILURES_MAX)
    waits = []
    for _ in range(10):
        with pytest.raises(HeldBackError) as held:
            await guard.call("orders", endpoint, Rank.ENTRY)
        waits.append(round(held.value.wait_s))
        clock.ns += waits[-1] * S
        await _fail(clock, guard, endpoint, 1)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300]


async def test_while_one_probe_is_out_no_second_one_leaves() -> None:
    clock = Hands()
    guard, endpoint = guards(clock), Endpoint(FAILURES_MAX)
    await _fail(clock, guard, endpoint, FAILURES_MAX)
    clock.ns += int(OPEN_S * S)
    answers = asyncio.get_running_loop().create_future()
    probe = asyncio.ensure_future(guard.call("orders", lambda: answers, Rank.ENTRY))
    await clock.run(clock.ns / S)
    with pytest.raises(HeldBackError):
        await guard.call("orders", endpoint, Rank.ENTRY)
    answers.set_result("answer")
    assert await probe == "answer"


async def test_a_cancel_passes_an_open_breaker() -> None:
    clock = Hands()
    guard, endpoint = guards(clock), Endpoint(FAILURES_MAX)
    await _fail(clock, guard, endpoint, FAILURES_MAX)
    assert await guard.call("orders", endpoint, Rank.CANCEL) == "answer"


async def test_nothing_at_all_leaves_while_the_venue_asked_to_wait() -> None:
    clock = Hands()
    guard, endpoint = guards(clock), Endpoint(0)
    guard.hold.wait(30, clock.ns)
    for rank in Rank:
        with pytest.raises(HeldBackError, match="30 s are left"):
            await guard.call("orders", endpoint, rank)
    assert endpoint.calls == 0
    clock.ns += 30 * S
    assert await guard.call("orders", endpoint) == "answer"


async def test_an_entry_that_waited_for_its_turn_does_not_leave_into_a_kill() -> None:
    clock = Hands()
    guard, endpoint = guards(clock, per_s=1.0), Endpoint(0)
    frozen: list[str] = []
    guard.is_frozen = lambda: bool(frozen)
    for _ in range(30):
        await guard.call("orders", endpoint, Rank.ENTRY)
    late = asyncio.ensure_future(guard.call("orders", endpoint, Rank.ENTRY))
    await clock.run(0.1)
    frozen.append("kill")
    await clock.run(5)
    with pytest.raises(HeldBackError, match="killed"):
        await late
    assert endpoint.calls == 30
    assert await guard.call("orders", endpoint, Rank.EXIT) == "answer"


async def test_a_call_that_hangs_ends_at_its_limit_and_counts_as_a_failure() -> None:
    guard = guards(Hands())
    with pytest.raises(CallFailedError, match=r"no answer in 0.01 s"):
        await guard.call("orders", lambda: asyncio.Event().wait(), Rank.ENTRY, limit_s=0.01)


async def _wait_of_a_cancel(reads: int) -> float:
    """Seconds until a cancel leaves, behind so many reads that came before it."""
    clock = Hands()
    budget = RateBudget(clock, per_s=10.0)
    flood = [asyncio.ensure_future(budget.turn(Rank.READ)) for _ in range(reads)]
    await clock.run(1.0)
    cancel = asyncio.ensure_future(budget.turn(Rank.CANCEL))
    at_ns = clock.ns
    while not cancel.done():
        await clock.run(clock.ns / S + 0.01)
    for each in flood:
        each.cancel()
    return (clock.ns - at_ns) / S


async def test_a_flood_of_reads_leaves_a_cancels_wait_as_it_is() -> None:
    alone = await _wait_of_a_cancel(0)
    assert await _wait_of_a_cancel(WAITING_MAX) == alone
    assert alone < 0.02


async def test_higher_ranks_go_first_whenever_they_came_and_reads_keep_their_order() -> None:
    clock = Hands()
    budget = RateBudget(clock, per_s=1.0)
    went: list[str] = []

    def ask(name: str, rank: Rank) -> asyncio.Task[None]:
        async def one() -> None:
            await budget.turn(rank)
            went.append(name)

        return asyncio.ensure_future(one())

    tasks = [ask(f"exit {number}", Rank.EXIT) for number in range(int(ROOM))]
    await clock.run(0.0)
    went.clear()
    names: list[tuple[str, Rank]] = [
        ("read 1", Rank.READ),
        ("read 2", Rank.READ),
        ("entry", Rank.ENTRY),
        ("cancel", Rank.CANCEL),
        ("exit", Rank.EXIT),
    ]
    for name, rank in names:
        tasks.append(ask(name, rank))
        await clock.run(clock.ns / S)
    await clock.run(60.0)
    assert went == ["exit", "cancel", "entry", "read 1", "read 2"]
    await asyncio.gather(*tasks)


async def test_more_than_may_wait_is_refused_and_an_exit_is_not() -> None:
    clock = Hands()
    budget = RateBudget(clock, per_s=0.001)
    reads = [asyncio.ensure_future(budget.turn(Rank.READ)) for _ in range(WAITING_MAX + 40)]
    await clock.run(0.0)
    with pytest.raises(BudgetFullError):
        await budget.turn(Rank.READ)
    await budget.turn(Rank.EXIT)
    for each in reads:
        each.cancel()
