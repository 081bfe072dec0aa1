"""Carries out what the desk decided: orders to venues, timers, history, words to people.

Each call to a venue is a task of its own, begun in the order decided, so that a venue that hangs
holds up neither the loop nor a cancel. No answer is a report too: the order is then looked up,
again and again, and never sent a second time.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from lefi_tui.core.bot import Bar
from lefi_tui.core.desk.orders import is_flatten
from lefi_tui.core.messages import (
    CancelOrders,
    Effect,
    HistoryLoaded,
    LetGo,
    LoadHistory,
    LookUpOrder,
    MoveMoney,
    Report,
    SetAlarm,
    SetTimers,
    SubmitOrders,
    TakeOver,
    VenueCanceled,
    VenueFilled,
    VenueNeverSaw,
    VenueRead,
    VenueRejected,
    VenueSilent,
    ViewVenue,
    Watch,
)
from lefi_tui.core.order import Order
from lefi_tui.engine.canceling import Cancels, Ways
from lefi_tui.engine.ending import end_all
from lefi_tui.engine.freeze import Freeze
from lefi_tui.engine.inbox import Incoming
from lefi_tui.engine.launching import Launching
from lefi_tui.engine.looking_up import LOOK_UP_FIRST_S, Ends, LookUps, in_time
from lefi_tui.engine.moving import Moving
from lefi_tui.engine.timers import Spec, Timers
from lefi_tui.engine.world import World
from lefi_tui.ports.journal import Durable
from lefi_tui.ports.venue import ReadyToCancel, VenueTimeoutError

if TYPE_CHECKING:
    from lefi_tui.engine.shot import Shot

NS_PER_MS: Final = 1_000_000

Hear = Callable[[Incoming], bool]
_log: Final = logging.getLogger(__name__)


class Effects:
    def __init__(self, world: World, hear: Hear, freeze: Freeze | None = None) -> None:
        self._world = world
        self._hear = hear
        self._freeze = freeze or Freeze()
        self.undone: Callable[[Effect, str], None] = lambda _effect, _why: None
        self.overheard: Callable[[Report], None] = lambda _report: None  # before the inbox has it
        self._left: set[str] = set()  # orders of the kill that left without a commit
        self._tasks: set[asyncio.Task[None]] = set()
        self._sending: set[str] = set()  # orders whose submit has no answer yet
        self.view: Callable[[str], None] = lambda _account: None  # an account is compared now
        self._unheard: set[str] = set()  # orders of reports that found the inbox full
        self.timers = Timers()
        ways = Ways(self._begin, self._tell, self._silent, self.look_up)
        self._cancels = Cancels(world, ways, self._sending)
        ends = Ends(self._tell, self._doubt, self._cancels.lost)
        self.look_ups = LookUps(world, self._begin, ends, self._freeze.is_unsent)
        self.moving = Moving(world, self.hear_report)
        self.launching = Launching(world.venues, self._freeze)

    # ---- the door

    def cancel_ready(self) -> None:
        """From any thread, for a kill: what stands ready at a venue leaves."""
        for venue in tuple(self._world.venues.values()):
            if isinstance(venue, ReadyToCancel):
                venue.cancel_ready()

    def prepare(self, effects: Iterable[Effect], shot: Shot | None = None) -> Durable:
        """What sends their orders, from the journal's thread, the moment that they are durable. A
        close must not overtake the cancels of its own turn: those set free what it sells."""
        if shot is not None:
            return self.launching.given(shot.ready)
        told = list(effects)
        self._freeze.decided(_ids_of(told))
        canceling = {each.account for each in told if isinstance(each, CancelOrders)}
        sends = [each for each in told if isinstance(each, SubmitOrders)]
        return self.launching.prepare(
            each
            for each in sends
            if each.account not in canceling
            and not self._left.intersection(o.id for o in each.orders)
        )

    def carry_out(self, effect: Effect) -> None:
        match effect:
            case SubmitOrders():
                self._send(effect.account, effect.orders)
            case CancelOrders():
                self._cancels.carry_out(effect)
            case LookUpOrder() | ViewVenue() | TakeOver() | LetGo() | MoveMoney():
                self._inquire(effect)
            case SetTimers():
                self._set_timers(effect)
            case SetAlarm():
                self.timers.set_alarm(effect.bot, effect.at_ns)
                self.wind(effect.bot)
            case LoadHistory():
                self._begin(self._load(effect), effect=effect)
            case Watch():
                self._watch(effect)
            case _:
                raise AssertionError(f"no effect of the engine: {effect!r}")

    def hear_report(self, report: Report) -> None:
        """Where venues tell. One that finds no room is looked up later: nothing is lost."""
        order = getattr(report, "order", "")
        if _is_final(report):
            self._cancels.ended(order)
        self.overheard(report)
        if self._hear(report):
            return
        if order:
            self._unheard.add(order)
        else:
            self._begin(self._insist(report))

    def look_up_unheard(self, orders: Mapping[str, Order]) -> None:
        """Reports that found no room: their orders are asked for again, now that there is some."""
        unheard, self._unheard = self._unheard, set()
        for order in filter(None, map(orders.get, unheard)):
            self.look_up(order.account, order.id)

    async def settle(self) -> None:
        """Until every call has its answer: in virtual time only."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        await self.moving.close()
        await end_all(self._tasks)
        for venue in self._world.venues.values():
            await venue.close()

    # ---- tasks

    def _begin(
        self,
        work: Coroutine[Any, Any, None],
        account: str = "",
        orders: tuple[str, ...] = (),
        effect: Effect | None = None,
    ) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(partial(self._ended, account=account, orders=orders))
        if effect is not None:
            task.add_done_callback(partial(self._failed_for_good, effect=effect))
        return task

    def _failed_for_good(self, task: asyncio.Task[None], effect: Effect) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self.undone(effect, f"{type(error).__name__}: {error}")

    def _ended(self, task: asyncio.Task[None], account: str, orders: tuple[str, ...]) -> None:
        """A bug in an adapter leaves its orders unconfirmed, never forgotten."""
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is None:
            return
        _log.error("an effect failed (account %s)", account, exc_info=error)
        for order in orders:
            self._sending.discard(order)
            self.hear_report(self._silent(order, f"{type(error).__name__}: {error}"))

    def _now(self) -> int:
        return self._world.clock.now_ns()

    def _silent(self, order: str, why: object) -> VenueSilent:
        return VenueSilent(order, self._now(), str(why) or "no answer in time")

    def _tell(self, reports: Iterable[Report]) -> set[str]:
        """The orders that these reports are about."""
        told = set()
        for report in reports:
            self.hear_report(report)
            told.add(getattr(report, "order", ""))
        return told

    # ---- orders

    def leave(self, account: str, orders: tuple[Order, ...]) -> None:
        """Orders of the kill, noted in the emergency log: they are never sent again."""
        self._send(account, orders)

    def take_back(self, orders: tuple[Order, ...]) -> bool:
        """Whether it is certain that none of them has left, and none will."""
        ids = {order.id for order in orders}
        if self.launching.has_left(orders) or ids & self._left:
            return False
        self._freeze.never(ids)
        return True

    def not_sent(self, effects: Iterable[Effect], left: frozenset[str]) -> None:
        """They were decided, and their commit was told as failed: so they end. But not `left`."""
        self._never_sent(_ids_of(effects) - left)

    def _never_sent(self, orders: Iterable[str]) -> None:
        ids = tuple(orders)
        self._freeze.never(ids)
        self._tell(VenueNeverSaw(each, self._now()) for each in ids)

    def _send(self, account: str, orders: tuple[Order, ...]) -> None:
        fresh = tuple(order for order in orders if order.id not in self._left)
        for order in orders:
            if order.id in self._left:
                self.look_up(account, order.id)
        ids = tuple(order.id for order in fresh)
        self._sending.update(ids)
        self._left.update(order.id for order in fresh if is_flatten(order))
        if fresh:
            self._begin(self._submit(account, fresh), account, ids)

    def _withhold(self, orders: tuple[Order, ...]) -> tuple[Order, ...]:
        """What may still leave. Of the rest it is certain that no venue will ever see it."""
        frozen = tuple(order for order in orders if not self._freeze.may_leave(order))
        self._never_sent(order.id for order in frozen)
        self._left.difference_update(order.id for order in frozen)
        self._sending.difference_update(order.id for order in frozen)
        return tuple(order for order in orders if order not in frozen)

    async def _submit(self, account: str, orders: tuple[Order, ...]) -> None:
        ids = tuple(order.id for order in orders)
        venue = self._world.venues.get(account)
        if venue is None:
            text = f"account {account} has no venue in this run; open it in the settings"
            self._tell(VenueRejected(each, self._now(), "NO_VENUE", text) for each in ids)
            self._sending.difference_update(ids)
            return
        if not self.launching.has_left(orders):
            orders = self._withhold(orders)
            ids = tuple(order.id for order in orders)
        if not orders:
            return
        try:
            told = self._tell(await in_time(venue.submit(orders)))
        except VenueTimeoutError as error:
            self._tell(self._silent(each, error) for each in ids)
        else:
            # An answer that leaves one out says nothing about it.
            left_out = [each for each in ids if each not in told]
            self._tell(self._silent(each, "the answer does not name it") for each in left_out)
        self._sending.difference_update(ids)
        self._cancels.submitted(account, ids)

    def cancel(self, account: str, orders: tuple[str, ...]) -> None:
        """Also the reserved path: needs neither the inbox nor the journal."""
        self._cancels.ask(account, orders)

    def look_up(self, account: str, order: str) -> None:
        self.look_ups.look_up(account, order)

    def _doubt(self, order: str, why: str) -> None:
        self.hear_report(self._silent(order, why))

    def _inquire(self, effect: LookUpOrder | ViewVenue | TakeOver | LetGo | MoveMoney) -> None:
        match effect:
            case LookUpOrder():
                if effect.is_now:
                    self.look_ups.leave_off(effect.order)
                self.look_up(effect.account, effect.order)
            case ViewVenue():
                self.view(effect.account)
            case MoveMoney():
                self.moving.carry_out(effect)
            case TakeOver() | LetGo():
                self._hand_over(effect)

    def _hand_over(self, effect: TakeOver | LetGo) -> None:
        venue = self._world.shared.get(effect.account)
        if isinstance(effect, LetGo):
            self.look_ups.leave_off(effect.order)
            self.look_ups.evidence.forget(effect.order)
            self.look_ups.ends.answered(effect.order)
        if venue is None:
            return
        if isinstance(effect, TakeOver):
            venue.take_over(effect.order)
        else:
            venue.let_go(effect.order)

    async def read(self, account: str) -> VenueRead:
        """What the venue shows now, as proof; the same time limit as every call."""
        at_ns = self._now()
        venue = self._world.venues.get(account)
        if venue is None:
            return VenueRead(account, at_ns, error="it has no venue in this run")
        try:
            working = await in_time(venue.working())
            held = await in_time(venue.holdings())
        except VenueTimeoutError as error:
            return VenueRead(account, at_ns, error=str(error))
        return VenueRead(account, at_ns, tuple(working), tuple(sorted(held.items())))

    # ---- timers, history, market, words

    def _set_timers(self, effect: SetTimers) -> None:
        self.timers.set(effect.bot, effect.timers, self._now())
        self.wind(effect.bot)

    def wake(self, bot: str, timers: tuple[Spec, ...], since: Mapping[int, int]) -> None:
        """After a start: what was missed meanwhile is due at once."""
        self.timers.set(bot, timers, self._now(), since)
        self.wind(bot)

    def wind(self, bot: str) -> None:
        """Tell the scheduler the bot's next date."""
        scheduler = self._world.scheduler
        due_ns = self.timers.next_of(bot)
        if scheduler is None:
            return
        if due_ns is None:
            scheduler.clear(bot)
        else:
            scheduler.set(bot, due_ns)

    def fire(self, bot: str) -> None:
        """The scheduler's word that this bot may have something due."""
        report = self.timers.take_due(bot, self._now())
        if report is not None and not self._hear(report):
            self._begin(self._insist(report))
        self.wind(bot)

    async def _insist(self, message: Incoming) -> None:
        """Nobody would tell it again: it waits for room."""
        while not self._hear(message):
            await self._world.clock.sleep(LOOK_UP_FIRST_S)

    async def _load(self, effect: LoadHistory) -> None:
        history = self._world.histories.get(effect.account)
        now_ns = self._now()
        bars: list[Bar] = []
        if history is not None:
            for symbol, timeframe_ms in effect.bars:
                bars += await history.bars(symbol, timeframe_ms, effect.count, now_ns // NS_PER_MS)
        await self._insist(HistoryLoaded(effect.bot, tuple(bars), now_ns, effect.of))

    def _watch(self, effect: Watch) -> None:
        feed = self._world.feeds.get(effect.account)
        if feed is not None:
            self._begin(feed.watch(effect), effect=effect)


def _ids_of(effects: Iterable[Effect]) -> set[str]:
    sends = (each for each in effects if isinstance(each, SubmitOrders))
    return {order.id for each in sends for order in each.orders}


def _is_final(report: Report) -> bool:
    if isinstance(report, VenueFilled):
        return report.is_last
    return isinstance(report, (VenueCanceled, VenueRejected, VenueNeverSaw))
