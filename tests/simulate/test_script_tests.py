"""The tests in scripts: what passes, and what an unmet expectation says."""

from __future__ import annotations

from pathlib import Path

import pytest

from lefi_tui.errors import ScriptRefusedError
from lefi_tui.simulate.script_tests import Unmet, run_script_tests

SCRIPTS = Path(__file__).parents[2] / "scripts"
BODY = """
setting symbol = "BTC/USDT"
setting size = 25%
setting floor = 1 in 0..1000
state buys = 0
state best = none
on Candle(symbol, 5m) {
    if close > close[1] and Position(symbol) == 0 and close > floor {
        Buy(symbol, size, stop_loss = 2%)
        buys = buys + 1
        best = close
    }
    if close < close[1] { Close(symbol) }
}
on PriceUpdate(symbol) { if event.price > 150 { Notify("high {event.price}") } }
"""


def unmet(*lines: str) -> tuple[Unmet, ...]:
    """What the one test of these lines leaves unmet; lines are counted from 1."""
    test = "\n".join(lines)
    (outcome,) = run_script_tests(f'{BODY}\ntest "it" {{\n{test}\n}}')
    assert outcome.has_passed is (not outcome.unmet)
    return outcome.unmet


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.lefi")), ids=lambda each: each.stem)
def test_the_shipped_scripts_pass_their_own_tests(script: Path) -> None:
    outcomes = run_script_tests(script.read_text())
    assert len(outcomes) >= 3
    assert [each.unmet for each in outcomes if not each.has_passed] == []


@pytest.mark.parametrize(
    "line",
    [
        "expect Buy(symbol)",
        'expect Buy("BTC/USDT", 25%)',
        "expect Buy(symbol, size)",
        "expect buys == 1",
        "expect buys != 2",
        "expect buys < 2",
        "expect best == 101",
        "expect no Sell",
        "expect no Notify",
        'expect no Buy("ETH/USDT")',
        "expect no Buy(symbol, 30%)",
        "expect no buys == 2",
    ],
)
def test_expectations_that_are_met(line: str) -> None:
    assert unmet("candles 100 101", line) == ()


@pytest.mark.parametrize(
    ("line", "happened"),
    [
        ("expect no Buy", "buy BTC/USDT 25% of what is free"),
        ("expect Sell(symbol)", "buy BTC/USDT 25% of what is free"),
        ("expect Buy(symbol, 30%)", "buy BTC/USDT 25% of what is free"),
        ("expect buys == 2", "buys is 1"),
        ("expect best == none", "best is 101"),
        ('expect Notify("x")', "nothing to notify"),
    ],
)
def test_an_unmet_expectation_says_what_was_expected_what_happened_and_where(
    line: str, happened: str
) -> None:
    (found,) = unmet("candles 100 101", line)
    assert (found.expected, found.happened) == (line, happened)
    place = BODY.count("\n") + 4
    assert found.line == place


def test_expectations_look_at_all_so_far_and_lines_work_in_order() -> None:
    assert unmet("candles 100", "expect no Buy", "candles 101", "expect Buy(symbol)") == ()
    (found,) = unmet("expect Buy(symbol)", "candles 100 101")
    assert found.happened == "no order was asked"


def test_candles_may_be_whole_and_prices_are_no_candles() -> None:
    assert unmet("candles (100, 104, 99, 100, 3) (100, 102, 98, 102, 1)", "expect buys == 1") == ()
    assert unmet("price 100 101 102", "expect buys == 0") == ()
    assert unmet("candles 100", "price 151", 'expect Notify("high 151")') == ()


def test_orders_of_a_test_are_filled_by_its_candles() -> None:
    lines = ("candles 100 101 102", "candles (102, 102, 90, 91, 1)", "expect Close(symbol)")
    assert unmet(*lines) == ()
    assert unmet("candles 100 101 102 103 104", "expect buys == 1") == ()


def test_settings_of_a_test_are_its_own() -> None:
    source = f"""{BODY}
test "high floor" {{ setting floor = 500; candles 100 101; expect no Buy }}
test "as it is" {{ candles 100 101; expect Buy(symbol) }}
"""
    assert [each.has_passed for each in run_script_tests(source)] == [True, True]
    (high, asis) = run_script_tests(source, {"floor": "900"})
    assert (high.has_passed, asis.has_passed) == (True, False)


def test_a_setting_out_of_bounds_fails_its_test_in_words() -> None:
    (found,) = unmet("setting floor = 5000", "candles 100")
    assert "settings" in found.expected
    assert found.happened


