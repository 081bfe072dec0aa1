"""The grammar, rule by rule: what is read, and as what."""

from __future__ import annotations

import pytest

from lefi_tui.lang import syntax as s
from lefi_tui.lang.parser import parse, parse_value
from lefi_tui.lang.source import Source
from tests.unit.lang.written import read, value

EXPRESSIONS = [
    # from loosest to tightest
    ("a or not b == c", "(a or (not (b == c)))"),
    ("not not a", "(not (not a))"),
    ("not a and b", "((not a) and b)"),
    ("a + 1 > 2", "((a + 1.0) > 2.0)"),
    ("a < b", "(a < b)"),
    ("a <= b ?? c", "(a <= (b ?? c))"),
    ("a ?? b ?? c", "((a ?? b) ?? c)"),
    ("a ?? -b", "(a ?? (- b))"),
    ("a + b ?? c", "((a + b) ?? c)"),
    ("(a ?? 0) + 1", "((a ?? 0.0) + 1.0)"),
    ("a - b - c", "((a - b) - c)"),
    ("a - b * c", "(a - (b * c))"),
    ("a / b * c", "((a / b) * c)"),
    ("a mod b * c", "((a mod b) * c)"),
    ("-a * b", "((- a) * b)"),
    ("a * -b", "(a * (- b))"),
    ("--a", "(- (- a))"),
    ("-a ^ 2", "(- (a ^ 2.0))"),
    ("2 ^ 3 ^ 2", "(2.0 ^ (3.0 ^ 2.0))"),
    ("2 ^ -1", "(2.0 ^ (- 1.0))"),
    ("a[1] ^ 2", "(a[1.0] ^ 2.0)"),
    ("if a then b else if c then d else e", "(if a then b else (if c then d else e))"),
    ("if a or b then 1 else 2 + 3", "(if (a or b) then 1.0 else (2.0 + 3.0))"),
    ("(if a then b else c) + 1", "((if a then b else c) + 1.0)"),
    # calls, history, fields
    ("Max(a, b)", "Max(a, b)"),
    ("f()", "f()"),
    ("Now", "Now()"),
    ("Bollinger(close, 20, 2).upper[1]", "Bollinger(close, 20.0, 2.0).upper[1.0]"),
    ("EMA(close, n)[k + 1]", "EMA(close, n)[(k + 1.0)]"),
    ("event.on", "event.on"),
    ("event.Time", "event.Time"),
    ("Buy(x, 5%, at = 3, stop_loss = 2%)", "Buy(x, 0.05%, at = 3.0, stop_loss = 0.02%)"),
    ("Emit(name, per = 1, no = 2, price = 3)", "Emit(name, per = 1.0, no = 2.0, price = 3.0)"),
    ("decide Buy(x, 1)", "(decide Buy(x, 1.0))"),
    # literals
    ("[1, 2]", "[1.0, 2.0]"),
    ("[]", "[]"),
    ("true and false", "(true and false)"),
    ("none", "none"),
    ("25%", "0.25%"),
    ("1h30m", "5400000.0ms"),
    ("100 USDT", "100.0 USDT"),
    ('"a {b + 1} c"', '"a {(b + 1.0)} c"'),
    ('"{f("}")}"', '"{f("}")}"'),
    # planned cash flows
    ("pays 5 USDT", "pays 5.0 USDT"),
    ('pays a on "2026-12-31"', 'pays a on "2026-12-31"'),
    ("pays a + b in 30d at 5%", "pays (a + b) in 2592000000.0ms at 0.05%"),
    ("(pays 5 USDT in 30d) + 1", "(pays 5.0 USDT in 2592000000.0ms + 1.0)"),
    # words with a meaning only in their place are names elsewhere
    ("by + within + at + per + expect + no", "(((((by + within) + at) + per) + expect) + no)"),
    ("decline + after", "(decline + after)"),
]


@pytest.mark.parametrize(("text", "expected"), EXPRESSIONS)
def test_an_expression_is_read_by_its_levels(text: str, expected: str) -> None:
    assert value(text) == expected


