"""While a game is armed, and for the moments of a kill, nothing of ours stands in a key's way:
threads take turns sooner, and what looks for garbage works between keys only.

The rules it keeps: memory stays bounded, for young garbage is looked for each few seconds in which
no key came, at least each half minute whatever came, and old garbage once enough young was looked
through; disarmed, all is as it was.
"""

from __future__ import annotations

import gc
import sys
from typing import Final

# What draws or decides holds every other thread for at most so long, instead of Python's 5 ms. A
# key's way waits so for its turn some five times; half of it would interrupt the key's own work.
SWITCH_S: Final = 0.00025
YOUNG: Final = 1  # the generation whose look takes some ms at most
OLD_AFTER: Final = 24  # looks at young garbage, some two minutes of them
OLD_LATEST: Final = 48  # where keys never stop
NEAR_S: Final = 2.5  # a key that came so lately may be followed by another
PUT_OFF_MAX: Final = 5  # breaths of 5 s: the sixth, within half a minute, is taken


class Quick:
    def __init__(self) -> None:
        self._switch_s = sys.getswitchinterval()
        self._looks = self._put_off = 0
        self._is_held = False

    def begin(self) -> None:
        self._looks = self._put_off = 0
        self._is_held = True
        self.hurry()

    def hurry(self) -> None:
        """From any thread; until `ease`, or `end`."""
        sys.setswitchinterval(SWITCH_S)
        gc.disable()

    def ease(self) -> None:
        """As before, where nothing is held."""
        if not self._is_held:
            self.end()

    def breathe(self, since_key_s: float) -> None:
        """Called each few seconds."""
        is_near = since_key_s < NEAR_S
        if is_near and self._put_off < PUT_OFF_MAX:
            self._put_off += 1
            return
        self._put_off = 0
        self._looks += 1
        if self._looks < (OLD_LATEST if is_near else OLD_AFTER):
            gc.collect(YOUNG)
        else:
            self._looks = 0
            gc.collect()

    def end(self) -> None:
        self._is_held = False
        sys.setswitchinterval(self._switch_s)
        gc.enable()
