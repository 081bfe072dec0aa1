"""What the lessons' screen may know: which there are, which are done, and where their scripts are.

It reaches files by `Lessons` alone; whatever it calls may take its time, so it calls from a thread.
"""

from __future__ import annotations

from typing import Protocol

from lefi_tui.core.record import Record
from lefi_tui.lang.lessons.lesson import Lesson


class LessonRow(Record):
    lesson: Lesson
    is_done: bool = False
    is_begun: bool = False


class Lessons(Protocol):
    def rows(self) -> tuple[LessonRow, ...]: ...

    def begin(self, lesson: Lesson) -> str:
        """Its script as it was left, or as it begins; the name under which scripts open it."""
        ...

    def again(self, lesson: Lesson) -> str:
        """The same, as it begins; what was written in it stays among its versions."""
        ...
