"""Work that takes its time, in threads beside the screen; what comes of it is told in its turn.

Errands are done one after the other, in the order asked; of newest values only the last counts.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, Generic, TypeVar

from textual.timer import Timer
from textual.widget import Widget

from lefi_tui.errors import LefiError

T = TypeVar("T")
V = TypeVar("V")
R = TypeVar("R")
Complain = Callable[[LefiError], None]


class Errands:
    """What waits for a disk: a save asked after a draft is also done after it."""

    def __init__(self, node: Widget, complain: Complain) -> None:
        self._node = node
        self._complain = complain
        self._waiting: deque[Callable[[], Callable[[], None]]] = deque()
        self._is_busy = False

    def ask(
        self, work: Callable[[], T], then: Callable[[T], None], failed: Complain | None = None
    ) -> None:
        """Do `work` elsewhere; here, `then` with its result, or say what the world refused."""
        self._waiting.append(partial(self._done, work, then, failed or self._complain))
        self._next()

    @staticmethod
    def _done(
        work: Callable[[], T], then: Callable[[T], None], failed: Complain
    ) -> Callable[[], None]:
        try:
            return partial(then, work())
        except LefiError as error:
            return partial(failed, error)

    def _next(self) -> None:
        if self._waiting and not self._is_busy:
            self._is_busy = True
            self._node.run_worker(partial(self._carry, self._waiting.popleft()), thread=True)

    def _carry(self, errand: Callable[[], Callable[[], None]]) -> None:
        self._node.call_later(self._ended, errand())

    def _ended(self, tell: Callable[[], None]) -> None:
        self._is_busy = False
        tell()
        self._next()


class Newest(Generic[V, R]):
    """One at a time, some time after the last offer (none: at once); an answer no longer asked is
    dropped."""

    def __init__(
        self,
        node: Widget,
        work: Callable[[V], R],
        then: Callable[[V, R], None],
        delay_s: float,
    ) -> None:
        self._node = node
        self._work = work
        self._then = then
        self._delay_s = delay_s
        self._offered: tuple[int, V] | None = None
        self._timer: Timer | None = None
        self._is_busy = False
        self._is_due = False

    @property
    def is_settled(self) -> bool:
        """Nothing is offered whose answer is still to come."""
        return self._offered is None

    def offer(self, value: V) -> None:
        number = 0 if self._offered is None else self._offered[0] + 1
        self._offered = (number, value)
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self._delay_s:
            self._timer = self._node.set_timer(self._delay_s, self._due)
        else:
            self._due()

    def _due(self) -> None:
        self._is_due = True
        self._begin()

    def _begin(self) -> None:
        if self._is_busy or not self._is_due or self._offered is None:
            return
        self._is_busy, self._is_due = True, False
        self._node.run_worker(partial(self._carry, *self._offered), thread=True)

    def _carry(self, number: int, value: V) -> None:
        result = self._work(value)
        self._node.call_later(self._ended, (number, value), result)

    def _ended(self, asked: tuple[int, Any], result: R) -> None:
        self._is_busy = False
        if asked == self._offered:
            self._offered = None
            self._then(asked[1], result)
        self._begin()
