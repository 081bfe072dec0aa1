"""A comparison that comes out the same whatever the market does is told, and no other is."""

from __future__ import annotations

import math
from typing import Final

import pytest

from lefi_tui.lang.builtins import BUILTINS
from lefi_tui.lang.examples import EXAMPLES
from lefi_tui.lang.program import check
from tests.unit.lang.candles_kit import Candle, ours, walk

HEAD: Final = """\
setting level = 30 in 1..99
setting free = 550
setting steps = [20, 550]
state mood = none
state other = 1
fn over(x, limit) = x > limit
"""
HANDLER: Final = 'on Candle("BTC/USDT", 5m) {{\n{}\n    Print("{{level}}{{mood}}{{other}}")\n}}\n'
NEVER: Final = (
    ("if «RSI(close, 14) > 550» {{ Print(1) }}", "RSI lies between 0 and 100"),
    (
        "strength = RSI(close, 14)\nif «strength > 550» {{ Print(1) }}",
        "`strength` is RSI and lies between 0 and 100",
    ),
    ("mood = RSI(close, 14)\nif «mood > 550» {{ Print(1) }}", "`mood` lies between 0 and 100"),
    ("if «550 < MFI(9)» {{ Print(1) }}", "MFI lies between 0 and 100"),
    ("if «Stochastic(9).d == 101» {{ Print(1) }}", "Stochastic.d lies between 0 and 100"),
    ("if «ADX(9)[3] <= -1» {{ Print(1) }}", "ADX lies between 0 and 100"),
    ("if «ATR(14) < 0» {{ Print(1) }}", "ATR is never below 0"),
    ("if «Now().weekday == 0» {{ Print(1) }}", "`Now().weekday` lies between 1 and 7"),
    (
        "if «SMA(RSI(close, 14), 3) / 100 > 2» {{ Print(1) }}",
        "`SMA(RSI(close, 14), 3) / 100` lies between 0 and 1",
    ),
    (
        "if «CrossesAbove(RSI(close, 14), 100)» {{ Print(1) }}",
        "RSI lies between 0 and 100",
    ),
    ("if «level > 200» {{ Print(1) }}", "`level` lies between 1 and 99"),
    ("if «over(RSI(close, 14), 120)» {{ Print(1) }}", ""),
)
ALWAYS: Final = (
    ("if «RSI(close, 14) >= 0» {{ Print(1) }}", "RSI lies between 0 and 100"),
    ("if «Now().hour != 24» {{ Print(1) }}", "`Now().hour` lies between 0 and 23"),
)
MAY: Final = (
    "if RSI(close, 14) >= 100 or RSI(close, 14) <= 0 { Print(1) }",
    "if CrossesAbove(100, RSI(close, 14)) { Print(1) }",
    "if Supertrend(9, 3).line < 0 { Print(1) }",
    "if RSI(close, 14) > free { Print(1) }",  # a person may choose another
    "if level < 200 { Print(1) }",
    "for each in steps { if RSI(close, 14) > each { Print(1) } }",
    "for each in [50, 550] { if RSI(close, 14) > each { Print(1) } }",
    "if over(RSI(close, 14), 20) or over(RSI(close, 14), 550) { Print(1) }",
    "mood = RSI(close, 14)\nif mood >= 0 { Print(1) }",  # asks whether there is one
    "mood = if close > open then RSI(close, 14) else 900\nif mood > 550 { Print(1) }",
    "other = other * 2\nif other > 550 { Print(1) }",
    "if (RSI(close, 14)[1] ?? -1) >= 0 { Print(1) }",
    "if Since(close > open) >= 0 { Print(1) }",  # none before the first
    "if ROC(close, 14) > 550 { Print(1) }",
    "if 2 > 1 { Print(1) }",
)


def said(source: str) -> list[tuple[str, str, str]]:
    """Code, guilty words and message."""
    return [
        (each.code, source[each.span.start : each.span.end], each.message)
        for each in check(source).diagnostics
        if each.code != "LF251"
    ]


@pytest.mark.parametrize(
    ("body", "told", "verdict"),
    [*((*each, "never") for each in NEVER), *((*each, "always") for each in ALWAYS)],
)
def test_what_can_not_come_out_otherwise_is_told_with_its_range(
    body: str, told: str, verdict: str
) -> None:
    body = body.format()
    guilty = body[body.index("«") + 1 : body.index("»")]
    found = said(HEAD + HANDLER.format(body.replace("«", "").replace("»", "")))
    if not told:  # at the comparison, inside the function
        guilty, told = "x > limit", "`x` is RSI and lies between 0 and 100"
    assert found == [("LF258", guilty, f"{told}: this {verdict} holds.")]


