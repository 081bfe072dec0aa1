"""One budget of requests a venue, shared by rank: exits first, then cancels, entries, reads.

The rule it keeps: each rank leaves a part of the budget to those above it, so that a flood of reads
never makes a cancel wait. Time comes in by the clock; nothing is guessed from the wall.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from enum import IntEnum
from itertools import count
from typing import Final

from msgspec import Struct

from lefi_tui.ports.clock import Clock

NS_PER_S: Final = 1_000_000_000
ROOM: Final = 40.0  # what may be asked at once, in the venue's own units of weight
WAITING_MAX: Final = 512  # requests of one venue that wait for their turn
SHORTEST_S: Final = 0.001
FOREVER: Final = 2**63  # no moment of a monotonic clock comes after it


class Rank(IntEnum):
    EXIT = 0  # the kill, closes, stops
    CANCEL = 1
    ENTRY = 2
    READ = 3


# What a rank never touches of the room.
LEFT_ALONE: Final = {Rank.EXIT: 0.0, Rank.CANCEL: 5.0, Rank.ENTRY: 10.0, Rank.READ: 15.0}

Ticket = tuple[int, int, float]  # rank, number, weight


class BudgetFullError(Exception):
    """Too much waits already; this request was not sent."""


class _Bucket(Struct):
    tokens: float
    at_ns: int


class RateBudget:
    """`per_s` is the weight that comes back in a second."""

    def __init__(self, clock: Clock, per_s: float, room: float = ROOM) -> None:
        assert per_s > 0, per_s
        self._clock, self._per_s, self._room = clock, per_s, room
        self._bucket = _Bucket(room, clock.monotonic_ns())
        self._waiting: list[Ticket] = []
        self._numbers = count()

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    async def turn(self, rank: Rank, weight: float = 1.0, until_ns: int = FOREVER) -> None:
        """Returns when the request may leave; lower ranks wait behind it, whenever they came.
        After `until_ns` it may not leave any more: then BudgetFullError, at once if it is certain.
        """
        if rank >= Rank.ENTRY and len(self._waiting) >= WAITING_MAX:
            raise BudgetFullError(f"{WAITING_MAX} requests wait already")
        ticket = (int(rank), next(self._numbers), weight)
        insort(self._waiting, ticket)
        try:
            while (wait_s := self._wait_s(ticket)) > 0:
                await rested(self._clock, wait_s, until_ns)
            self._bucket.tokens -= weight
        finally:
            self._waiting.remove(ticket)

    def _wait_s(self, ticket: Ticket) -> float:
        """How long until this one has its turn, as it looks now."""
        self._fill()
        before = sum(each[2] for each in self._waiting[: bisect_left(self._waiting, ticket)])
        rank, _, weight = ticket
        needed = min(before + weight + LEFT_ALONE[Rank(rank)], self._room + before)
        return (needed - self._bucket.tokens) / self._per_s

    def _fill(self) -> None:
        now_ns = self._clock.monotonic_ns()
        back = (now_ns - self._bucket.at_ns) / NS_PER_S * self._per_s
        self._bucket = _Bucket(min(self._bucket.tokens + back, self._room), now_ns)


async def rested(clock: Clock, wait_s: float, until_ns: int) -> None:
    """Waits, but not for what would come too late."""
    if clock.monotonic_ns() + wait_s * NS_PER_S > until_ns:
        raise BudgetFullError(f"its turn would come in {wait_s:.1f} s, which is too late for it")
    await clock.sleep(max(wait_s, SHORTEST_S))
