"""The editor of scripts: what a line looks like, and what its keys do."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import TextArea
from textual.widgets.text_area import Selection

from lefi_tui.lang.diagnostic import Edit, Fix
from lefi_tui.lang.program import check
from lefi_tui.lang.source import Span
from widgets.editor import ScriptEditor
from widgets.editor_area import ScriptArea, as_edited
from widgets.editor_line import Face, Look, Tried, Wrong, gutter, hidden_at, pieces, shown
from widgets.editor_marks import Marks, marked_line
from widgets.ink import ASCII, TRUE_COLOR, Glyphs, Ground, Ink
from widgets.problems import problems, underlined

PLAIN = Look(7, 2, "", (), (), (0, 0), -1, (), is_current=False, left=0, width=80)
ANY = st.text(max_size=60) | st.lists(
    st.sampled_from(["x", " = ", "\t", "日", "é", "\x1b[2J", "\n", "\r\n", "\x85", "{", "}", '"']),
    max_size=30,
).map("".join)


def look(text: str) -> Look:
    return replace(PLAIN, text=text, marks=marked_line(text).marks)


def words(drawn: tuple[tuple[str, Face], ...]) -> str:
    return "".join(text for text, _ in drawn)


# ---- a line as text


def test_a_line_has_its_number_and_no_sign_when_nothing_is_wrong() -> None:
    assert words(gutter(PLAIN, Glyphs())) == "  7 "


@pytest.mark.parametrize(("glyphs", "error", "warning"), [(Glyphs(), "●", "▲"), (ASCII, "E", "W")])
def test_the_worst_mistake_of_a_line_stands_beside_its_number(
    glyphs: Glyphs, error: str, warning: str
) -> None:
    wrong, doubtful = Wrong(0, 1, is_error=True), Wrong(2, 3, is_error=False)
    assert words(gutter(replace(look("x y"), wrongs=(doubtful,)), glyphs)) == f"{warning} 7 "
    assert words(gutter(replace(look("x y"), wrongs=(doubtful, wrong)), glyphs)) == f"{error} 7 "


@pytest.mark.parametrize(("glyphs", "passed", "failed"), [(Glyphs(), "✓", "✗"), (ASCII, "+", "x")])
def test_what_tests_said_stands_behind_the_number_apart_from_mistakes(
    glyphs: Glyphs, passed: str, failed: str
) -> None:
    wrong = Wrong(0, 1, is_error=True)
    both = replace(look("x y"), wrongs=(wrong,), tried=Tried.FAILED)
    assert words(gutter(both, glyphs)) == f"{glyphs.error} 7{failed}"
    assert words(gutter(replace(look("x"), tried=Tried.PASSED), glyphs)) == f"  7{passed}"
    assert gutter(replace(look("x"), tried=Tried.MISSED), glyphs)[-1][1].ink is Ink.KEYWORD


def test_a_mistake_is_underlined_and_red_and_the_rest_is_not() -> None:
    drawn = pieces(replace(look("a = Byu"), wrongs=(Wrong(4, 7, is_error=True),)))
    assert [text for text, face in drawn if face.is_underlined] == ["Byu"]
    assert [face.ink for text, face in drawn if text == "Byu"] == [Ink.LOSS]


def test_a_mistake_at_the_end_of_a_line_has_a_cell_of_its_own() -> None:
    drawn = pieces(replace(look("a = "), wrongs=(Wrong(4, 5, is_error=True),)))
    assert drawn[-1] == (" ", Face(Ink.LOSS, is_underlined=True))


def test_selection_and_cursor_lie_on_the_words() -> None:
    drawn = pieces(replace(look("abcdef"), selected=(1, 3), cursor=3))
    assert [text for text, face in drawn if face.ground is Ground.CURSOR] == ["bc"]
    assert [text for text, face in drawn if face.is_cursor] == ["d"]


@settings(max_examples=200)
@given(text=ANY)
def test_nothing_of_a_script_reaches_the_terminal_that_it_would_obey(text: str) -> None:
    for line in text.split("\n"):
        drawn = words(pieces(look(line)))
        assert all(letter.isprintable() for letter in drawn)


def test_tabs_reach_the_next_stop_also_behind_wide_letters() -> None:
    assert shown("a\tb", 0) == "a   b"
    assert shown("日\tb", 0) == "日  b"
    assert shown("\tb", 3) == " b"


# ---- the widget


class Page(App[None]):
    CSS = "ScriptEditor, ScriptEditor:focus { border: none; padding: 0; }"

    def __init__(self) -> None:
        super().__init__()
        self.editor = ScriptEditor(TRUE_COLOR, id="text")

    def compose(self) -> ComposeResult:
        yield self.editor

    @property
    def text(self) -> str:
        strips = self.screen._compositor.render_strips()
        return "\n".join(strip.text.rstrip() for strip in strips).rstrip()


@asynccontextmanager
async def editing(text: str = "") -> AsyncIterator[tuple[ScriptEditor, Pilot[None], Page]]:
    app = Page()
    async with app.run_test(size=(40, 10)) as pilot:
        app.editor.open(text)
        app.editor.focus()
        await pilot.pause()
        yield app.editor, pilot, app


@pytest.mark.asyncio
async def test_the_lines_stand_beside_their_numbers() -> None:
    async with editing('script "a"\n\nx = 1') as (_, _, app):
        assert app.text == ' 1 script "a"\n 2\n 3 x = 1'


@pytest.mark.asyncio
async def test_a_new_line_is_indented_as_the_one_above_and_deeper_behind_a_brace() -> None:
    async with editing() as (editor, pilot, _):
        await pilot.press("i", "f", "space", "{", "enter", "x", "enter", "y")
        assert editor.text == "if {\n    x\n    y"


@pytest.mark.asyncio
async def test_a_closing_brace_alone_on_its_line_steps_back() -> None:
    async with editing("if {\n    x\n    ") as (editor, pilot, _):
        editor.move_cursor((2, 4))
        await pilot.press("}")
        assert editor.text == "if {\n    x\n}"
        await pilot.press("}")
        assert editor.text == "if {\n    x\n}}"


@pytest.mark.asyncio
async def test_enter_between_braces_opens_a_block() -> None:
    async with editing("    if {}") as (editor, pilot, _):
        editor.move_cursor((0, 8))
        await pilot.press("enter", "x")
        assert editor.text == "    if {\n        x\n    }"


@pytest.mark.asyncio
async def test_a_fix_of_several_edits_is_one_step_that_undo_takes_back() -> None:
    fix = Fix("swap", (Edit(Span(0, 1), "long"), Edit(Span(6, 7), ""), Edit(Span(4, 5), "z\nz")))
    async with editing("a = b\nc = d") as (editor, pilot, _):
        await pilot.press("x")
        await pilot.press("backspace")
        editor.apply_fix(fix)
        assert editor.text == "long = z\nz\n = d"
        await pilot.press("ctrl+z")
        assert editor.text == "a = b\nc = d"
        await pilot.press("ctrl+y")
        assert editor.text == "long = z\nz\n = d"


@pytest.mark.asyncio
async def test_finding_goes_on_from_place_to_place_and_round_the_end() -> None:
    async with editing("Buy\nbuy\nSell buy") as (editor, _, _):
        assert editor.find("buy", 0) == (1, 3)
        assert editor.find("buy", 1) == (2, 3)
        assert editor.find("buy", 1) == (3, 3)
        assert editor.selection.start == (2, 5)
        assert editor.find("buy", 1) == (1, 3)
        assert editor.selection.start == (0, 0)
        assert editor.find("buy", -1) == (3, 3)
        assert editor.find("Sell", 0) == (1, 1)
        assert editor.find("sEll", 0) == (0, 0)
        assert editor.find("", 0) == (0, 0)


@pytest.mark.asyncio
async def test_one_place_is_replaced_and_the_next_is_marked() -> None:
    async with editing("buy\nbuy\nbuyer") as (editor, pilot, _):
        editor.find("buy", 0)
        editor.put_for("buy", "Sell buy")
        assert editor.text == "Sell buy\nbuy\nbuyer"
        assert editor.selection.start == (1, 0)
        await pilot.press("ctrl+z")
        assert editor.text == "buy\nbuy\nbuyer"


@pytest.mark.asyncio
async def test_all_places_are_replaced_as_one_step() -> None:
    async with editing("buy\nbuy\nbuyer") as (editor, pilot, _):
        await pilot.press("x", "backspace")
        assert editor.put_for_all("buy", "sell") == 3
        assert editor.text == "sell\nsell\nseller"
        assert editor.put_for_all("buy", "sell") == 0
        await pilot.press("ctrl+z")
        assert editor.text == "buy\nbuy\nbuyer"


# ---- lines and brackets


@pytest.mark.asyncio
async def test_marked_lines_move_by_tab_and_back_and_stay_marked() -> None:
    async with editing("a\n\n  b\nc") as (editor, pilot, _):
        editor.selection = Selection((0, 0), (3, 0))
        await pilot.press("tab")
        assert editor.text == "    a\n\n      b\nc"
        await pilot.press("shift+tab", "shift+tab")
        assert editor.text == "a\n\nb\nc"
        await pilot.press("ctrl+z")
        assert editor.text == "a\n\n  b\nc"


@pytest.mark.asyncio
async def test_lines_become_comments_and_lines_again() -> None:
    async with editing("if a {\n    b\n}") as (editor, pilot, _):
        editor.selection = Selection((0, 2), (1, 5))
        editor.carry_out("comment")
        assert editor.text == "// if a {\n//     b\n}"
        assert editor.selected_text == " a {\n//     b"
        editor.carry_out("comment")
        assert editor.text == "if a {\n    b\n}"
        await pilot.press("ctrl+z")
        assert editor.text.startswith("// if")


@pytest.mark.asyncio
async def test_a_call_typed_to_its_end_is_as_it_was_typed() -> None:
    typed = 'Buy("BTC/USDT", Max(a, [1, 2]), "x")'
    async with editing() as (editor, pilot, _):
        await pilot.press(*typed[:5])
        assert editor.text == 'Buy("")'
        await pilot.press(*typed[5:])
        assert editor.text == typed


@pytest.mark.asyncio
async def test_a_pair_that_holds_nothing_goes_with_one_backspace() -> None:
    async with editing() as (editor, pilot, _):
        await pilot.press(*'x("')
        await pilot.press("backspace")
        assert editor.text == "x()"
        await pilot.press("backspace")
        assert editor.text == "x"


@pytest.mark.asyncio
async def test_what_is_marked_goes_into_brackets() -> None:
    async with editing("a + b") as (editor, pilot, _):
        editor.selection = Selection((0, 0), (0, 5))
        await pilot.press("(")
        assert editor.text == "(a + b)"


@pytest.mark.parametrize("column", [3, 4, 9, 10])
def test_the_pair_at_the_cursor_is_found_from_either_side(column: int) -> None:
    marks = Marks()
    marks.sync(['Foo( "(" )'])
    assert set(marks.pair((0, column))) == {(0, 3), (0, 9)}
    assert marks.pair((0, 7)) == ()


def test_a_bracket_that_another_kind_closes_has_no_pair() -> None:
    marks = Marks()
    marks.sync(["(a]", "{", "  b", "}"])
    assert marks.pair((0, 0)) == ()
    assert set(marks.pair((1, 0))) == {(1, 0), (3, 0)}
    assert set(marks.pair((3, 1))) == {(1, 0), (3, 0)}


@pytest.mark.asyncio
async def test_another_form_of_the_script_leaves_the_cursor_at_its_letter() -> None:
    before = "a=1\n\n\n\nif  a>0{  b  }"
    after = "a = 1\n\nif a > 0 { b }\n"
    async with editing(before) as (editor, pilot, _):
        editor.move_cursor((4, 10))
        editor.become(after)
        assert editor.text == after
        assert editor.cursor_location == (2, 11)
        await pilot.press("ctrl+z")
        assert editor.text == before


@pytest.mark.asyncio
async def test_a_line_that_did_not_change_is_not_drawn_again() -> None:
    async with editing("\n".join(f"x{number} = {number}" for number in range(9))) as (
        editor,
        pilot,
        _,
    ):
        before = {row: editor.render_line(row) for row in range(9)}
        editor.move_cursor((4, 6))
        await pilot.press("0")
        after = {row: editor.render_line(row) for row in range(9)}
        same = {row for row in range(9) if after[row] is before[row]}
        assert same == set(range(9)) - {0, 4}  # the cursor left the first and stands in the fifth


@pytest.mark.asyncio
async def test_typing_far_right_and_far_down_keeps_the_cursor_in_sight() -> None:
    async with editing("\n".join(["x" * 100] * 50)) as (editor, pilot, app):
        editor.move_cursor((49, 100))
        await pilot.press("Z")
        assert "50 " in app.text
        assert "xZ" in app.text


@pytest.mark.asyncio
async def test_a_line_that_goes_on_beyond_an_edge_is_marked_there() -> None:
    room = 40 - 3  # beside the numbers
    text = f"{'a' * room}\n{'b' * (room + 1)}\n\n{'c' * 200}\n日{'日' * 100}"
    async with editing(text) as (editor, pilot, app):
        await pilot.pause()
        fits, longer, empty, long, wide = app.text.split("\n")[:5]
        assert fits.endswith("aa")
        assert longer.endswith("b…")
        assert (empty.strip(), long[-2:], wide[-1]) == ("3", "c…", "…")
        editor.move_cursor((3, 120))
        await pilot.pause()
        assert [line[3:4] for line in app.text.split("\n")[:5]] == ["…", "…", "", "…", "…"]
        assert app.text.split("\n")[3].endswith("…")
        editor.move_cursor((3, 200))
        await pilot.pause()
        assert app.text.split("\n")[3].endswith("c")


def test_the_mark_of_what_goes_on_leaves_the_cursor_its_cell() -> None:
    line = replace(look("x" * 100), left=10)
    assert hidden_at(line, 90, 20) == [0, 19]
    assert hidden_at(replace(line, cursor=10), 90, 20) == [19]
    assert hidden_at(replace(line, cursor=29), 90, 20) == [0]
    assert hidden_at(replace(line, left=81), 101, 20) == [0]


@pytest.mark.asyncio
async def test_lines_are_seen_from_their_beginning_as_soon_as_the_cursor_is() -> None:
    async with editing("begin " + "x" * 100 + "\nshort") as (_, pilot, app):
        await pilot.press("end", "Z")
        assert "begin" not in app.text
        await pilot.press("down")
        await pilot.pause()
        assert "begin" in app.text
        assert "short" in app.text


@pytest.mark.asyncio
async def test_words_that_are_found_are_seen_from_the_lines_beginning_where_they_fit() -> None:
    async with editing("begin " + "x" * 100 + "\nshort words") as (editor, pilot, app):
        await pilot.press("end")
        assert editor.find("words", 0) == (1, 1)
        await pilot.pause()
        assert "begin" in app.text


@settings(max_examples=60)
@given(text=ANY)
def test_any_text_is_edited_checked_and_drawn(text: str) -> None:
    edited = as_edited(text)
    editor = ScriptEditor(TRUE_COLOR, id="text")
    editor.load_text(edited)
    assert editor.text == edited == as_edited(edited)
    rows = edited.split("\n")
    assert list(editor.document.lines) == rows
    wrongs = underlined(problems(edited, check(edited).diagnostics, "F9"))
    assert set(wrongs) <= set(range(len(rows)))
    for row, line in enumerate(rows):
        drawn = pieces(replace(look(line), wrongs=wrongs.get(row, ()), width=1_000))
        assert cell_len(words(drawn)) == cell_len(shown(line, 0)) + 1


def test_names_of_the_editor_are_not_those_of_the_widget_it_extends() -> None:
    """TextArea has private names of its own; one taken by us would be a quiet fault."""
    ours = set(vars(ScriptEditor(TRUE_COLOR, id="text"))) - set(vars(TextArea()))
    assert {"_marks", "_wrongs", "_drawn", "_palette", "_styles"} <= ours
    defined = {*vars(ScriptEditor), *vars(ScriptArea)}
    overridden = {name for name in defined if hasattr(TextArea, name)}
    public = {name for name in overridden if not name.startswith("_")}
    assert public - {"can_focus", "can_focus_children"} == {
        *("render_line", "render_lines", "find_matching_bracket"),
        *("update_suggestion", "scroll_cursor_visible"),
    }
