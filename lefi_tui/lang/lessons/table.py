"""All lessons, in their order."""

from __future__ import annotations

from typing import Final

from lefi_tui.lang.lessons.first_half import FIRST_HALF
from lefi_tui.lang.lessons.lesson import Lesson, number_of
from lefi_tui.lang.lessons.second_half import SECOND_HALF

LESSONS: Final = (*FIRST_HALF, *SECOND_HALF)


def lesson_of(text: str) -> Lesson | None:
    """The lesson that a script is of, by its first line."""
    number = number_of(text)
    return LESSONS[number - 1] if 0 < number <= len(LESSONS) else None
