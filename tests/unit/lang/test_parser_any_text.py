"""Whatever the text: an answer, no exception, in time that grows with the text alone."""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from itertools import pairwise
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import astuple

from lefi_tui.lang import syntax as s
from lefi_tui.lang.diagnostic import CODES
from lefi_tui.lang.parser import MESSAGES_MAX, parse, parse_value
from lefi_tui.lang.scanner import scan
from lefi_tui.lang.source import Source, Span
from lefi_tui.lang.tokens import FOREIGN, KEYWORDS, Kind
from tests.unit.lang.made import items, statements
from tests.unit.lang.scripts import ALL_WORDS, RIGHT
from tests.unit.lang.written import written

TraceFunction = Callable[[FrameType, str, Any], Any]
EXAMPLES = settings(max_examples=120)


def looked_at(text: str) -> None:
    """The tree can be written out, and every message has a place in the text."""
    source = Source(text)
    parsed = parse(source)
    written(parsed.script)
    for each in parsed.diagnostics:
        assert each.code in CODES
        assert 0 <= each.span.start <= len(text)
        assert each.span.start <= each.span.end <= len(text) + 1
        line, column = source.place(each.span.start)
        assert line >= 1
        assert column >= 1
        assert each.render(source)
    _is_nested(parsed.script)


def _is_nested(node: s.Node) -> None:
    """Every part stands inside what it is part of."""
    waiting = [node]
    while waiting:
        now = waiting.pop()
        for part in _parts(now):
            assert now.span.start <= part.span.start, (now, part)
            assert part.span.end <= now.span.end, (now, part)
            waiting.append(part)


def _parts(node: s.Node) -> list[s.Node]:
    out: list[s.Node] = []
    waiting: list[object] = [*astuple(node)]
    while waiting:
        now = waiting.pop()
        if isinstance(now, s.Node):
            out.append(now)
        elif isinstance(now, tuple) and not isinstance(now, Span):
            waiting += now
        elif isinstance(now, (s.Arg, s.Row)):
            waiting += astuple(now)
    return out


@EXAMPLES
@given(st.sampled_from(RIGHT), st.integers(0, 2_000))
def test_a_script_that_breaks_off_anywhere(text: str, length: int) -> None:
    looked_at(text[:length])


@EXAMPLES
@given(st.sampled_from(RIGHT), st.integers(0, 2_000))
def test_a_script_that_begins_anywhere(text: str, start: int) -> None:
    looked_at(text[start:])


@EXAMPLES
@given(st.sampled_from(RIGHT), st.randoms(use_true_random=False), st.integers(1, 8))
def test_words_lost_doubled_and_swapped(text: str, chance: random.Random, times: int) -> None:
    words = _words(text)
    for _ in range(times):
        at, other = chance.randrange(len(words)), chance.randrange(len(words))
        change = chance.choice([_lose, _double, _swap])
        change(words, at, other)
    looked_at("".join(words))


def _words(text: str) -> list[str]:
    """Tokens and what stands between them, in order."""
    edges = sorted({0, len(text), *(edge for each in scan(text).tokens for edge in each.span)})
    return [text[start:end] for start, end in pairwise(edges)]


def _lose(words: list[str], at: int, _: int) -> None:
    words[at] = ""


def _double(words: list[str], at: int, _: int) -> None:
    words[at] *= 2


def _swap(words: list[str], at: int, other: int) -> None:
    words[at], words[other] = words[other], words[at]


PIECES = sorted(KEYWORDS) + sorted(FOREIGN)
PIECES += ["{", "}", "(", ")", "[", "]", ",", ".", ";", "=", "==", "=>", "??", "..", "+", "-"]
PIECES += ["*", "/", "^", "<", ">", '"{', '"}', '"', "\\", "#", "//", "///", "/*", "*/"]
PIECES += ["\n", " ", "x", "y", "end", "by", "within", "at", "per", "expect", "no", "price"]
PIECES += ["Buy", "close", "1", "1e9", "5%", "3m", "7 USDT", "1var", '"a', '"{b}"', "'", "ö", "\r"]


@EXAMPLES
@given(st.lists(st.sampled_from(PIECES), max_size=60), st.sampled_from(["", " "]))
def test_any_words_in_any_order(pieces: list[str], between: str) -> None:
    looked_at(between.join(pieces))


