"""What a message shows: what, where, why, next; and places as an editor counts them."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from lefi_tui.lang.diagnostic import (
    CODES,
    Diagnostic,
    Edit,
    Fix,
    Severity,
    applied,
    nearest,
)
from lefi_tui.lang.explain import EXPLAINED, told
from lefi_tui.lang.parser import parse
from lefi_tui.lang.program import check
from lefi_tui.lang.source import Source, Span
from tests.conformance.cases import all_cases

PLACES = [
    ("abc", 0, (1, 1)),
    ("abc", 3, (1, 4)),
    ("a\nb", 2, (2, 1)),
    ("a\n", 2, (2, 1)),
    ("a\r\nb", 3, (2, 1)),
    ("€𝄞x", 2, (1, 3)),  # by code points, not by bytes
    ("\n\n\nx", 3, (4, 1)),
    ("", 0, (1, 1)),
]


@pytest.mark.parametrize(("text", "offset", "place"), PLACES)
def test_a_place_counts_from_one(text: str, offset: int, place: tuple[int, int]) -> None:
    assert Source(text).place(offset) == place


def test_a_line_is_shown_without_its_end() -> None:
    source = Source("a = 1\r\nb = 2\nc = 3")
    assert [source.line(number) for number in (1, 2, 3)] == ["a = 1", "b = 2", "c = 3"]


def test_a_message_has_four_parts() -> None:
    source = Source("x = 1\ny = 100USDT\n", "grid.lefi")
    (found,) = parse(source).diagnostics
    assert found.render(source).splitlines() == [
        "LF002 A number runs into letters         grid.lefi:2:5",
        "2 | y = 100USDT",
        "  |     ^^^^^^^ Between a number and its unit stands a space.",
        "Hint: Write 100 USDT",
    ]


def test_a_message_without_a_next_step_has_three() -> None:
    source = Source("x = )", "grid.lefi")
    (found,) = parse(source).diagnostics
    assert len(found.render(source).splitlines()) == 3


def test_a_place_behind_the_last_word_still_has_its_mark() -> None:
    source = Source("x =")
    (found,) = parse(source).diagnostics
    assert found.render(source).splitlines()[2].startswith("  |    ^ Expected a value")


def test_a_mark_over_several_lines_ends_with_its_line() -> None:
    source = Source("if a {\n}")
    shown = Diagnostic("LF101", Span(0, 8), "Here.").render(source)
    assert shown.splitlines()[2] == "  | ^^^^^^ Here."


def test_what_a_script_holds_can_not_command_the_terminal() -> None:
    source = Source('x = \x1b]0;me\x07 "\x1b[2J')
    for each in parse(source).diagnostics:
        assert all(letter.isprintable() or letter == "\n" for letter in each.render(source))


def test_a_long_word_is_shortened_in_a_message() -> None:
    (found,) = parse(Source("x " + "y" * 5_000)).diagnostics
    assert len(found.message) < 200


def test_every_code_has_a_group_and_a_title_of_its_own() -> None:
    for code, entry in CODES.items():
        assert code[:3] in {"LF0", "LF1", "LF2", "LF3", "LF4"}
        assert len(code) == 5
        assert entry.title
    titles = [each.title for each in CODES.values()]
    assert len(titles) == len(set(titles))


def test_a_warning_is_no_error() -> None:
    warning = Diagnostic("LF254", Span(0, 1), "")
    assert (warning.severity, warning.is_error) == (Severity.WARNING, False)
    error = Diagnostic("LF101", Span(0, 1), "")
    assert (error.severity, error.is_error, error.title) == (
        Severity.ERROR,
        True,
        "Not written as Lefi",
    )


def test_the_edits_of_a_fix_do_not_move_each_other() -> None:
    fix = Fix("swap", (Edit(Span(0, 1), "long"), Edit(Span(2, 3), ""), Edit(Span(4, 4), "!")))
    assert applied("a b ", fix) == "long  !"


NEAREST = [
    ("autorize", "authorize"),
    ("Autorize", "authorize"),
    ("autohrize", "authorize"),
    ("buy", "Buy"),
    ("Byu", "Buy"),
    ("Trasfer", "Transfer"),
    ("xyz", None),
    ("", None),
    ("authorizationnn", None),
]


@pytest.mark.parametrize(("word", "meant"), NEAREST)
def test_the_nearest_word_is_offered_when_it_is_near(word: str, meant: str | None) -> None:
    assert nearest(word, ["authorize", "Buy", "Transfer", "finalize"]) == meant


def test_a_name_that_is_begun_means_the_only_one_that_begins_so() -> None:
    assert nearest("Clo", ["Close", "Cancel"]) == "Close"
    assert nearest("C", ["Close", "Buy"]) is None
    assert nearest("Cros", ["CrossesAbove", "CrossesBelow"]) is None


def test_without_known_words_nothing_is_offered() -> None:
    assert nearest("x", []) is None


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{4,}", text.lower()))


def test_no_message_says_its_title_again() -> None:
    """They stand beside each other in the list of problems."""
    texts = [each.source for each in all_cases()]
    texts += [re.sub("[«»]", "", each.wrong) for each in EXPLAINED.values()]
    found = {each.code: each for text in texts for each in check(text).diagnostics}
    assert len(found) > len(CODES) * 0.9
    for text in texts:
        for each in check(text).diagnostics:
            assert not _words(each.title) <= _words(each.message), each


def test_a_pair_with_another_sign_between_is_offered_as_the_symbol_it_is() -> None:
    (found,) = check('on Start { Buy("BTC-USDT", 5%) }').diagnostics
    assert found.hint == 'Did you mean "BTC/USDT"?'


@pytest.mark.parametrize("code", EXPLAINED)
@pytest.mark.parametrize("width", [46, 78, 100])
def test_an_example_is_underlined_in_each_of_its_lines(code: str, width: int) -> None:
    lines = told(code, width)
    assert max(map(len, lines)) <= width + 1  # a mark behind a line's end
    marked = EXPLAINED[code].wrong
    guilty = "".join(marked[marked.index("«") + 1 : marked.index("»")].split())
    shown = [
        above[line.index("^") : line.rindex("^") + 1]
        for above, line in pairwise(lines)
        if line.strip() and not line.strip("^ ")
    ]
    assert "".join("".join(shown).split()) == guilty
