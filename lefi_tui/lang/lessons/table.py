"""All lessons, in their order."""

from __future__ import annotations

from typing import Final

from lefi_tui.lang.lessons.first_half import FIRST_HALF
from lefi_tui.lang.lessons.lesson import Lesson
from lefi_tui.lang.lessons.second_half import SECOND_HALF

LESSONS: Final = (*FIRST_HALF, *SECOND_HALF)
_BY_FILE: Final = {each.about: each for each in LESSONS}


def lesson_of(name: str) -> Lesson | None:
    """By the name of its file, without .lefi: what stands in the text is the person's to change."""
    return _BY_FILE.get(name)