STATEMENTS = [
    ("x = 1", "x = 1.0"),
    ("x = 1; y = 2", "x = 1.0; y = 2.0"),
    ("Buy(x, 1)", "Buy(x, 1.0)"),
    ("f(1)", "f(1.0)"),
    ("return", "return"),
    ("if a { }", "if a {  }"),
    ("if a + 1 > 2 { x = 1 }", "if ((a + 1.0) > 2.0) { x = 1.0 }"),
    ("if a { x = 1; y = 2 } else { z = 3 }", "if a { x = 1.0; y = 2.0 } else { z = 3.0 }"),
    (
        "if a { x = 1 } else if b { x = 2 } else { x = 3 }",
        "if a { x = 1.0 } else { if b { x = 2.0 } else { x = 3.0 } }",
    ),
    ("if a\n{\nx = 1\n}\nelse\n{\ny = 2\n}", "if a { x = 1.0 } else { y = 2.0 }"),
    ("if decide Buy(x, 1) { }", "if (decide Buy(x, 1.0)) {  }"),
    ("if not Buy(x, 1) { }", "if (not Buy(x, 1.0)) {  }"),
    ("for c in [1, 2] { Buy(c, 1) }", "for c in [1.0, 2.0] { Buy(c, 1.0) }"),
    ("repeat n { x = 1 }", "repeat n { x = 1.0 }"),
    ("finalize { Buy(x, 1) }", "finalize { Buy(x, 1.0) }"),
    ("decide Buy(x, 1)", "decide Buy(x, 1.0)"),
    (
        "decide { a => Buy(x, 1); b => { y = 1 } else => return }",
        "decide { a => { Buy(x, 1.0) }; b => { y = 1.0 }; else => { return } }",
    ),
    (
        "decide {\n a => decide Buy(x, 1)\n b => y = 1\n else => due pays 1 USDT\n}",
        "decide { a => { decide Buy(x, 1.0) }; b => { y = 1.0 }; else => { due pays 1.0 USDT } }",
    ),
    ("decide { }", "decide {  }"),
    ("execute { Buy(x, 1) }", "execute { Buy(x, 1.0) }"),
    ("execute { } else { x = 1 }", "execute {  } else { x = 1.0 }"),
    ("authorize { Buy(x, 1) }", "authorize { Buy(x, 1.0) }"),
    (
        'authorize by "owner" within 1d { } else { Notify("late") }',
        'authorize by "owner" within 86400000.0ms {  } else { Notify("late") }',
    ),
    ("authorize within a + b { }", "authorize within (a + b) {  }"),
    ("due pays 5 USDT in 90d at 5%", "due pays 5.0 USDT in 7776000000.0ms at 0.05%"),
    ("at = 5; price = at", "at = 5.0; price = at"),
]


@pytest.mark.parametrize(("text", "expected"), STATEMENTS)
def test_a_statement_is_read(text: str, expected: str) -> None:
    assert read(text) == expected


ITEMS = [
    ('script "EMA cross"', 'script "EMA cross"'),
    ("kind manual", "kind manual"),
    ("setting a = 12 in 2..200", "setting a = 12.0 in 2.0..200.0"),
    ("setting a = 1 in -5..-1", "setting a = 1.0 in (- 5.0)..(- 1.0)"),
    ("setting a = 25% in 1%..100%", "setting a = 0.25% in 0.01%..1.0%"),
    ("setting a = 5 USDT in 1 USDT..9 USDT", "setting a = 5.0 USDT in 1.0 USDT..9.0 USDT"),
    ('setting a = "x" in ["x", "y"]', 'setting a = "x" in ["x", "y"]'),
    ('setting a = ["x", "y"]', 'setting a = ["x", "y"]'),
    ("state n = none", "state n = none"),
    (
        "policy { partial_fill = keep; rate = 10 per 1m\n approval = within 15m }",
        "policy { partial_fill = keep; rate = 10.0 per 60000.0ms; approval = within 900000.0ms }",
    ),
    ("policy { }", "policy {  }"),
    ("fn f() = 1", "fn f() = 1.0"),
    ("fn mid(a, b) = (a + b) / 2", "fn mid(a, b) = ((a + b) / 2.0)"),
    ("on Start { x = 1 }", "on Start { x = 1.0 }"),
    ('on Candle("BTC/USDT", 5m)\n{\n}', 'on Candle("BTC/USDT", 300000.0ms) {  }'),
    ('on Command("BUY GAME", key = "b") { }', 'on Command("BUY GAME", key = "b") {  }'),
    ("on Start { }; on Stop { }", "on Start {  }; on Stop {  }"),
]


@pytest.mark.parametrize(("text", "expected"), ITEMS)
def test_a_declaration_is_read(text: str, expected: str) -> None:
    assert read(text) == expected