@EXAMPLES
@given(st.text(max_size=200))
def test_any_text(text: str) -> None:
    looked_at(text)
    parse_value(text)


@EXAMPLES
@given(st.sampled_from(RIGHT), st.integers(0, 2_000), st.text(max_size=3))
def test_a_right_script_with_anything_typed_into_it(text: str, at: int, typed: str) -> None:
    looked_at(text[:at] + typed + text[at:])


# ---- scripts made by the grammar are right


@EXAMPLES
@given(st.lists(items() | statements(), max_size=4))
def test_every_script_of_the_grammar_is_read(parts: list[str]) -> None:
    text = "\n".join(parts)
    wrong = [each for each in parse(Source(text)).diagnostics if each.is_error]
    # Bounds of a candle are numbers; that is said of percents and durations among them.
    assert [each for each in wrong if each.message != "A price is a number."] == []
    looked_at(text)


# ---- limits

DEEP: list[Callable[[int], str]] = [
    lambda n: "x = " + "(" * n,
    lambda n: "x = " + "[" * n,
    lambda n: "x = " + "-" * n + "1",
    lambda n: "x = " + "not " * n + "a",
    lambda n: "x = " + "2 ^ " * n + "2",
    lambda n: "x = " + "f(" * n,
    lambda n: "x = a" + "[1]" * n,
    lambda n: "x = a" + ".b" * n,
    lambda n: "x = " + "if a then " * n,
    lambda n: "x = " + '"{' * n,
    lambda n: "x = 1" + " + 1" * n,
    lambda n: "if a { " * n,
    lambda n: "if a {\n" * n + "}\n" * n,
    lambda n: "if a { }" + " else if a { }" * n,
    lambda n: "if a then " * n,
    lambda n: "decide { a => " * n,
    lambda n: "authorize\n" * n,
    lambda n: "setting a = 1 in " + "-" * n + "1",
    lambda n: "on A " + ("{ if a { " * 12 + "x = " + "(" * 30 + ";") * (n // 10),
]


@pytest.mark.parametrize("deep", DEEP)
def test_what_is_nested_too_deeply_is_said_in_words(deep: Callable[[int], str]) -> None:
    text = deep(1_000)
    diagnostics = parse(Source(text)).diagnostics
    assert diagnostics
    assert len(diagnostics) <= MESSAGES_MAX


def test_what_a_person_nests_is_not_too_deep() -> None:
    blocks = "if a { " * 20 + "x = " + "(" * 20 + "1" + ")" * 20 + " }" * 20
    links = "if a { }" + " else if a { }" * 40
    sums = "x = 1" + " + 1" * 100
    assert parse(Source(f"{blocks}\n{links}\n{sums}")).diagnostics == ()


LONG = {
    "lines": "x = Max(a, 2) + 3 // why\n",
    "lost brackets": "x = (1\n",
    "lost texts": 'Notify("a\n',
    "lost braces": "on A {\n",
    "stray braces": " }\n",
    "holes": '"{a} {',
    "stars": "/* ",
    "marks": "@$ ",
    "numbers": "1var ",
    "quotes": '"{',
    "words": "els { ",
    "one word": "a",
    "digits": "1h",
}


@pytest.mark.parametrize("name", LONG)
def test_twice_the_text_is_about_twice_the_work(name: str) -> None:
    piece = LONG[name]
    once, twice = _work(piece * 400), _work(piece * 800)
    assert twice <= 2.6 * once + 20_000


def _work(text: str) -> int:
    """Lines of Python carried out: the same on every machine."""
    counted = 0

    def count(_frame: FrameType, event: str, _arg: object) -> TraceFunction:
        nonlocal counted
        counted += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)
    try:
        parse(Source(text))
    finally:
        sys.settrace(before)
    return counted


def test_messages_have_a_limit() -> None:
    assert len(parse(Source("x = ,\n" * 5_000)).diagnostics) == MESSAGES_MAX


def test_every_token_of_a_right_script_is_of_one_kind_and_in_order() -> None:
    tokens = [each for each in scan(ALL_WORDS).tokens if each.kind is not Kind.LINE_END]
    starts = [each.span.start for each in tokens]
    assert starts == sorted(starts)
    assert Kind.WRONG not in {each.kind for each in tokens}
