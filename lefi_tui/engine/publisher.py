"""What happened, told to whoever listens: screens fold it, programs read it line by line.

A listener that is too slow misses lines and is told how many; it never holds up a turn.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from typing import Final

from lefi_tui.core.desk import Desk
from lefi_tui.core.messages import (
    Event,
    FeedStated,
    MarketInput,
    MarketSeen,
    Message,
    Told,
    Transient,
)
from lefi_tui.core.order import Order
from lefi_tui.core.record import Record
from lefi_tui.engine.sampling import worths
from lefi_tui.engine.turn import Turn
from lefi_tui.views.fold import ScreenState, fold, told, worth

SUBSCRIBER_EVENTS_MAX: Final = 4_096  # lines that wait for one listener
SUBSCRIBERS_MAX: Final = 64

# What is told to a person who is away: message number, event, orders that were not final before it.
Notice = Callable[[int, Message, Mapping[str, Order]], None]


def _nobody(_n: int, _event: Message, _orders: Mapping[str, Order]) -> None:
    """Nobody is away, or nobody wants to know."""


class Published(Record):
    """One event, under the number of the message that led to it. `missed` counts lost lines."""

    n: int
    at_ns: int
    event: Message
    missed: int = 0


class Subscription:
    """One listener, on whatever loop it runs."""

    def __init__(self, publisher: Publisher) -> None:
        self._publisher = publisher
        self._waiting: deque[Published] = deque(maxlen=SUBSCRIBER_EVENTS_MAX)
        self._missed = 0
        self._loop = asyncio.get_running_loop()
        self._some = asyncio.Event()
        self._is_open = True

    def tell(self, published: Published) -> None:
        """From the engine's thread."""
        if len(self._waiting) == SUBSCRIBER_EVENTS_MAX:
            self._missed += 1
        self._waiting.append(published)
        self._wake()

    def _wake(self) -> None:
        with suppress(RuntimeError):  # the listener's loop has ended; nobody waits there
            self._loop.call_soon_threadsafe(self._some.set)

    def end(self) -> None:
        """No more will come."""
        self._is_open = False
        self._wake()

    def close(self) -> None:
        self._publisher.leave(self)
        self.end()

    async def __aiter__(self) -> AsyncIterator[Published]:
        while self._is_open or self._waiting:
            await self._some.wait()
            self._some.clear()
            while self._waiting:
                missed, self._missed = self._missed, 0
                each = self._waiting.popleft()
                yield Published(each.n, each.at_ns, each.event, missed)


class Publisher:
    def __init__(self) -> None:
        self.screen = ScreenState()
        self.notice: Notice = _nobody
        self._listeners: list[Subscription] = []
        self._lock = threading.Lock()

    def subscribe(self) -> Subscription | None:
        """A listener in the running loop; None when there are too many already."""
        with self._lock:
            if len(self._listeners) >= SUBSCRIBERS_MAX:
                return None
            listener = Subscription(self)
            self._listeners.append(listener)
        return listener

    def leave(self, listener: Subscription) -> None:
        with self._lock:
            if listener in self._listeners:
                self._listeners.remove(listener)

    def market(self, message: MarketInput) -> None:
        """Screens show prices also where no bot reads them."""
        self.screen = fold(self.screen, message)
        if isinstance(message, FeedStated):
            self.notice(0, message, {})

    def tell(self, words: Told) -> None:
        """On the screen only."""
        self.screen = told(self.screen, words)

    def look(self, desk: Desk, now_ns: int) -> None:
        """What the accounts are worth now: a line on the screen, in memory only."""
        for account, equity in worths(desk, self.screen.prices, now_ns):
            self.screen = worth(self.screen, account, now_ns, float(equity))

    def turn(self, turn: Turn, at_ns: int) -> None:
        for handled in turn.handled:
            if isinstance(handled.message, MarketInput):
                self.market(handled.message)
            for event in handled.step.events:
                self.event(handled.n, at_ns, event)

    def event(self, n: int, at_ns: int, event: Event | Transient) -> None:
        if isinstance(event, Event):
            self.notice(n, event, self.screen.orders)
            self.screen = fold(self.screen, event)
        if isinstance(event, MarketSeen):
            return
        for listener in tuple(self._listeners):
            listener.tell(Published(n, at_ns, event))

    def close(self) -> None:
        with self._lock:
            listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener.end()
