"""Which ways of a script no test of it goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from lefi_tui.lang.authoring.reached import Reached
from lefi_tui.simulate.script_tests import outcomes

SHIPPED = sorted((Path(__file__).parents[2] / "scripts").glob("*.lefi"))
CANDLE = 'on Candle("BTC/USDT", 5m) {\n'


def missed(source: str) -> list[tuple[int, str]]:
    reached = Reached(source)
    assert all(each.has_passed for each in outcomes(source, {}, reached))
    return [(each.line, each.kind) for each in reached.missed]


def test_what_no_test_gets_into_is_told() -> None:
    assert missed(
        f"{CANDLE}"
        'if close > 100 { Print("up") } else if close > 50 { Print("so") } else { Print("down") }\n'
        'if close > 10 { Print("yes") }\n'
        "}\n"
        'on Fill { Print("filled") }\n'
        'test "up" { candles 101; expect Print("up") }\n'
        'test "down" { candles 50; expect Print("down") }\n'
    ) == [(2, "then"), (3, "passed"), (5, "handler")]


def test_rows_of_a_table_are_told() -> None:
    assert missed(
        f"{CANDLE}decide {{\n"
        'close > 100 => Print("a")\n'
        'close > 50 => { Print("b") }\n'
        'close > 20 => Print("c")\n'
        'else => Print("d")\n'
        "}\n}\n"
        'test "b" { candles 60 10 }\n'
    ) == [(3, "row"), (5, "row")]


def test_inside_a_block_that_no_test_gets_into_nothing_more_is_told() -> None:
    assert missed(
        f'{CANDLE}if close > 100 {{\nif open > 1 {{ Print("a") }} else {{ Print("b") }}\n}}\n}}\n'
        'test "low" { candles 60 }\n'
    ) == [(2, "then")]


def test_a_handler_that_only_warms_up_is_not_tested() -> None:
    source = f'{CANDLE}if EMA(close, 5) > 1 {{ Print("a") }}\n}}\ntest "few" {{ candles 1 2 3 }}\n'
    assert missed(source) == [(1, "handler")]
    assert missed(source.replace("1 2 3", "1 2 3 4 5")) == [(2, "passed")]


def test_answers_orders_and_ends_are_ways() -> None:
    source = (
        'on Start {\nauthorize { Notify("yes") } else { Notify("no") }\n'
        'execute { Buy("BTC/USDT", 1) } else { Notify("undone") }\n'
        'finalize { Sell("BTC/USDT", 1) }\n}\n'
        'test "no" { price "BTC/USDT" 100; decline; expect Notify("no") }\n'
    )
    assert missed(source) == [(2, "authorize"), (3, "else"), (4, "finalize")]
    more = 'test "yes" { price "BTC/USDT" 100; approve; price 101 102 103; expect Notify("yes") }\n'
    assert missed(source + more) == [(3, "else")]


def test_settings_of_a_test_count() -> None:
    assert (
        missed(
            f"setting most = 10\n{CANDLE}"
            'if close > most { Print("over") } else { Print("under") }\n}\n'
            'test "under" { candles 5 }\n'
            'test "over" { setting most = 1; candles 5 }\n'
        )
        == []
    )


def test_loops_are_gone_by_any_of_their_turns() -> None:
    assert missed(
        f"{CANDLE}for k in [1, 2, 3] {{\n"
        'if close > k { Print("a") }\n'
        'if close == k + 10 { Print("b") } else { Print("c") }\n'
        "}\n}\n"
        'test "two" { candles 2 }\n'
    ) == [(4, "then")]


def test_a_close_that_never_had_anything_to_close_is_told_though_its_block_was_gone() -> None:
    script = (
        f"{CANDLE}"
        'if close > 110 { Buy("BTC/USDT", 10%) }\n'
        'if close < 95 { Close("BTC/USDT") }\n'
        "}\n"
        'test "buys" { candles 100 90 120; expect Buy("BTC/USDT") }\n'
    )
    assert missed(script) == [(3, "close")]
    sells = 'test "sells" { candles 100 120 118 94; expect Close("BTC/USDT") }\n'
    assert missed(f"{script}{sells}") == []


def test_a_close_in_a_loop_is_gone_by_any_of_its_turns_and_one_that_cancels_does_something() -> (
    None
):
    assert (
        missed(
            'on Candle("BTC/USDT", 5m) {\n'
            'if close > 110 { for k in [1, 2] { Buy("BTC/USDT", 1%, at = 90) } }\n'
            'if close < 100 { for k in [1, 2] { Close("BTC/USDT") } }\n'
            "}\n"
            'test "takes it back" { candles 120 99 }\n'
        )
        == []
    )


@pytest.mark.parametrize("path", SHIPPED, ids=lambda each: each.stem)
def test_tests_of_shipped_scripts_get_into_every_block(path: Path) -> None:
    assert [each for each in missed(path.read_text()) if each[1] != "passed"] == []
