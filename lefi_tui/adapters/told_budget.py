"""A venue's own limits as it tells them: what is left of each, and who leaves first.

The rules it keeps: exits leave first, then cancels, entries, reads; when little is left, reads wait
first; what the venue has counted is believed over our own count, for another program may use the
same address or account; whoever would leave too late does not leave.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, Final

from msgspec import Struct, field

from lefi_tui.adapters.rate_budget import (
    FOREVER,
    NS_PER_S,
    WAITING_MAX,
    BudgetFullError,
    Rank,
    RateBudget,
    rested,
)
from lefi_tui.core.record import Record
from lefi_tui.ports.clock import Clock

WEIGHT: Final = "REQUEST_WEIGHT"
ORDERS: Final = "ORDERS"
SECONDS: Final[Mapping[str, int]] = {"SECOND": 1, "MINUTE": 60, "HOUR": 3_600, "DAY": 86_400}
# So much of a limit a rank may use; what it leaves is for those above it.
SHARES: Final[Mapping[str, Mapping[Rank, float]]] = {
    WEIGHT: {Rank.EXIT: 1.0, Rank.CANCEL: 0.97, Rank.ENTRY: 0.9, Rank.READ: 0.7},
    ORDERS: {Rank.EXIT: 1.0, Rank.CANCEL: 1.0, Rank.ENTRY: 0.9, Rank.READ: 1.0},
}
# An answer may have been counted before what left just now: that much is kept beside it.
UNDER_WAY_NS: Final = 2 * NS_PER_S
MARKS_MAX: Final = 1_000  # moments kept of one limit; what falls together counts as the later one
LOOK_AGAIN_S: Final = 0.25  # an answer may tell meanwhile that more is left
HEADER: Final = re.compile(r"x-mbx-(used-weight|order-count)-(\d+)([smhd])", re.IGNORECASE)
KINDS: Final = {"used-weight": WEIGHT, "order-count": ORDERS}
UNITS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


class Limit(Record):
    kind: str
    span_s: int
    most: float


class Ticket(Struct, eq=False):
    """One request that waits, or just goes."""

    rank: Rank
    weight: float
    orders: int
    wait_s: float = LOOK_AGAIN_S  # of the first in its queue: as it looked last
    leaves: asyncio.Event = field(default_factory=asyncio.Event)

    def of(self, kind: str) -> float:
        return self.weight if kind == WEIGHT else float(self.orders)


# Before the venue has told its own (exchangeInfo).
USUAL: Final[Mapping[str, tuple[Limit, ...]]] = {
    "binanceusdm": (Limit(WEIGHT, 60, 2_400), Limit(ORDERS, 10, 300), Limit(ORDERS, 60, 1_200)),
    "binancecoinm": (Limit(WEIGHT, 60, 2_400), Limit(ORDERS, 60, 1_200)),
    "binance": (Limit(WEIGHT, 60, 6_000), Limit(ORDERS, 10, 100)),
}


class _Window(Struct):
    """What was used of one limit, each with its moment; the oldest goes first."""

    limit: Limit
    used: float = 0.0
    log: deque[tuple[int, float]] = field(default_factory=deque)

    def add(self, now_ns: int, amount: float) -> None:
        if amount <= 0:
            return
        self.used += amount
        if self.log and now_ns - self.log[-1][0] < self.limit.span_s * NS_PER_S // MARKS_MAX:
            amount += self.log.pop()[1]
        self.log.append((now_ns, amount))

    def told(self, now_ns: int, used: float) -> None:
        """The venue's own count: more than ours is somebody else's, less is what it forgot."""
        self._forget(now_ns)
        self.add(now_ns, used - self.used)
        while self.log and self.used > used and self.log[0][0] < now_ns - UNDER_WAY_NS:
            self._drop()

    def wait_s(self, now_ns: int, rank: Rank, amount: float) -> float:
        """Until so much more fits into what this rank may use."""
        self._forget(now_ns)
        most = self.limit.most * SHARES[self.limit.kind][rank]
        over = self.used + amount - most
        for at_ns, each in self.log:
            if over <= 0:
                return 0.0
            over -= each
            if over <= 0:
                return (at_ns + self.limit.span_s * NS_PER_S - now_ns) / NS_PER_S
        return 0.0  # more than ever fits goes when nothing else is counted

    def _forget(self, now_ns: int) -> None:
        while self.log and self.log[0][0] <= now_ns - self.limit.span_s * NS_PER_S:
            self._drop()

    def _drop(self) -> None:
        self.used -= self.log.popleft()[1]


class ToldBudget:
    """Each limit counts on its own: a question waits for no order, an order for no question."""

    def __init__(self, clock: Clock, limits: Iterable[Limit]) -> None:
        self._clock = clock
        self._windows = {(each.kind, each.span_s): _Window(each) for each in limits}
        # Those of one rank leave as they came; questions do not wait behind orders.
        self._queues: dict[tuple[Rank, bool], deque[Ticket]] = {
            (rank, is_order): deque() for rank in Rank for is_order in (True, False)
        }

    @property
    def waiting(self) -> int:
        return sum(map(len, self._queues.values()))

    async def turn(
        self, rank: Rank, weight: float, orders: int = 0, until_ns: int = FOREVER
    ) -> None:
        """Returns when the request may leave; BudgetFullError where it may not before `until_ns`,
        or where too much waits already."""
        if rank >= Rank.ENTRY and self.waiting >= WAITING_MAX:
            raise BudgetFullError(f"{WAITING_MAX} requests wait already")
        ticket = Ticket(rank, weight, orders)
        queue = self._queues[rank, orders > 0]
        queue.append(ticket)
        try:
            self._let_go()
            while not ticket.leaves.is_set():
                await self._woken(ticket, until_ns)
        finally:
            if not ticket.leaves.is_set():
                queue.remove(ticket)

    async def _woken(self, ticket: Ticket, until_ns: int) -> None:
        """Looks after a while, or is let go by another's look: in their sequence, itself too."""
        wait_s = max(ticket.wait_s, 0.0)
        rests = asyncio.ensure_future(rested(self._clock, min(wait_s, LOOK_AGAIN_S), until_ns))
        goes = asyncio.ensure_future(ticket.leaves.wait())
        try:
            await asyncio.wait({rests, goes}, return_when=asyncio.FIRST_COMPLETED)
            if ticket.leaves.is_set():
                return
            rests.result()  # it may be too late for it
            self._let_go()
            if ticket.leaves.is_set():
                await asyncio.wait({goes})
        finally:
            rests.cancel()
            goes.cancel()

    def _let_go(self) -> None:
        """Whoever looks lets all go that may, the highest ranks first."""
        now_ns = self._clock.monotonic_ns()
        kept = dict.fromkeys(SHARES, 0.0)  # for those above that still wait
        for queue in self._queues.values():
            while queue and (wait_s := self._wait_s(queue[0], now_ns, kept)) <= 0:
                queue[0].leaves.set()
                self._count(queue.popleft(), now_ns)
            if queue:
                queue[0].wait_s = wait_s
                kept = {kind: each + queue[0].of(kind) for kind, each in kept.items()}

    def _wait_s(self, ticket: Ticket, now_ns: int, kept: Mapping[str, float]) -> float:
        longest = 0.0
        for (kind, _), window in self._windows.items():
            if mine := ticket.of(kind):
                longest = max(longest, window.wait_s(now_ns, ticket.rank, mine + kept[kind]))
        return longest

    def _count(self, ticket: Ticket, now_ns: int) -> None:
        for (kind, _), window in self._windows.items():
            window.add(now_ns, ticket.of(kind))

    # ---- what the venue tells

    def limits(self, told: Iterable[Mapping[str, Any]]) -> None:
        """As exchangeInfo lists them, and answers by WebSocket with a count beside."""
        for each in told:
            kind, unit = each.get("rateLimitType"), SECONDS.get(str(each.get("interval")))
            if kind not in SHARES or unit is None:
                continue
            span_s = unit * int(each["intervalNum"])
            window = self._window(str(kind), span_s)
            window.limit = Limit(str(kind), span_s, float(each["limit"]))
            if "count" in each:
                window.told(self._clock.monotonic_ns(), float(each["count"]))

    def heard(self, headers: Mapping[str, str]) -> None:
        for name, value in headers.items():
            if (found := HEADER.fullmatch(name)) and value.isdecimal():
                span_s = int(found[2]) * UNITS[found[3].lower()]
                window = self._window(KINDS[found[1].lower()], span_s)
                window.told(self._clock.monotonic_ns(), float(value))

    def is_full(self, kind: str = ORDERS) -> None:
        """The venue refused one for it: the shortest of these limits is used up."""
        mine = [each for each in self._windows.values() if each.limit.kind == kind]
        if mine:
            window = min(mine, key=lambda each: each.limit.span_s)
            window.told(self._clock.monotonic_ns(), window.limit.most)

    def _window(self, kind: str, span_s: int) -> _Window:
        """One nobody named a limit of is only counted."""
        unlimited = Limit(kind, span_s, float("inf"))
        return self._windows.setdefault((kind, span_s), _Window(unlimited))


class VenueBudget:
    """Reads keep an even pace on every venue; where it tells its limits all the rest is held
    against those, and elsewhere against the same pace."""

    def __init__(self, clock: Clock, per_s: float, limits: Iterable[Limit]) -> None:
        self._pace = RateBudget(clock, per_s)
        known = tuple(limits)
        self.told = ToldBudget(clock, known) if known else None

    async def turn(
        self, rank: Rank, weight: float, orders: int = 0, until_ns: int = FOREVER
    ) -> None:
        if self.told is None or rank is Rank.READ:
            await self._pace.turn(rank, weight, until_ns)
        if self.told is not None:
            await self.told.turn(rank, weight, orders, until_ns)
