"""How many questions of the last ten minutes a venue answered, and how many it did not."""

from __future__ import annotations

from collections import deque
from typing import Final

from lefi_tui.ports.conditions import Calls

WINDOW_S: Final = 600.0
CALLS_MAX: Final = 10_000  # of ten minutes; past it the oldest are forgotten


class CallTally:
    def __init__(self) -> None:
        self._calls: deque[tuple[float, bool]] = deque(maxlen=CALLS_MAX)

    def count(self, at_s: float, *, failed: bool) -> None:
        self._calls.append((at_s, failed))

    def seen(self, now_s: float) -> Calls:
        while self._calls and now_s - self._calls[0][0] > WINDOW_S:
            self._calls.popleft()
        return Calls(len(self._calls), sum(failed for _, failed in self._calls))
