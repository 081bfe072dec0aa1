"""The reference: whole, true, up to date, and each script in it carried out."""

from __future__ import annotations

import re

import pytest

from lefi_tui.lang.builtins import BUILTINS, EVENTS
from lefi_tui.lang.check_policy import Policy
from lefi_tui.lang.contract import contract_of
from lefi_tui.lang.contract_words import KEYS, as_data
from lefi_tui.lang.diagnostic import CODES
from lefi_tui.lang.examine import examined
from lefi_tui.lang.examples import EXAMPLES
from lefi_tui.lang.program import check
from lefi_tui.lang.reference import WIDTH, entries, page
from lefi_tui.lang.tokens import ITEM_WORDS, KEYWORDS, STATEMENT_WORDS
from lefi_tui.lang.told_policy import POLICY
from lefi_tui.lang.told_statements import CHECKS, DECLARATIONS, STATEMENTS
from lefi_tui.simulate.script_tests import run_script_tests
from tests.unit.lang.write_reference import FILE

PAGE = page()
SCRIPTS = re.findall(r"```lefi\n(.*?)```", PAGE, re.DOTALL)


def test_the_file_in_the_package_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == PAGE, "`make reference` writes it"


def test_each_method_and_event_has_an_example_and_nothing_else_has() -> None:
    assert set(EXAMPLES) == {*BUILTINS, *EVENTS}


def test_each_declaration_and_statement_has_an_entry() -> None:
    assert set(DECLARATIONS) == set(ITEM_WORDS)
    assert set(STATEMENTS) == {*STATEMENT_WORDS, "=", "pays"}
    assert {"candles", "price", "event", "command", "approve", "after", "expect"} == set(CHECKS)


@pytest.mark.parametrize("word", sorted({*BUILTINS, *EVENTS, *KEYWORDS, *POLICY, *CODES}))
def test_each_word_of_the_language_is_told(word: str) -> None:
    assert re.search(rf"`[^`]*\b{word}\b|^### {word} ", PAGE, re.MULTILINE)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.splitlines()[0][:40])
def test_each_script_checks_clean_and_its_tests_pass(script: str) -> None:
    checked = check(script)
    assert checked.diagnostics == ()
    assert checked.program is not None
    assert checked.program.tests, "an example shows what it does"
    assert [unmet for each in run_script_tests(script) for unmet in each.unmet] == []


def test_an_example_uses_what_it_is_of() -> None:
    assert [name for name, script in EXAMPLES.items() if f"{name}" not in script] == []
    told = {**DECLARATIONS, **STATEMENTS, **CHECKS}
    assert [name for name, row in told.items() if name not in row.example and name != "on"] == []


@pytest.mark.parametrize("name", POLICY)
def test_a_policys_default_is_what_holds_without_it(name: str) -> None:
    given = POLICY[name].default
    if name == "overlap":  # it has one for market data and one for the rest
        assert given == "skip for market data, queue for the rest"
        return
    program = check(f'policy {{ {name} = {given} }}\non Start {{ Print("a") }}').program
    assert program is not None
    assert program.policy == Policy()


def test_each_key_of_a_contract_as_data_is_told() -> None:
    script = 'on Candle("BTC/USDT", 1h) { Buy("BTC/USDT", 5%) }'
    blueprint = examined(script).blueprint
    assert blueprint is not None
    assert list(as_data(contract_of(blueprint))["whole"]) == list(KEYS)


def test_lines_fit_a_terminal() -> None:
    assert [line for line in PAGE.splitlines() if len(line) > WIDTH] == []


@pytest.mark.parametrize(
    ("name", "gives"),
    [
        ("Bollinger", "three lines, `.upper`, `.middle` and `.lower`, each in the unit of `x`"),
        ("Stochastic", "two lines, `.k` and `.d`, each a Number"),
        ("ADX", "three lines, itself, `.plus` and `.minus`, each a Number"),
        ("Supertrend", "`.line` a Price, quote per base; `.direction` a Number"),
        ("Fee", "two values, `.maker` and `.taker`, each a Percent"),
    ],
)
def test_what_has_several_values_is_told_with_each(name: str, gives: str) -> None:
    assert f"gives {gives}" in entries()[name].notes


def test_an_entry_says_what_it_takes_and_gives_and_how_long_it_warms() -> None:
    assert entries()["EMA"].plain(80)[:6] == [
        "EMA(x, n)",
        "Exponential moving average.",
        "- takes `x` a series; `n` a length, whole, 1 to 5,000",
        "- gives the unit of `x`",
        "- `EMA(close, 20)` has its first value at candle 20, the same wherever history",
        "  began from 240 on",
    ]
