"""Where a letter stands for an editor: lines and columns from 0, columns in its own code units.

A line ends at `\\n`, `\\r\\n` or `\\r` and nowhere else, as the protocol has it. A column past a
line's end is that end; one inside a letter (the second half of a 🚀 in UTF-16) is before it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple


class Units(StrEnum):
    """What an editor counts columns in; the names are the protocol's."""

    UTF8 = "utf-8"
    UTF16 = "utf-16"
    UTF32 = "utf-32"


# A half of a pair that stands alone is no text, yet an editor may hold one while it is typed.
_WIDTHS: Final[Mapping[Units, Callable[[str], int]]] = {
    Units.UTF8: lambda letters: len(letters.encode("utf-8", "surrogatepass")),
    Units.UTF16: lambda letters: len(letters.encode("utf-16-le", "surrogatepass")) // 2,
    Units.UTF32: len,
}
_LINE_END: Final = re.compile(r"\r\n|\n|\r")


class Place(NamedTuple):
    line: int
    column: int


class Places:
    """Of one text; counted once, for nobody changes it."""

    def __init__(self, text: str, units: Units = Units.UTF16) -> None:
        self.text = text
        self._width = _WIDTHS[units]
        ends = list(_LINE_END.finditer(text))
        self._starts = [0, *(each.end() for each in ends)]
        self._ends = [*(each.start() for each in ends), len(text)]

    def offset(self, place: Place) -> int:
        """Which letter stands there; a line past the last is the text's end."""
        if place.line >= len(self._starts):
            return len(self.text)
        line = max(0, place.line)
        start, end = self._starts[line], self._ends[line]
        letters = self.text[start:end]
        if letters.isascii():
            return min(start + max(0, place.column), end)
        passed = 0
        for number, letter in enumerate(letters):
            passed += self._width(letter)
            if passed > place.column:
                return start + number
        return end

    def place(self, offset: int) -> Place:
        """Inside a `\\r\\n` is behind it: no column reaches past a line's end."""
        at = min(max(0, offset), len(self.text))
        line = bisect_right(self._starts, at) - 1
        letters = self.text[self._starts[line] : min(at, self._ends[line])]
        return Place(line, self._width(letters))
