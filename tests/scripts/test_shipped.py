"""The scripts that ship with the product: sound, explained, and with tests that are sharp."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lefi_tui.lang.authoring.reached import Reached
from lefi_tui.lang.program import check
from lefi_tui.simulate.script_tests import outcomes
from tests.campaign import mutations

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "scripts").glob("*.lefi"))
NAMES = {
    *("ema_cross", "rsi_reversion", "bollinger", "breakout_atr", "dca_schedule", "price_alert"),
    *("composite", "grid", "smart_dca", "regime", "timeframes", "many_views", "rebalance"),
    "ttadak",
}
# The whole count is a campaign; these two are looked at every time.
LOOKED_AT = ("ema_cross.lefi", "price_alert.lefi")


def test_the_promised_scripts_are_there() -> None:
    assert {file.stem for file in SCRIPTS} >= NAMES


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.stem)
def test_a_script_is_checked_without_a_word(file: Path) -> None:
    checked = check(file.read_text())
    assert checked.diagnostics == ()
    assert checked.program is not None
    assert checked.program.title


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.stem)
def test_a_script_says_its_purpose_its_risk_and_what_each_setting_is(file: Path) -> None:
    opening = file.read_text().partition("script ")[0]
    assert opening.startswith("// ")
    assert "\n// Risk: " in opening
    program = check(file.read_text()).program
    assert program is not None
    assert len(program.settings) >= 3
    assert [each.name for each in program.settings if not each.doc] == []


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.stem)
def test_every_number_a_person_can_set_has_bounds(file: Path) -> None:
    declared = re.findall(r"^setting (\w+) = (.+)$", file.read_text(), re.MULTILINE)
    numbers = {name: value for name, value in declared if not value.startswith('"')}
    assert [name for name, value in numbers.items() if " in " not in value] == []


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.stem)
def test_a_scripts_own_tests_pass(file: Path) -> None:
    assert mutations.failures(file.read_text()) == []


@pytest.mark.parametrize("file", SCRIPTS, ids=lambda file: file.stem)
def test_a_scripts_own_tests_go_each_of_its_ways(file: Path) -> None:
    text = file.read_text()
    reached = Reached(text)
    assert list(outcomes(text, {}, reached))
    assert [f"{way.line}: {way.words}" for way in reached.missed] == []


@pytest.mark.parametrize("name", LOOKED_AT)
def test_each_flipped_comparison_or_sign_fails_a_test(name: str) -> None:
    found = list(mutations.mutants(ROOT / "scripts" / name))
    assert len(found) > 5
    assert [word for mutant in found if (word := mutations.survived(mutant))] == []


def test_a_flip_that_no_test_notices_would_be_seen() -> None:
    flipped = 'state n = 0\non PriceUpdate("BTC/USDT") { n = n - 1 }\ntest "none" { price 100 }\n'
    mutant = mutations.Mutant("a.lefi", "2:35", "+", "-", flipped)
    assert mutations.survived(mutant) == "a.lefi:2:35 `+` to `-` is noticed by no test"


def test_what_a_test_expects_is_never_flipped(tmp_path: Path) -> None:
    script = tmp_path / "a.lefi"
    script.write_text(
        'state n = 0\non PriceUpdate("BTC/USDT") { if event.price > -1 { n = n + 1 } }\n'
        'test "a" { price 100\nexpect n == 1 }\nstate m = 1 - 1\n'
    )
    flips = [(each.place, each.before, each.after) for each in mutations.mutants(script)]
    assert flips == [
        ("2:45", ">", "<"),
        ("2:45", ">", "<="),
        ("2:45", ">", ">="),
        ("2:47", "-", ""),
        ("2:58", "+", "-"),
        ("5:13", "-", "+"),
    ]
