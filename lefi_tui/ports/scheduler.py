"""The scheduler: wakes the engine at a date; when a date is, the core alone computes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

Fire = Callable[[str], None]


class Scheduler(Protocol):
    def start(self, fire: Fire) -> None:
        """Begin; `fire(key)` is called in the running loop, late rather than never."""
        ...

    def set(self, key: str, due_ns: int) -> None:
        """One date for this key; replaces the one before."""
        ...

    def clear(self, key: str) -> None: ...

    def wakeup(self) -> None:
        """The wall clock jumped: look again at what is due."""
        ...

    def shutdown(self) -> None: ...
