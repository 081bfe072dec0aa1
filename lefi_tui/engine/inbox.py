"""The inbox: all that waits for its turn. Kill, cancels and fills go first; no order is lost here.

A quote swallows an older unread one of its market; nothing else does. A full inbox refuses, and
whoever put the message is told: a screen says so, an order is looked up at its venue.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Collection
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any, Final

from msgspec import Struct

from lefi_tui.core.messages import (
    AdoptOrder,
    AdoptUnits,
    AdvanceKill,
    CancelOrder,
    ChangeLimits,
    Command,
    DeclareDead,
    HoldBots,
    Kill,
    ListInstruments,
    ListOffers,
    LookAgain,
    MarketInput,
    OpenAccount,
    PauseBot,
    QuoteChanged,
    Report,
    SetApprovalRules,
    SetCalendar,
    SetKillRules,
    SetLimits,
    SetProtectionRules,
    StopBot,
    TakeOrders,
    TendProtection,
    VenueFilled,
)

# 64 turns of 64; at the 20 messages a turn of a busy demo market, more than a minute of stall.
INBOX_MESSAGES_MAX: Final = 4_096
# Kept free for the first lane, so that a flood of market input can't refuse the kill key.
FIRST_LANE_MAX: Final = 1_024
TURN_MESSAGES_MAX: Final = 64  # some ten milliseconds; what is urgent comes first in the next

Incoming = Command | Report | MarketInput
_OF_KILL: Final = (Kill, AdvanceKill, TakeOrders, CancelOrder)
_OF_DOUBT: Final = (LookAgain, DeclareDead, AdoptOrder, AdoptUnits)
# What a start says before anything else: it would end where one of these was refused.
_OF_SETUP: Final = (
    OpenAccount,
    ListInstruments,
    ListOffers,
    SetLimits,
    ChangeLimits,
    SetCalendar,
    SetKillRules,
    SetProtectionRules,
    SetApprovalRules,
)
_FIRST: Final = (*_OF_KILL, VenueFilled)


class Waiting(Struct):
    """A message, and whoever waits for its turn to be durable."""

    message: Incoming
    answer: Future[Any] | None = None

    def reply(self, receipt: object) -> None:
        if self.answer is not None and not self.answer.done():
            self.answer.set_result(receipt)


def _is_market(waiting: Waiting) -> bool:
    return isinstance(waiting.message, MarketInput)


def sends_no_order(message: Incoming) -> bool:
    """What may be taken while nobody knows yet what the orders of before a start came to: it sends
    none, or only what protects a position."""
    if isinstance(message, StopBot):
        return not message.closes
    known = (PauseBot, HoldBots, TendProtection, *_OF_DOUBT, *_OF_SETUP, *_OF_KILL)
    return isinstance(message, (Report, *known))


class Inbox:
    def __init__(self, *, is_lockstep: bool = False) -> None:
        """In lockstep nothing waits long enough to be overtaken or swallowed."""
        self._is_lockstep = is_lockstep
        self._first: deque[Waiting] = deque()
        self._rest: deque[Waiting] = deque()
        self._unread: dict[tuple[str, str], Waiting] = {}  # newest quote of each market
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = 0
        self._some = asyncio.Event()
        self._more = asyncio.Event()  # than quotes
        self.refused = 0
        self.swallowed = 0

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """Called in the loop that takes; before this, what is put only waits."""
        self._loop = loop
        self._thread = threading.get_ident()
        self._wake()

    def __len__(self) -> int:
        return len(self._first) + len(self._rest)

    def put(self, message: Incoming, answer: Future[Any] | None = None) -> bool:
        """From any thread. False when there is no room: the caller says so, or asks again."""
        with self._lock:
            if not self._take_in(Waiting(message, answer)):
                self.refused += 1
                return False
        self._wake(is_more=not isinstance(message, QuoteChanged))
        return True

    def put_first(self, waiting: Waiting) -> None:
        """It was here before all that waits, and is owed its place; in the loop only."""
        with self._lock:
            self._rest.appendleft(waiting)
        self.nudge()

    def _take_in(self, waiting: Waiting) -> bool:
        message = waiting.message
        if self._is_lockstep:
            return self._take_rest(waiting)
        if isinstance(message, _FIRST):
            if len(self._first) >= FIRST_LANE_MAX:
                return False
            self._first.append(waiting)
            return True
        if isinstance(message, QuoteChanged):
            return self._take_quote(waiting, message)
        return self._take_rest(waiting)

    def _take_quote(self, waiting: Waiting, quote: QuoteChanged) -> bool:
        key = (quote.account, quote.quote.symbol)
        unread = self._unread.get(key)
        if unread is not None:
            unread.message = quote  # keeps its place in the line
            self.swallowed += 1
            return True
        if not self._take_rest(waiting):
            return False
        self._unread[key] = waiting
        return True

    def _take_rest(self, waiting: Waiting) -> bool:
        if len(self._rest) >= INBOX_MESSAGES_MAX:
            return False
        self._rest.append(waiting)
        return True

    def take(self, most: int = TURN_MESSAGES_MAX) -> list[Waiting]:
        """What goes into the next turn, first lane first."""
        with self._lock:
            return self._taken(most)

    def take_market(self) -> list[Waiting] | None:
        """What the market told; None where anything else waits, which is to stay in sight until
        nothing can overtake it."""
        with self._lock:
            is_all = not self._first and all(_is_market(each) for each in self._rest)
            return self._taken(TURN_MESSAGES_MAX) if is_all else None

    def _taken(self, most: int) -> list[Waiting]:
        taken = [self._first.popleft() for _ in range(min(most, len(self._first)))]
        rest = [self._rest.popleft() for _ in range(min(most - len(taken), len(self._rest)))]
        for waiting in rest:
            if isinstance(waiting.message, QuoteChanged):
                message = waiting.message
                self._unread.pop((message.account, message.quote.symbol), None)
        self._more.clear()
        if not self:
            self._some.clear()
        return taken + rest

    def reports(self) -> tuple[Report, ...]:
        """That wait for their turn."""
        with self._lock:
            waiting = (each.message for each in (*self._first, *self._rest))
            return tuple(each for each in waiting if isinstance(each, Report))

    def backlog(self) -> int:
        """Commands and reports that wait for their turn; of the market more is always to come."""
        with self._lock:
            return sum(not _is_market(each) for each in (*self._first, *self._rest))

    def nudge(self) -> None:
        """A turn over whatever there is, be it nothing; in the loop only."""
        self._some.set()
        self._more.set()

    def has_only_quotes(self, markets: Collection[tuple[str, str]]) -> bool:
        """Of these markets, by account and symbol."""
        with self._lock:
            return not self._first and all(
                isinstance(each.message, QuoteChanged)
                and (each.message.account, each.message.quote.symbol) in markets
                for each in self._rest
            )

    async def more(self, seconds: float) -> None:
        """Until something else than a quote came, but not longer."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._more.wait()

    async def wait(self) -> None:
        """Until there is something to take."""
        await self._some.wait()

    def _wake(self, *, is_more: bool = True) -> None:
        loop = self._loop
        if loop is None:
            return
        if threading.get_ident() == self._thread:
            self._set(is_more=is_more)
        else:
            with suppress(RuntimeError):  # the engine has just ended; what waits is refused
                loop.call_soon_threadsafe(partial(self._set, is_more=is_more))

    def _set(self, *, is_more: bool) -> None:
        if self:
            self._some.set()
            if is_more:
                self._more.set()
