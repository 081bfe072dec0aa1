"""What is wrong in the open script, and what its tests said: in the editor, and in the list below.

The language checks the text a moment after the last key, in a thread; the newest text wins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from lefi_tui.lang.authoring.analysis import Analysis, analysed
from lefi_tui.lang.authoring.markets import Markets
from lefi_tui.lang.lessons.lesson import COUNT, LAST, NEXT
from lefi_tui.lang.lessons.table import lesson_of
from lefi_tui.lang.lookup import word_at
from lefi_tui.views.scripts import RanTest, ScriptRow
from screens.beside import Newest
from screens.framed import Framed
from screens.script_tests import Runs, RunSoFar
from widgets.editor import ScriptEditor
from widgets.editor_area import as_edited
from widgets.findings import Findings
from widgets.ink import Ink
from widgets.lines import Span
from widgets.problems import (
    Finding,
    Problem,
    at_cursor,
    counted,
    failure_lines,
    fixable,
    fixed,
    following,
    hollow_lines,
    problem_lines,
    problems,
    tests_told,
    touches,
    tried,
    underlined,
    unfixed,
    untested_lines,
    untested_told,
    untried,
)

CHECK_SECONDS: Final = 0.15  # after the last key


class ScriptFindings:
    def __init__(
        self,
        screen: Framed,
        editor: ScriptEditor,
        pane: Findings,
        tests: Callable[[str, ScriptRow], Iterator[RanTest]],
        heard: Callable[[Analysis], None] = lambda _: None,
    ) -> None:
        self._screen = screen
        self._editor = editor
        self._pane = pane
        self._problems: tuple[Problem, ...] = ()
        self._markets: Markets = {}  # of the accounts, once the engine has told them
        self._run: RunSoFar | None = None  # of this text, or of the one before the last keys
        self._heard_check = heard
        screen.idle.append(self._idle)
        self._runs = Runs(screen, tests, self._heard)
        self._checks: Newest[str, Analysis] = Newest(screen, checked, self._checked, CHECK_SECONDS)

    # ---- problems

    def look(self) -> None:
        """The text may be another one."""
        self._screen.stands(self._editor.text)
        self._checks.offer(self._editor.text)

    def know(self, markets: Markets) -> None:
        """What can be traded: offered where a text names a market, and what is none is told."""
        if markets != self._markets:
            self._markets = markets
            self._editor.market = sorted({each for some in markets.values() for each in some})
            self._checks.offer(self._editor.text)

    def _checked(self, text: str, analysis: Analysis) -> None:
        self._problems = problems(text, analysis.found(self._markets), self._key("fix"))
        self._editor.show_wrongs(underlined(self._problems))
        if self._run is not None and self._run.text != text:
            self._run = None
        self._draw()
        self._heard_check(analysis)
        self._screen.draw_words()

    def _draw(self) -> None:
        """The tests of this text, if they ran; its problems, always."""
        palette, told = self._screen.palette, counted(self._problems)
        run = self._run
        self._editor.show_tried({} if run is None else tried(run.ran, run.untested))
        words, ink = (f"Problems: {told}", Ink.TEXT) if told else ("No problems", Ink.DIM)
        if self._run is not None:
            tests, ink = self._tests_told(self._run)
            words = f"{tests}. {words}" if told else tests
        ways = () if run is None else run.untested
        hollow = hollow_lines(() if run is None else run.ran, palette)
        lines = [*self._lines(), *hollow, *untested_lines(ways, palette)]
        self._pane.show((words, ink), lines, palette)

    def _lines(self) -> list[Finding]:
        palette, ran = self._screen.palette, () if self._run is None else self._run.ran
        return [*failure_lines(ran, palette), *problem_lines(self._problems, palette)]

    def _key(self, name: str) -> str:
        return self._screen.table.shown(name)

    def why_not(self) -> str:
        """Why no bot can be started from it."""
        key, to = self._key("problem_next"), "it" if len(self._problems) == 1 else "the next"
        return f"It can't start: the script has {counted(self._problems)}. {key} goes to {to}."

    def words(self) -> str:
        """Where the cursor stands, and what is wrong there."""
        problem = self.problem()
        return f"{self.place()}  {problem}" if problem else self.place()

    def place(self) -> str:
        row, column = self._editor.cursor_location
        return f"{row + 1}:{column + 1}"

    def titled(self, title: Sequence[Span]) -> list[Span]:
        """With the cursor's place behind the name, where the line below is not the text's alone."""
        return [*title[:1], (f"{self.place()}  ", Ink.DIM), *title[1:]] if title else []

    def problem(self) -> str:
        """What is wrong where the cursor stands."""
        problem = at_cursor(self._problems, self._editor.cursor_location)
        return "" if problem is None else problem.words

    def in_question(self) -> tuple[str, ...]:
        """The message whose words the cursor is at and the word there, as the reference names them;
        a message elsewhere in the line comes behind the word. Nothing while a person is elsewhere
        than in the text."""
        if not self._editor.has_focus:
            return ()
        row, column = at = self._editor.cursor_location
        problem = at_cursor(self._problems, at)
        message = "" if problem is None else problem.code
        word = word_at(self._editor.document[row], column)
        is_message = problem is not None and touches(problem, at)
        names = (message, word) if is_message else (word, message)
        return tuple(each for each in names if each)

    def go(self, step: int) -> None:
        """To the next problem, or the next line in which a test failed."""
        self._screen.stands("")  # what was said of the place before
        lines = self._lines()
        line = following(lines, self._editor.cursor_location, step)
        if line is None:
            self._say("No problem in this script.")
            return
        self._pane.point(lines.index(line))
        self.go_to(line.row, line.column)

    def go_to(self, row: int, column: int) -> None:
        self._editor.move_cursor((row, column), center=True)
        self._editor.focus()

    def _idle(self) -> Iterator[str]:
        """No problem of this line has a fix; no problem and no failed test is there to go to."""
        if not fixable(self._problems, self._editor.cursor_location):
            yield "fix"
        if not (self._problems or self._lines()):
            yield from ("problem_next", "problem_previous")

    def fix(self) -> None:
        at = self._editor.cursor_location
        problem = fixable(self._problems, at)
        if problem is None or problem.fix is None:
            self._say(unfixed(self._problems, at, self._key("problem_next")))
        elif not self._checks.is_settled:
            self._say("The text is being checked; press the key again.")
        else:
            before = self._editor.text
            self._editor.apply_fix(problem.fix)
            self._say(fixed(before, problem.row, problem.fix))

    def _say(self, words: str) -> None:
        self._screen.notice(words, about=self._editor.text)

    # ---- tests

    def start_or_end_tests(self, row: ScriptRow) -> None:
        if self._runs.is_running:
            self._runs.end_early()
        else:
            self.start_tests(self._editor.text, row)

    def start_tests(self, text: str, row: ScriptRow) -> None:
        self._runs.start(text, row)

    def _heard(self, run: RunSoFar) -> None:
        self._run = None if run.refusal else run
        if run.refusal:
            self._screen.notice(f"{untried(run.row)}: {run.refusal}", about=as_edited(run.text))
        self._draw()
        self._screen.draw_words()
        lesson = lesson_of(run.row.name)
        if lesson is not None and not run.is_running and _have_all_passed(run):
            following = NEXT if lesson.number < COUNT else LAST
            key = self._key("go_lessons" if lesson.number < COUNT else "go_gallery")
            holds = f"Lesson {lesson.number} of {COUNT} holds. {following.format(key)}"
            self._screen.notice(holds, about=as_edited(run.text))

    def _tests_told(self, run: RunSoFar) -> tuple[str, Ink]:
        end_key = self._key("script_tests") if run.is_running else ""
        has_failed = any(not each.has_passed for each in run.ran)
        told = tests_told(run.ran, run.count, end_key)
        return f"{told}{untested_told(run.untested)}", Ink.BAD if has_failed else Ink.TEXT


def checked(text: str) -> Analysis:
    """In a thread: all of it, so that nobody waits for the check afterwards."""
    analysis = analysed(text)
    _ = analysis.diagnostics
    return analysis


def _have_all_passed(run: RunSoFar) -> bool:
    return 0 < len(run.ran) == run.count and all(each.has_passed for each in run.ran)
