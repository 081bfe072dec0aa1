"""What completion offers at a cursor, also in a text that can't be parsed."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from typing import Final

import pytest

from lefi_tui.lang.authoring.analysis import Analysis, analysed
from lefi_tui.lang.builtins import BUILTINS, EVENTS, ORDER_FIELDS
from lefi_tui.lang.reference import entries
from lefi_tui.lang.scanner import Token, scan
from lefi_tui.lang.source import Span
from lefi_tui.lang.tokens import WORD_KINDS
from lefi_tui.lang.told_policy import POLICY
from lefi_tui.lang.told_statements import DECLARATIONS
from tests.unit.lang.cursor import SHIPPED, completed, labels

UNKNOWN: Final = {"LF201", "LF203", "LF214", "LF217", "LF401"}  # what is not known there
TEXTS: Final = SHIPPED | {name: each.example for name, each in entries().items() if each.example}
CANDLE: Final = 'on Candle("BTC/USDT", 5m) {\n'


@pytest.mark.parametrize(
    ("marked", "offered"),
    [
        ("se|", "setting"),
        ("setting fast = 12\nsetting slow = fa|", "fast"),
        ("on Ca|", "Candle"),
        ('on Candle("ET|', "ETH/USDT"),
        ("on Candle(|", '"BTC/USDT"'),
        (CANDLE + "x = SM|", "SMA"),
        (CANDLE + "x = EMA(clo|", "close"),
        (CANDLE + 'o = Buy("BTC/USDT", 1, sl|', "stop_loss"),
        (CANDLE + 'Buy("BTC/USDT", 1,\n    sto|\n}', "stop_loss"),
        (CANDLE + 'Buy("BTC/USDT", 1, tif = "I|")', "IOC"),
        (CANDLE + 'o = Buy("BTC/USDT", 1)\nif o.sta|', "status"),
        (CANDLE + "if event.vol|", "volume"),
        (CANDLE + "quick = EMA(close, 3)\nif qui|", "quick"),
        (CANDLE + 'Print("now {clo|', "close"),
        (CANDLE + 'Print("now {clo|")\n}', "close"),
        (CANDLE + "if close > open { x = 1 } else { x = 2 }\ny = x| + 1", "x"),
        ('on Fill { x = Fee("BTC/USDT").ma|', "maker"),
        ("on Fill { x = Now().ho|", "hour"),
        ('for coin in ["A/B", "C/D"] { Buy(co|', "coin"),
        ("on Start {\n    fi|", "finalize"),
        ("fn share(x, low) = lo| / x", "low"),
        ("fn share(x) = x\non Start { y = sha|", "share"),
        ("state losses = 0\non Fill { los| = 1 }", "losses"),
        (CANDLE + "if close > 1 { x = 1 } else { return }\ny = x|", "x"),
        (CANDLE + "decide {\nclose > 1 => x = 1\nelse => return\n}\ny = x|", "x"),
        (CANDLE + "decide {\nclose > 1 => Clo|", "Close"),
        (CANDLE + "decide {\nclose > 1 => Close()\nel|", "else"),
        (CANDLE + "x = if close > 1 then 2\n    el|", "else"),
        ('on Event("news") { x = event.score }\ntest "a" { event "news" { sc|', "score"),
        ('on Event("news") { x = event.sc| }\ntest "a" { event "news" { score = 1 } }', "score"),
        ('setting a = 1\ntest "x" { setting a|', "a"),
        ('setting n = 2\nsetting market = "A/B"\non Candle(|', "market"),
        ("setting n = 2\n" + CANDLE + "x = EMA(close, |", "n"),
        ("setting n = 2\nsetting part = 5%\n" + CANDLE + 'Buy("A/B", |', "part"),
        ("setting n = 2\nsetting part = 5%\n" + CANDLE + 'Buy("A/B", 1, trail = |', "part"),
        (CANDLE + "x = (if close > 1 the|", "then"),
        (CANDLE + "x = if close > 1 then 2 e|", "else"),
        ("x = 1\nif x > 1 { Print(x) } e|", "else"),
        (CANDLE + "for k in [2, 3] { x = EMA(close, |)", "k"),
        ("fn f(n) = EMA(close, |)", "n"),
        ("state n = 0\n" + CANDLE + "| = 1", "n"),
        (CANDLE + "due = pa|", "pays"),
        ("kind ma|", "manual"),
        ("policy { partial_fill = ke|", "keep"),
        ('test "x" {\n    exp|', "expect"),
        ('state n = 0\ntest "x" { expect n| == 1 }', "n"),
        ("on Start { authorize w|", "within"),
        (CANDLE + "if close > open a|", "and"),
    ],
)
def test_what_fits_there_comes_first(marked: str, offered: str) -> None:
    assert labels(marked)[0] == offered


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ("b = Bollinger(close, 20, 2)", ("upper", "middle", "lower")),
        ("b = Bollinger(\n    close, 20, 2)", ("upper", "middle", "lower")),
        ("b = MACD(close, 12, 26, 9)", ("macd", "signal", "histogram")),
        ("b = Stochastic(14, 3, 3)", ("k", "d")),
        ("b = Donchian(20)", ("upper", "middle", "lower")),
        ("b = Supertrend(10, 3)", ("line", "direction")),
        ("b = ADX(14)", ("plus", "minus")),
        ('b = Fee("BTC/USDT")', ("maker", "taker")),
        ('b = Candles("BTC/USDT", 1d)', ("open", "high", "low", "close", "volume")),
        ('b = decide Buy("BTC/USDT", 5%)', ("price", "units", "cost", "fee", "status", "reason")),
        ('o = Close("BTC/USDT")\nb = o', ("price", "units", "cost", "fee", "status", "reason")),
        ("b = event.time + 1h", ("hour", "minute", "weekday", "day", "month")),
        ("b = time", ("hour", "minute", "weekday", "day", "month")),
        ("b = time - event.time", ()),
        ("b = Bollinger(close, 20, 2).upper", ()),
        ("b = ADX(14) + 1", ()),
        ("a = ADX(14)\nb = a", ()),  # one value of it
        ("b = close", ()),
    ],
)
def test_behind_a_name_stand_the_fields_of_what_it_holds(
    given: str, fields: tuple[str, ...]
) -> None:
    assert labels(f"{CANDLE}{given}\nif b.|") == list(fields)
    assert labels(f'{CANDLE}{given}\nPrint("{{b.|}}")') == list(fields)
    checked = [f"x{number} = b.{each}" for number, each in enumerate(fields)]
    body = "\n".join((given, *checked))
    assert not [each for each in analysed(f"{CANDLE}{body}\n}}").diagnostics if each.is_error]


@pytest.mark.parametrize(
    ("marked", "offered"),
    [
        ("on Every(|", ["1m", "5m", "15m", "1h", "4h", "1d"]),
        ('on Every(30m) { }\non Candle("BTC/USDT", |', ["30m", "1m", "5m", "15m", "1h"]),
        ('on Event("news") { if event.|', ["time"]),
        ("setting n = 20 in 5..|", []),
    ],
)
def test_what_is_offered_may_stand_there(marked: str, offered: list[str]) -> None:
    assert labels(marked)[: len(offered) or None] == offered


def test_a_state_that_keeps_a_time_has_its_fields_in_every_handler() -> None:
    script = "state since = none\non Fill { since = event.time }\n"
    assert labels(f"{script}{CANDLE}if since.h|") == ["hour"]
    assert not labels(f"on Fill {{ since = event.time }}\n{CANDLE}if since.h|")


@pytest.mark.parametrize(
    "marked",
    [
        "// se|",
        "x = 1|",
        'script "se|"',
        "setting se|",
        'on Start { Print("se|") }',
    ],
)
def test_nothing_is_offered_in_comments_numbers_plain_texts_and_new_names(marked: str) -> None:
    assert labels(marked) == []


@pytest.mark.parametrize(
    ("marked", "hidden"),
    [
        (CANDLE + "if close > open { x = 1 }\ny = x|", "x"),  # it has a value on one way only
        (CANDLE + "decide {\nclose > 1 => x = 1\n}\ny = x|", "x"),
        (CANDLE + "for c in [1] { z = c }\ny = z|", "z"),
        (CANDLE + "x = 1 }\non Fill { y = x|", "x"),
        ("on Fill { y = clo|", "close"),
        (CANDLE + 'Buy("BTC/USDT", 1, stop_loss = 2%, st|', "stop_loss"),
        ("setting a = 1 + B|", "Buy"),
        (CANDLE + "x = EMA(close, |)", "open"),
        (CANDLE + "quick = 1\nx = EMA(close, |)", "quick"),
        (CANDLE + "x = EMA(close, |)", "Spot"),
        ("kind indicator\n" + CANDLE + "B|", "Buy"),
        ("kind indicator\n" + CANDLE + "fin|", "finalize"),
        ("state n = 0\n" + CANDLE + "| = 1", "Buy"),
        ("on Start {}\nB|", "Buy"),
        ("setting alpha = al|", "alpha"),
        (CANDLE + "x = 1 + B|", "Buy"),  # a transaction stands alone
    ],
)
def test_what_would_be_a_mistake_there_is_not_offered(marked: str, hidden: str) -> None:
    assert hidden not in labels(marked)


def test_lists_are_those_of_the_tables() -> None:
    assert [each.label for each in completed("on |").rows] == list(EVENTS)
    assert labels("policy { |") == list(POLICY)
    assert labels("|")[: len(DECLARATIONS)] == list(DECLARATIONS)
    assert labels('on Fill { o = Buy("A/B", 1)\nx = o.|') == [name for name, _ in ORDER_FIELDS]
    of_value = {n for n, each in BUILTINS.items() if each.group not in {"transaction", "word"}}
    assert of_value <= set(labels(CANDLE + "if |"))


def test_a_method_comes_with_its_parentheses_once() -> None:
    (row,) = (each for each in completed(CANDLE + "x = SM|").rows if each.label == "SMA")
    assert (row.insert, row.cursor) == ("SMA()", 4)
    assert row.detail.startswith("SMA(")
    (row,) = (each for each in completed(CANDLE + "x = SM|(close, 3)").rows if each.label == "SMA")
    assert (row.insert, row.cursor) == ("SMA", 3)


def test_the_whole_word_at_the_cursor_is_replaced() -> None:
    found = completed("setting fast = 12\nsetting slow = fa|rst")
    assert found.span == (33, 38)
    assert found.rows[0].label == "fast"


def test_a_setting_is_told_with_its_default_and_its_words() -> None:
    row = completed("/// Candles in it\nsetting fast = 12 in 2..200\nsetting slow = f|").rows[0]
    assert (row.label, row.kind, row.detail) == ("fast", "setting", "= 12 in 2..200")
    assert row.docs == "Candles in it"


def words(tokens: Iterable[Token]) -> Iterator[Token]:
    """Of a script, those inside its texts with them."""
    for each in tokens:
        if each.kind in WORD_KINDS:
            yield each
        for part in each.parts:
            if not isinstance(part, str):
                yield from words(part)


def is_new(analysis: Analysis, word: Token) -> bool:
    """Whether a name is made here: nobody can know what it will be."""
    text, end = analysis.text, word.span.end
    is_sent = text[end : end + 2] == " =" and "Emit(" in text[text.rfind("\n", 0, end) + 1 : end]
    return is_sent or analysis.definition(word.span.start) == word.span


@pytest.mark.parametrize("name", TEXTS)
def test_every_word_of_a_right_script_is_offered_where_it_stands(name: str) -> None:
    text = TEXTS[name]
    whole = Analysis(text)
    for word in words(scan(text).tokens):
        start, end = word.span
        kept = start + min(2, end - start - 1)
        offered = Analysis(text[:kept] + text[end:]).completions(kept).rows
        if not is_new(whole, word):
            assert text[start:end] in [each.label for each in offered], text[start - 20 : end]


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_put_in_is_known_there(name: str) -> None:
    text, chance = SHIPPED[name], random.Random(name)
    whole = Analysis(text)
    found = [each for each in words(scan(text).tokens) if not is_new(whole, each)]
    for word in chance.sample(found, 10):
        start, end = word.span
        kept = chance.randint(start, min(start + 2, end - 1))
        cut = text[:kept] + text[end:]
        completions = Analysis(cut).completions(kept)
        for row in chance.sample(completions.rows, min(5, len(completions.rows))):
            span = completions.span
            after = cut[: span.start] + row.insert + cut[span.end :]
            put = Span(span.start, span.start + len(row.insert))
            said = [
                each.message
                for each in Analysis(after).diagnostics
                if each.code in UNKNOWN and put.start <= each.span.start < put.end
                if "is read by field" not in each.message  # what it is read by comes next
            ]
            assert said == [], (row, after[span.start - 30 : span.end + 20])
