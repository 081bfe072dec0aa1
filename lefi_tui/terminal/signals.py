"""SIGTERM, SIGINT and a lost line, heard from the first moment of the process to its last.

An event loop's own handlers end with the loop, and then the next SIGHUP kills: a line that is cut
sends several. So they are heard here, kept, and told to whoever is in charge at the time.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import Final

LOST: Final = signal.SIGHUP  # the screen's end
ENDS: Final = frozenset({signal.SIGTERM, signal.SIGINT})  # the end of screen and engine
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

Listener = Callable[[signal.Signals], None]


def _nobody(_cause: signal.Signals) -> None:
    """It stays in `came`."""


class Signals:
    def __init__(self) -> None:
        self.came: set[signal.Signals] = set()
        self._listener: Listener = _nobody

    def install(self) -> None:
        """In the main thread, before any other runs."""
        for each in SIGNALS:
            signal.signal(each, self._heard)

    def listen(self, listener: Listener) -> None:
        """From here on this one is told, and at once of what came before."""
        self._listener = listener
        for each in [each for each in SIGNALS if each in self.came]:
            listener(each)

    def leave(self) -> None:
        """Nobody is in charge for a while."""
        self._listener = _nobody

    def _heard(self, number: int, _frame: FrameType | None) -> None:
        cause = signal.Signals(number)
        self.came.add(cause)
        self._listener(cause)
