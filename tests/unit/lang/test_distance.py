"""How close each condition of a run is to coming true: its degree, and in words with units."""

from __future__ import annotations

import pytest

from lefi_tui.lang.authoring.distance import Distance, degree, distances
from lefi_tui.lang.authoring.measuring import measured
from lefi_tui.lang.program import Program, check
from lefi_tui.lang.waiting import Begun
from tests.unit.lang.cursor import SHIPPED

CLOSES = (100.0, 101.0, 104.0, 103.0, 108.0, 110.0, 109.0, 104.0)
DECLARED = "setting level = 105\nstate n = 0\nstate halted = false\nfn twice(a) = a * 2\n"


def program_of(body: str) -> Program:
    program = check(f'{DECLARED}on Candle("BTC/USDT", 5m) {{\n{body}\n}}').program
    assert program is not None
    return program


def last_run(program: Program) -> Begun:
    state, begun = program.initial(), None
    for number, close in enumerate(CLOSES):
        event = ("BTC/USDT", number * 300_000.0, close - 1, close + 2, close - 2, close, 5.0)
        begun = Begun(0, state, event, (0.5,) * len(program.reads))
        state = program.step(0, state, event, begun.reads).state
    assert begun is not None
    return begun


def told(body: str) -> list[Distance]:
    program = program_of(body)
    return list(distances(program, last_run(program)))


def words(condition: str) -> str:
    (found,) = told(f'if {condition} {{ Print("yes") }}')
    return found.words


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("close > level", "close is 0.952% below level (105)"),
        ("close <= level", "close is 0.952% below level (105)"),
        ("close > 100 USDT / 1 BTC", "close is 4% above 100"),
        ("volume > 6", "volume is 16.7% below 6"),
        ('Position("BTC/USDT") == 0', 'Position("BTC/USDT") is 0.5 BTC above 0'),
        ("RSI(close, 2) > 70", "RSI(close, 2) is 51.7 below 70"),
        ("SMA(close, 2) < EMA(close, 3)", "SMA(close, 2) is 0.334% above EMA(close, 3)"),
        (
            "Bollinger(close, 3, 2).lower > close",
            "Bollinger(close, 3, 2).lower is 1.52% below close",
        ),
        ('Fee("BTC/USDT").maker > 60%', 'Fee("BTC/USDT").maker is 10 points below 60%'),
        ("twice(close) > twice(high)", "a * 2 is 1.89% below a * 2"),
        ("n == 2", "n is 2 below 2"),
        ("halted", "halted is false"),
        ("close[3] > close", "close[3] is 3.85% above close"),
        ("n / 0 > 1", "n / 0 has no value"),
        ("(close / open) ^ 2 > 3", "(close / open) ^ 2 is 1.98 below 3"),
        ("event.time - 5m >= event.time", "event.time - 5m is 300 s below time"),
        ("volume - volume > 1", "volume - volume is 100% below 1"),
        ("volume > volume - volume", "volume is 5 BTC above volume - volume"),
        ("n == 0", "n equals 0"),
        ('event.symbol == "ETH/USDT"', '"BTC/USDT" is "BTC/USDT"'),
        ("close > level and volume > 6", "volume is 16.7% below 6"),
        ("close > level or volume > 6", "close is 0.952% below level (105)"),
        ("not (close < level)", "close is 0.952% below level (105)"),
    ],
)
def test_it_is_told_with_the_names_of_the_script(condition: str, said: str) -> None:
    assert words(condition) == said


def test_a_name_is_told_by_what_it_stands_for() -> None:
    (found,) = told(
        "strong = close > level\nquick = SMA(close, 2)\nif strong and quick > 200 { n = 1 }"
    )
    assert [each.words for each in found.parts] == [
        "close is 0.952% below level (105)",
        "quick is 46.8% below 200",
    ]


def test_what_the_run_did_not_come_to_is_told_by_what_stood_when_it_began() -> None:
    outer, inner = told("if close > 500 {\n if close > 100 { n = 1 } }")
    assert (outer.was_reached, outer.is_met, outer.degree) == (True, False, 0.0)
    assert (inner.was_reached, inner.is_met, inner.degree) == (False, True, 1.0)
    assert (outer.line, inner.line) == (6, 7)


def test_what_hangs_on_a_name_that_the_run_did_not_give_is_not_told() -> None:
    body = "if close > 500 { x = 1; if open > 7 { x = 2 }; if x > 3 { n = 1 } }"
    assert [each.text for each in told(body)] == ["close > 500", "open > 7"]


def test_a_condition_behind_a_power_is_told_where_it_is_met() -> None:
    first, second = told("if n > 5 { n = 1 } else if (close / open) ^ 3 > 2 { n = 2 }")
    assert (first.words, second.words) == ("n is 5 below 5", "(close / open) ^ 3 is 0.971 below 2")


def test_a_run_that_waits_tells_what_it_met_before() -> None:
    program = program_of('if close > level { n = 1 }\nif Buy("BTC/USDT", 1) { n = 2 }')
    begun = last_run(program)
    assert [each.text for each in distances(program, begun)] == ["close > level"]


def test_of_a_loop_the_nearest_turn_is_told() -> None:
    (found,) = told("for k in [1, 2, 103] { if close < k { n = 1 } }")
    assert found.words == "close is 0.971% above 103"


def test_each_row_of_a_table_is_told() -> None:
    found = told("decide { close > 500 => n = 1; close > level => n = 2 else => n = 3 }")
    assert [each.text for each in found] == ["close > 500", "close > level"]


def test_degrees_go_over_two_percent_of_the_larger_side() -> None:
    assert degree("gt", 98.9, 100.0) == 0.0
    assert degree("gt", 100.0, 100.0) == 0.5
    assert degree("gt", 99.5, 100.0) == pytest.approx(0.25)
    assert degree("lt", 99.5, 100.0) == pytest.approx(0.75)
    assert degree("ge", 101.1, 100.0) == 1.0
    assert degree("eq", 0.0, 0.0) == 1.0
    assert degree("eq", 100.5, 100.0) == pytest.approx(0.5, abs=0.01)
    assert degree("ne", 100.5, 100.0) == 1.0


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_script_is_measured_in_its_own_slots(name: str) -> None:
    program = check(SHIPPED[name]).program
    assert program is not None
    assert len(measured(program)) == len(program.handlers)


def test_the_run_decides_as_the_program_does() -> None:
    body = "if CrossesAbove(SMA(close, 2), SMA(close, 3)) or n > 2 { n = n + 1 }\nn = n + 1"
    program = program_of(body)
    state = program.initial()
    for number, close in enumerate(CLOSES):
        event = ("BTC/USDT", number * 300_000.0, close, close, close, close, 5.0)
        begun = Begun(0, state, event, ())
        seen = program.explain(begun)
        found = [each for each in distances(program, begun) if each.was_reached]
        assert [(each.text, each.is_met) for each in found] == [(s.text, s.outcome) for s in seen]
        state = program.step(0, state, event, ()).state
