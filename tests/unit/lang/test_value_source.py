"""A script that tells the value of an expression of another: the same value, and no deed."""

from __future__ import annotations

import re

import pytest

from lefi_tui.core.bot import Note
from lefi_tui.lang.authoring.analysis import analysed
from lefi_tui.lang.authoring.valued import value_source
from lefi_tui.lang.authoring.walking import all_parts, values_of
from lefi_tui.lang.program import Program, check
from lefi_tui.lang.source import Span
from tests.unit.lang.cursor import SHIPPED, at_cursor

CANDLE = 'on Candle("BTC/USDT", 5m) {'
CLOSES = (100.0, 101.0, 104.0, 103.0, 108.0, 110.0, 109.0, 115.0)


def asked(marked: str) -> str:
    analysis, offset = at_cursor(marked)
    span = analysis.expression_at(offset)
    assert span is not None
    found = value_source(analysis.text, span)
    assert not found.refusal
    return found.source


def refused(marked: str) -> str:
    analysis, offset = at_cursor(marked)
    span = analysis.expression_at(offset)
    assert span is not None
    return value_source(analysis.text, span).refusal


def program_of(source: str) -> Program:
    program = check(source).program
    assert program is not None, source
    return program


def printed(source: str) -> list[str]:
    """What its one candle handler prints last, over a few candles."""
    program = program_of(source)
    state, words = program.initial(), []
    for number, close in enumerate(CLOSES):
        event = ("BTC/USDT", number * 300_000.0, close - 1, close + 2, close - 2, close, 5.0)
        result = program.step(0, state, event, (0.0,) * len(program.reads))
        state = result.state
        words = [each.text for each in result.effects if isinstance(each, Note)]
    return words


@pytest.mark.parametrize(
    ("body", "expression"),
    [
        ("x = EMA(close, 3); y = x * 2; Print(y + 1)", "y + 1"),
        ("if close > open { x = close * 2; Print(x + 1) }", "x + 1"),
        ("x = 1; if close > open { x = 2 } else { x = 3 }; Print(x * 10)", "x * 10"),
        ("x = 5; if close < open { x = 2 }; Print(x * 10)", "x * 10"),
        ("x = 0; decide { close < 1 => x = 1; close > 2 => x = 7 else => x = 3 }; Print(x)", "x"),
        ("for n in [1, 2, 3] { x = close * n; Print(x) }", "x"),
        ('t = 0; for n in [1, 2] { t = t + n }; Print("{t * 2}")', "t * 2"),
        (
            "Print(Bollinger(close, 3, 2).upper - close[1])",
            "Bollinger(close, 3, 2).upper - close[1]",
        ),
        ("Print(event.close - event.open)", "event.close - event.open"),
        ("Print(close > open)", "close > open"),
        ("Print(25% * 2)", "25% * 2"),
    ],
)
def test_the_source_prints_what_the_script_prints(body: str, expression: str) -> None:
    script = f'{CANDLE} {body}; Buy("BTC/USDT", 1) }}'
    at = script.rindex(expression)
    found = value_source(script, Span(at, at + len(expression)))
    assert found.refusal == ""
    assert printed(found.source) == printed(script)


def test_functions_and_settings_come_along() -> None:
    source = asked(
        "setting n = 3\nfn up(x) = x + n\nfn far(x) = up(x) * 2\n"
        f'{CANDLE} Notify("a"); y = far(close); Sell("BTC/USDT", 1, at = y|) }}'
    )
    assert program_of(source).handlers[0].event == "Candle"
    assert "Sell" not in source
    assert "fn up" in source


def test_outside_candles_it_is_a_value_of_now() -> None:
    source = asked('on PriceUpdate("BTC/USDT") { if Spo|t("BTC/USDT") > 1 { Close("BTC/USDT") } }')
    program = program_of(source)
    assert program.handlers[0].event == "Start"
    assert [each.kind for each in program.reads] == ["spot"]


@pytest.mark.parametrize(
    ("marked", "why"),
    [
        ("state n = 0\non Start { n = n + 1; Print(n| + 2) }", "`n` is a state"),
        ('on Start { o = Buy("A/B", 1); Print(o.pri|ce) }', "`Buy`"),
        ("on Fill { Print(event.pri|ce) }", "only while a Fill"),
        ("fn f(x) = x| + 1\non Start { Print(f(1)) }", "each call of `f`"),
        ('on Start { Print(EMA(Spot("A/B"), 3)| + 1) }', "earlier runs"),
        (CANDLE + " x = 1; if close > open { x = 2 }; Print(x[1]|) }", "earlier run"),
        ('state n = 0\non Start { n = 1 }\ntest "a" { price "A/B" 1; expect n == |1 }', "A test"),
        ("x = |", "mistakes"),
        ("on Start { Print(|[1, 2]) }", "a list"),
    ],
)
def test_what_only_a_bot_knows_is_refused(marked: str, why: str) -> None:
    if marked.startswith("x = "):
        assert why in value_source("x = ", Span(0, 1)).refusal
    else:
        assert why in refused(marked)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_source_is_right_and_acts_on_nothing(name: str) -> None:
    text = SHIPPED[name]
    script = analysed(text).script
    roots = [value for item in (*script.items, script.body) for value in values_of(item)]
    for node in all_parts(roots):
        found = value_source(text, node.span)
        assert bool(found.source) != bool(found.refusal)
        if found.source:
            program = program_of(found.source)
            assert program.sites == ()
            assert len(program.handlers) == 1
            assert re.fullmatch(r"(?s).*Print\(\(\n.*\n\)\)\n\}(\n\})*\n", found.source)
