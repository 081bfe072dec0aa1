"""Compares each account at which others trade too with its venue: at a start before anything new
leaves, after each silence, when somebody asks, and by the clock.

The rules it keeps: the desk is told of news alone; a difference of units is news once it has stood
for a while with nothing of ours moving; a venue that keeps silent for long is told as such, once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Final

from msgspec import Struct, field
from msgspec.structs import replace

from lefi_tui.core.checked import Checked
from lefi_tui.core.desk import Desk
from lefi_tui.core.desk.comparing import differences, is_news
from lefi_tui.core.desk.forced import TAKEN
from lefi_tui.core.desk.in_doubt import books_of, is_position, with_unknown
from lefi_tui.core.messages import VenueViewed
from lefi_tui.core.money import EXACT, ZERO, exact_sum, words
from lefi_tui.core.order import Side
from lefi_tui.core.reconcile import SetUnknown, short_of_coins
from lefi_tui.core.record import Record
from lefi_tui.engine.ending import end_all
from lefi_tui.engine.fresh_views import FreshViews
from lefi_tui.engine.inbox import Incoming
from lefi_tui.engine.world import World
from lefi_tui.ports.venue import SharedVenue, VenueTimeoutError

EVERY_S: Final = 30.0  # a lost fill is found within a minute (faults.md, 27)
STIRRED_S: Final = 10.0  # between two looks for what a stream tells: each costs the venue's limits
LEAST_S: Final = 0.5  # between any two
SETTLE_NS: Final = 3_000_000_000  # what an exchange may lag behind itself (faults.md, 5)
RESTLESS_NS: Final = 15_000_000_000  # where others trade on and on, what is there then is told
SETTLE_LOOK_S: Final = 1.0
OPENS_S: Final = 0.1  # how often it looks whether an account is open yet
ANSWER_S: Final = 20.0  # of one question
AGAIN_S: Final = (0.5, 1.0, 2.0, 5.0, 10.0)  # waits after each failure
NS_PER_S: Final = 1_000_000_000
SILENT_NS: Final = 60_000_000_000  # then the desk is told
TOLD_AGAIN_NS: Final = 300_000_000_000  # the same news, where nothing came of them
LOOK_BACK_NS: Final = 10_000_000_000  # trades are asked for from so long before the last agreement

_log: Final = logging.getLogger(__name__)


class _Suspect(Record):
    """Units that differ, ours beside them; since when just so, and since when at all."""

    units: Decimal
    ours: Decimal
    same_ns: int
    since_ns: int


class _Standing(Struct):
    """One account: what was seen of it, and since when."""

    suspects: dict[str, _Suspect] = field(default_factory=dict)
    agreed_ns: int = 0  # when books and venue were last seen to agree, since the start
    before_ns: int = 0  # and before it
    answered_ns: int = 0  # when the venue last answered
    failed_ns: int = 0  # since when it does not, by the monotonic clock
    failures: int = 0
    told: VenueViewed | None = None
    told_ns: int = 0
    looked_ns: int = 0  # by the monotonic clock
    is_stirred: bool = False  # it is looked at when its time has come
    wake: asyncio.Event = field(default_factory=asyncio.Event)


class Comparing:
    """Lives in the engine's loop; `desk` is the durable one, `hear` takes a report to the inbox."""

    def __init__(
        self, world: World, desk: Callable[[], Desk], hear: Callable[[Incoming], bool]
    ) -> None:
        self._world, self._desk, self._hear = world, desk, hear
        self._standings = {account: _Standing() for account in world.shared}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._views = FreshViews()

    def begin(self) -> None:
        loop = asyncio.get_running_loop()
        for account, venue in self._world.shared.items():
            venue.on_change(partial(self._stirred, account))
            known = self._desk().checked.get(account, Checked())
            self._standings[account].before_ns = known.agreed_ns
            self._keep(account, loop.create_task(self._attend(account, venue)))

    def _keep(self, account: str, task: asyncio.Task[None]) -> None:
        self._tasks[account] = task
        task.add_done_callback(partial(self._ended, account))

    def _ended(self, account: str, task: asyncio.Task[None]) -> None:
        """A bug in an adapter: the account stays as it was known, and is looked at again."""
        if task.cancelled():
            return
        _log.error("%s can't be compared", account, exc_info=task.exception())
        loop, venue = asyncio.get_running_loop(), self._world.shared[account]
        again = self._again(account, venue)
        self._keep(account, loop.create_task(again))

    async def _again(self, account: str, venue: SharedVenue) -> None:
        await self._world.clock.sleep(AGAIN_S[-1])
        await self._attend(account, venue)

    async def close(self) -> None:
        await end_all(self._tasks.values())
        await self._views.close()

    def soon(self, account: str) -> None:
        """There is a reason to look now: a person asks."""
        standing = self._standings.get(account)
        if standing is not None:
            standing.is_stirred = False
            standing.wake.set()

    def _stirred(self, account: str, _symbol: str) -> None:
        """A stream came back, or tells of what is not ours."""
        standing = self._standings[account]
        if not standing.is_stirred:
            standing.is_stirred = True
            past_s = (self._world.clock.monotonic_ns() - standing.looked_ns) / NS_PER_S
            asyncio.get_running_loop().call_later(max(0.0, STIRRED_S - past_s), self.soon, account)

    def answered(self) -> Mapping[str, int]:
        """When each venue last told all that it has; 0 for never."""
        return {account: each.answered_ns for account, each in self._standings.items()}

    async def against(self, account: str, order: str) -> str:
        """What speaks against the absence of an order: units that came from nowhere else."""
        venue, known = self._world.shared.get(account), self._desk().orders.get(order)
        if venue is None or known is None:
            return ""
        theirs = await self._views.of(account, venue)
        if any(each.client_id == order for each in theirs.orders):
            return "it works there"
        symbol, desk = known.terms.symbol, self._desk()
        there = theirs.units.get(symbol, ZERO)
        strange = EXACT.subtract(there, with_unknown(desk, account).get(symbol, ZERO))
        if not is_position(desk, account, symbol) or strange * known.terms.side.sign <= 0:
            return ""
        strange = EXACT.subtract(strange, await self._taken(account, venue, symbol))
        if strange * known.terms.side.sign <= 0:
            return ""
        return f"nowhere found, but {words(abs(strange))} there came from nowhere else"

    async def _taken(self, account: str, venue: SharedVenue, symbol: str) -> Decimal:
        """Signed units that the exchange took by force: its orders bear names of their own."""
        fills = await venue.strays(symbol, self._since_ns(account))
        booked = {name for ids in self._desk().booked.values() for name in ids}
        forced = (e for e in fills if e.reason in TAKEN and e.trade_id not in booked)
        return exact_sum(each.quantity * Side(each.side).sign for each in forced)

    # ---- one account

    async def _attend(self, account: str, venue: SharedVenue) -> None:
        standing = self._standings[account]
        while True:
            if not _is_open(self._desk(), account):
                await self._world.clock.sleep(OPENS_S)
                continue
            standing.wake.clear()
            wait_s = await self._look(account, venue)
            standing.looked_ns = self._world.clock.monotonic_ns()
            await self._world.clock.sleep(LEAST_S)
            await self._until_woken(standing, max(0.0, wait_s - LEAST_S))

    async def _until_woken(self, standing: _Standing, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        waits = [
            loop.create_task(self._world.clock.sleep(seconds)),
            loop.create_task(standing.wake.wait()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()

    async def _look(self, account: str, venue: SharedVenue) -> float:
        """Once; and in how many seconds again."""
        standing = self._standings[account]
        try:
            async with asyncio.timeout(ANSWER_S):
                report = await self._viewed(account, venue)
        except (VenueTimeoutError, TimeoutError) as error:
            return self._failed(account, str(error) or f"no answer in {ANSWER_S:g} s")
        standing.failures = standing.failed_ns = 0
        standing.answered_ns = self._world.clock.now_ns()
        if is_news(self._desk(), report):
            self._tell(account, report)
        elif _agrees(self._desk(), report):
            standing.agreed_ns = report.at_ns
        return SETTLE_LOOK_S if report.pending else EVERY_S

    async def _viewed(self, account: str, venue: SharedVenue) -> VenueViewed:
        books = books_of(self._desk(), account)
        at_ns = self._world.clock.now_ns()
        coins = {each: units for each, units in books.items()
                 if not is_position(self._desk(), account, each)}  # fmt: skip
        theirs = short_of_coins(await self._views.of(account, venue), coins)
        report = VenueViewed(
            account,
            at_ns,
            theirs.orders,
            tuple(sorted(theirs.units.items())),
            tuple(sorted(theirs.entries.items())),
            theirs.legs,
            tuple(sorted(books.items())),
        )
        found = [each for each in differences(self._desk(), report) if isinstance(each, SetUnknown)]
        report = replace(report, pending=self._pending(account, found, books))
        fills = [
            fill
            for each in found
            if each.symbol not in report.pending and self._is_loss(account, each, books)
            for fill in await venue.strays(each.symbol, self._since_ns(account))
        ]
        return replace(report, fills=tuple(fills))

    def _pending(
        self, account: str, found: list[SetUnknown], books: Mapping[str, Decimal]
    ) -> tuple[str, ...]:
        """Markets whose difference has not stood long enough."""
        now_ns, before = self._world.clock.monotonic_ns(), self._standings[account].suspects
        suspects = {}
        for each in found:
            ours = books.get(each.symbol, ZERO)
            known = before.get(each.symbol) or _Suspect(each.units, ours, now_ns, now_ns)
            is_same = (known.units, known.ours) == (each.units, ours)
            same_ns = known.same_ns if is_same else now_ns
            suspects[each.symbol] = _Suspect(each.units, ours, same_ns, known.since_ns)
        self._standings[account].suspects = suspects
        return tuple(
            symbol
            for symbol, each in sorted(suspects.items())
            if now_ns - each.same_ns < SETTLE_NS and now_ns - each.since_ns < RESTLESS_NS
        )

    def _is_loss(self, account: str, found: SetUnknown, books: Mapping[str, Decimal]) -> bool:
        known = self._desk().checked.get(account, Checked()).unknown_units()
        change = EXACT.subtract(found.units, known.get(found.symbol, ZERO))
        return change * books.get(found.symbol, ZERO) < 0

    def _since_ns(self, account: str) -> int:
        """By what was known before the start where it was not seen to agree since: whatever
        happened meanwhile came behind that."""
        known, standing = self._desk().checked.get(account, Checked()), self._standings[account]
        last_ns = standing.agreed_ns or standing.before_ns or known.at_ns
        return max(0, last_ns - LOOK_BACK_NS)

    # ---- what is told

    def _tell(self, account: str, report: VenueViewed) -> None:
        """The same again only where nothing came of it for long: a look-up may take its time."""
        standing, now_ns = self._standings[account], self._world.clock.monotonic_ns()
        same = replace(report, at_ns=0)  # of the same books: a venue that is empty again is news
        is_known = self._desk().checked.get(account, Checked()).is_known
        if is_known and same == standing.told and now_ns - standing.told_ns < TOLD_AGAIN_NS:
            return
        if self._hear(report):  # a full inbox: it is told after the next look
            standing.told, standing.told_ns = same, now_ns

    def _failed(self, account: str, why: str) -> float:
        standing, now_ns = self._standings[account], self._world.clock.monotonic_ns()
        standing.failed_ns = standing.failed_ns or now_ns
        _log.info("%s can't be compared with its venue: %s", account, why)
        if now_ns - standing.failed_ns >= SILENT_NS:
            report = VenueViewed(
                account, self._world.clock.now_ns(), error=f"its venue does not answer: {why}"
            )
            known = self._desk().checked.get(account, Checked())
            if not known.error:
                self._hear(report)
        wait_s = AGAIN_S[min(standing.failures, len(AGAIN_S) - 1)]
        standing.failures += 1
        return wait_s


def _agrees(desk: Desk, report: VenueViewed) -> bool:
    """To the unit: also what an order on its way keeps from being told is a difference."""
    there, account = dict(report.units), report.account
    ours = with_unknown(desk, account)
    known = (each for each in ours if each in there or is_position(desk, account, each))
    return all(there.get(each, ZERO) == ours.get(each, ZERO) for each in {*there, *known})


def _is_open(desk: Desk, account: str) -> bool:
    """With its markets, without which no position of it can be told from coins."""
    return account in desk.accounts and any(key[0] == account for key in desk.instruments)
