"""What is drawn stands aside for the moments in which a key leaves: between two lines it waits.

The rule it keeps: a key is waited for some milliseconds at most, and only by who draws. There is
one for the whole process, as there is one processor's worth of Python in it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

LEAVES_S: Final = 0.003  # by then a key's order is with the process that sends it


class Aside:
    def __init__(
        self,
        now_s: Callable[[], float] = time.perf_counter,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._now_s, self._sleep = now_s, sleep
        self._until_s = 0.0

    def key(self) -> None:
        """From any thread: one has come in that is to leave at once."""
        self._until_s = self._now_s() + LEAVES_S

    def give_way(self) -> None:
        """In the thread that draws."""
        left_s = self._until_s - self._now_s()
        if left_s > 0:
            self._sleep(left_s)


ASIDE: Final = Aside()
