"""Cancels: each is asked for until its order has an end, and never for one that has had it.

The rules it keeps: a cancel needs neither the inbox nor the journal; one that came to its venue
before its order, or was lost, is asked again, at first at once and then with patience: a venue that
takes no cancels now is not asked many times a second.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Final, Protocol

from msgspec import Struct, field

from lefi_tui.core.messages import CancelOrders, Report, VenueSilent
from lefi_tui.engine.looking_up import LOOK_UP_FIRST_S, in_time
from lefi_tui.engine.world import World
from lefi_tui.ports.venue import VenueTimeoutError

AGAIN_MOST_S: Final = 4.0
OVER_MAX: Final = 1_024  # orders whose end is remembered, so that none is canceled again


class Begin(Protocol):
    """Makes a task of the engine: for an account, of these orders."""

    def __call__(
        self, work: Coroutine[Any, Any, None], account: str = "", orders: tuple[str, ...] = ()
    ) -> asyncio.Task[None]: ...


class Ways(Struct):
    """Where its reports go, and its questions."""

    begin: Begin
    tell: Callable[[Iterable[Report]], set[str]]
    silent: Callable[[str, object], VenueSilent]
    look_up: Callable[[str, str], None]


class Cancels(Struct):
    """`sending`: orders whose submit has no answer yet."""

    world: World
    ways: Ways
    sending: set[str]
    _asked: set[str] = field(default_factory=set)  # and not known to be final
    _under_way: set[str] = field(default_factory=set)  # no answer yet
    _over: dict[str, None] = field(default_factory=dict)  # with a final word, the newest ones
    _rounds: dict[str, int] = field(default_factory=dict)  # how often it was repeated
    _waiting: set[str] = field(default_factory=set)  # for its next round

    def carry_out(self, effect: CancelOrders) -> None:
        if effect.is_risen:
            for order in effect.orders:
                self._over.pop(order, None)
        if effect.is_again:
            for order in effect.orders:
                self._again(effect.account, order)
            return
        for order in effect.orders:
            self._rounds.pop(order, None)
        self.ask(effect.account, effect.orders)

    def ask(self, account: str, orders: tuple[str, ...]) -> None:
        orders = tuple(each for each in orders if each not in self._over)
        self._asked.update(orders)
        fresh = tuple(each for each in orders if each not in self._under_way)
        if fresh:
            self._under_way.update(fresh)
            task = self.ways.begin(self._cancel(account, fresh), account, fresh)
            task.add_done_callback(lambda _task: self._under_way.difference_update(fresh))

    def ended(self, order: str) -> None:
        self._asked.discard(order)
        self._rounds.pop(order, None)
        self._over[order] = None
        if len(self._over) > OVER_MAX:
            del self._over[next(iter(self._over))]

    def submitted(self, account: str, orders: Iterable[str]) -> None:
        """A cancel that went out before its venue knew the order goes again."""
        overtaken = tuple(each for each in orders if each in self._asked)
        if overtaken:
            self.ask(account, overtaken)

    def lost(self, account: str, order: str) -> None:
        """It still works: the first cancel was lost."""
        if order in self._asked and order not in self.sending:
            self._again(account, order)

    def _again(self, account: str, order: str, least_s: float = 0.0) -> None:
        if any(order in each for each in (self._over, self._under_way, self._waiting)):
            return
        rounds = self._rounds.get(order, 0)
        self._rounds[order] = rounds + 1
        wait_s = min(LOOK_UP_FIRST_S * 2 ** (rounds - 1), AGAIN_MOST_S) if rounds else 0.0
        if max(wait_s, least_s) <= 0:
            self.ask(account, (order,))
            return
        self._waiting.add(order)
        work = self._later(account, order, max(wait_s, least_s))
        task = self.ways.begin(work, account, (order,))
        task.add_done_callback(lambda _task: self._waiting.discard(order))

    async def _cancel(self, account: str, orders: tuple[str, ...]) -> None:
        venue = self.world.venues.get(account)
        if venue is None:
            return
        try:
            reports = await in_time(venue.cancel(orders))
        except VenueTimeoutError as error:
            self.ways.tell(self.ways.silent(each, error) for each in orders)
            return
        told = self.ways.tell(reports)
        silent = {each.order for each in reports if isinstance(each, VenueSilent)}
        for order in orders:
            if order in self.sending or order in silent:
                continue  # behind its answer, and by its look-up, it is canceled again
            if order not in told:  # final already, or not known there yet: a look-up tells which
                self.ways.look_up(account, order)
            elif order in self._asked:
                self._under_way.discard(order)  # it works on: the cancel came there before it
                self._again(account, order, LOOK_UP_FIRST_S)

    async def _later(self, account: str, order: str, wait_s: float) -> None:
        await self.world.clock.sleep(wait_s)
        if order not in self._over and order not in self.sending:
            self.ask(account, (order,))
