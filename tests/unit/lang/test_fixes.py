"""Planted mistakes are each said once at their places, and fixes never make a script worse."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lefi_tui.lang.diagnostic import Diagnostic, applied, nearest
from lefi_tui.lang.program import check
from lefi_tui.lang.scanner import scan
from lefi_tui.lang.source import Source
from tests.conformance.cases import all_cases
from tests.unit.lang.scripts import ALL_WORDS, RIGHT
from tests.unit.lang.stepping import place

EXAMPLES = settings(max_examples=30)
ROUNDS_MAX: Final = 40

SOUND: Final = """\
script "sound"
kind automated
setting symbol = "BTC/USDT"
setting fast = 12 in 2..200
setting size = 25% in 1%..100%
state entries = 0
state spent = 0 USDT
policy { retry = 3; rate = 10 per 1m }
fn mid(a, b) = (a + b) / 2

on Candle(symbol, 5m) {
    quick = EMA(close, fast)
    calm = SMA(mid(high, low), 26)
    worth = Position(symbol) * close
    if CrossesAbove(quick, calm) and size < 50% {
        Buy(symbol, size, stop_loss = 2%)
        entries = (entries[1] ?? 0) + 1
    } else {
        Notify("calm at {close} of {worth}")
    }
    for k in [1, 2] { Print(k + 1) }
    spent = spent + 10 USDT
    if worth > spent { Close(symbol) }
    band = Bollinger(close, 20, 2).upper - close[3]
    if band > 5 { Print("wide {band}") }
    repeat 2 { Print("twice") }
}

