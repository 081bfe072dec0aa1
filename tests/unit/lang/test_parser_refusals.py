"""What the parser refuses: one message, at the first word that can't stand there."""

from __future__ import annotations

import pytest

from lefi_tui.lang.diagnostic import applied
from lefi_tui.lang.parser import parse
from lefi_tui.lang.source import Source
from tests.unit.lang.written import said

REFUSED = [
    # items
    ("script name", "1:8+4 LF101"),
    ('script "a {b}"', "1:8+7 LF101"),
    ("kind automatic", "1:6+9 LF101"),
    ("setting = 5", "1:9+1 LF101"),
    ("setting in = 5", "1:9+2 LF108"),
    ("setting Fast = 5", "1:9+4 LF101"),
    ("setting a 5", "1:11+1 LF101"),
    ("setting a = 5 in 1 9", "1:20+1 LF101"),
    ("setting a = 5 in b..9", "1:18+1 LF101"),
    ("setting a = 5 in 1..b", "1:21+1 LF101"),
    ("setting a = 5 in --1..2", "1:19+1 LF101"),
    ("setting a = 5 in []", "1:19+1 LF101"),
    ("setting a = 5 in [1, 2", "1:23+1 LF101"),
    ("state a", "1:8+1 LF101"),
    ("state a = ,", "1:11+1 LF101"),
    ("policy rate = 5", "1:8+4 LF101"),
    ("policy { 5 = rate }", "1:10+1 LF101"),
    ("policy { rate 5 }", "1:15+1 LF101"),
    ("policy { approval = within 5m per 1m }", "1:31+3 LF103"),
    ("fn f = 5", "1:6+1 LF101"),
    ("fn f(a,) = 5", "1:8+1 LF101"),
    ("fn f(a + 1) = 5", "1:8+1 LF101"),
    ("fn f(a) { }", "1:9+1 LF101"),
    ("fn F(a) = 5", "1:4+1 LF101"),
    ("on candle { }", "1:4+6 LF101"),
    ("on Candle(symbol 5m) { }", "1:18+2 LF101"),
    ("on Start x = 1", "1:10+1 LF101"),
    ("test name { }", "1:6+4 LF101"),
    # statements
    ("x", "1:2+1 LF101"),
    ("x 5", "1:3+1 LF101"),
    ("Buy", "1:4+1 LF101"),
    ("5", "1:1+1 LF101"),
    ("x.y = 5", "1:2+1 LF101"),
    ("a < b", "1:3+1 LF101"),
    ("x = ", "1:4+1 LF101"),
    ("x = 1 y = 2", "1:7+1 LF103"),
    ("x = 1 2", "1:7+1 LF101"),
    ("return 5", "1:8+1 LF101"),
    ("if { }", "1:4+1 LF101"),
    ("if a x = 1", "1:6+1 LF101"),
    ("if x = 5 { }", "1:6+1 LF101"),
    ("x == 5", "1:3+2 LF101"),
    ("x += 1", "1:3+2 LF101"),
    ("else { }", "1:1+4 LF101"),
    ("for Coin in coins { }", "1:5+4 LF101"),
    ("for coin of coins { }", "1:10+2 LF101"),
    ("for coin in { }", "1:13+1 LF101"),
    ("repeat { }", "1:8+1 LF101"),
    ("finalize Buy(x, 1)", "1:10+3 LF101"),
    ("decide x", "1:8+1 LF101"),
    ("decide { a Buy(x, 1) }", "1:12+3 LF101"),
    ("decide { x = 3 => return }", "1:12+1 LF101"),
    ("decide { a => return; else => return }", "1:23+4 LF101"),
    ("decide { a => if b { } }", "1:15+2 LF101"),
    ("execute { } else", "1:17+1 LF101"),
    ("authorize by owner { }", "1:14+5 LF101"),
    ("authorize 5m { }", "1:11+2 LF101"),
    ("while a { }", "1:1+5 LF101"),
    ("let x = 5", "1:1+3 LF101"),
    ("on Start { state x = 1 }", "1:12+5 LF101"),
    ("{ x = 1 }", "1:1+1 LF101"),
    ("}", "1:1+1 LF101"),
    # expressions
    ("x = -", "1:6+1 LF101"),
    ("x = (1", "1:7+1 LF101"),
    ("x = 1)", "1:6+1 LF101"),
    ("x = (a]", "1:7+1 LF101"),
    ("x = [1,]", "1:8+1 LF101"),
    ("x = f(a,)", "1:9+1 LF101"),
    ("x = f(a b)", "1:9+1 LF101"),
    ("x = f(5 = a)", "1:9+1 LF101"),
    ("x = f(in = 5)", "1:7+2 LF108"),
    ("x = a[]", "1:7+1 LF101"),
    ("x = a.5", "1:7+1 LF101"),
    ("x = .5", "1:5+1 LF101"),
    ("x = a..b", "1:6+2 LF101"),
    ("x = a < b < c", "1:11+1 LF105"),
    ("x = a == b == c", "1:12+2 LF105"),
    ("x = a not b", "1:7+3 LF103"),
    ("x = 5 AND 6", "1:7+3 LF201"),
    ("x = a ?? b + 1", "1:12+1 LF104"),
    ("x = a ?? b ?? c * 2", "1:17+1 LF104"),
    ("x = if a then b", "1:16+1 LF101"),
    ("x = if a else b", "1:10+4 LF101"),
    ("x = decide a", "1:12+1 LF101"),
    ("x = 1 + pays 5 USDT", "1:9+4 LF101"),
    ("x = pays 5 USDT on day", "1:20+3 LF101"),
    ('x = "{}"', "1:7+1 LF005"),
    ('x = "{a b}"', "1:9+1 LF005"),
    ('x = "{a +}"', "1:10+1 LF101"),
    # tests
    ('test "t" { candles }', "1:20+1 LF101"),
    ('test "t" { candles 1 (1, 2, 3, 4, 5) }', "1:22+1 LF101"),
    ('test "t" { candles (1, 2) }', "1:20+6 LF101"),
    ('test "t" { price 5% }', "1:18+2 LF101"),
    ('test "t" { after x }', "1:18+1 LF101"),
    ('test "t" { event news }', "1:18+4 LF101"),
    ('test "t" { x = 1 }', "1:12+1 LF101"),
    ('test "t" { expect }', "1:19+1 LF101"),
    ('test "t" { setting a }', "1:22+1 LF101"),
]


