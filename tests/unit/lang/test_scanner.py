"""Text to words: numbers, units, texts, comments, and which line ends count."""

from __future__ import annotations

import pytest

from lefi_tui.lang.diagnostic import applied
from lefi_tui.lang.scanner import Scanned, scan
from lefi_tui.lang.tokens import Kind


def words(text: str) -> list[str]:
    """The tokens as kind and text, the end left out."""
    return [f"{each.kind} {each.text}" for each in scan(text).tokens[:-1] if _is_word(each.kind)]


def _is_word(kind: Kind) -> bool:
    return kind is not Kind.LINE_END


def said(scanned: Scanned) -> list[tuple[str, int, int]]:
    return [(each.code, each.span.start, each.span.end) for each in scanned.diagnostics]


def statements(text: str) -> int:
    """How many statements the line ends make of a text."""
    tokens = scan(text).tokens
    return sum(each.kind is Kind.LINE_END for each in tokens)


NUMBERS = [
    ("1", Kind.NUMBER, 1.0),
    ("007", Kind.NUMBER, 7.0),
    ("1_000", Kind.NUMBER, 1000.0),
    ("1_000_000.000_1", Kind.NUMBER, 1000000.0001),
    ("0.5", Kind.NUMBER, 0.5),
    ("1e-3", Kind.NUMBER, 0.001),
    ("2.5E+3", Kind.NUMBER, 2500.0),
    ("25%", Kind.PERCENT, 0.25),
    ("0.1%", Kind.PERCENT, 0.001),
    ("1_000%", Kind.PERCENT, 10.0),
    ("1e2%", Kind.PERCENT, 1.0),
    ("500ms", Kind.DURATION, 500.0),
    ("30s", Kind.DURATION, 30_000.0),
    ("5m", Kind.DURATION, 300_000.0),
    ("1h30m", Kind.DURATION, 5_400_000.0),
    ("2d", Kind.DURATION, 172_800_000.0),
    ("1w", Kind.DURATION, 604_800_000.0),
    ("100 USDT", Kind.AMOUNT, 100.0),
    ("0.5 BTC", Kind.AMOUNT, 0.5),
    ("3 C98", Kind.AMOUNT, 3.0),
    ("1_000 USDT", Kind.AMOUNT, 1000.0),
    ("5\u00a0USDT", Kind.AMOUNT, 5.0),
]


@pytest.mark.parametrize(("text", "kind", "value"), NUMBERS)
def test_a_number_is_one_word_with_its_value(text: str, kind: Kind, value: float) -> None:
    token = scan(text).tokens[0]
    assert (token.kind, token.text, token.value) == (kind, text, value)
    assert scan(text).diagnostics == ()


@pytest.mark.parametrize("percent", ["7%", "0.07%", "29%", "57%", "1.1%", "33.3%"])
def test_a_percent_is_the_double_nearest_to_its_decimal_value(percent: str) -> None:
    assert scan(percent).tokens[0].value == float(f"{percent[:-1]}e-2")


GLUED = ["1var", "100USDT", "1_", "1__0", "0x10", "1.5h", "1e", "25%x", "5M", "1h2", "3größe"]


@pytest.mark.parametrize("text", GLUED)
def test_a_number_that_runs_into_letters_is_one_error(text: str) -> None:
    scanned = scan(f"x = {text} + 1")
    assert said(scanned) == [("LF002", 4, 4 + len(text))]
    assert scanned.tokens[3].text == "+"


@pytest.mark.parametrize(
    "text", ["1e999", "1e999%", "1e999 USDT", f"1e{'9' * 5000}%", "9" * 400 + "w"]
)
def test_a_number_past_the_largest_double_is_said_to_be_too_large(text: str) -> None:
    assert said(scan(text)) == [("LF006", 0, len(text))]


NO_UNIT = [
    ("5 AND 6", ["number 5", "method AND", "number 6"]),
    ("5 OR 6", ["number 5", "method OR", "number 6"]),
    ("5 NOT", ["number 5", "method NOT"]),
    ("5 X", ["number 5", "method X"]),
    ("5 Btc", ["number 5", "method Btc"]),
    ("5 SMA(close)", ["number 5", "method SMA", "mark (", "name close", "mark )"]),
    ("5 ABCDEFGHIJK", ["number 5", "method ABCDEFGHIJK"]),
    ("5 ANDX", ["amount 5 ANDX"]),
    ("5  USDT", ["number 5", "method USDT"]),
]


