"""What is due when, in virtual time, of a desk and an exchange that take turns."""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush


class Agenda:
    """What is due when, in virtual time."""

    def __init__(self) -> None:
        self.now_ms = 1_700_000_000_000
        self._due: list[tuple[int, int, Callable[[], object]]] = []
        self._count = 0

    def after(self, ms: int, do: Callable[[], object]) -> None:
        self._count += 1
        heappush(self._due, (self.now_ms + ms, self._count, do))

    def next(self) -> bool:
        """Whether there was anything to do."""
        if not self._due:
            return False
        at_ms, _, do = heappop(self._due)
        self.now_ms = max(self.now_ms, at_ms)
        do()
        return True

    def forget(self) -> None:
        self._due.clear()
