"""The six right scripts and the six wrong ones of the language's page."""

from __future__ import annotations

import pytest

from lefi_tui.lang.diagnostic import applied
from lefi_tui.lang.program import check
from tests.unit.lang.scripts import FIRST_LOOK
from tests.unit.lang.stepping import codes, mistakes, place, program

WHOLE = (
    (
        'state peak = none; on Candle("BTC/USDT", 1h) '
        '{ peak = Max(peak ?? close, close); if close < peak * 90% { Close("BTC/USDT") } }'
    ),
    (
        'on Candle("BTC/USDT", 5m) { if close > open { if close > Highest(high, 50)[1] '
        '{ Buy("BTC/USDT", 25%, stop_loss = close - 2 * ATR(14)) } } }'
    ),
    (
        'setting coins = ["BTC/USDT", "ETH/USDT"]; on Schedule("0 9 * * 1", "UTC") '
        "{ for coin in coins { Buy(coin, 50 USDT) } }"
    ),
    (
        'on Candle("BTC/USDT:USDT", 1h) { x = RSI(close, 14); decide { x < 30 => '
        'Buy("BTC/USDT:USDT", 10%, leverage = 3, stop_loss = 2%); '
        'x > 70 => { Close("BTC/USDT:USDT") } else => return } }'
    ),
    (
        'on Candle("BTC/USDT", 5m) { day = EMA(Candles("BTC/USDT", 1d).close, 20); '
        "if day > day[1] and CrossesAbove(close, EMA(close, 50)) "
        '{ Buy("BTC/USDT", 20%, trail = 3%) } }'
    ),
    (
        "state due = 0 USDT; on Start { due pays 1_000 USDT in 90d at 5%; "
        'authorize by "owner" within 1d { Buy("BTC/USDT", due) } else { Notify("late") } }; '
        'test "asks" { price 50000; approve; expect Buy("BTC/USDT") }'
    ),
    FIRST_LOOK,
    'spot = Spot("AAPL/USD")\nif spot > 100 { Notify("AAPL is above 100: {spot}") }\n',
)
WRONG = (
    ("setting fast = 12 in 20..40", "1:16+2", "LF2"),
    ("x = 0.5 BTC + 10 USDT", "1:5+17", "LF2"),
    ('state n = 0; on Candle("BTC/USDT", 5m) { n = n[1] ?? 0 + 1 }', "1:56+1", "LF1"),
    (
        'on Candle("BTC/USDT", 5m) { if close > open { y = close * 2; z = EMA(y, 5) } }',
        "1:70+1",
        "LF2",
    ),
    ('if Spot("BTC/USDT") > 1 and Buy("BTC/USDT", 5%) { Notify("in") }', "1:29+19", "LF2"),
    ('if Spot("BTC/USDT") > 100 { Notify("high") } x = 1', "1:46+1", "LF1"),
)


@pytest.mark.parametrize("source", WHOLE)
def test_a_right_script_becomes_a_program_and_nothing_is_said(source: str) -> None:
    assert check(source).diagnostics == ()
    assert program(source).handlers


@pytest.mark.parametrize(("source", "where", "group"), WRONG)
def test_a_wrong_script_gets_one_message_at_its_place(source: str, where: str, group: str) -> None:
    found = check(source).diagnostics
    assert [place(source, each) for each in found] == [where]
    assert found[0].code.startswith(group)
    assert check(source).program is None


def test_btc_and_usdt_are_both_named_and_the_fix_makes_it_right() -> None:
    source = "x = 0.5 BTC + 10 USDT"
    found = mistakes(source)[0]
    assert "BTC" in found.message
    assert "USDT" in found.message
    assert found.fix is not None
    assert applied(source, found.fix) == 'x = 0.5 BTC * Spot("BTC/USDT") + 10 USDT'


def test_a_transaction_beside_and_is_nested_by_its_fix() -> None:
    source = 'if Spot("BTC/USDT") > 1 and Buy("BTC/USDT", 5%) { Notify("in") }'
    found = mistakes(source)[0]
    assert found.fix is not None
    assert not mistakes(applied(source, found.fix))


def test_a_share_written_as_a_number_is_offered_as_a_percent() -> None:
    source = 'setting size = 25%\non Start { if size > 0.5 { Notify("large") } }'
    found = mistakes(source)
    assert [each.code for each in found] == ["LF202"]
    assert found[0].fix is not None
    assert "size > 50%" in applied(source, found[0].fix)


def test_unknown_words_are_answered_with_the_nearest() -> None:
    source = 'on Candle("BTC/USDT", 5m) { if clos > 1 { Byu("BTC/USDT", 5%) } }'
    found = mistakes(source)
    assert [each.code for each in found] == ["LF201", "LF203"]
    assert [place(source, each) for each in found] == ["1:32+4", "1:43+3"]
    assert "close" in (found[0].hint + found[0].message)
    assert "Buy" in (found[1].hint + found[1].message)


def test_mistakes_inside_a_block_are_not_lost_behind_a_wrong_condition() -> None:
    source = """
on Candle("BTC/USDT", 5m) {
    if 1 BTC > 2 USDT {
        x = clsoe
    } else {
        y = 5m + 1 USDT
    }
    for each in 5 { z = opne }
}
"""
    lines = [place(source, each).split(":")[0] for each in mistakes(source)]
    assert lines == ["3", "4", "6", "8", "8"]


def test_one_mistake_in_a_name_is_not_said_again_where_the_name_is_used() -> None:
    source = """
on Candle("BTC/USDT", 5m) {
    slow = EMA(clsoe, 5)
    fast = slow + 1
    if CrossesAbove(fast, slow) { Close("BTC/USDT") }
    Print("{slow}")
}
"""
    assert [place(source, each) for each in mistakes(source)] == ["3:16+5"]


def test_both_sides_of_an_operator_are_looked_at() -> None:
    assert codes('on Candle("BTC/USDT", 5m) { Print("{clsoe + opne}") }') == ["LF201", "LF201"]
