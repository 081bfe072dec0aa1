"""The one style: what a script means stays, comments stay, and formatting twice changes nothing."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lefi_tui.lang.formatter import WIDTH, formatted, meaning
from lefi_tui.lang.scanner import scan
from tests.unit.lang.made import items, statements
from tests.unit.lang.scripts import FIRST_LOOK, RIGHT

EXAMPLES = settings(max_examples=60)
SHIPPED = [
    each.read_text() for each in sorted((Path(__file__).parents[3] / "scripts").glob("*.lefi"))
]
LONG = "a_rather_long_name_of_a_thing"


def same_in_one_style(text: str) -> None:
    """It means the same, all comments are there in their order, and it is stable."""
    once = formatted(text)
    assert once.mistakes == ()
    assert meaning(once.text) == meaning(text)
    assert comments(once.text) == comments(text)
    assert formatted(once.text).text == once.text


def comments(text: str) -> list[str]:
    return [each.text.rstrip() for each in scan(text).comments]


def test_the_page_of_the_language_is_in_the_style() -> None:
    assert formatted(FIRST_LOOK).text == FIRST_LOOK.replace("calm  =", "calm =")


@pytest.mark.parametrize("text", SHIPPED)
def test_shipped_scripts_are_in_the_style(text: str) -> None:
    assert formatted(text).text == text


@EXAMPLES
@given(st.lists(items() | statements(), max_size=4))
def test_every_script_of_the_grammar_means_the_same_after_it(parts: list[str]) -> None:
    text = "\n".join(parts)
    if not formatted(text).mistakes:
        same_in_one_style(text)


TYPED = ["\n", "\n\n\n", " // c\n", "\n// own\n", " ", "\n/// d\n", ";", "\n\t", ";;", "  ", "\r\n"]


@EXAMPLES
@given(
    st.sampled_from([*RIGHT, *SHIPPED]),
    st.randoms(use_true_random=False),
    st.integers(1, 4),
)
def test_space_and_comments_anywhere_change_no_meaning(
    text: str, chance: random.Random, times: int
) -> None:
    words = _words(text)
    for _ in range(times):
        words.insert(chance.randrange(len(words)), chance.choice(TYPED))
    changed = "".join(words)
    if not formatted(changed).mistakes:
        same_in_one_style(changed)


def _words(text: str) -> list[str]:
    edges = sorted({0, len(text), *(edge for each in scan(text).tokens for edge in each.span)})
    return [text[start:end] for start, end in pairwise(edges)]


STYLE = [
    ("x=1", "x = 1\n"),
    ("x = 1;", "x = 1\n"),
    ("x = 1; y = 2", "x = 1\ny = 2\n"),
    ("\n\n\nx = 1\n\n\n\ny = 2\n\n\n", "x = 1\n\ny = 2\n"),
    ("", ""),
    ("x=-1+(-y)^2*-f( 1 ,2 )[3]", "x = -1 + (-y) ^ 2 * -f(1, 2)[3]\n"),
    ("x = a [ 1 ] . price", "x = a[1].price\n"),
    ("x=[ 1,2 ]", "x = [1, 2]\n"),
    ("x = not(a)and(b)", "x = not (a) and (b)\n"),
    ("setting a=5 in 1 .. 9", "setting a = 5 in 1..9\n"),
    ("setting a=-2% in -5% .. -1%", "setting a = -2% in -5%..-1%\n"),
    ("x = 100\tUSDT", "x = 100 USDT\n"),
    ("x = 1_000 + 1e-3 + 0.50", "x = 1_000 + 1e-3 + 0.50\n"),
    (r'Notify("a  {b  +  1}  \{")', 'Notify("a  {b  +  1}  \\{")\n'),
    ("if a{b=1}else{c=1}", "if a { b = 1 } else { c = 1 }\n"),
    ("if a{b=1;c=2;}", "if a { b = 1; c = 2 }\n"),
    ("if a {\n}", "if a { }\n"),
    ("if a\n{\nb=1\n}\nelse\nif c\n{ }", "if a {\n    b = 1\n} else if c { }\n"),
    ("if a {\n\n  b = 1\n\n}", "if a {\n    b = 1\n}\n"),
    ("decide { a=>x=1\nelse=>return }", "decide {\n    a => x = 1\n    else => return\n}\n"),
    ("decide { a=>x=1 else=>return }", "decide { a => x = 1 else => return }\n"),
    ("x = a and\nb", "x = a and\n    b\n"),
    ("x = Max(\na,\nMin(\nb)\n)", "x = Max(\n    a,\n    Min(\n        b)\n)\n"),
    (
        'test "t"{candles (1,2,3,4,5)(1,2,3,4,5)}',
        'test "t" { candles (1, 2, 3, 4, 5) (1, 2, 3, 4, 5) }\n',
    ),
    ('authorize by"owner"within(5m){ }', 'authorize by "owner" within(5m) { }\n'),
    ("x = 1 // why", "x = 1  // why\n"),
    ("// why\nx = 1", "// why\nx = 1\n"),
    ("if a { // why\nb = 1 }", "if a {  // why\n    b = 1\n}\n"),
    ("if a {\nb = 1\n// why\n}", "if a {\n    b = 1\n    // why\n}\n"),
    ("if a { b = 1 }\n// why\nelse { c = 1 }", "if a { b = 1 }\n// why\nelse { c = 1 }\n"),
    ("if a // why\n{ b = 1 }", "if a  // why\n{ b = 1 }\n"),
    ("x = Max(a, // one\nb)", "x = Max(a,  // one\n    b)\n"),
    ("x = 1 // a\n// b\n", "x = 1  // a\n// b\n"),
    ("x = 1; // a\ny = 2", "x = 1  // a\ny = 2\n"),
]


@pytest.mark.parametrize(("text", "expected"), STYLE)
def test_there_is_one_style(text: str, expected: str) -> None:
    now = formatted(text)
    assert now.mistakes == ()
    assert now.text == expected
    same_in_one_style(text)


def test_a_block_on_one_line_stays_there_while_it_fits() -> None:
    room = WIDTH - len("if  { b = 1 }")
    fits, wide = f"if {'a' * room} {{ b = 1 }}\n", f"if {'a' * (room + 1)} {{ b = 1 }}\n"
    assert formatted(fits).text == fits
    assert formatted(wide).text == wide.replace("{ b = 1 }", "{\n    b = 1\n}")


def test_both_ways_of_an_if_are_opened_together() -> None:
    text = f"if {LONG} {{ Notify({LONG}) }} else {{ Notify({LONG}); Print({LONG}) }}"
    assert formatted(text).text.count("\n") == 6


def test_a_comment_alone_never_opens_a_block() -> None:
    text = f"if a {{ b = 1 }}  // {'why ' * 30}".rstrip() + "\n"
    assert formatted(text).text == text


def test_a_script_that_can_not_be_read_is_left_as_it_is() -> None:
    text = "if a {\nx=(\n}"
    now = formatted(text)
    assert now.text == text
    assert [each.code for each in now.mistakes] == ["LF101"]


def test_mistakes_of_units_are_no_reason_to_leave_a_script_as_it_is() -> None:
    assert formatted("x=0.5 BTC+10 USDT").text == "x = 0.5 BTC + 10 USDT\n"


def test_documentation_stays_with_what_it_documents() -> None:
    text = "state a = 1 /// of b\n; state b = 2"
    same_in_one_style(text)
    assert formatted(text).text == "state a = 1  /// of b\nstate b = 2\n"
