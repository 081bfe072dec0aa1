"""How close each condition of a run is to coming true: all of its parts, with both sides."""

from __future__ import annotations

import math

import pytest

from lefi_tui.core.nearness import Part, Side
from lefi_tui.lang.authoring.distance import Distance, distances, share_apart
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
    return "; ".join(said(each) for each in found.parts)


def said(part: Part) -> str:
    """`close 104 > level 105: no, 0.0095 away`"""
    if part.is_joint:
        return f"{part.sign} {'yes' if part.is_met else 'no'}, {_away(part)}"
    if part.sign in {"", "not"}:
        return f"{part.sign} {part.left.label}: {'yes' if part.is_met else 'no'}".lstrip()
    sides = (
        f"{each.label} {each.text or _value(each)}".strip() for each in (part.left, part.right)
    )
    unit = f" {part.unit}" if part.unit[:2] != "a " else ""
    return f" {part.sign} ".join(sides) + f"{unit}: {'yes' if part.is_met else 'no'}, {_away(part)}"


def _value(side: Side) -> str:
    return "none" if side.value is None else f"{side.value:.4g}"


def _away(part: Part) -> str:
    return "none" if part.away is None else f"{part.away:.3g}"


PRICE = "USDT per BTC"


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("close > level", f"close 104 > level 105 {PRICE}: no, 0.00952"),
        ("close <= level", f"close 104 <= level 105 {PRICE}: yes, 0.00952"),
        ("close > 100 USDT / 1 BTC", f"close 104 > 100 {PRICE}: yes, 0.0385"),
        ("volume > 6", "volume 5 > 6 BTC: no, 0.167"),
        ('Position("BTC/USDT") == 0', 'Position("BTC/USDT") 0.5 == 0 BTC: no, 1'),
        ("RSI(close, 2) > 70", "RSI(close, 2) 18.35 > 70: no, 0.738"),
        (
            "SMA(close, 2) < EMA(close, 3)",
            f"SMA(close, 2) 106.5 < EMA(close, 3) 106.1 {PRICE}: no, 0.00333",
        ),
        (
            "Bollinger(close, 3, 2).lower > close",
            f"Bollinger(close, 3, 2).lower 102.4 > close 104 {PRICE}: no, 0.0152",
        ),
        ('Fee("BTC/USDT").maker > 60%', 'Fee("BTC/USDT").maker 0.5 > 0.6: no, 0.167'),
        ("twice(close) > twice(high)", f"a * 2 208 > a * 2 212 {PRICE}: no, 0.0189"),
        ("n == 2", "n 0 == 2: no, 1"),
        ("halted", "halted: no"),
        ("not halted", "not halted: yes"),
        ("close[3] > close", f"close[3] 108 > close 104 {PRICE}: yes, 0.037"),
        ("n / 0 > 1", "n / 0 none > 1: no, none"),
        ("(close / open) ^ 2 > 3", "(close / open) ^ 2 1.02 > 3: no, 0.66"),
        ("volume - volume > 1", "volume - volume 0 > 1 BTC: no, 1"),
        ("n == 0", "n 0 == 0: yes, none"),
        ('event.symbol == "ETH/USDT"', "BTC/USDT == ETH/USDT: no, none"),
        ("n > 1 and n > 4", "and no, 1; n 0 > 1: no, 1; n 0 > 4: no, 1"),
        (
            "close > level and volume > 6 and n == 0",
            (
                f"and no, 0.167; close 104 > level 105 {PRICE}: no, 0.00952;"
                " volume 5 > 6 BTC: no, 0.167; n 0 == 0: yes, none"
            ),
        ),
        (
            "close > level or volume > 6",
            (
                f"or no, 0.00952; close 104 > level 105 {PRICE}: no, 0.00952;"
                " volume 5 > 6 BTC: no, 0.167"
            ),
        ),
        ("not (close < level)", f"close 104 >= level 105 {PRICE}: no, 0.00952"),
        (
            "not (close < level and n > 1)",
            f"or yes, 0; close 104 >= level 105 {PRICE}: no, 0.00952; n 0 <= 1: yes, 1",
        ),
    ],
)
def test_each_part_is_told_with_the_names_of_the_script(condition: str, told: str) -> None:
    assert words(condition) == told


