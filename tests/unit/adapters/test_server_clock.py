"""The exchange's clock as we tell it: outliers, jumps of ours, and an exchange that refuses."""

from __future__ import annotations

import asyncio

import pytest

from lefi_tui.adapters.server_clock import EVERY_NS, ServerClock

MS = 1_000_000
S = 1_000 * MS
pytestmark = pytest.mark.asyncio


class Machine:
    """Two clocks of ours and one of theirs; a question takes what its turn says, all of it on the
    way back."""

    def __init__(self, ahead_ms: int, trips_ms: tuple[int, ...] = (10,)) -> None:
        self.mono_ns, self.wall_ns = 7 * S, 1_790_000_000 * S
        self.ahead_ms, self.trips_ms, self.asked = ahead_ms, trips_ms, 0
        self._true_ns = self.wall_ns - self.mono_ns

    def now_ns(self) -> int:
        return self.wall_ns

    def monotonic_ns(self) -> int:
        return self.mono_ns

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(seconds)

    def passes(self, ns: int) -> None:
        self.mono_ns += ns
        self.wall_ns += ns

    def theirs_ms(self) -> int:
        return (self.mono_ns + self._true_ns) // MS + self.ahead_ms

    async def time(self) -> int:
        trip_ms = self.trips_ms[self.asked % len(self.trips_ms)]
        self.asked += 1
        self.passes(trip_ms * MS // 2)
        told = self.theirs_ms()
        self.passes(trip_ms * MS // 2)
        return told


async def _turns() -> None:
    """Some rounds of the loop."""
    for _ in range(3):
        turned = asyncio.get_running_loop().create_future()
        asyncio.get_running_loop().call_soon(turned.set_result, None)
        await turned


@pytest.mark.parametrize("ahead_ms", [60_000, -5_000, 0])
async def test_a_clock_that_is_off_is_measured_and_what_is_signed_bears_their_time(
    ahead_ms: int,
) -> None:
    machine = Machine(ahead_ms)
    server = ServerClock(machine, machine.time)
    assert server.is_doubted()
    await server.measure()
    assert server.told()["offset_ms"] == ahead_ms
    assert server.told()["error_ms"] == 5
    machine.passes(3_600 * S)
    assert server.now_ms() == machine.theirs_ms()


async def test_a_round_trip_that_took_long_says_little_and_is_dropped() -> None:
    machine = Machine(250, trips_ms=(10, 4_000, 12, 900, 11))
    truth = machine.time

    async def late_answer() -> int:
        """What is slow is slow on its way there: the middle of it is no middle."""
        told = await truth()
        return told + (machine.trips_ms[(machine.asked - 1) % 5] > 100) * 2_000

    server = ServerClock(machine, late_answer)
    await server.measure()
    assert abs(int(server.told()["offset_ms"] or 0) - 250) <= 1


async def test_a_jump_of_the_machines_clock_changes_no_signature_and_is_seen() -> None:
    machine = Machine(0)
    server = ServerClock(machine, machine.time)
    await server.measure()
    machine.passes(60 * S)
    machine.wall_ns -= 3_600 * S  # set back by an hour while the program runs
    assert server.now_ms() == machine.theirs_ms()
    assert server.is_doubted()
    assert server.told()["offset_ms"] == 3_600_000
    await server.measure()
    assert not server.is_doubted()


async def test_a_machine_that_slept_measures_before_it_signs() -> None:
    machine = Machine(0)
    server = ServerClock(machine, machine.time)
    await server.measure()
    machine.passes(60 * S)
    machine.wall_ns += 600 * S  # asleep: the monotonic clock stood still
    machine._true_ns += 600 * S
    assert server.now_ms() != machine.theirs_ms()
    assert server.is_doubted()
    await server.measure()
    assert server.now_ms() == machine.theirs_ms()


async def test_it_is_measured_again_by_the_clock_and_at_most_once_for_each_refusal() -> None:
    machine = Machine(0)
    server = ServerClock(machine, machine.time)
    await server.measure()
    await server.measure()
    assert machine.asked == 5
    machine.passes(EVERY_NS)
    assert server.is_due()
    await server.measure()
    assert machine.asked == 10
    await asyncio.gather(*(server.measured_since(2) for _ in range(20)))
    assert machine.asked == 15  # twenty refusals of one moment are one measurement


async def test_whoever_asks_while_it_is_being_measured_waits_for_the_same_answer() -> None:
    machine = Machine(60_000)
    asks = machine.time

    async def after_a_while() -> int:
        await asyncio.wait([asyncio.ensure_future(_turns())])
        return await asks()

    server = ServerClock(machine, after_a_while)
    first = asyncio.ensure_future(server.measure())
    await _turns()
    assert server.is_doubted()
    await server.measure()
    assert server.now_ms() == machine.theirs_ms()
    assert (first.done(), machine.asked) == (True, 5)


async def test_an_exchange_that_is_silent_leaves_the_clock_and_is_not_asked_at_each_turn() -> None:
    machine = Machine(60_000)
    server = ServerClock(machine, machine.time)
    await server.measure()

    async def silent() -> int:
        machine.asked += 1
        raise ConnectionError

    server._ask = silent
    machine.passes(EVERY_NS)
    with pytest.raises(ConnectionError):
        await server.measure()
    assert server.now_ms() == machine.theirs_ms()
    await server.measure()  # not due so soon: nothing is asked, nothing fails
    assert machine.asked == 6
