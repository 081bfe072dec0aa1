"""After a mistake reading goes on: each mistake one message, the next one still found."""

from __future__ import annotations

import pytest

from lefi_tui.lang import syntax as s
from lefi_tui.lang.parser import parse
from lefi_tui.lang.program import check
from lefi_tui.lang.scanner import scan
from lefi_tui.lang.source import Source, Span
from lefi_tui.lang.tokens import Kind
from tests.unit.lang.scripts import RIGHT
from tests.unit.lang.written import said, written

SEVERAL = [
    ("x = ,\ny = 1\nz = )", ["1:5+1 LF101", "3:5+1 LF101"]),
    ("x = 1var; y = 2var", ["1:5+4 LF002", "1:15+4 LF002"]),
    ("if a { x = ; y = 1; z = ) }\nw = ]", ["1:12+1 LF101", "1:25+1 LF101", "2:5+1 LF101"]),
    ("if a + { x = , }", ["1:8+1 LF101", "1:14+1 LF101"]),
    ("for x in { y = , }\nz = ,", ["1:10+1 LF101", "1:16+1 LF101", "2:5+1 LF101"]),
    ("on Candle(a 5m) { x = , }", ["1:13+2 LF101", "1:23+1 LF101"]),
    ("decide { a < => x = ,; b => y = , }", ["1:14+2 LF101", "1:21+1 LF101", "1:33+1 LF101"]),
    ("policy { retry = ; timeout = , }", ["1:18+1 LF101", "1:30+1 LF101"]),
    ('test "t" { price ,; expect ; approve }', ["1:18+1 LF101", "1:28+1 LF101"]),
    ('x = "abc\ny = "def', ["1:5+4 LF003", "2:5+4 LF003"]),
    ('if a { Notify("late) }\nz = )', ["1:15+8 LF003", "2:5+1 LF101"]),
    ("x = (1 + 2\ny = ,", ["1:11+1 LF101", "2:5+1 LF101"]),
    ("on A {\n  x = f(1\n  y = 2\n}\nz = $", ["2:10+1 LF101", "5:5+1 LF001"]),
    ("on A {\n  x = ,\non B {\n  y = ,\n}", ["1:6+1 LF102", "2:7+1 LF101", "4:7+1 LF101"]),
    ("on A x = 1 }\nz = ,", ["1:6+1 LF101", "2:5+1 LF101"]),
    ("on A { { x = 1 }\nz = ,", ["1:8+1 LF101", "2:5+1 LF101"]),
    ("}}}\nx = ,\n}", ["1:1+1 LF101", "2:5+1 LF101", "3:1+1 LF101"]),
    ("a = 1 b = 2 c = ,", ["1:7+1 LF103", "1:13+1 LF103", "1:17+1 LF101"]),
    ('script "abc\nx = ,', ["1:8+4 LF003", "2:5+1 LF101"]),
    ('test "t {\n price 1\n}\nx = ,', ["1:6+4 LF003", "4:5+1 LF101"]),
    ('test "t" {\nsetting a = 1\nprice 1', ["1:10+1 LF102"]),
    ("if a {\n}\n\n\nesle { x = 1 }\nx = ,", ["5:1+4 LF201", "6:5+1 LF101"]),
    ("on A { x = ,\nreturn }\nx = ,", ["1:12+1 LF101", "3:5+1 LF101"]),
    ('Notify("{a b} {c d}")', ["1:12+1 LF005", "1:18+1 LF005"]),
]


@pytest.mark.parametrize(("text", "places"), SEVERAL)
def test_every_mistake_is_found_and_said_once(text: str, places: list[str]) -> None:
    assert said(text) == places


KEPT = [
    ("x = ,\ny = 1", "x = <broken>; y = 1.0"),
    ("state a = ,", "state a = <broken>"),
    ("setting a = 5 in 1", "setting a = 5.0"),
    ("fn f(a = a", "fn f(a) = <broken>"),
    ("if a + { x = 1 }", "if <broken> { x = 1.0 }"),
    ("Buy(x, 100USDT)", "Buy(x, <broken>)"),
    ("x = 1 y = 2", "x = 1.0; y = 2.0"),
    ('Notify("a {b c} d")', 'Notify("a {<broken>} d")'),
    ("if a then x = 1 else x = 2 end\ny = 3", "if a { x = 1.0 } else { x = 2.0 }; y = 3.0"),
    ("authorize\n Buy(x, 1)\nend\ny = 3", "authorize { Buy(x, 1.0) }; y = 3.0"),
    ("autorize { x = 1 }", "authorize { x = 1.0 }"),
    ("on A x = 1 }\ny = 2", "on A { x = 1.0 }; y = 2.0"),
    ("on A { x = 1\non B { y = 2 }", "on A { x = 1.0 }; on B { y = 2.0 }"),
    ("if a { x = 1 else { x = 2 }", "if a { x = 1.0 } else { x = 2.0 }"),
]