CHECKS = [
    ("setting a = 1, b = 2%", "setting a = 1.0, b = 0.02%"),
    ("candles 100 101 -5", "candles 100.0 101.0 -5.0"),
    ('candles "BTC/USDT" 100', 'candles "BTC/USDT" 100.0'),
    ("price 100 USDT 101", "price 100.0 101.0"),
    ('event "news" { score = 1; up = true }', 'event "news" { score = 1.0, up = true }'),
    ('command "BUY GAME"', 'command "BUY GAME"'),
    ("approve; decline; after 10m", "approve; decline; after 600000.0ms"),
    ("expect Buy(symbol, 5%)", "expect Buy(symbol, 0.05%)"),
    ("expect no Sell", "expect no Sell()"),
    ("expect entries == 1", "expect (entries == 1.0)"),
    ("expect finalized", "expect finalized"),
    ('expect Notify("AAPL is above 100: 101")', 'expect Notify("AAPL is above 100: 101")'),
]


@pytest.mark.parametrize(("text", "expected"), CHECKS)
def test_a_line_of_a_test_is_read(text: str, expected: str) -> None:
    assert read(f'test "t" {{ {text} }}') == f'test "t" {{ {expected} }}'


def test_a_candle_can_be_given_by_its_five_numbers() -> None:
    text = 'test "t" { candles (1, 2, 0.5, 1.5, 10) (2, 2, 2, 2, 1) }'
    (item,) = parse(Source(text)).script.items
    assert isinstance(item, s.Test)
    (check,) = item.checks
    assert isinstance(check, s.TestPrices)
    assert check.rows == ((1.0, 2.0, 0.5, 1.5, 10.0), (2.0, 2.0, 2.0, 2.0, 1.0))


def test_and_beside_or_without_parentheses_gets_a_warning() -> None:
    source = Source("x = a or b and c\ny = a or (b and c)\nz = a and b and c")
    (warning,) = parse(source).diagnostics
    assert (warning.code, warning.is_error) == ("LF254", False)
    assert source.place(warning.span.start) == (1, 7)


def test_every_part_knows_where_it_stands() -> None:
    text = "x = Buy(a, at = 5) + -b.c[1]"
    (assign,) = parse(Source(text)).script.body
    assert isinstance(assign, s.Assign)
    total = assign.value
    assert isinstance(total, s.Binary)
    call, signed = total.left, total.right
    assert isinstance(call, s.Call)
    assert isinstance(signed, s.Unary)
    index = signed.operand
    assert isinstance(index, s.Index)
    field = index.target
    assert isinstance(field, s.Field)
    spans = [
        *(assign.span, assign.name_span, total.span, total.op_span, call.span, call.name_span),
        *(call.args[1].name_span, call.args[1].value.span, signed.span, index.span),
        *(field.span, field.name_span),
    ]
    assert [text[each.start : each.end] for each in spans] == [
        *(text, "x", text[4:], "+", "Buy(a, at = 5)", "Buy", "at", "5", "-b.c[1]", "b.c[1]"),
        *("b.c", "c"),
    ]


def test_parentheses_belong_to_the_operation_around_them() -> None:
    text = "x = (a + b) * (c)"
    (assign,) = parse(Source(text)).script.body
    assert isinstance(assign, s.Assign)
    product = assign.value
    assert isinstance(product, s.Binary)
    assert text[product.span.start : product.span.end] == "(a + b) * (c)"
    assert text[product.left.span.start : product.left.span.end] == "a + b"


def test_a_declaration_keeps_its_words_of_documentation() -> None:
    text = "/// Market\nsetting a = 1\n/// Seen\nstate b = 1\n/// Half\nfn f(x) = x / 2"
    items = parse(Source(text)).script.items
    docs = [each.doc for each in items if isinstance(each, (s.Setting, s.State, s.Function))]
    assert docs == ["Market", "Seen", "Half"]


def test_a_setting_given_as_text_is_one_value_or_says_why_not() -> None:
    given = parse_value("25%")
    assert isinstance(given.value, s.Percent)
    assert given.value.value == 0.25
    for wrong in ("", "1var", "5 6", "a +", '"x', "1; 2", "5 }"):
        refused = parse_value(wrong)
        assert refused.value is None, wrong
        assert len(refused.diagnostics) == 1, wrong
