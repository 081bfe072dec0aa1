"""What a lesson asks of its script, as tests like the person's own."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from lefi_tui.lang.blueprint import Blueprint
from lefi_tui.lang.examine import Examined, examined
from lefi_tui.lang.lessons.lesson import Lesson
from lefi_tui.lang.script_tests import ExpectOrder
from lefi_tui.lang.source import Source
from lefi_tui.simulate.script_tests import Outcome, Unmet, outcomes

HERE = 1  # the line at which a lesson's own tests are told: that of its title, as it begins


def asked_by(lesson: Lesson) -> int:
    """How many there are besides the script's own."""
    return lesson.proof.count("test ") + len(lesson.silenced) + len(lesson.expects)


def lesson_outcomes(lesson: Lesson, text: str) -> Iterator[Outcome]:
    """For a text without errors. Each as it ends."""
    whole = f"{text.rstrip()}\n\n{lesson.proof}"
    proven = examined(whole)
    if proven.blueprint is None:
        yield from _unfit(lesson, proven)
    else:
        below = text.rstrip().count("\n") + 1
        for each in outcomes(whole, {}, below=below):
            unmet = tuple(replace(one, line=HERE) for one in each.unmet)
            yield Outcome(each.name, HERE, unmet)
    checked = examined(text)
    yield from (_silent(code, text, checked) for code in lesson.silenced)
    yield from (_expecting(what, checked.blueprint) for what in lesson.expects)


def _unfit(lesson: Lesson, proven: Examined) -> Iterator[Outcome]:
    """The lesson's tests speak of something that the script does not have yet."""
    wrong = next(each for each in proven.diagnostics if each.is_error)
    for line in lesson.proof.splitlines():
        name = line.split('"')[1]
        yield Outcome(name, HERE, (Unmet(HERE, "what the lesson asks for", wrong.message),))


def _silent(code: str, text: str, checked: Examined) -> Outcome:
    source = Source(text)
    found = [each for each in checked.diagnostics if each.code == code]
    unmet = tuple(
        Unmet(source.place(each.span.start).line, f"no message {code}", each.message)
        for each in found
    )
    return Outcome(f"lesson: nothing is left of {code}", HERE, unmet)


def _expecting(what: str, blueprint: Blueprint | None) -> Outcome:
    tests = () if blueprint is None else blueprint.tests
    said = {
        f"{'no ' if line.is_negated else ''}{line.action.capitalize()}"
        for test in tests
        for line in test.lines
        if isinstance(line, ExpectOrder)
    }
    unmet = () if what in said else (Unmet(HERE, f"a test that expects {what}", "there is none"),)
    return Outcome(f"lesson: a test of yours expects {what}", HERE, unmet)