@pytest.mark.parametrize(("text", "tree"), KEPT)
def test_what_is_right_around_a_mistake_is_kept(text: str, tree: str) -> None:
    assert written(parse(Source(text)).script) == tree


# What a lost statement would have named is not "unknown" further down.
ONE_MISTAKE = [
    "state n = ,; on Start { n = n + 1; Print(n) }",
    "setting n = 1var; on Start { Print(n) }",
    "setting n = 5 in 1..$; on Start { Print(n) }",
    "fn f(a) = a +; on Start { Print(f(1)) }",
    'on Candle("BTC/USDT", 5m) { x = EMA(close 5); Print(x) }',
    'on Candle("BTC/USDT" 5m) { Print(close) }',
    'on Candle("BTC/USDT", 5m { Print(close) }',
    'on Candle("BTC/USDT", 5m) { Buy("BTC/USDT, 5%) }',
    'on Candle("BTC/USDT", 5m) { Buy("BTC/USDT", 100USDT) }',
    'on Candle("BTC/USDT", 5m) { x = close += 1; Print(x) }',
    "on Start { x = 5; if x = 5 { Print(x) } }",
    "on Start { x = 1 y = 2; Print(x + y) }",
    "state spent = 0USDT; on Every(1h) { spent = 1 BTC; if Equity() > spent { Print(1) } }",
    'setting a = "BTC/USDT\non Candle(a, 5m) { Print(close) }',
]


@pytest.mark.parametrize("text", ONE_MISTAKE)
def test_one_mistake_is_one_message_of_the_whole_check(text: str) -> None:
    assert len(check(text).diagnostics) == 1, check(text).diagnostics


# ---- faults of parsers published before


def test_an_unterminated_text_ends_at_its_line() -> None:
    assert said('Notify("AAPL is above\nx = 1') == ["1:8+14 LF003"]


def test_a_number_and_a_name_run_together_are_not_two_words() -> None:
    assert said("x = 1var") == ["1:5+4 LF002"]
    assert said("1var = 5") == ["1:1+4 LF002"]


def test_a_condition_needs_no_comparison_and_takes_sums() -> None:
    assert said("if ok { }") == []
    assert said("if a + 1 > 2 { }") == []


def test_mistakes_inside_an_if_are_kept() -> None:
    assert said("if a { x = 1 + }\ny = 2") == ["1:16+1 LF101"]
    assert said("if a { if b { x = } } else { y = ) }") == ["1:19+1 LF101", "1:34+1 LF101"]


def test_both_branches_keep_their_own_statements() -> None:
    (node,) = parse(Source("if a { b = 1; c = 2 } else { d = 3; e = 4 }")).script.body
    assert isinstance(node, s.If)
    assert node.other is not None
    assert written(node.then) == "{ b = 1.0; c = 2.0 }"
    assert written(node.other) == "{ d = 3.0; e = 4.0 }"


def test_pays_stops_at_its_own_line_end() -> None:
    source = Source("due pays 5 USDT;\nx = 1")
    assert parse(source).diagnostics == ()
    assert written(parse(source).script) == "due pays 5.0 USDT; x = 1.0"


# ---- all of a right script's words, one by one


def _words(text: str) -> list[Span]:
    skipped = {Kind.LINE_END, Kind.END}
    return [each.span for each in scan(text).tokens if each.kind not in skipped]


@pytest.mark.parametrize("text", RIGHT)
def test_a_right_script_has_no_message(text: str) -> None:
    assert said(text) == []


@pytest.mark.parametrize("text", RIGHT)
def test_a_lost_word_is_one_mistake(text: str) -> None:
    for start, end in _words(text):
        wrong = text[:start] + text[end:]
        if text[start:end] == "{" and "=>" in text[max(0, start - 4) : start]:
            continue  # a row's action may do without; its } and else then stand alone
        assert len(said(wrong)) <= 1, wrong


@pytest.mark.parametrize("text", RIGHT)
def test_a_word_written_twice_is_one_mistake(text: str) -> None:
    for start, end in _words(text):
        wrong = f"{text[:end]} {text[start:]}"
        if text[start:end] == "}" and "else" in text[end:]:
            continue  # the } that is too many may close what an else further down belongs to
        assert len(said(wrong)) <= 1, wrong
