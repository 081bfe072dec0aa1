"""Words to a person who is not looking: who takes them in, who carries them, where they are kept.

Trading never waits for any of them: taking a notice in is all that a turn does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Protocol

from msgspec import field

from lefi_tui.core.notices import Delivery, Notice
from lefi_tui.core.record import Record

Say = Callable[[str, str, str], None]  # a word on the screen: what, why, next


class NotSentError(Exception):
    """The channel did not confirm it. `is_unknown`: it may have arrived all the same."""

    def __init__(self, why: str, *, is_unknown: bool = False) -> None:
        super().__init__(why)
        self.is_unknown = is_unknown


class Story(Protocol):
    """The journal, as far as it is told to people; read in threads, raises JournalError."""

    def head(self) -> int:
        """Its newest message."""
        ...

    def since(self, n: int) -> tuple[Notice, ...]:
        """From message `n` on, oldest first."""
        ...


class Sender(Protocol):
    """Knows the addresses; nobody else does. Each call ends in time, with an answer or without."""

    async def send(self, delivery: Delivery) -> None:
        """Returns when the channel has confirmed it; raises NotSentError."""
        ...

    async def beat(self) -> None:
        """A sign of life to the outside watcher; raises NotSentError."""
        ...

    async def close(self) -> None: ...


class Kept(Record):
    """What the outbox holds on the disk at a start."""

    open: tuple[Delivery, ...] = ()  # not final
    keys: Collection[str] = field(default_factory=frozenset)  # of the newest notices
    last_id: int = 0
    tried: tuple[tuple[str, int], ...] = ()  # channel and time of the newest attempts, oldest first
    mark: int | None = None  # the newest message whose notices were taken in


class OutboxStore(Protocol):
    """Called in threads, one call at a time; each raises JournalError, and then kept nothing."""

    def channels(self) -> tuple[str, ...]:
        """The names that have an address, in order; empty where the outbox was never set up."""
        ...

    def load(self) -> Kept: ...

    def keep(self, changed: Collection[Delivery], mark: int | None) -> None:
        """Durable when it returns."""
        ...

    def newest(self, limit: int) -> tuple[Delivery, ...]:
        """Newest first."""
        ...

    def close(self) -> None: ...


class Notifier(Protocol):
    @property
    def dropped(self) -> int:
        """Notices that found no room before they could be taken in."""
        ...

    def hand_over(self, notice: Notice) -> None:
        """Never waits: it is taken in later, in the order told."""
        ...

    async def run(self, story: Story, is_well: Callable[[], bool], say: Say) -> None:
        """Until cancelled."""
        ...

    async def answer(self, query: Any, now_ns: int) -> Any:
        """A NoticesQuery or a NoticeErrand."""
        ...

    async def close(self) -> None: ...
