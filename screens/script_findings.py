"""What is wrong in the open script, and what its tests said: in the editor, and in the list below.

The language checks the text a moment after the last key, in a thread; the newest text wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from lefi_tui.lang.program import Checked, check
from lefi_tui.views.scripts import RanTest
from screens.beside import Newest
from screens.framed import Framed
from screens.script_tests import Runs, RunSoFar
from widgets.editor import ScriptEditor
from widgets.findings import Findings
from widgets.ink import Ink
from widgets.problems import (
    Problem,
    at_cursor,
    counted,
    failure_lines,
    following,
    problem_lines,
    problems,
    tests_told,
    underlined,
)

CHECK_SECONDS: Final = 0.15  # after the last key


class ScriptFindings:
    def __init__(
        self,
        screen: Framed,
        editor: ScriptEditor,
        pane: Findings,
        tests: Callable[[str], Iterator[RanTest]],
    ) -> None:
        self._screen = screen
        self._editor = editor
        self._pane = pane
        self._problems: tuple[Problem, ...] = ()
        self._runs = Runs(screen, tests, self._tests_told)
        self._checks: Newest[str, Checked] = Newest(screen, check, self._checked, CHECK_SECONDS)

    # ---- problems

    def look(self) -> None:
        """The text may be another one."""
        self._checks.offer(self._editor.text)

    def _checked(self, text: str, checked: Checked) -> None:
        self._problems = problems(text, checked.diagnostics, self._key("fix"))
        self._editor.show_wrongs(underlined(self._problems))
        self._show_problems()
        self._screen.draw_words()

    def _show_problems(self) -> None:
        told = counted(self._problems)
        title = (f"Problems: {told}", Ink.TEXT) if told else ("No problems", Ink.DIM)
        palette = self._screen.palette
        self._pane.show(title, problem_lines(self._problems, palette), palette)

    def _key(self, name: str) -> str:
        return self._screen.table.shown(name)

    def why_not(self) -> str:
        """Why no bot can be started from it."""
        key = self._key("problem_next")
        return f"It can't start: the script has {counted(self._problems)}. {key} goes to the next."

    def words(self) -> str:
        """Where the cursor stands, and what is wrong there."""
        row, column = self._editor.cursor_location
        problem = at_cursor(self._problems, (row, column))
        place = f"{row + 1}:{column + 1}"
        return place if problem is None else f"{place}  {problem.words}"

    def go(self, step: int) -> None:
        problem = following(self._problems, self._editor.cursor_location, step)
        if problem is None:
            self._screen.notice("No problem in this script.")
            return
        self._show_problems()
        self._pane.point(self._problems.index(problem))
        self.go_to(problem.row, problem.column)

    def go_to(self, row: int, column: int) -> None:
        self._editor.move_cursor((row, column), center=True)
        self._editor.focus()

    def fix(self) -> None:
        problem = at_cursor(self._problems, self._editor.cursor_location)
        if problem is None or problem.fix is None:
            self._screen.notice(
                f"No fix in this line. {self._key('problem_next')} goes to the next problem."
            )
        elif not self._checks.is_settled:
            self._screen.notice("The text is being checked; press the key again.")
        else:
            self._editor.apply_fix(problem.fix)

    # ---- tests

    def start_or_end_tests(self) -> None:
        if self._runs.is_running:
            self._runs.end_early()
        else:
            self.start_tests(self._editor.text)

    def start_tests(self, text: str) -> None:
        self._runs.start(text)

    def _tests_told(self, run: RunSoFar) -> None:
        if run.refusal:
            self._show_problems()
            self._screen.notice(f"The tests did not run: {run.refusal}")
            return
        has_failed = any(not each.has_passed for each in run.ran)
        end_key = self._key("script_tests") if run.is_running else ""
        words = tests_told(run.ran, run.count, end_key)
        palette = self._screen.palette
        title = (words, Ink.BAD if has_failed else Ink.TEXT)
        self._pane.show(title, failure_lines(run.ran, palette), palette)
