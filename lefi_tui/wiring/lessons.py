"""Lessons as files: each is an own script of the person; which are done stands beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lefi_tui.adapters.script_files import read, remove, write
from lefi_tui.adapters.script_versions import ScriptVersions
from lefi_tui.lang.lessons.lesson import Lesson
from lefi_tui.lang.lessons.table import LESSONS
from lefi_tui.views.lessons import LessonRow

DONE: Final = ".lessons"  # numbers, a line each
SUFFIX: Final = ".lefi"


class LessonFolder:
    """Implements views.lessons.Lessons, over the folder of own scripts."""

    def __init__(self, own: Path) -> None:
        self._own = own

    def rows(self) -> tuple[LessonRow, ...]:
        done = _done(self._own)
        return tuple(
            LessonRow(each, each.number in done, self._path(each).exists()) for each in LESSONS
        )

    def begin(self, lesson: Lesson) -> str:
        path = self._path(lesson)
        if not path.exists():
            write(path, lesson.text)
        return lesson.about

    def again(self, lesson: Lesson) -> str:
        path = self._path(lesson)
        if path.exists():
            ScriptVersions(path).keep(read(path).text, "before it began again")
        write(path, lesson.text)
        remove(self._own / f".{lesson.about}.draft")
        return lesson.about

    def _path(self, lesson: Lesson) -> Path:
        return self._own / f"{lesson.about}{SUFFIX}"


def note_passed(own: Path, number: int) -> None:
    """All tests of a lesson's script held: it is done, whatever its script becomes."""
    done = _done(own)
    if number not in done:
        write(own / DONE, "".join(f"{each}\n" for each in sorted({*done, number})))


def _done(own: Path) -> frozenset[int]:
    path = own / DONE
    words = read(path).text.split() if path.exists() else []
    return frozenset(int(each) for each in words if each.isdecimal())