@pytest.mark.parametrize(("text", "expected"), NO_UNIT)
def test_a_unit_is_two_to_ten_capitals_behind_one_space(text: str, expected: list[str]) -> None:
    assert words(text) == expected


MARKS = [
    ("2..200", ["number 2", "mark ..", "number 200"]),
    ("1%..100%", ["percent 1%", "mark ..", "percent 100%"]),
    ("0.5..1.5", ["number 0.5", "mark ..", "number 1.5"]),
    ("5.price", ["number 5", "mark .", "name price"]),
    ("a=>b", ["name a", "mark =>", "name b"]),
    ("a??b", ["name a", "mark ??", "name b"]),
    ("a>=-1", ["name a", "mark >=", "mark -", "number 1"]),
    ("a<-1", ["name a", "mark <", "mark -", "number 1"]),
    ("x=-1", ["name x", "mark =", "mark -", "number 1"]),
    ("_a Buy if iff", ["name _a", "method Buy", "keyword if", "name iff"]),
]


@pytest.mark.parametrize(("text", "expected"), MARKS)
def test_marks_and_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_after_a_point_any_word_is_a_field() -> None:
    assert words("event.on.Time.if") == [
        *("name event", "mark .", "name on", "mark .", "method Time", "mark .", "name if"),
    ]
    assert statements("x = event.on\ny = 2") == 2


LINES = [
    ("x = 1\ny = 2", 2),
    ("x = 1; y = 2", 2),
    ("x = 1;;\n;y = 2", 4),
    ("x = 1 +\n2", 1),
    ("x = 1\n+ 2", 1),
    ("x = a\nand b", 1),
    ("x = a\n?? b", 1),
    ("x = 7\nmod 2", 1),
    ("x = not\na", 1),
    ("x = Max(\n1,\n2\n)", 1),
    ("x = [\n1\n,\n2\n]", 1),
    ("if a { return\n}\nelse { }", 2),
    ("if a\n{ }", 1),
    ("x =\n\n\n1", 1),
    ("x = 1 // why\n// more\n\ny = 2", 2),
    ("x = true\ny = none\nz = 25%\nw = 5m\nv = 1 BTC\nu = Now", 6),
    ('x = "a"\r\ny = 2\r\n', 2),
    ("return\nx = 1", 2),
    ("", 0),
]


@pytest.mark.parametrize(("text", "count"), LINES)
def test_a_lines_end_counts_where_a_statement_can_end(text: str, count: int) -> None:
    assert statements(text) == count


def test_a_parenthesis_nobody_closes_ends_where_a_statement_begins() -> None:
    assert statements("x = (1 + 2\ny = 3\nz = 4") == 3
    assert statements("on A {\n  x = f(1\n}\non B { }") == 2


def test_a_text_holds_words_escapes_and_expressions() -> None:
    token = scan(r'"a \"b\" \\ \n \{c} {d + "{e}"} f"').tokens[0]
    assert token.parts[0] == 'a "b" \\ \n {c} '
    inner = token.parts[1]
    assert isinstance(inner, tuple)
    assert [each.text for each in inner] == ["d", "+", '"{e}"', "}"]
    assert token.parts[2] == " f"


def test_quotes_and_braces_nest_inside_the_braces_of_a_text() -> None:
    scanned = scan('x = "{f("}")} and {"{"{"deep"}"}"}" + 1')
    assert scanned.diagnostics == ()
    assert [each.kind for each in scanned.tokens[2:5]] == [Kind.TEXT, Kind.MARK, Kind.NUMBER]


TEXTS = [
    ('x = "abc', [("LF003", 4, 8)]),
    ('Notify("late)\nx = 1', [("LF003", 7, 13)]),
    ('x = "abc\\', [("LF003", 4, 9)]),
    ('x = "abc\\\ny = "', [("LF003", 4, 9), ("LF003", 14, 15)]),
    (r'x = "a \q"', [("LF004", 7, 9)]),
    ('x = "a {b"', [("LF005", 7, 8)]),
    ('x = "{{{"', [("LF005", 5, 6)]),
    ('x = "a {b', [("LF003", 4, 9)]),
]


