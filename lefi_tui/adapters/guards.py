"""Between us and a venue's endpoints: breaker, budget, Retry-After, time limit, retries.

The rules they keep: after nine failures in a row an endpoint is left alone for a second, then one
probe, and twice as long after each that fails (a line gone for a moment fails nine questions in it,
and what became of an order is wanted as soon as it is back); when a venue says how long to wait,
nothing at all leaves before; reads alone are repeated, orders never; what is held back here has
certainly not left, and is said so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from msgspec import Struct, field

from lefi_tui.adapters.rate_budget import BudgetFullError, Rank, RateBudget
from lefi_tui.ports.clock import Clock

NS_PER_S: Final = 1_000_000_000
FAILURES_MAX: Final = 9
FIRST_OPEN_S: Final = 1.0
DOUBLED_MAX: Final = 20
OPEN_S: Final = 300.0  # at most
CALL_S: Final = 10.0
ATTEMPTS: Final = 3  # of a read
FIRST_WAIT_S: Final = 1.0  # doubled after each attempt
JITTER: Final = 0.5  # so much of a wait is chance, so that many do not come back together

Answer = TypeVar("Answer")


class HeldBackError(Exception):
    """It has certainly not left. `wait_s` is how long it would be held back now."""

    def __init__(self, why: str, wait_s: float = 0.0) -> None:
        super().__init__(why)
        self.why, self.wait_s = why, wait_s


class CallFailedError(Exception):
    """No usable answer: what was asked may have been done."""


class Breaker(Struct):
    """Of one endpoint. Failures of calls begun before the last failure was known count once."""

    open_s: float = OPEN_S
    failures: int = 0
    _failed_ns: int = -1
    _is_probing: bool = False

    def left_alone_s(self, now_ns: int) -> float:
        """How long no call may be made yet; 0 lets one go, half-open the one probe."""
        if self.failures < FAILURES_MAX:
            return 0.0
        doubled_s = FIRST_OPEN_S * 2.0 ** min(self.failures - FAILURES_MAX, DOUBLED_MAX)
        left_s = min(doubled_s, self.open_s) - (now_ns - self._failed_ns) / NS_PER_S
        if left_s > 0 or self._is_probing:
            return max(left_s, 1.0)
        return 0.0

    def begins(self) -> None:
        self._is_probing = self.failures >= FAILURES_MAX

    def worked(self) -> None:
        self.failures, self._is_probing = 0, False

    def failed(self, began_ns: int, now_ns: int) -> None:
        if began_ns > self._failed_ns or self._is_probing:
            self.failures += 1
            self._failed_ns = now_ns
        self._is_probing = False

    def given_up(self) -> None:
        """A call ended without a word on its endpoint: a probe may be made again."""
        self._is_probing = False


def backoff_s(attempt: int, chance: float) -> float:
    """1, 2, 4 ... seconds, half of it by chance (0 to 1)."""
    return scattered_s(FIRST_WAIT_S * 2 ** (attempt - 1), chance)


def scattered_s(wait_s: float, chance: float) -> float:
    """Half of a wait, and of the other half so much as chance says: nobody comes back in step."""
    return float(wait_s * (1 - JITTER + JITTER * chance))


class Hold(Struct):
    """Until when a venue asked to be left alone."""

    until_ns: int = 0

    def wait(self, seconds: float, now_ns: int) -> None:
        self.until_ns = max(self.until_ns, now_ns + int(seconds * NS_PER_S))

    def left_s(self, now_ns: int) -> float:
        return max((self.until_ns - now_ns) / NS_PER_S, 0.0)


def _never() -> bool:
    return False


class Guards(Struct):
    """One for a venue. `chance` gives 0 to 1; `is_frozen` is asked last, before an entry leaves.

    Without a budget here the client below asks for its turns itself, by weight.
    """

    clock: Clock
    budget: RateBudget | None
    chance: Callable[[], float]
    is_frozen: Callable[[], bool] = _never
    hold: Hold = field(default_factory=Hold)
    open_s: float = OPEN_S
    attempts: int = ATTEMPTS
    _breakers: dict[str, Breaker] = field(default_factory=dict)

    async def call(
        self,
        endpoint: str,
        work: Callable[[], Awaitable[Answer]],
        rank: Rank = Rank.READ,
        limit_s: float = CALL_S,
    ) -> Answer:
        """The answer; HeldBackError when nothing left, CallFailedError when nobody knows."""
        attempts = self.attempts if rank is Rank.READ else 1
        for attempt in range(1, attempts + 1):
            try:
                return await self._once(endpoint, work, rank, limit_s)
            except CallFailedError:
                if attempt == attempts:
                    raise
            await self.clock.sleep(backoff_s(attempt, self.chance()))
        raise AssertionError("an attempt returns or raises")

    async def _once(
        self, endpoint: str, work: Callable[[], Awaitable[Answer]], rank: Rank, limit_s: float
    ) -> Answer:
        breaker = self._breakers.setdefault(endpoint, Breaker(self.open_s))
        self._may_leave(breaker, endpoint, rank)
        await self._turn(rank)
        self._may_leave(breaker, endpoint, rank)  # a turn may take a while, and much may happen
        began_ns = self.clock.monotonic_ns()
        breaker.begins()
        try:
            async with asyncio.timeout(limit_s):
                answer = await work()
        except CallFailedError:
            breaker.failed(began_ns, self.clock.monotonic_ns())
            raise
        except TimeoutError as error:
            breaker.failed(began_ns, self.clock.monotonic_ns())
            raise CallFailedError(f"{endpoint}: no answer in {limit_s:g} s") from error
        except BaseException:
            breaker.given_up()
            raise
        breaker.worked()
        return answer

    async def _turn(self, rank: Rank) -> None:
        if self.budget is None:
            return
        try:
            await self.budget.turn(rank)
        except BudgetFullError as error:
            raise HeldBackError(str(error), 1.0) from error

    def _may_leave(self, breaker: Breaker, endpoint: str, rank: Rank) -> None:
        """Cancels and exits are held back by nothing but the venue's own word."""
        now_ns = self.clock.monotonic_ns()
        hold_s = self.hold.left_s(now_ns)
        if hold_s:
            raise HeldBackError(f"the venue asked to wait; {hold_s:.0f} s are left", hold_s)
        if rank is Rank.ENTRY and self.is_frozen():
            raise HeldBackError("trading is being killed; it has not left")
        left_s = breaker.left_alone_s(now_ns) if rank >= Rank.ENTRY else 0.0
        if left_s:
            why = f"{endpoint} failed {breaker.failures} times; left alone for {left_s:.0f} s"
            raise HeldBackError(why, left_s)
