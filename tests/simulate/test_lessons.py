"""Each lesson: its script as it begins does not hold, and as it is solved it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from lefi_tui.cli import main
from lefi_tui.lang.examine import examined
from lefi_tui.lang.formatter import formatted
from lefi_tui.lang.lessons.lesson import CODE, COUNT, WIDTH, Lesson
from lefi_tui.lang.lessons.table import LESSONS, lesson_of
from lefi_tui.simulate.lesson_tests import asked_by, lesson_outcomes
from lefi_tui.simulate.script_tests import Outcome, outcomes

each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda each: each.about)


def failed(lesson: Lesson, text: str) -> list[Outcome]:
    ran = (*outcomes(text, {}), *lesson_outcomes(lesson, text))
    return [each for each in ran if not each.has_passed]


def test_there_are_ten_in_their_order() -> None:
    assert [each.number for each in LESSONS] == list(range(1, COUNT + 1))
    assert len({each.title for each in LESSONS}) == COUNT


@each_lesson
def test_as_it_begins_it_can_be_read_and_does_not_hold(lesson: Lesson) -> None:
    assert [each for each in examined(lesson.text).diagnostics if each.is_error] == []
    assert failed(lesson, lesson.text)


@each_lesson
def test_as_it_is_solved_it_holds_and_the_checker_has_no_errors(lesson: Lesson) -> None:
    assert [each for each in examined(lesson.solved).diagnostics if each.is_error] == []
    assert failed(lesson, lesson.solved) == []


@each_lesson
def test_every_thing_it_asks_for_is_told_in_both(lesson: Lesson) -> None:
    for text in (lesson.text, lesson.solved):
        assert len(list(lesson_outcomes(lesson, text))) == asked_by(lesson)


@each_lesson
def test_each_of_its_tests_fails_in_some_wrong_script(lesson: Lesson) -> None:
    """Of the script as it begins, of one that does nothing, and of those that always buy."""
    nothing = lesson.text.removesuffix(lesson.start) + 'on Candle("BTC/USDT", 1m) { }\n'
    always = nothing.replace("{ }", '{ Buy("BTC/USDT", 1%, stop_loss = 1%) }')
    hourly = always.replace('Candle("BTC/USDT", 1m)', "Every(1h)")
    wrong = (lesson.text, nothing, always, hourly)
    caught = {each.name for text in wrong for each in failed(lesson, text)}
    assert caught >= {each.name for each in lesson_outcomes(lesson, lesson.solved)}


@each_lesson
def test_its_text_is_in_the_one_style_and_narrow_enough_for_a_small_terminal(
    lesson: Lesson,
) -> None:
    for text in (lesson.text, lesson.solved):
        assert formatted(text).text == text
    room = 80 - len("┃  9 ┃")  # what the editor has for a line
    assert all(len(line) <= room for line in lesson.solved.splitlines())
    words = [each for each in lesson.text.splitlines() if each.startswith("// ")]
    assert max(map(len, words)) <= len("// ") + len(CODE) + WIDTH


@each_lesson
def test_a_script_is_of_a_lesson_by_the_name_of_its_file(lesson: Lesson) -> None:
    assert lesson_of(lesson.about) is lesson


@pytest.mark.parametrize("name", ["", "lesson", "lesson_00", "lesson_11", "mine", "lesson_01_2"])
def test_other_scripts_are_of_none(name: str) -> None:
    assert lesson_of(name) is None


@each_lesson
def test_lefi_test_tells_it_too(
    lesson: Lesson, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For whoever writes in an editor of their own."""
    file = tmp_path / f"{lesson.about}.lefi"
    file.write_text(lesson.text)
    assert main(["test", str(file)]) == 1
    assert "FAILED" in (told := capsys.readouterr().out)
    assert '"lesson: ' in told
    file.write_text(lesson.solved)
    assert main(["test", str(file)]) == 0
