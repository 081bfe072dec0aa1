"""While a game is armed, and for the moments of a kill, nothing of ours stands in a key's way:
threads take turns sooner, and old garbage is looked for between keys only.

The rules it keeps: memory stays bounded, for young garbage is looked for all the time, in pieces of
a millisecond (put off for half a minute it held every thread for 100 to 300), and old garbage
each two minutes in which a moment had no key, at least each ten; disarmed, all is as it was.
"""

from __future__ import annotations

import gc
import sys
from typing import Final

# What draws or decides holds every other thread for at most so long, instead of Python's 5 ms. A
# key's way waits so for its turn some five times; half of it would interrupt the key's own work.
SWITCH_S: Final = 0.00025
OFTEN: Final = (700, 4)  # new objects until young garbage is looked for, looks until a longer one
NEVER: Final = 2**31 - 1
OLD_AFTER: Final = 24  # breaths of 5 s
OLD_LATEST: Final = 120  # where keys never stop
NEAR_S: Final = 2.5  # a key that came so lately may be followed by another


class Quick:
    def __init__(self) -> None:
        self._switch_s, self._looks = sys.getswitchinterval(), gc.get_threshold()
        self._breaths = 0
        self._is_held = False

    def begin(self) -> None:
        self._breaths = 0
        self._is_held = True
        self.hurry()

    def hurry(self) -> None:
        """From any thread; until `ease`, or `end`."""
        sys.setswitchinterval(SWITCH_S)
        gc.set_threshold(*OFTEN, NEVER)

    def ease(self) -> None:
        """As before, where nothing is held."""
        if not self._is_held:
            self.end()

    def breathe(self, since_key_s: float) -> None:
        """Called each few seconds."""
        self._breaths += 1
        if self._breaths >= (OLD_LATEST if since_key_s < NEAR_S else OLD_AFTER):
            self._breaths = 0
            gc.collect()

    def end(self) -> None:
        self._is_held = False
        sys.setswitchinterval(self._switch_s)
        gc.set_threshold(*self._looks)
