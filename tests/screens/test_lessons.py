"""The lessons by keys, as somebody goes through them who never wrote a script."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from lefi_tui.adapters.script_versions import ScriptVersions
from lefi_tui.lang.lessons.lesson import CODE, Lesson
from lefi_tui.lang.lessons.table import LESSONS
from lefi_tui.views.lessons import LessonRow
from lefi_tui.wiring.lessons import DONE, LessonFolder, note_passed
from screens.lessons import LessonsScreen
from tests.screens.scripts_kit import Scripts, opened
from widgets.lessons import page
from widgets.lines import Frame


def taught(own: Path, size: tuple[int, int] = (120, 40)) -> AbstractAsyncContextManager[Scripts]:
    """The application with the lessons over a folder of own scripts."""
    more = {"lessons": lambda _send, ink: LessonsScreen(LessonFolder(own), ink)}
    return opened(own, size, more=more)


async def at_lessons(scripts: Scripts) -> LessonsScreen:
    await scripts.press("alt+j")
    await scripts.until(lambda: isinstance(scripts.app.screen, LessonsScreen))
    await scripts.shows("of 10 done")
    screen = scripts.app.screen
    assert isinstance(screen, LessonsScreen)
    return screen


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_lessons_stand_there_with_their_words(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with taught(tmp_path, size) as scripts:
        screen = await at_lessons(scripts)
        await scripts.shows("0 of 10 done")
        await scripts.shows('Print("hello")')
        await scripts.press("s")
        await scripts.press("pagedown")
        await scripts.shows("One way that holds")
        await scripts.press("down")
        assert screen.row.lesson.number == 2
        await scripts.until(lambda: "One way that holds" not in scripts.text)
        for _ in LESSONS:
            await scripts.press("s", "down")
        assert screen.row.lesson.number == 10


@pytest.mark.parametrize("width", [56, 64, 78, 30])
def test_nothing_of_a_lesson_is_cut_however_narrow_its_pane(width: int) -> None:
    for lesson in LESSONS:
        rows = page(LessonRow(lesson), Frame(width, 200), has_solution=True).rows
        said = "".join("".join(row.text for row in rows).split())
        for text in (*lesson.paragraphs, lesson.start, lesson.solution):
            for line in text.splitlines():
                assert "".join(line.split()) in said
        assert all(len(row.text) == width for row in rows)


@pytest.mark.asyncio
async def test_a_lesson_opens_in_the_editor_fails_and_once_it_is_mended_holds(
    tmp_path: Path,
) -> None:
    lesson = LESSONS[0]
    async with taught(tmp_path) as scripts:
        await at_lessons(scripts)
        await scripts.press("enter")
        await scripts.shows("Lesson 1 of 10: A first script")
        await scripts.until(lambda: scripts.app.focused is scripts.editor)
        await scripts.press("ctrl+s")
        await scripts.shows('FAILED "lesson: it prints hello at a candle"')
        row = lesson.text.splitlines().index("    // write here")
        scripts.editor.move_cursor((row, len("    // write here")))
        await scripts.press("enter", *'Print("hello')
        await scripts.press("ctrl+s")
        await scripts.shows("Lesson 1 of 10 holds. Alt+J has the next one.")
        screen = await at_lessons(scripts)
        await scripts.shows("1 of 10 done")
        await scripts.until(lambda: screen.row.lesson.number == 2)
    assert (tmp_path / DONE).read_text() == "1\n"


@pytest.mark.asyncio
async def test_a_lesson_is_one_by_its_file_whatever_its_first_line_becomes(tmp_path: Path) -> None:
    lesson = LESSONS[0]
    first = lesson.text.splitlines()[0]
    (tmp_path / "lesson_01.lefi").write_text(lesson.solved.replace(first, "// Lesson 1"))
    async with taught(tmp_path) as scripts:
        await at_lessons(scripts)
        await scripts.press("enter")
        await scripts.until(lambda: scripts.app.focused is scripts.editor)
        await scripts.press("ctrl+s")
        await scripts.shows("Lesson 1 of 10 holds. Alt+J has the next one.")
    assert (tmp_path / DONE).read_text() == "1\n"


@pytest.mark.asyncio
async def test_the_foot_names_the_key_for_more_only_where_a_lesson_has_more(tmp_path: Path) -> None:
    async with taught(tmp_path, (120, 60)) as scripts:
        await at_lessons(scripts)
        await scripts.until(lambda: "PgDn more" not in scripts.text)
        await scripts.pilot.resize_terminal(120, 16)
        await scripts.shows("PgDn more")
        await scripts.press("pagedown", "pagedown", "pagedown", "pagedown")
        await scripts.until(lambda: "PgDn more" not in scripts.text)


@pytest.mark.asyncio
async def test_a_lesson_that_cant_be_read_is_not_done(tmp_path: Path) -> None:
    async with taught(tmp_path) as scripts:
        await at_lessons(scripts)
        await scripts.press("enter")
        await scripts.until(lambda: scripts.app.focused is scripts.editor)
        await scripts.shows("Lesson 1 of 10: A first script")
        scripts.editor.move_cursor(scripts.editor.document.end)
        await scripts.type("x = (")
        await scripts.press("ctrl+s")
        await scripts.shows("Lesson 1 is checked once the text has no errors.")
        assert "holds" not in scripts.text
    assert not (tmp_path / DONE).exists()


@pytest.mark.asyncio
async def test_a_lesson_is_kept_as_it_was_left_and_begun_again_only_when_asked(
    tmp_path: Path,
) -> None:
    file = tmp_path / "lesson_01.lefi"
    mine = "// Lesson 1 of 10: A first script\n// mine\n"
    file.write_text(mine)
    async with taught(tmp_path) as scripts:
        screen = await at_lessons(scripts)
        await scripts.until(lambda: screen.row.is_begun)
        await scripts.press("enter")
        await scripts.shows("// mine")
        await at_lessons(scripts)
        await scripts.press("a")
        await scripts.shows("What you wrote in lesson 1 goes to its versions")
        await scripts.press("escape")
        assert "mine" in file.read_text()
        await scripts.press("a")
        await scripts.shows("What you wrote in lesson 1 goes to its versions")
        await scripts.press("enter")
        await scripts.shows("// write here")
    assert file.read_text() == LESSONS[0].text
    kept = ScriptVersions(file)
    assert [kept.text(each) for each in kept.listed().rows] == [mine]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda each: each.about)
@pytest.mark.parametrize("width", [40, 78, 118])
def test_the_page_of_each_lesson_holds_its_words_its_script_and_its_solution(
    lesson: Lesson, width: int
) -> None:
    drawn = page(LessonRow(lesson), Frame(width, 80), has_solution=True)
    assert {len(row.text) for row in drawn.rows} == {width}
    lines = [row.text.strip() for row in drawn.rows]
    for line in (*lesson.start.splitlines(), *lesson.solution.splitlines()):
        assert line.strip() in lines or len(line) > width - 2
    told = " ".join(" ".join(lines).split())
    words = " ".join(each for each in lesson.paragraphs if not each.startswith(CODE))
    assert " ".join(words.split())[:200] in told


def test_what_is_done_stays_done_and_is_told_in_order(tmp_path: Path) -> None:
    note_passed(tmp_path, 5)
    note_passed(tmp_path, 2)
    note_passed(tmp_path, 5)
    done = [each.lesson.number for each in LessonFolder(tmp_path).rows() if each.is_done]
    assert done == [2, 5]
    assert (tmp_path / DONE).read_text() == "2\n5\n"
