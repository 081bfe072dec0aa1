"""The lessons: a line each with what is done, and beside them what the one at the cursor asks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from lefi_tui.core.record import Record
from lefi_tui.lang.lessons.lesson import CODE, COUNT
from lefi_tui.views.lessons import LessonRow
from widgets.board import Listing
from widgets.ink import Ground, Ink
from widgets.lines import Column, Frame, Page, Row, Span, padded, table
from widgets.script_lines import prose_rows, read_from, script_rows

NOTHING: Final = "there are no lessons"
BEGUN: Final = "begun"


class Taught(Record):
    """What the list draws."""

    rows: tuple[LessonRow, ...]


def _ink(row: LessonRow) -> Ink:
    return Ink.DIM if row.is_done else Ink.TEXT


def _name(row: LessonRow) -> Span:
    return f"{row.lesson.number:>2} {row.lesson.title}", _ink(row)


def _state(row: LessonRow) -> Span:
    if row.is_done:
        return "done", Ink.GAIN
    return (BEGUN if row.is_begun else ""), Ink.WARN


COLUMNS: Final[tuple[Column[LessonRow], ...]] = (
    Column("Lessons", 24, _name, grows=True),
    Column("", 6, _state, is_right=True),
)


class LessonList(Listing[Taught]):
    IS_POINTED = True

    def draw(self, view: Taught | None, frame: Frame) -> Page:
        rows = () if view is None else view.rows
        return table("Lessons", COLUMNS, rows, frame, NOTHING)

    def keys(self, view: Taught) -> Sequence[str]:
        return tuple(each.lesson.about for each in view.rows)

    def explain(self, view: Taught, number: int) -> str:
        done = sum(each.is_done for each in view.rows)
        lesson = view.rows[number].lesson
        return f"{done} of {COUNT} done. Enter opens lesson {lesson.number} in the editor."


def page(row: LessonRow, frame: Frame, *, has_solution: bool) -> Page:
    """Its words, its script as it begins, and its solution where a person asked for it."""
    lesson = row.lesson
    head = padded([(f" {lesson.number}. {lesson.title}", Ink.TITLE)], frame, Ground.HEAD)
    rows = [row for each in lesson.paragraphs for row in _paragraph(each, frame)]
    rows += _script("As it begins", lesson.start, frame)
    if has_solution:
        rows += _script("One way that holds", lesson.solution, frame)
    return read_from([head, padded([], frame), *rows], frame)


def _paragraph(words: str, frame: Frame) -> list[Row]:
    is_code = words.startswith(CODE)
    return script_rows(words, frame) if is_code else prose_rows(words, Ink.TEXT, frame)


def _script(title: str, script: str, frame: Frame) -> list[Row]:
    head = padded([(f" {title}", Ink.DIM)], frame)
    return [padded([], frame), head, padded([], frame), *script_rows(script, frame)]