@pytest.mark.parametrize("body", MAY)
def test_what_may_come_out_either_way_is_not_told(body: str) -> None:
    assert said(HEAD + HANDLER.format(body)) == []


JOINED: Final = (
    ("r > 60 and r < 30", "`r > 60` and `r < 30` exclude each other: this never holds."),
    ("30 > close and close >= 30", "`30 > close` and `close >= 30` exclude each other"),
    ("r > 60 and close > 1 and r < 30", "`r > 60` and `r < 30` exclude each other"),
    ("other == 5 and other > 5", "`other == 5` and `other > 5` exclude each other"),
    ("level > r and r >= 99", "`level > r` and `r >= 99` exclude each other"),
    ("CrossesAbove(r, 60) and r < 30", "`CrossesAbove(r, 60)` and `r < 30` exclude each"),
    ("r > 30 or r < 60", "One of `r > 30` and `r < 60` holds at any value: this always holds."),
)
JOINED_MAY: Final = (
    "r > 30 and r < 60",
    "r >= 30 and r <= 30",
    "r > 60 or r < 30",
    "r > 60 and RSI(close, 9) < 30",
    "r > 60 and r[1] < 30",
    "r > level and r < level",  # as a person may choose: not reckoned as one
    "r > free and r < 30",
    "r < 30 or r > level",
    "other > 5 or other < 9 or mood == none",  # a state may be none
    "not (r > 60) and r < 30",
)


@pytest.mark.parametrize(("condition", "told"), JOINED)
def test_comparisons_of_one_value_that_exclude_each_other_are_told_where_they_are_joined(
    condition: str, told: str
) -> None:
    found = said(HEAD + HANDLER.format(f"r = RSI(close, 14)\nif {condition} {{ Print(r) }}"))
    assert [(code, where) for code, where, _ in found] == [("LF258", condition)]
    assert found[0][2].startswith(told)


@pytest.mark.parametrize("condition", JOINED_MAY)
def test_comparisons_that_may_hold_together_or_fail_together_are_not_told(condition: str) -> None:
    assert said(HEAD + HANDLER.format(f"r = RSI(close, 14)\nif {condition} {{ Print(r) }}")) == []


def test_a_text_that_is_not_understood_whole_is_not_judged() -> None:
    lost = "state mood = none\n" + HANDLER.replace("{{level}}{{mood}}{{other}}", "a").format(
        "mood = RSI(close, 14)\nif close > open { mood = 900 900 }\nif mood > 550 { Print(1) }"
    )
    assert {code for code, _, _ in said(lost)} == {"LF101"}


def test_no_example_of_the_reference_is_told_so() -> None:
    for name, text in EXAMPLES.items():
        assert "LF258" not in {each.code for each in check(text).diagnostics}, name


def _calls() -> list[tuple[str, float, float]]:
    """Of each indicator that has a range, each value, and what it lies between."""
    given = {"series": "close", "length": "5", "constant": "2"}
    out = []
    for builtin in BUILTINS.values():
        if builtin.lies is None:
            continue
        lies = builtin.lies
        call = f"{builtin.name}({', '.join(given[each.kind] for each in builtin.params)})"
        of_all = [f".{each}" for each in builtin.fields] + [""] * builtin.has_own
        fields = [f".{each}" for each in lies.fields] or of_all or [""]
        out += [(f"{call}{field}", lies.low, lies.high) for field in fields]
    return out


def test_each_range_of_the_table_holds_on_wild_candles() -> None:
    wild: list[Candle] = [
        *walk(300, 1, still=0.3),
        *((x, x * 3, x / 3, x * 2, 1e9 * (n % 3)) for n, x in enumerate([1e-8, 1e8] * 50)),
        *walk(300, 2, still=0.9),
    ]
    calls = _calls()
    assert {"RSI(close, 5)", "ADX(5).plus", "Supertrend(5, 2).direction"} <= {
        c for c, _, _ in calls
    }
    found = ours([call for call, _, _ in calls], wild)
    for call, low, high in calls:
        values = [each for each in found[call] if not math.isnan(each)]
        assert low <= min(values) <= max(values) <= high, call


def test_a_name_doubled_again_and_again_is_reckoned_once() -> None:
    doubled = "\n".join(f"x{n} = x{n - 1} + x{n - 1}" for n in range(1, 50))
    source = HANDLER.replace("{{level}}{{mood}}{{other}}", "a").format(
        f"x0 = RSI(close, 14)\n{doubled}\nif x49 > 550 {{ Print(1) }}"
    )
    assert said(source) == []