@pytest.mark.parametrize(("text", "expected"), TEXTS)
def test_a_wrong_text_is_said_once(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert said(scan(text)) == expected


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ('x = a *" Change(1%, 2)[2]', '" Change(1%, 2)[2]'),
        ('Notify("at {close[1])', '"at {close[1]'),
        ('Notify("late (again)) }', '"late (again)'),
        ('Notify("late) ', '"late'),
    ],
)
def test_brackets_that_close_what_the_text_opened_are_of_the_text(line: str, text: str) -> None:
    (fix,) = [each.fix for each in scan(line).diagnostics]
    assert fix is not None
    assert applied(line, fix).startswith(line[: line.index('"')] + text + '"')


def test_a_text_nobody_closes_ends_before_the_brackets_of_its_line() -> None:
    assert words('if a { Notify("late) }') == [
        *("keyword if", "name a", "mark {", "method Notify", "mark (", 'wrong "late'),
        *("mark )", "mark }"),
    ]


def test_texts_inside_each_other_have_a_limit() -> None:
    deep = "a"
    for _ in range(8):
        deep = f'"{{{deep}}}"'
    assert said(scan(deep)) == []
    scanned = scan(f'"{{{deep}}}"')
    assert [each.code for each in scanned.diagnostics] == ["LF106"]


STRANGE = [
    ("x = a && b", "and"),
    ("x = a || b", "or"),
    ("x = !a", "not"),
    ("x = a <> b", "!="),
    ("x = a === b", "=="),
    ("x := a", "="),
    ("x = a ** b", "^"),
    ("x = a × b", "*"),
    ("x = a − b", "-"),
    ("x = a ≤ b", "<="),
]


@pytest.mark.parametrize(("text", "meant"), STRANGE)
def test_what_other_languages_write_is_named_and_read_as_meant(text: str, meant: str) -> None:
    scanned = scan(text)
    (found,) = scanned.diagnostics
    assert found.fix is not None
    assert found.fix.edits[0].text.strip() == meant
    assert meant in [each.text for each in scanned.tokens]


STRAYS = [
    ("x = 5 $ 3", [("LF001", 6, 7)]),
    ("x = @@@", [("LF001", 4, 7)]),
    ("x = a ? b : c", [("LF001", 6, 7)]),
    ("x = 25 %", [("LF001", 4, 8)]),
    ("x = größe", [("LF001", 4, 9)]),
    ("x = 'BTC/USDT'", [("LF001", 4, 14)]),
    ("x = “BTC/USDT”", [("LF001", 4, 14)]),
    ("x = 'BTC", [("LF001", 4, 8)]),
    ("x = 1\u200b", [("LF001", 5, 6)]),
    ("x = \x00 1", [("LF001", 4, 5)]),
    ("/* x */ y = 1", [("LF001", 0, 7)]),
    ("/* x\ny = 1", [("LF001", 0, 4)]),
    ("# x", [("LF107", 0, 3)]),
]


@pytest.mark.parametrize(("text", "expected"), STRAYS)
def test_a_stray_character_is_said_once(text: str, expected: list[tuple[str, int, int]]) -> None:
    assert said(scan(text)) == expected


def test_white_space_of_any_kind_parts_words() -> None:
    assert words("\ufeffx\u00a0=\t1\u3000") == ["name x", "mark =", "number 1"]
    assert scan("\ufeffx\u00a0=\t1\u3000").diagnostics == ()


def test_three_slashes_document_what_stands_after_them() -> None:
    tokens = scan("/// Market\n/// to trade\n//// no\nsetting a = 1 // why\n").tokens
    assert tokens[0].doc == "Market\nto trade"
    assert tokens[1].doc == ""


def test_an_editor_can_color_every_word_and_comment() -> None:
    text = 'x = "a {b} c" // why'
    scanned = scan(text)
    assert [each.text for each in scanned.comments] == ["// why"]
    for each in (*scanned.tokens, *scanned.comments):
        if each.kind not in {Kind.LINE_END, Kind.END}:
            assert text[each.span.start : each.span.end] == each.text
