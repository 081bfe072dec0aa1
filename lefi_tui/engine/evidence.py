"""What each look-up of an order without an answer said, and when: for a person who has to judge.

The rule it keeps: nothing hangs on it. It is lost with the engine, and gathered again by asking.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec.structs import replace

from lefi_tui.views.doubts_view import Word

LINES_MAX: Final = 6  # of one order: the same again is counted
ORDERS_MAX: Final = 256


class Evidence:
    def __init__(self) -> None:
        self._words: dict[str, tuple[Word, ...]] = {}

    def note(self, order: str, text: str, at_ns: int) -> None:
        words = self._words.pop(order, ())
        if words and words[-1].text == text:
            words = (*words[:-1], replace(words[-1], at_ns=at_ns, times=words[-1].times + 1))
        else:
            words = (*words, Word(text, at_ns))[-LINES_MAX:]
        self._words[order] = words
        if len(self._words) > ORDERS_MAX:
            del self._words[next(iter(self._words))]

    def forget(self, order: str) -> None:
        """It has its answer."""
        self._words.pop(order, None)

    def all(self) -> Mapping[str, tuple[Word, ...]]:
        return dict(self._words)
