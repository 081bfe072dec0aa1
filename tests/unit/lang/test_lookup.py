"""The reference, looked up: what is found for what is typed, and what is said of it."""

from __future__ import annotations

import pytest

from lefi_tui.lang.diagnostic import CODES
from lefi_tui.lang.lookup import found, page, topics, word_at
from lefi_tui.lang.program import check
from lefi_tui.lang.reference import entries


def names(words: str) -> list[str]:
    return [each.name for each in found(words)]


def test_every_word_of_the_reference_and_every_message_can_be_looked_up() -> None:
    assert list(topics()) == [*entries(), *CODES]
    assert names("") == list(topics())


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("EMA", "EMA"),
        ("ema", "EMA"),
        ("boll", "Bollinger"),
        ("lf203", "LF203"),
        ("hor", "authorize"),
        ("moving average", "SMA"),
        ("unknown method", "LF203"),
        ("coverage", "test"),
        ("untested", "test"),
        ("  stop  loss ", "Buy"),
    ],
)
def test_what_is_typed_finds_what_is_meant_first(typed: str, first: str) -> None:
    assert names(typed)[0] == first


def test_what_nobody_says_finds_nothing() -> None:
    assert found("quantum entanglement") == ()


def test_a_name_that_is_typed_stands_before_those_that_hold_it() -> None:
    assert names("rate")[0] == "rate"
    assert names("amount")[:2] == ["Amount", "TransferAmount"]


@pytest.mark.parametrize("name", topics())
def test_a_page_keeps_to_its_width_and_its_example_is_a_script(name: str) -> None:
    lines, example = page(topics()[name], 60)
    assert name in lines[0] or name in " ".join(lines)
    told = [each for each in lines[1:] if "  " not in each]
    assert [each for each in told if len(each) > 60 and " " in each[:60]] == []
    assert not [each for each in check(example).diagnostics if each.is_error]


@pytest.mark.parametrize(
    ("line", "column", "word"),
    [
        ("x = EMA(close, 5)", 4, "EMA"),
        ("x = EMA(close, 5)", 7, "EMA"),
        ("x = EMA(close, 5)", 8, ""),
        ("x = EMA(close, 5)", 0, ""),
        ("authorize within 10m {", 3, "authorize"),
        ("", 0, ""),
        ("🚀 市 Buy", 7, "Buy"),
    ],
)
def test_the_word_at_a_place(line: str, column: int, word: str) -> None:
    assert word_at(line, column) == word
