"""Lessons: ten scripts with something missing; each opens in the editor, where saving checks it."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from textual.binding import BindingType

from lefi_tui.errors import LefiError
from lefi_tui.lang.lessons.table import LESSONS as ALL
from lefi_tui.views.lessons import LessonRow, Lessons
from screens.beside import Errands
from screens.choice import ChoiceScreen, told
from screens.keys import LESSONS, bindings, of_groups
from screens.two_panes import TwoPanes
from widgets.ink import Palette
from widgets.lessons import LessonList, Taught, page
from widgets.lines import Frame, Page


class LessonsScreen(TwoPanes[LessonList]):
    GROUPS = (LESSONS,)
    BINDINGS: ClassVar[list[BindingType]] = [*bindings(*of_groups(LESSONS))]

    def __init__(self, lessons: Lessons, palette: Palette) -> None:
        super().__init__(LessonList, palette)
        self._lessons = lessons
        self._view = Taught(tuple(LessonRow(each) for each in ALL))
        self._has_solution = self._has_looked = False
        self._about = ""  # what it was opened for
        self._errands = Errands(self, self._complain)

    def _complain(self, error: LefiError) -> None:
        self.app.push_screen(told(error))

    def on_screen_resume(self) -> None:
        """A lesson may have been done meanwhile, in the editor."""
        self._errands.ask(self._lessons.rows, self._came)

    def _came(self, rows: tuple[LessonRow, ...]) -> None:
        """The first time the cursor goes to the first lesson that is not done."""
        done = [each.is_done for each in rows]
        was_at = self.row.is_done if self._has_looked else True
        self._view = Taught(rows)
        self.list.show(self._view)
        is_sent, self._about = bool(self._about), ""
        if is_sent:
            self._has_looked = True
        elif was_at is not self.row.is_done or not self._has_looked:
            self._has_looked = True
            to = done.index(False) if False in done else len(done) - 1
            self.action_move(to - self.list.cursor)
        self.draw()

    def look_at(self, about: str) -> None:
        """A lesson; what is read of them all later moves nobody away from it."""
        self._about = self.list.cursor_key = about
        self._has_solution = False
        self.draw()

    @property
    def row(self) -> LessonRow:
        """The lesson at the cursor."""
        return self._view.rows[self.list.cursor]

    # ---- what is shown

    def listed(self) -> Any:
        return self._view

    def page(self, frame: Frame) -> Page:
        return page(self.row, frame, has_solution=self._has_solution)

    def said(self) -> str:
        return self.list.words

    def action_move(self, step: int) -> None:
        if step:
            self._has_solution = False
        super().action_move(step)

    def action_solution(self) -> None:
        self._has_solution = not self._has_solution
        self.draw_detail()

    # ---- what a person does

    def action_open(self) -> None:
        self._errands.ask(partial(self._lessons.begin, self.row.lesson), self._go)

    def action_again(self) -> None:
        row = self.row
        if not row.is_begun:
            self.action_open()
            return
        again = partial(self._errands.ask, partial(self._lessons.again, row.lesson), self._go)
        number = row.lesson.number
        words = f"What you wrote in lesson {number} goes to its versions. Esc leaves all as it is."
        answers = [(f"Begin lesson {number} again", again)]
        self.app.push_screen(ChoiceScreen("Again", words, answers))

    def _go(self, about: str) -> None:
        self.app.call_later(self.app.run_action, f"go('scripts', '{about}')")
