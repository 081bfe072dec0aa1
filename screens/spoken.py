"""What was said at the foot of the desk: for the arrows, and to know it said again at once."""

from __future__ import annotations

import time
from typing import Final

from msgspec import Struct, field

HISTORY_MAX: Final = 100
AGAIN_S: Final = 20.0  # long enough to read the refusal, and no longer


class Spoken(Struct):
    """What was said, oldest first, and the last of it as it was said: where and when."""

    texts: list[str] = field(default_factory=list)
    last: tuple[str, str, float] = ("", "", 0.0)  # account, text, seconds of a steady clock

    def say(self, account: str, text: str) -> bool:
        """Whether it is the same again, at once: meant, though it looked like a slip."""
        now_s = time.monotonic()
        before = self.last
        is_again = before[:2] == (account, text) and now_s - before[2] < AGAIN_S
        self.last = ("", "", 0.0) if is_again else (account, text, now_s)
        self.texts.append(text)
        del self.texts[:-HISTORY_MAX]
        return is_again
