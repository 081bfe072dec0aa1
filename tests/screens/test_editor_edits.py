"""What a hand does to the lines of a script, as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lefi_tui.lang.formatter import formatted
from lefi_tui.lang.source import Span
from widgets.editor_edits import (
    Typed,
    changed,
    commented,
    found,
    is_empty_pair,
    kept_place,
    moved,
    next_of,
    typed,
)

LINES = st.lists(st.text(st.sampled_from(list(" \t/x{}")), max_size=8), max_size=5)


@given(lines=LINES)
def test_what_was_moved_in_can_be_moved_out(lines: list[str]) -> None:
    written = [line for line in lines if line.strip()]
    assert moved(moved(written, 1), -1) == written


@given(lines=st.lists(st.text(st.sampled_from(list(" x{}=")), max_size=8), max_size=5))
def test_what_became_comments_becomes_the_script_again(lines: list[str]) -> None:
    assert commented(commented(lines)) == lines


def test_the_words_of_a_setting_stay_its_words() -> None:
    doc = ["/// Market to trade"]
    assert commented(doc) == ["// /// Market to trade"]
    assert commented(commented(doc)) == doc


@pytest.mark.parametrize(
    ("line", "letter", "what"),
    [
        ("Buy|", "(", Typed.PAIR),
        ("x = |y", "(", Typed.PLAIN),
        ("x = |", '"', Typed.PAIR),
        ("x|", '"', Typed.PLAIN),
        ('x = "ab|"', '"', Typed.OVER),
        ('x = "a|b"', '"', Typed.PLAIN),
        ('x = "a|', '"', Typed.PLAIN),
        ('x = "a|', "(", Typed.PLAIN),
        ("// it|", "(", Typed.PLAIN),
        ("Buy(a|)", ")", Typed.OVER),
        ("Buy(Max(a|)", ")", Typed.PLAIN),
        ("if a {|}", "}", Typed.OVER),
        ('Buy("x"|', ")", Typed.PLAIN),
        ("    a|)", ")", Typed.OVER),
    ],
)
def test_a_bracket_comes_in_a_pair_where_that_is_in_nobodys_way(
    line: str, letter: str, what: Typed
) -> None:
    column = line.index("|")
    assert typed(line.replace("|", ""), column, letter) is what


@pytest.mark.parametrize(
    ("line", "is_empty"),
    [("x(|)", True), ('x = "|"', True), ("x(|a)", False), ("Max(Min(|)", False), ('"(|)"', False)],
)
def test_only_a_pair_that_holds_nothing_goes_as_one(line: str, *, is_empty: bool) -> None:
    assert is_empty_pair(line.replace("|", ""), line.index("|")) is is_empty


def test_words_are_found_whatever_their_case_until_a_capital_is_typed() -> None:
    assert found("Buy buy BUY", "buy") == [0, 4, 8]
    assert found("Buy buy BUY", "Buy") == [0]
    assert found("aaa", "aa") == [0]
    assert found("x", "") == []


def test_the_next_place_is_behind_what_is_marked_and_round_the_ends() -> None:
    places = [0, 4, 8]
    assert next_of(places, Span(0, 3), 1) == 1
    assert next_of(places, Span(0, 3), 0) == 0
    assert next_of(places, Span(8, 11), 1) == 0
    assert next_of(places, Span(0, 3), -1) == 2


@given(before=st.text(max_size=20), after=st.text(max_size=20))
def test_the_stretch_that_changed_makes_the_one_text_the_other(before: str, after: str) -> None:
    change = changed(before, after)
    if change is None:
        assert before == after
    else:
        assert before[: change.start] + change.words + before[change.end :] == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x=1\n\n\n|\ny=2\n", "x = 1\n|\ny = 2\n"),
        ("x=|1\n", "x = |1\n"),
        ("x=1   |\n", "x = 1|\n"),
        ("|  x=1\n", "|x = 1\n"),
        ("if x{y=1|}", "if x { y = 1 |}\n"),
    ],
)
def test_the_cursor_keeps_its_letter_when_the_style_changes(before: str, after: str) -> None:
    text, tidy = before.replace("|", ""), after.replace("|", "")
    assert formatted(f"{text}").text == tidy
    assert kept_place(text, tidy, before.index("|")) == after.index("|")