def test_a_refused_order_meets_no_expectation() -> None:
    source = """
    on Candle("BTC/USDT", 1m) { Buy("BTC/USDT", 1_000, stop_loss = 1%) }
    test "too dear" { candles 100 100 100; expect no Close; expect Buy("BTC/USDT", 7) }
    """
    (outcome,) = run_script_tests(source)
    assert "refused" in outcome.unmet[0].happened


SMART = """
state bought = 0
on Event("fear_greed") {
    if event.value < 25 and event.source == "index" { Buy("BTC/USDT", 10%); bought = bought + 1 }
    Emit("looked", at = event.value, words = "looked at {event.value}")
}
on Event("looked") { Print("{event.words} ({event.at})") }
"""


def of_smart(*lines: str) -> tuple[Unmet, ...]:
    (outcome,) = run_script_tests(f'{SMART}\ntest "it" {{\n{chr(10).join(lines)}\n}}')
    return outcome.unmet


def test_a_test_sends_events_with_their_fields() -> None:
    given = 'event "fear_greed" { value = 20; source = "index" }'
    told = 'expect Print("looked at 20 (20)")'
    assert of_smart("price 100", given, "expect bought == 1", told, 'expect Emit("looked")') == ()
    (found,) = of_smart("price 100", given, 'expect no Emit("looked")')
    assert found.line == 12


def test_an_event_with_a_missing_or_a_wrong_field_is_refused_with_the_reason() -> None:
    missing = 'event "fear_greed" { value = 20 }'
    wrong = 'event "fear_greed" { value = "low"; source = "index" }'
    for line, words in ((missing, "it has no field `source`"), (wrong, "`value` is a Number")):
        (found,) = of_smart("price 100", line, "expect no bought == 1", "expect Buy")
        assert words in found.happened


def test_an_event_or_a_command_that_no_handler_hears_fails_its_line() -> None:
    (found,) = of_smart('event "fear_gred" { value = 20 }')
    assert found.happened == "no handler hears it"
    assert [each.line for each in of_smart('command "BUY"')] == [10]


def test_a_manual_script_is_tested_by_its_commands() -> None:
    source = """
    kind manual
    on Command("BUY GAME", key = "b") { Buy("BTC/USDT", 10%); Print("{event.key}") }
    test "buys" { price 100; command "BUY GAME"; expect Buy("BTC/USDT", 10%); expect Print("b") }
    """
    (outcome,) = run_script_tests(source)
    assert outcome.unmet == ()


def test_candles_of_a_test_are_the_scripts_shortest_of_their_market() -> None:
    source = """
    on PriceUpdate("BTC/USDT") { Print(SMA(Candles("ETH/USDT", 1d).close, 2)) }
    test "two days" { candles "ETH/USDT" 10 20; price "BTC/USDT" 100; expect Print("15") }
    """
    (outcome,) = run_script_tests(source)
    assert outcome.unmet == ()


def test_a_script_with_errors_is_refused() -> None:
    with pytest.raises(ScriptRefusedError):
        run_script_tests("on Candle(")


def test_a_close_that_had_nothing_to_close_is_met_and_said_to_have_done_nothing() -> None:
    def hollow(*lines: str) -> list[int]:
        body = "\n".join(lines)
        (outcome,) = run_script_tests(f'{BODY}\ntest "it" {{\n{body}\n}}')
        assert outcome.has_passed
        return [each.line - outcome.line for each in outcome.hollow]

    met = "expect Close(symbol)"
    assert hollow("candles 101 100", met, met) == [2, 3]
    assert hollow("candles 100 101 102 101.5", met) == []  # what was bought
    assert hollow("candles 101 100", met, "candles 101 102 101.5", met) == [2]  # the second did
    assert hollow("candles 100 101", "expect no Close") == []


def test_a_close_that_cancels_a_waiting_order_did_something() -> None:
    body = """
on Candle("BTC/USDT", 5m) {
    if close > open { Buy("BTC/USDT", 10%, at = 50, stop_loss = 2%) } else { Close("BTC/USDT") }
}
test "cancels" { candles (100, 102, 99, 101, 1) (101, 101, 98, 99, 1); expect Close("BTC/USDT") }
test "has none" { candles (101, 101, 98, 99, 1); expect Close("BTC/USDT") }
"""
    waited, none = run_script_tests(body)
    assert (len(waited.hollow), len(none.hollow)) == (0, 1)
    assert "had nothing to close: no position, no working order" in none.hollow[0].happened
