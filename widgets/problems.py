"""What is wrong in a script, as the screen shows it: places for the editor, lines for the list.

All pure: a diagnostic and its text in, rows and columns and words out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from rich.style import Style
from rich.text import Text

from lefi_tui.core.record import Record
from lefi_tui.errors import shown
from lefi_tui.lang.diagnostic import Diagnostic, Fix
from lefi_tui.lang.lessons.table import lesson_of
from lefi_tui.lang.source import Source
from lefi_tui.views.scripts import RanTest, ScriptRow, Untested
from widgets.editor_line import Tried, Wrong, by_line
from widgets.ink import Ink, Palette

T = TypeVar("T")
ROWS_UNDERLINED_MAX: Final = 20  # of one problem that spans lines
UNTESTED_MAX: Final = 4  # lines that are named beside the sums of the tests


class Problem(Record):
    """One diagnostic; row and column count from 0, as the editor does."""

    code: str
    title: str
    row: int
    column: int
    message: str
    next_step: str
    is_error: bool
    fix: Fix | None
    stretches: tuple[tuple[int, Wrong], ...]

    @property
    def words(self) -> str:
        """On one line: what and why, then what can be done."""
        return " ".join(each for each in (f"{self.code} {self.message}", self.next_step) if each)


def problems(text: str, found: Sequence[Diagnostic], fix_key: str) -> tuple[Problem, ...]:
    """In the order of their places; `fix_key` is the key that applies a fix."""
    source = Source(text)
    in_order = sorted(found, key=lambda each: each.span)
    return tuple(_problem(source, each, fix_key) for each in in_order)


def _problem(source: Source, found: Diagnostic, fix_key: str) -> Problem:
    line, column = source.place(found.span.start)
    next_step = f"{fix_key}: {found.fix.title}." if found.fix is not None else found.hint
    return Problem(
        found.code,
        found.title,
        line - 1,
        column - 1,
        shown(found.message, keep=""),
        shown(next_step, keep=""),
        found.is_error,
        found.fix,
        tuple(_stretches(source, found)),
    )


def _stretches(source: Source, found: Diagnostic) -> list[tuple[int, Wrong]]:
    """What is underlined in each row; at least one cell."""
    first, start = source.place(found.span.start)
    last, stop = source.place(max(found.span.start, found.span.end))
    out = []
    for line in range(first, min(last, first + ROWS_UNDERLINED_MAX) + 1):
        begin = start - 1 if line == first else 0
        end = stop - 1 if line == last else len(source.line(line))
        if end > begin or line == first:
            out.append((line - 1, Wrong(begin, max(end, begin + 1), found.is_error)))
    return out


def underlined(found: Sequence[Problem]) -> dict[int, tuple[Wrong, ...]]:
    return by_line([stretch for each in found for stretch in each.stretches])


def at_cursor(found: Sequence[Problem], at: tuple[int, int]) -> Problem | None:
    """The one under the cursor, else the first of its line."""
    return _first(_near(found, at))


def fixable(found: Sequence[Problem], at: tuple[int, int]) -> Problem | None:
    """The same, of those that have a fix."""
    return _first([each for each in _near(found, at) if each.fix is not None])


def unfixed(found: Sequence[Problem], at: tuple[int, int], key: str) -> str:
    """Why no fix is taken there, and what can be done; `key` goes to the next problem."""
    if not found:
        return "No problem in this script."
    here = at_cursor(found, at)
    if here is None:
        return f"No fix in this line. {key} goes to the {'next ' * (len(found) > 1)}problem."
    more = f"{key} goes to the next problem." if len(found) > 1 else ""
    return " ".join(filter(None, (f"No key mends {here.code}.", here.next_step, more)))


def fixed(before: str, row: int, fix: Fix) -> str:
    """What a fix wrote, once it is in the text: `Line 6: wrote Print for Pint.`"""
    words = f"{fix.title[:1].lower()}{fix.title[1:]}"
    if len(fix.edits) == 1:
        edit = fix.edits[0]
        old, new = before[edit.span.start : edit.span.end].strip(), edit.text.strip()
        kinds = {True: f"wrote {new}{f' for {old}' * bool(old)}", False: f"took out {old}"}
        words = kinds[bool(new)]
    return f"Line {row + 1}: {shown(' '.join(words.split()), keep='')}."


def touches(problem: Problem, at: tuple[int, int]) -> bool:
    """Whether the cursor is at its words, or right behind them."""
    row, column = at
    return any(
        line == row and wrong.start <= column <= wrong.end for line, wrong in problem.stretches
    )


def _near(found: Sequence[Problem], at: tuple[int, int]) -> list[Problem]:
    row, column = at
    here = [each for each in found if each.row == row]
    under = [
        each
        for each in found
        for line, wrong in each.stretches
        if line == row and wrong.start <= column < wrong.end
    ]
    return [*under, *here]


def counted(found: Sequence[Problem]) -> str:
    """`2 errors, 1 warning`; nothing when all is well."""
    errors = sum(each.is_error for each in found)
    warnings = len(found) - errors
    sums = ((errors, "error"), (warnings, "warning"))
    return ", ".join(_count(number, word) for number, word in sums if number)


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _first(found: Sequence[T]) -> T | None:
    return found[0] if found else None


# ---- lines of the list below the editor


class Finding(Record):
    """A line of that list, and the row of the script it goes to."""

    text: Text
    row: int
    column: int = 0


def following(found: Sequence[Finding], at: tuple[int, int], step: int) -> Finding | None:
    """The next place behind the cursor, or before it; round the end."""
    places = sorted(found, key=lambda each: (each.row, each.column))
    if step > 0:
        return next((each for each in places if (each.row, each.column) > at), _first(places))
    before = [each for each in places if (each.row, each.column) < at]
    return before[-1] if before else _first(places[::-1])


def problem_lines(found: Sequence[Problem], palette: Palette) -> list[Finding]:
    glyphs = palette.glyphs
    lines = []
    for each in found:
        ink = Ink.BAD if each.is_error else Ink.WARN
        text = Text()
        text.append(
            f"{glyphs.error if each.is_error else glyphs.warning} ", ink_style(palette, ink)
        )
        text.append(f"{each.row + 1}:{each.column + 1} ", ink_style(palette, Ink.DIM))
        text.append(f"{each.code} {each.title}: ", ink_style(palette, Ink.TEXT))
        text.append(each.message, ink_style(palette, Ink.TEXT))
        if each.next_step:
            text.append(f" {each.next_step}", ink_style(palette, Ink.DIM))
        lines.append(Finding(text, each.row, each.column))
    return lines


def failure_lines(ran: Sequence[RanTest], palette: Palette) -> list[Finding]:
    """Failures only, each with what was expected and what happened; a pass needs no line."""
    lines = []
    for test in ran:
        for unmet in test.unmet:
            text = Text()
            text.append(f"{palette.glyphs.error} FAILED ", ink_style(palette, Ink.BAD))
            text.append(f'"{shown(test.name, keep="")}" ', ink_style(palette, Ink.TEXT))
            text.append(f"line {unmet.line}: ", ink_style(palette, Ink.DIM))
            text.append(shown(unmet.expected, keep=""), ink_style(palette, Ink.TEXT))
            text.append(
                f"  happened: {shown(unmet.happened, keep='')}", ink_style(palette, Ink.WARN)
            )
            lines.append(Finding(text, unmet.line - 1))
    return lines


def hollow_lines(ran: Sequence[RanTest], palette: Palette) -> list[Finding]:
    """What was expected and came, and did nothing: no problem, and no proof."""
    lines = []
    for test in ran:
        for each in test.hollow:
            text = Text(f"{palette.glyphs.missed} ", ink_style(palette, Tried.MISSED.value))
            text.append(f"line {each.line}: ", ink_style(palette, Ink.DIM))
            text.append(f"{shown(each.expected, keep='')}  ", ink_style(palette, Ink.TEXT))
            text.append(shown(each.happened, keep=""), ink_style(palette, Ink.WARN))
            lines.append(Finding(text, each.line - 1))
    return lines


def tests_told(ran: Sequence[RanTest], count: int, end_key: str) -> str:
    """`Tests 2 of 4: 1 passed, 1 failed`, as they run, with the key that ends them early; the
    closed sum when there is none."""
    failed = sum(not each.has_passed for each in ran)
    sums = {"failed": failed, "passed": len(ran) - failed}
    told = ", ".join(f"{number} {word}" for word, number in sums.items() if number)
    if end_key:
        return f"Tests {len(ran)} of {count or '?'}: {told or 'running'} ({end_key} ends them)"
    if not ran:
        return "Tests: there are none in this script; `test` in the reference shows how"
    early = "" if len(ran) == count else f", ended early, {count - len(ran)} not run"
    return f"Tests: {told}{early}"


def untested_told(ways: Sequence[Untested]) -> str:
    """`; untested: lines 12, 30`, behind the sums; empty where tests go everywhere."""
    lines = list(dict.fromkeys(each.line for each in ways))
    named = ", ".join(map(str, lines[:UNTESTED_MAX]))
    more = f" and {len(lines) - UNTESTED_MAX} more" if len(lines) > UNTESTED_MAX else ""
    return f"; untested: line{'' if len(lines) == 1 else 's'} {named}{more}" if lines else ""


def untested_lines(ways: Sequence[Untested], palette: Palette) -> list[Finding]:
    """Ways that no test has gone; no problems, so they come last."""
    lines = []
    for each in ways:
        text = Text(f"{palette.glyphs.missed} ", ink_style(palette, Tried.MISSED.value))
        text.append(f"line {each.line}: ", ink_style(palette, Ink.DIM))
        text.append(each.words, ink_style(palette, Ink.DIM))
        lines.append(Finding(text, each.line - 1))
    return lines


def untried(row: ScriptRow) -> str:
    """Of a script whose tests can't run; a lesson's person waits to hear whether it holds."""
    lesson = lesson_of(row.name)
    if lesson is None:
        return "The tests did not run"
    return f"Lesson {lesson.number} is checked once the text has no errors"


def untidy(text: str, mistake: Diagnostic) -> str:
    """Why a script is not written in the one style."""
    line, _ = Source(text).place(mistake.span.start)
    return f"It can't be tidied: {mistake.code} in line {line}: {mistake.message}"


def tried(ran: Sequence[RanTest], ways: Sequence[Untested]) -> dict[int, Tried]:
    """Each test and each of its expectations, by row: as it said; and ways that none has gone."""
    out: dict[int, Tried] = {each.line - 1: Tried.MISSED for each in ways}
    for test in ran:
        unmet = {each.line for each in test.unmet}
        out[test.line - 1] = Tried.PASSED if test.has_passed else Tried.FAILED
        for line in {*test.expects, *unmet}:
            out[line - 1] = Tried.FAILED if line in unmet else Tried.PASSED
        out |= {each.line - 1: Tried.MISSED for each in test.hollow}
    return out


def ink_style(palette: Palette, ink: Ink) -> Style:
    """Without a ground: the list's own cursor shows through."""
    return Style.parse(palette.inks[ink])
