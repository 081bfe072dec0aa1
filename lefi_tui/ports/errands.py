"""What a thread that listens does once another one listens in its stead: it may wait for a disk.

The rule it keeps: work is taken by the thread that found it, and only where that thread has said
that it can; everyone else's has a thread of its own to go to.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final


class Errands(threading.local):
    """Each thread's own."""

    def __init__(self) -> None:
        self._taken: list[Callable[[], None]] | None = None

    def begin(self) -> None:
        """From here on this thread takes some."""
        self._taken = []

    def take(self, work: Callable[[], None]) -> bool:
        """Whether this thread will do it, as soon as it listens no longer."""
        if self._taken is None:
            return False
        self._taken.append(work)
        return True

    def due(self) -> list[Callable[[], None]]:
        """What this thread is to do now."""
        due, self._taken = self._taken or [], []
        return due


ERRANDS: Final = Errands()
