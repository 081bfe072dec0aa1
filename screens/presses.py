"""Presses of keys that give commands: numbered, and what a held key repeats is left out.

The rule it keeps: one press is one command; what was left out is counted, and shown.
"""

from __future__ import annotations

from typing import Final

from textual.keys import _character_to_key

TWICE_S: Final = 0.15  # no hand means to press one key twice within it
# A key that is held repeats itself first after 250 to 660 ms, by the terminal's settings.
HELD_S: Final = 0.7
PER_S: Final = 1_000_000


class Presses:
    """Moments are of the machine's monotonic clock: of two screens the numbers differ too."""

    def __init__(self) -> None:
        self.ignored = 0
        self._number = 0
        self._last = ""
        self._seen_s: dict[str, float] = {}

    def number(self, key: str, at_s: float) -> int:
        """Of this press; 0 where the key repeats itself, for as long as it is held."""
        before_s = self._seen_s.get(key)
        near_s = HELD_S if key == self._last else TWICE_S  # another key between: it was let go
        self._seen_s[key], self._last = at_s, key
        if before_s is not None and at_s - before_s < near_s:
            self.ignored += 1
            return 0
        self._number = max(self._number + 1, int(at_s * PER_S))
        return self._number


def named(key: str) -> str:
    """As events name it: of what a script or a binding says, single characters have names."""
    return key if len(key) != 1 else _character_to_key(key)