on Every(1h) {
    cash = AccountBalance()
    if cash < 100 USDT or Equity() < 50 USDT { Notify("low") }
}
"""
# What stood there, what is written instead with its place marked, and what is said of it.
MISTAKES: Final = (
    ("kind automated", "kind «automatd»", "LF101"),
    ("fast = 12 in", "fast = «1» in", "LF205"),
    ("retry = 3", "«retri» = 3", "LF401"),
    ("10 per 1m", "«10»", "LF402"),
    ("EMA(close, fast)", "«EMMA»(close, fast)", "LF203"),
    ("SMA(mid(high, low), 26)", "SMA(mid(high, «lo»), 26)", "LF201"),
    ("Position(symbol) * close", "Position(«smybol») * close", "LF201"),
    ("size < 50%", "«size < 0.5»", "LF202"),
    ("stop_loss = 2%", "«stop_los» = 2%", "LF204"),
    ("(entries[1] ?? 0) + 1", "entries[1] ?? 0 «+» 1", "LF104"),
    ('Notify("calm', '«Notfy»("calm', "LF203"),
    ("Print(k + 1)", "Print(«k +1 BTC + 1 USDT»)", "LF202"),
    ("    spent = spent + 10 USDT", "    «spent = 10 BTC»", "LF202"),
    ("if worth > spent {", "if worth «=» spent {", "LF101"),
    (".upper", ".«uper»", "LF214"),
    ("close[3]", "close[«-3»]", "LF215"),
    ('Print("wide {band}")', "Print(«'wide'»)", "LF001"),
    ("repeat 2 {", "repeat «2.5» {", "LF208"),
    ("on Every(1h)", "on «Evry»(1h)", "LF217"),
    ("cash = AccountBalance()\n    if", "cash = AccountBalance() «if»", "LF103"),
    ("USDT or Equity", "USDT «||» Equity", "LF001"),
    ("() < 50 USDT", "() < «50USDT»", "LF002"),
    ('Notify("low") }', 'Notify(«"low) }»', "LF003"),
)


def planted(chosen: list[int]) -> tuple[str, list[tuple[str, int, int]]]:
    """The sound script with these mistakes, and what must be said of it, in order."""
    text = SOUND
    for number in chosen:
        right, wrong, _ = MISTAKES[number]
        assert text.count(right) == 1, right
        text = text.replace(right, wrong.replace("«", f"«{number}:"))
    wanted: list[tuple[str, int, int]] = []
    while "«" in text:
        start = text.index("«")
        which, _, rest = text[start + 1 :].partition(":")
        length = rest.index("»")
        wanted.append((MISTAKES[int(which)][2], start, start + length))
        text = text[:start] + rest[:length] + rest[length + 1 :]
    return text, wanted


def found(text: str) -> list[tuple[str, int, int]]:
    return [(each.code, *each.span) for each in check(text).diagnostics]


def errors(text: str) -> list[Diagnostic]:
    return [each for each in check(text).diagnostics if each.is_error]


@pytest.mark.parametrize("number", range(len(MISTAKES)))
def test_one_planted_mistake_is_one_message_at_its_place(number: int) -> None:
    text, wanted = planted([number])
    assert found(text) == wanted


@EXAMPLES
@given(st.sets(st.integers(0, len(MISTAKES) - 1), min_size=2))
def test_several_planted_mistakes_are_as_many_messages_at_their_places(chosen: set[int]) -> None:
    text, wanted = planted(sorted(chosen))
    assert found(text) == wanted


def test_the_sound_script_is_sound() -> None:
    assert check(SOUND).diagnostics == ()


# ---- fixes


def mended(text: str) -> str:
    """All fixes that are offered, one after the other; none makes it worse, each is the end of its
    message."""
    for _ in range(ROUNDS_MAX):
        offered = [each for each in check(text).diagnostics if each.fix is not None]
        if not offered:
            return text
        first = offered[0]
        assert first.fix is not None
        after = applied(text, first.fix)
        assert len(errors(after)) <= len(errors(text)), (text, first, after)
        assert first not in check(after).diagnostics, (text, first)
        text = after
    raise AssertionError(f"fixes without an end: {text}")


WITH_FIX: Final = [
    number
    for number, (_, wrong, _) in enumerate(MISTAKES)
    if any(each.fix for each in check(planted([number])[0]).diagnostics)
]


def test_most_mistakes_have_a_fix() -> None:
    assert len(WITH_FIX) >= 15


@EXAMPLES
@given(st.sets(st.sampled_from(WITH_FIX), min_size=1, max_size=6))
def test_mistakes_with_fixes_are_all_mended(chosen: set[int]) -> None:
    text, _ = planted(sorted(chosen))
    assert errors(mended(text)) == []


def test_no_fix_of_a_conformance_case_makes_it_worse() -> None:
    for case in all_cases():
        mended(case.source)


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("Equity() ?? 1 BTC", 'Equity() ?? (1 BTC * Spot("BTC/USDT"))'),
        ("Equity() mod 1 BTC", 'Equity() mod (1 BTC * Spot("BTC/USDT"))'),
        ("1 BTC ?? Equity()", '1 BTC * Spot("BTC/USDT") ?? Equity()'),
        ("Equity() - 1 BTC", 'Equity() - 1 BTC * Spot("BTC/USDT")'),
    ],
)
def test_a_conversion_stands_in_parentheses_where_one_term_stands(wrong: str, right: str) -> None:
    body = 'on Candle("BTC/USDT", 5m) {{ Print("" + ({})) }}'
    assert mended(body.format(wrong)) == body.format(right)
    assert errors(body.format(right)) == []


ALL_RIGHT: Final = [
    *RIGHT,
    ALL_WORDS,
    *(each.read_text() for each in sorted(Path("scripts").glob("*.lefi"))),
]


@EXAMPLES
@given(st.sampled_from(ALL_RIGHT), st.randoms(use_true_random=False))
def test_no_fix_of_a_word_lost_doubled_or_misspelled_makes_it_worse(
    text: str, chance: random.Random
) -> None:
    start, end = chance.choice([each.span for each in scan(text).tokens if each.text.strip()])
    word = text[start:end]
    swapped = word[1:2] + word[:1] + word[2:]
    wrong = chance.choice(["", f"{word} {word}", swapped, word[:-1], word.swapcase()])
    mended(text[:start] + wrong + text[end:])


def test_five_mistakes_five_messages_five_places_and_clean_after_the_fixes() -> None:
    text = Path("tests/conformance/five_mistakes.lefi").read_text()
    said = [(each.code, place(text, each)) for each in check(text).diagnostics]
    assert said == [
        ("LF201", "7:17+5"),
        ("LF001", "8:46+12"),
        ("LF203", "9:24+3"),
        ("LF103", "9:44+5"),
        ("LF202", "10:8+15"),
    ]
    assert all(each.fix is not None for each in check(text).diagnostics)
    assert check(mended(text)).diagnostics == ()


# ---- the whole checker, on anything


def answered(text: str) -> None:
    """A program or an error, every message within the text and fit to be shown."""
    checked = check(text)
    assert (checked.program is None) == any(each.is_error for each in checked.diagnostics)
    for each in checked.diagnostics:
        assert 0 <= each.span.start <= each.span.end <= len(text) + 1
        assert each.render(Source(text))
        if each.fix is not None:
            applied(text, each.fix)


@EXAMPLES
@given(st.sampled_from(ALL_RIGHT), st.floats(0, 1))
def test_a_script_that_breaks_off_anywhere_is_checked(text: str, share: float) -> None:
    answered(text[: int(share * len(text))])


@EXAMPLES
@given(st.sampled_from(ALL_RIGHT), st.randoms(use_true_random=False), st.integers(1, 8))
def test_words_lost_doubled_and_swapped_are_checked(
    text: str, chance: random.Random, times: int
) -> None:
    edges = sorted({0, len(text), *(edge for each in scan(text).tokens for edge in each.span)})
    words = [text[start:end] for start, end in pairwise(edges)]
    for _ in range(times):
        at, other = chance.randrange(len(words)), chance.randrange(len(words))
        words[at], words[other] = chance.choice(
            [("", words[other]), (words[at] * 2, words[other]), (words[other], words[at])]
        )
    answered("".join(words))


@EXAMPLES
@given(st.binary(max_size=200))
def test_any_bytes_are_checked(data: bytes) -> None:
    answered(data.decode("utf-8", "replace"))
    answered(data.decode("latin-1"))


@pytest.mark.parametrize(
    ("between", "is_offered"), [("\n    ", True), ("; ", False), (" e;", False)]
)
def test_an_else_is_offered_where_one_may_stand_and_nowhere_else(
    between: str,
    is_offered: bool,  # noqa: FBT001 -- a case
) -> None:
    text = f'on Every(1h) {{\n    if true {{ Print("a") }}{between}lse {{ Print("b") }}\n}}\n'
    fixes = [each.fix for each in check(text).diagnostics if each.fix is not None]
    assert any("else" in each.title for each in fixes) == is_offered


def test_of_a_word_of_five_letters_two_may_be_wrong() -> None:
    assert nearest("cclos", ["close", "open"]) == "close"
    assert nearest("cclo", ["close", "open"]) is None
    assert nearest("Print", ["price", "event"]) is None
