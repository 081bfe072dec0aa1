"""A lesson: a script that a person mends. Its words stand above it, as comments.

The rule it keeps: what a lesson asks for is proven by tests that run below the person's own, by
messages that must be gone, and by what their own tests expect; nobody compares texts.
"""

from __future__ import annotations

from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.lang.entry import wrapped

COUNT: Final = 10
WIDTH: Final = 68  # of its words: a terminal of 80 columns shows them beside the line's number
CODE: Final = "    "  # before a line of its words that is to be written
NEXT: Final = "{} has the next one."
LAST: Final = "That was the last one: {} has whole scripts to read."


class Lesson(Record):
    number: int
    title: str
    words: str  # paragraphs, each a line; those to be written begin with CODE
    start: str
    proof: str  # tests, each of which must pass
    solution: str
    silenced: tuple[str, ...] = ()  # codes of messages that must be gone
    expects: tuple[str, ...] = ()  # what tests of the person's own must say

    @property
    def about(self) -> str:
        """The name of its script."""
        return f"lesson_{self.number:02}"

    @property
    def text(self) -> str:
        return f"{self._head}{self.start}"

    @property
    def solved(self) -> str:
        return f"{self._head}{self.solution}"

    @property
    def _head(self) -> str:
        title = f"Lesson {self.number} of {COUNT}: {self.title}"
        lines = [line for each in self.paragraphs for line in _lines(each)]
        return "".join(f"// {line}\n" for line in (title, *lines)) + "\n"

    @property
    def paragraphs(self) -> list[str]:
        return self.words.split("\n")


def _lines(paragraph: str) -> list[str]:
    return [paragraph] if paragraph.startswith(CODE) else wrapped(paragraph, WIDTH)