@pytest.mark.parametrize(("text", "where"), REFUSED)
def test_what_the_grammar_does_not_allow_is_one_message_at_its_place(text: str, where: str) -> None:
    assert said(text) == [where]


BRACES = [
    ("on Start {", "1:10+1 LF102"),
    ("on Start { x = 1", "1:10+1 LF102"),
    ("on Start { if a { x = 1 }", "1:10+1 LF102"),
    ("on Start {\n  x = 1\n\non Stop { }", "1:10+1 LF102"),
    ("on Start {\n  if a {\n    x = 1\n}\non Stop { }", "2:8+1 LF102"),
    ("on Start {\n  if a {\n    x = 1\n  }\non Stop { }", "1:10+1 LF102"),
    ("on Start {\n  for x in y {\n    if a {\n      z = x\n  }\n}", "3:10+1 LF102"),
    ("policy {\n  retry = 3\n\non Start { }", "1:8+1 LF102"),
    ('test "t" {\n  price 1', "1:10+1 LF102"),
    ('test "t" {\nsetting a = 1\nprice 1\n}\nx = 1', None),
    ("decide { a => return", "1:8+1 LF102"),
    ("if a { x = 1 else { y = 2 }", "1:6+1 LF102"),
    ("on Start {\n if a {\n x = 1\n} }\non Stop { }", None),
]


@pytest.mark.parametrize(("text", "where"), BRACES)
def test_a_missing_brace_is_said_at_the_brace_it_would_close(text: str, where: str | None) -> None:
    assert said(text) == ([where] if where else [])


MENDED = [
    ("autorize { }", "authorize { }"),
    ('autorise by "owner" { }', 'authorize by "owner" { }'),
    ("finalise { }", "finalize { }"),
    ("setings a = 1", "setting a = 1"),
    ("polcy { }", "policy { }"),
    ('tset "t" { }', 'test "t" { }'),
    ('Script "x"', 'script "x"'),
    ("iff a { }", "if a { }"),
    ("if a { } esle { }", "if a { } else { }"),
    ("if a { } elif b { }", "if a { } else if b { }"),
    ("reutrn", "return"),
    ("policy { rate = 5 pr 1m }", "policy { rate = 5 per 1m }"),
    ('test "t" { candels 1 }', 'test "t" { candles 1 }'),
    ("if x = 5 { }", "if x == 5 { }"),
    ("x == 5", "x = 5"),
    ("x = a && !b", "x = a and not b"),
    ("x = a&&b", "x = a and b"),
    ("x = 100USDT", "x = 100 USDT"),
    ("x = n[1] ?? 0 + 1", "x = (n[1] ?? 0) + 1"),
    ("x = (n[1]) ?? (0) + 1", "x = ((n[1]) ?? (0)) + 1"),
    ('x = "abc', 'x = "abc"'),
    ('Notify("late)', 'Notify("late")'),
    ("Notify('late')", 'Notify("late")'),
    (r'x = "a \d"', r'x = "a \\d"'),
    ("# why\nx = 1", "// why\nx = 1"),
    ("x = a ** 2", "x = a ^ 2"),
]


@pytest.mark.parametrize(("wrong", "right"), MENDED)
def test_a_fix_makes_the_script_right(wrong: str, right: str) -> None:
    text = wrong
    for each in reversed(parse(Source(wrong)).diagnostics):
        assert each.fix is not None
        text = applied(text, each.fix)
    assert text == right
    assert said(text) == []


def test_the_page_of_the_language_names_these_places() -> None:
    history = 'state n = 0; on Candle("BTC/USDT", 5m) { n = n[1] ?? 0 + 1 }'
    line = 'if Spot("BTC/USDT") > 100 { Notify("high") } x = 1'
    assert said(history) == ["1:56+1 LF104"]
    assert said(line) == ["1:46+1 LF103"]


OLDER = [
    ("if a > 1 then x = 1 else x = 2 end", "1:10+4 LF107"),
    ("if a > 1 then\n x = 1;\nelse\n x = 2;\nend\nz = 3", "1:10+4 LF107"),
    ("on Start { if a then x = 1 end }", "1:17+4 LF107"),
    ("authorize\n  Buy(x, 1);\nend\nz = 3", "1:1+9 LF107"),
    ("authorize Buy(x, 1)", "1:1+9 LF107"),
    ("# why", "1:1+5 LF107"),
    ("x = 2 ** 3", "1:7+2 LF107"),
]


@pytest.mark.parametrize(("text", "where"), OLDER)
def test_an_older_form_is_said_once_and_names_the_form_of_today(text: str, where: str) -> None:
    assert said(text) == [where]
    assert "today" in parse(Source(text)).diagnostics[0].message
