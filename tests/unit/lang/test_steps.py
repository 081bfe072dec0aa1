"""What a checked script does, event by event."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import Any

import pytest

from lefi_tui.core.order import LevelKind, SizeKind
from lefi_tui.lang.program import Program, StepResult, check
from lefi_tui.lang.source import Source
from lefi_tui.lang.waiting import Begun

Bar = tuple[float, float, float, float, float]


def program(script: str) -> Program:
    checked = check(script)
    rendered = "\n".join(each.render(Source(script)) for each in checked.diagnostics)
    assert checked.program is not None, rendered
    return checked.program


def on_candle(body: str, before: str = "") -> Program:
    return program(f'{before}\non Candle("BTC/USDT", 1m) {{\n{body}\n}}')


def flat(close: float) -> Bar:
    return (close, close, close, close, 1.0)


def run(made: Program, bars: Sequence[Bar], reads: Sequence[float] = ()) -> list[StepResult]:
    state, out = made.initial(), []
    for number, (o, h, l, c, v) in enumerate(bars):  # noqa: E741 -- as in open high low close
        event = ("BTC/USDT", number * 60_000.0, o, h, l, c, v)
        result = made.step(0, state, event, reads)
        state = result.state
        out.append(result)
    return out


def printed(results: Sequence[StepResult]) -> list[str]:
    return [note.text for result in results for note in result.notes]


def said(body: str, *closes: float, before: str = "") -> list[str]:
    return printed(run(on_candle(body, before), [flat(each) for each in closes]))


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("1 / 0", "none"),
        ("0 / 0", "none"),
        ("5 mod 0", "none"),
        ("-5 mod 3", "1"),
        ("5 mod -3", "-1"),
        ("2 ^ 3", "8"),
        ("(-8) ^ (1 / 3)", "none"),
        ("10 ^ 400", "none"),
        ("0 ^ -1", "none"),
        ("-2 ^ 2", "-4"),
        ("Sqrt(-1)", "none"),
        ("Log(0)", "none"),
        ("Exp(1000)", "none"),
        ("Round(2.5)", "3"),
        ("Round(-2.5)", "-3"),
        ("Floor(-1.5)", "-2"),
        ("Ceil(1.2)", "2"),
        ("Abs(-3)", "3"),
        ("Min(3, 2, 5)", "2"),
        ("Max(3, 1 / 0)", "none"),
        ("Mean(1, 2, 6)", "3"),
        ("1 / 3", "0.33333333"),
        ("25%", "25%"),
        ("25% * 2", "50%"),
        ("200 * 25%", "50"),
        ("if 1 > 2 then 5 else 6", "6"),
        ("(1 / 0) ?? 7", "7"),
        ("2 ?? 7", "2"),
        ("1_000.50", "1000.5"),
        ("1e-3", "0.001"),
        ('"a" + 1', "a1"),
        ('"a" + [5, 0.5]', "a[5, 0.5]"),
        ('"{[25%, 1%]} {["x", "y"]}"', "[25%, 1%] [x, y]"),
        ("1h30m / 1m", "90"),
    ],
)
def test_a_value_prints_as_the_language_says(expression: str, shown: str) -> None:
    assert said(f"Print({expression})", 1.0) == [shown]


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("missing == 1", False),
        ("missing != 1", False),
        ("missing < 1", False),
        ("missing == none", True),
        ("missing != none", False),
        ("close == none", False),
        ("close != none", True),
        ("not (missing > 1)", True),
        ('"a" == "a"', True),
        ('"a" != "b"', True),
        ("true and not false", True),
        ("false or true", True),
    ],
)
def test_a_comparison_with_a_missing_number_is_false(condition: str, holds: bool) -> None:  # noqa: FBT001 -- expected
    body = f'missing = close / 0\nif {condition} {{ Print("yes") }} else {{ Print("no") }}'
    assert said(body, 5.0) == ["yes" if holds else "no"]


def test_the_else_branch_does_not_take_the_true_branchs_last_statement() -> None:
    body = 'if close > 10 { Print("a"); Print("b") } else { Print("c"); Print("d") }'
    assert said(body, 11.0, 9.0) == ["a", "b", "c", "d"]


def test_a_run_stops_at_return_and_keeps_its_state() -> None:
    body = 'n = n + 1\nif close > 10 { return }\nPrint("{n}")'
    assert said(body, 11.0, 9.0, 11.0, 9.0, before="state n = 0") == ["2", "4"]


def test_series_are_computed_where_they_are_not_reached() -> None:
    """An average inside an `if` has seen every candle, not only those that got there."""
    inside = said("if close > 100 { Print(SMA(close, 3)) }", 1, 2, 3, 300)
    assert inside == ["101.66666667"]


def test_statements_wait_until_all_series_are_warm() -> None:
    made = on_candle("Print(SMA(close, 3) + EMA(close, 5))")
    results = run(made, [flat(float(n)) for n in range(6)])
    assert [each.warming for each in results] == [(1, 5), (2, 5), (3, 5), (4, 5), None, None]
    assert len(printed(results)) == 2


def test_what_stands_left_of_the_question_marks_is_not_waited_for() -> None:
    assert said("Print(EMA(close, 3) ?? 0)", 1, 2, 3, 4) == ["0", "0", "2", "3"]


def test_history_reads_back_events_of_a_series() -> None:
    assert said("Print(close[2])", 1, 2, 3, 4, 5) == ["1", "2", "3"]
    assert said("x = close * 2\nPrint(x[1])", 1, 2, 3) == ["2", "4"]


def test_history_of_a_state_reads_back_runs() -> None:
    body = "n = n + close\nPrint(n[1] ?? -1)"
    assert said(body, 1, 2, 3, before="state n = 0") == ["-1", "1", "3"]


def test_change_and_crosses_follow_their_definitions() -> None:
    assert said("Print(Change(close, 1))", 1, 4, 2) == ["3", "-2"]
    body = 'if CrossesAbove(close, 10) { Print("up") }; if CrossesBelow(close, 10) { Print("dn") }'
    assert said(body, 9, 10, 11, 10, 9, 12) == ["up", "dn", "up"]


def test_highest_and_lowest_include_this_candle() -> None:
    closes = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3, 8, 4]
    high = said("Print(Highest(close, 4))", *closes)
    low = said("Print(Lowest(close, 4))", *closes)
    windows = [closes[n - 3 : n + 1] for n in range(3, len(closes))]
    assert high == [str(max(each)) for each in windows]
    assert low == [str(min(each)) for each in windows]


def test_each_loop_turn_and_each_call_has_its_own_indicator() -> None:
    script = "fn twice(x) = EMA(x, 2)\n"
    body = "Print(twice(close)); Print(twice(open * 2))"
    assert said(body, 1, 3, before=script) == ["2", "4"]


def test_sizes_and_levels_keep_their_meaning() -> None:
    body = (
        'Buy("BTC/USDT", 0.5 BTC, at = close, stop_loss = 2%, take_profit = close + 5)\n'
        'Buy("BTC/USDT", 100 USDT, tif = "IOC", post_only = true)\n'
        'Sell("BTC/USDT", 25%, trail = 1%, reduce_only = true)\n'
        'Buy("BTC/USDT", 2)\nClose("BTC/USDT")\nCancel("BTC/USDT")'
    )
    intents = run(on_candle(body), [flat(100.0)])[0].intents
    kinds = [(each.action, each.size.kind if each.size else None) for each in intents]
    assert kinds == [
        ("buy", SizeKind.UNITS),
        ("buy", SizeKind.WORTH),
        ("sell", SizeKind.SHARE),
        ("buy", SizeKind.UNITS),
        ("close", None),
        ("cancel", None),
    ]
    first = intents[0]
    assert first.limit == 100
    assert first.exits.stop_loss is not None
    assert first.exits.stop_loss.kind is LevelKind.PERCENT
    assert first.exits.take_profit is not None
    assert first.exits.take_profit.kind is LevelKind.PRICE
    assert first.exits.take_profit.value == 105
    assert [each.site for each in intents] == [0, 1, 2, 3, 4, 5]


def test_an_order_whose_number_is_missing_is_refused_never_guessed() -> None:
    body = 'Buy("BTC/USDT", 1, at = close / 0)\nBuy("BTC/USDT", close / 0 * 1 BTC / close)'
    result = run(on_candle(body), [flat(100.0)])[0]
    assert result.intents == ()
    assert [each.code for each in result.refusals] == ["NO_VALUE", "NO_VALUE"]


def test_a_percent_raises_and_lowers_a_price() -> None:
    assert said("Print(close + 10%); Print(close - 10%)", 100.0) == ["110", "90"]


def test_texts_hold_one_expression_in_braces() -> None:
    assert said(r'Print("{close} \{")', 5) == ["5 {"]
    assert said('Print("{"{close}!"} {if close > 1 then "hi" else "lo"}")', 5) == ["5! hi"]


def test_a_step_leaves_the_state_it_was_given_alone() -> None:
    made = on_candle("n = n + 1; Print(SMA(close, 2))", "state n = 0")
    state = made.initial()
    kept = list(state)
    made.step(0, state, ("BTC/USDT", 0.0, 1.0, 1.0, 1.0, 1.0, 1.0), ())
    assert repr(state) == repr(kept)


def test_a_restored_state_goes_on_as_if_never_stopped() -> None:
    body = (
        "n = n + 1\nif RSI(close, 5) > Bollinger(close, 7, 2).upper / close { n = n + 10 }\n"
        'Print("{n} {RSI(close, 5)} {ATR(4)} {Highest(high, 6)} {close[3]} {StdDev(close, 4)}")'
    )
    made = on_candle(body, "state n = 0")
    bars = walk(60)
    whole = printed(run(made, bars))
    state, out = made.initial(), []
    for number, bar in enumerate(bars):
        result = made.step(0, state, ("BTC/USDT", number * 60_000.0, *bar), ())
        out += [note.text for note in result.notes]
        state = made.decode(made.encode(result.state))
    assert out == whole
    assert len(out) > 40


def test_history_steps_series_and_carries_out_nothing() -> None:
    made = on_candle("n = n + 1; Print(SMA(close, 2))", "state n = 0")
    state = made.initial()
    for close in (1.0, 2.0, 3.0):
        event = ("BTC/USDT", 0.0, *flat(close))
        result = made.step(0, state, event, (), carry=False)
        state = result.state
        assert result.notes == ()
        assert made.state_value(state, "n") == 0
    assert printed([made.step(0, state, ("BTC/USDT", 0.0, *flat(5.0)), ())]) == ["4"]


def test_why_tells_the_conditions_with_their_values() -> None:
    made = on_candle("r = SMA(close, 2)\nif r > 10 and close < 50 { Print(1) }")
    state = run(made, [flat(8.0)])[0].state
    seen = made.explain(Begun(0, state, ("BTC/USDT", 0.0, *flat(20.0)), ()))
    assert [(each.text, each.outcome, each.values) for each in seen] == [
        ("r > 10 and close < 50", True, (("r", "14"), ("close", "20")))
    ]


def test_the_traced_variant_does_what_the_fast_one_does() -> None:
    body = "if RSI(close, 3) > 50 { n = n + close } else { n = n - 1 }"
    made = on_candle(body, "state n = 0")
    states: list[Any] = [made.initial(), made.initial()]
    for number, bar in enumerate(walk(50)):
        event = ("BTC/USDT", number * 60_000.0, *bar)
        states[0] = made.step(0, states[0], event, ()).state
        trace: list[Any] = []
        states[1] = made._traced[0](states[1], event, (), True, trace)[0]  # noqa: FBT003 -- generated
        assert repr(states[0]) == repr(states[1])


def walk(count: int, seed: int = 7) -> list[Bar]:
    chance = random.Random(seed)
    out, close = [], 100.0
    for _ in range(count):
        opening = close
        close = opening * math.exp(chance.gauss(0, 0.01))
        high = max(opening, close) * (1 + chance.random() * 0.003)
        low = min(opening, close) * (1 - chance.random() * 0.003)
        out.append((opening, high, low, close, chance.random() * 10))
    return out


def test_time_has_its_parts_in_utc() -> None:
    made = on_candle('t = Now()\nPrint("{t.hour} {t.minute} {t.weekday} {t.day} {t.month}")')
    stamp = 1_772_364_600_000.0  # 2026-03-01 11:30 UTC, a Sunday
    result = made.step(0, made.initial(), ("BTC/USDT", stamp, *flat(1.0)), ())
    assert printed([result]) == ["11 30 7 1 3"]