def test_a_crossing_is_one_part_made_of_two() -> None:
    (found,) = told("if CrossesAbove(SMA(close, 2), SMA(close, 3)) and n == 0 { n = 1 }")
    assert [(each.depth, each.sign, each.text) for each in found.parts] == [
        (0, "and", "CrossesAbove(SMA(close, 2), SMA(close, 3)) and n == 0"),
        (1, "and", "CrossesAbove(SMA(close, 2), SMA(close, 3))"),
        (2, "<=", ""),
        (2, ">", ""),
        (1, "==", ""),
    ]


def test_what_is_made_of_constants_alone_is_known_as_that() -> None:
    (found,) = told("if 60 == 60 and level > 5 and n > 5 { n = 1 }")
    assert [each.is_fixed for each in found.parts] == [False, True, True, False]
    assert [each.left.label for each in found.parts[1:]] == ["", "level", "n"]


def test_a_name_is_told_by_what_it_stands_for() -> None:
    (found,) = told(
        "strong = close > level\nquick = SMA(close, 2)\nif strong and quick > 200 { n = 1 }"
    )
    assert [each.left.label for each in found.parts[1:]] == ["close", "quick"]


def test_what_the_run_did_not_come_to_is_told_by_what_stood_when_it_began() -> None:
    outer, inner = told("if close > 500 {\n if close > 100 { n = 1 } }")
    assert (outer.was_reached, outer.is_met) == (True, False)
    assert (inner.was_reached, inner.is_met) == (False, True)
    assert (outer.line, inner.line) == (6, 7)


def test_what_hangs_on_a_name_that_the_run_did_not_give_is_not_told() -> None:
    body = "if close > 500 { x = 1; if open > 7 { x = 2 }; if x > 3 { n = 1 } }"
    assert [each.text for each in told(body)] == ["close > 500", "open > 7"]


def test_a_condition_behind_a_power_is_told_where_it_is_met() -> None:
    first, second = told("if n > 5 { n = 1 } else if (close / open) ^ 3 > 2 { n = 2 }")
    assert said(first.parts[0]) == "n 0 > 5: no, 1"
    assert said(second.parts[0]) == "(close / open) ^ 3 1.029 > 2: no, 0.485"


def test_a_run_that_waits_tells_what_it_met_before() -> None:
    program = program_of('if close > level { n = 1 }\nif Buy("BTC/USDT", 1) { n = 2 }')
    begun = last_run(program)
    assert [each.text for each in distances(program, begun)] == ["close > level"]


def test_of_a_loop_the_nearest_turn_is_told() -> None:
    (found,) = told("for k in [1, 2, 103] { if close < k { n = 1 } }")
    assert said(found.parts[0]).endswith("0.00962")


def test_each_row_of_a_table_is_told() -> None:
    found = told("decide { close > 500 => n = 1; close > level => n = 2 else => n = 3 }")
    assert [each.text for each in found] == ["close > 500", "close > level"]


@pytest.mark.parametrize(
    ("left", "right", "share"),
    [(99.0, 100.0, 0.01), (100.0, 99.0, 0.01), (0.0, 5.0, 1.0), (-5.0, 5.0, 2.0), (7.0, 7.0, 0.0)],
)
def test_a_gap_is_a_share_of_the_larger_side(left: float, right: float, share: float) -> None:
    assert share_apart(left, right) == pytest.approx(share)
    assert share_apart(math.inf, left) is None


def test_two_sides_of_nothing_have_no_distance() -> None:
    assert words('Position("BTC/USDT") - Position("BTC/USDT") > n').endswith("no, none")


def test_what_earlier_candles_decide_comes_no_nearer() -> None:
    assert words("close[1] > close[2]").endswith("no, none")
    (found,) = told("if CrossesBelow(SMA(close, 2), SMA(close, 3)) { n = 1 }")
    _, past, now = found.parts
    assert (past.sign, past.is_met, past.away) == (">=", True, None)
    assert now.away is not None
    assert [each.is_past for each in found.parts] == [False, True, False]


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
