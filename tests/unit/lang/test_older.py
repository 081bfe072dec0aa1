"""Older forms: read as today's, named, and written anew; and the faults of their first parsers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lefi_tui.lang.diagnostic import applied
from lefi_tui.lang.formatter import formatted, meaning
from lefi_tui.lang.job import script_of
from lefi_tui.lang.parser import parse
from lefi_tui.lang.program import check
from lefi_tui.lang.source import Source
from lefi_tui.simulate.script_tests import run_script_tests
from tests.unit.lang.written import said

FOLDER = Path(__file__).parent / "older"
SCRIPTS = sorted(FOLDER.glob("*.older.lefi"))
JOBS = sorted(FOLDER.glob("*.json"))


def name_of(file: Path) -> str:
    return file.name.partition(".")[0]


@pytest.mark.parametrize("file", SCRIPTS, ids=name_of)
def test_an_older_script_runs_and_is_written_as_todays(file: Path) -> None:
    text, today = file.read_text(), (FOLDER / f"{name_of(file)}.lefi").read_text()
    found = check(text)
    assert {each.code for each in found.diagnostics} == {"LF107"}
    assert found.program is not None
    assert formatted(text).text == today
    assert check(today).diagnostics == ()


@pytest.mark.parametrize("file", SCRIPTS, ids=name_of)
def test_an_older_script_does_what_todays_does(file: Path) -> None:
    for text in (file.read_text(), (FOLDER / f"{name_of(file)}.lefi").read_text()):
        outcomes = run_script_tests(text)
        assert [each.unmet for each in outcomes] == [()] * len(outcomes)


@pytest.mark.parametrize("file", JOBS, ids=name_of)
def test_an_older_job_becomes_a_script_that_checks(file: Path) -> None:
    imported = script_of(json.loads(file.read_text()))
    assert imported.text == file.with_suffix(".lefi").read_text()
    assert check(imported.text).diagnostics == ()
    assert formatted(imported.text).text == imported.text


FORMS = [
    ("if a then x = 1 else x = 2 end", "if a { x = 1 } else { x = 2 }"),
    (
        "if a then\n x = 1;\nelse\n x = 2;\nend\nz = 3",
        "if a {\n x = 1;\n} else {\n x = 2;\n}\nz = 3",
    ),
    (
        "if a then x = 1 else if b then x = 2 else x = 3 end\nz = 3",
        "if a { x = 1 } else if b { x = 2 } else { x = 3 }\nz = 3",
    ),
    (
        "if a then x = 1 else if b then x = 2 end end\nz = 3",
        "if a { x = 1 } else { if b { x = 2 } }\nz = 3",
    ),
    (
        "if q then\n if a then x = 1\n else if b then x = 2\n end\nend",
        "if q {\n if a { x = 1\n } else if b { x = 2\n }\n}",
    ),
    ("if a then if b then x = 1 end else x = 2 end", "if a { if b { x = 1 } } else { x = 2 }"),
    ("if a then\n if b { x = 1 } else { x = 2 }\nend", "if a {\n if b { x = 1 } else { x = 2 }\n}"),
    ("authorize\n x = 1\nend\nz = 3", "authorize {\n x = 1\n}\nz = 3"),
    ("authorize x = 1; y = 2 end", "authorize { x = 1; y = 2 }"),
    ("authorize\n x = 1\nelse\n x = 2\nend", "authorize {\n x = 1\n} else {\n x = 2\n}"),
    ("authorize Buy(x, 1)", "authorize { Buy(x, 1) }"),
    ("autorize Sell(x, 1);", "authorize { Sell(x, 1) };"),
    ("autorize { x = 1 }", "authorize { x = 1 }"),
    ("a = Authorize(); if a { x = 1 }", "authorize { x = 1 }"),
    ("a = Authorize()\nif (a) then x = 1 else x = 2 end", "authorize { x = 1 } else { x = 2 }"),
    ("a = Authorize(); // ask\nif a { x = 1 }", "// ask\nauthorize { x = 1 }"),
    ("if authorize { x = 1 } else { x = 2 }", "authorize { x = 1 } else { x = 2 }"),
    ("if Authorize() then x = 1 end", "authorize { x = 1 }"),
    ("# why\nx = 2 ** 3 ** 2", "// why\nx = 2 ^ 3 ^ 2"),
    ("x = pow(a + 1, 2) + pow(b, -2) ^ 2", "x = (a + 1) ^ 2 + (b ^ (-2)) ^ 2"),
    ("x = min(ln(y), exp(pow(2, pow(3, 4))))", "x = Min(Log(y), Exp(2 ^ (3 ^ 4)))"),
    ("x = max(a, b) - spot(c)", "x = Max(a, b) - Spot(c)"),
    ('Transfer(CashAccount("a"), b, 1)', 'TransferAmount("a", b, 1)'),
    ('Buy(x, StockAccount("a"), 1)', 'Buy(x, "a", 1)'),
    ('x = Spot((y), "Yahoo")', "x = Spot((y))"),
    ('Notify("{Spot(y, "Yahoo")}")', 'Notify("{Spot(y)}")'),
    ("on TrasferUpdate { x = 1 }", 'on Event("TransferUpdate") { x = 1 }'),
    ('on TransferUpdate("a") { x = 1 }', 'on Event("TransferUpdate") { x = 1 }'),
]


@pytest.mark.parametrize(("older", "today"), FORMS)
def test_an_older_form_is_read_as_the_form_of_today(older: str, today: str) -> None:
    assert {each.code for each in parse(Source(older)).diagnostics} == {"LF107"}
    assert meaning(older) == meaning(today)
    assert said(today) == []
    assert formatted(older).text == formatted(today).text


@pytest.mark.parametrize(("older", "today"), FORMS)
def test_each_fix_alone_leaves_the_meaning(older: str, today: str) -> None:
    for each in parse(Source(older)).diagnostics:
        assert each.fix is not None
        assert "today" in each.message
        assert meaning(applied(older, each.fix)) == meaning(today)


SYMBOLS = [
    ('Print(Spot("AAPL"))', 'Print(Spot("AAPL/USDT"))'),
    ('Print(Spot("BTC/EUR") + 1); Print(Spot("AAPL"))', 'Print(Spot("AAPL/EUR"))'),
    ('Print(Spot("AAPL/USD")); Print(Spot("AAPL"))', 'Print(Spot("AAPL/USD"))'),
    ('setting coin = "AAPL"\nPrint(Spot(coin))', 'setting coin = "AAPL/USDT"\n'),
    ('for coin in ["AAPL"] { Print(Spot(coin)) }', '"AAPL/USDT"'),
    ('Print(Spot("AAPL"))\ntest "t" { price "AAPL" 1; expect Print("1") }', 'price "AAPL/USDT" 1'),
]


@pytest.mark.parametrize(("older", "part"), SYMBOLS)
def test_a_symbol_without_a_quote_takes_the_one_of_its_account(older: str, part: str) -> None:
    found = check(older)
    assert {each.code for each in found.diagnostics} == {"LF107"}
    today = formatted(older).text
    assert part in today
    now = check(today)
    assert now.diagnostics == ()
    assert now.program is not None
    assert found.program is not None
    assert now.program.symbols == found.program.symbols


def test_a_pair_without_its_slash_is_no_ticker() -> None:
    (one,) = check('Print(Spot("BTCUSDT"))').diagnostics
    assert one.is_error
    assert "BTC/USDT" in one.hint


def test_a_function_of_the_script_wins_over_an_older_name() -> None:
    text = "fn min(a, b) = a - b\nfn pow(a, b) = a * b\nx = min(pow(1, 2), 3)"
    assert said(text) == []


def test_names_that_older_forms_use_are_names_elsewhere() -> None:
    assert said("end = 1; min = end; exp = min; transfer = exp") == []


UNCLOSED = [
    ("if a then x = 1", ["1:6+4 LF102"]),
    ("if a then\n if b then x = 1 end\nz = ,", ["1:6+4 LF102", "2:7+4 LF107", "3:5+1 LF101"]),
    ("on Start { if a then x = 1 }\nz = ,", ["1:17+4 LF102", "2:5+1 LF101"]),
    ("authorize\n x = 1", ["1:1+9 LF102"]),
]


@pytest.mark.parametrize(("text", "places"), UNCLOSED)
def test_a_block_without_its_end_is_one_mistake(text: str, places: list[str]) -> None:
    assert said(text) == places


@pytest.mark.parametrize("text", ["x = Authorize(); Print(x)", "if 1 > 0 and Authorize() { }"])
def test_a_question_away_from_its_if_is_told_where_to_stand(text: str) -> None:
    (one,) = [each for each in check(text).diagnostics if each.code == "LF203"]
    assert "authorize { … }" in one.hint


# ---- what the published parsers did wrong


def test_errors_inside_an_if_are_not_lost() -> None:
    assert said("if a then x = ; y = ) end") == ["1:6+4 LF107", "1:15+1 LF101", "1:21+1 LF101"]
    assert said("if a { x = ; y = ) }") == ["1:12+1 LF101", "1:18+1 LF101"]


@pytest.mark.parametrize("text", ['x = "abc', 'if a then Notify("abc\nend', '"', 'x = "{"', '"\\'])
def test_a_text_that_nobody_closes_ends_with_its_line(text: str) -> None:
    assert [each.code for each in parse(Source(text)).diagnostics if each.is_error] != []


def test_a_number_that_runs_into_letters_is_one_word() -> None:
    assert said("x = 1var") == ["1:5+4 LF002"]


@pytest.mark.parametrize("text", ["if ok { }", "if a + 1 > 2 { }", "if a or b and (c) { }"])
def test_any_condition_can_stand_behind_if(text: str) -> None:
    assert [each for each in parse(Source(text)).diagnostics if each.is_error] == []


PIECES = ["if", "then", "else", "end", "authorize", "autorize", "Authorize()", "a", "=", "(", ")"]
PIECES += ["{", "}", ";", "pow(a,", "2)", "min(", ",", "Buy(x,", "1)", "x", "y", "#", "**", "1"]
PIECES += ["Spot(x,", '"y")', 'StockAccount("z")', "on", "TrasferUpdate"]
PIECES += ["\n", "\n", "if a then", "end\n", "; ", "a = Authorize();"]


@settings(max_examples=150)
@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_whatever_is_read_of_older_words_means_the_same_written_anew(pieces: list[str]) -> None:
    text = " ".join(pieces)
    now = formatted(text)
    if not now.mistakes:
        assert {each.code for each in parse(Source(now.text)).diagnostics} <= {"LF254"}
        assert meaning(now.text) == meaning(text)
        assert formatted(now.text).text == now.text
