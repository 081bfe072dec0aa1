"""A terminal that is not read stops nothing: what is written waits here, never in the event loop.

Textual's own writer blocks the whole loop after thirty unread writes (a laptop lid shut, a full
SSH window), and with it everything else in that loop. It writes to this file instead, which takes
all at once; how much waits is `backlog`, and the painter skips frames while it is large.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from typing import Final

# Two full screens of text; more than this waiting means nobody is reading.
BACKLOG_MAX: Final = 32_000
# What a stalled terminal may have waiting at most; beyond it the oldest is of no use to anyone.
HELD_MAX: Final = 8_000_000


def _nobody() -> None:
    """Nobody wants to know that the terminal is gone."""


class PatientFile:
    """Written by any thread at once, carried to the terminal by one thread of its own."""

    def __init__(self, descriptor: int, lost: Callable[[], None] = _nobody) -> None:
        self._descriptor = descriptor
        self._lost = lost
        self._waiting: deque[bytes] = deque()
        self._changed = threading.Condition()
        self._is_closed = False
        self.is_lost = False  # the terminal is gone; what is written is dropped
        self.backlog = 0  # bytes not yet carried
        self._carrier = threading.Thread(target=self._carry, name="lefi-terminal", daemon=True)
        self._carrier.start()

    def write(self, text: str) -> int:
        data = text.encode("utf-8", "replace")
        with self._changed:
            if not (self.is_lost or self._is_closed or self.backlog > HELD_MAX):
                self._waiting.append(data)
                self.backlog += len(data)
                self._changed.notify_all()
        return len(text)

    def flush(self) -> None:
        """Carried as fast as the terminal reads; there is nothing to wait for."""

    def fileno(self) -> int:
        return self._descriptor

    def isatty(self) -> bool:
        return True

    @property
    def is_behind(self) -> bool:
        return self.backlog > BACKLOG_MAX

    def drain(self, seconds: float) -> bool:
        """Wait until all is carried, but no longer than this; whether it is."""
        with self._changed:
            return self._changed.wait_for(lambda: not self.backlog, seconds)

    def close(self, seconds: float) -> None:
        """Carry what waits, then end; after the deadline the rest is dropped."""
        self.drain(seconds)
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def _carry(self) -> None:
        while (data := self._next()) is not None:
            is_carried = self._put(data)
            with self._changed:
                self.backlog -= len(data)
                if not is_carried:
                    self.is_lost = True
                    self._waiting.clear()
                    self.backlog = 0
                self._changed.notify_all()
            if not is_carried:
                self._lost()

    def _next(self) -> bytes | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            return self._waiting.popleft() if self._waiting else None

    def _put(self, data: bytes) -> bool:
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except OSError:  # the terminal is gone: EIO, EBADF, EPIPE
                return False
        return True
