"""What changes in what a script does: names and layout never, all else always."""

from __future__ import annotations

import random
from functools import lru_cache
from pathlib import Path
from typing import Final

import pytest

from lefi_tui.lang.blueprint import Blueprint
from lefi_tui.lang.examine import examined
from lefi_tui.lang.formatter import formatted
from lefi_tui.lang.kinship import kinship
from lefi_tui.lang.meaning import Meaning, Named, PartChange, meaning
from lefi_tui.lang.meaning_words import SAME, in_words
from lefi_tui.lang.python_way import generate
from lefi_tui.lang.scanner import scan
from lefi_tui.lang.tokens import Kind
from tests.campaign.script_writer import written

SHIPPED: Final = sorted((Path(__file__).parents[3] / "scripts").glob("*.lefi"))
SEEDS: Final = range(40)
WEAK: Final = """\
setting symbol = "BTC/USDT"
setting weak = 30 in 5..45
state count = 0
on Candle(symbol, 1m) {
    strength = RSI(close, 14)
    if strength < weak and Position(symbol) == 0 {
        Buy(symbol, 10%, stop_loss = 2%)
        count = count + 1
    }
    if strength > 60 { Close(symbol) }
}
"""


def checked(text: str) -> Blueprint:
    found = examined(text)
    assert found.blueprint is not None, [each.message for each in found.diagnostics]
    return found.blueprint


def between(before: str, after: str) -> Meaning:
    return meaning(checked(before), checked(after))


def parts(before: str, after: str) -> tuple[PartChange, ...]:
    (handler,) = between(before, after).handlers
    return handler.parts


# ---- what is no change


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_script_is_the_same_as_itself(path: Path) -> None:
    told = between(path.read_text(), path.read_text())
    assert told == Meaning()
    text = checked(path.read_text())
    old, new = kinship(text, text)
    assert old == new
    assert [each.number for each in old] == list(range(len(text.sites)))


@pytest.mark.parametrize("seed", SEEDS)
def test_layout_comments_and_names_never_change_what_a_script_does(seed: int) -> None:
    text = written(random.Random(seed))
    for other in (text, formatted(text).text, _commented(text), _renamed(text)):
        told = between(text, other)
        assert told.is_same, "\n".join(in_words(told))
        assert not told.more
        old, new = kinship(checked(text), checked(other))
        assert old == new


def _commented(text: str) -> str:
    return "// first\n" + text.replace("\n", "   // a word\n\n")


def _renamed(text: str) -> str:
    """Every name that the script gives itself, by another."""
    own = _given(text)
    out, at = [], 0
    for token in scan(text).tokens:
        if token.kind is Kind.NAME and text[token.span.start : token.span.end] in own:
            out += [text[at : token.span.start], "z_"]
            at = token.span.start
    return "".join((*out, text[at:]))


def _given(text: str) -> frozenset[str]:
    found = examined(text).blueprint
    assert found is not None
    return frozenset((*found.states, *(each.name for each in found.settings)))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_number_that_counts_in_a_handler_is_never_missed(seed: int) -> None:
    """The generated steps are the judge: where they differ, the meaning does. A value that nobody
    looks at counts nowhere, so only numbers of conditions, orders and states are changed."""
    chance = random.Random(seed)
    text = written(chance)
    tokens = (each for each in scan(text).tokens if each.kind is Kind.NUMBER)
    numbers = [each.span for each in tokens if _counts(text, each.span.start)]
    for span in chance.sample(numbers, min(6, len(numbers))):
        other = text[: span.start] + "7" + text[span.end :]
        found = examined(other).blueprint
        if found is not None and _steps(other) != _steps(text):
            told = between(text, other)
            assert not told.is_same, (text[span.start - 30 : span.end + 30], text)


def _counts(text: str, at: int) -> bool:
    line = text[text.rfind("\n", 0, at) + 1 : text.find("\n", at)].strip()
    states = tuple(f"{name} =" for name in checked(text).states)
    return line.startswith(("if ", "Buy(", "Sell(", "Notify(", *states))


@lru_cache
def _steps(text: str) -> tuple[object, ...]:
    program = checked(text)
    forms = (generate(each, traced=False).text for each in program.forms)
    return (*forms, program.policy, str(program.slots.first))


def test_a_part_that_gets_a_name_is_the_same_part() -> None:
    named = WEAK.replace("    if strength > 60", "    high_mark = 60\n    if strength > high_mark")
    inlined = WEAK.replace("strength > 60", "RSI(close, 14) > 60")
    for other in (named, inlined):
        told = between(WEAK, other)
        assert told.is_same
        assert list(in_words(told)) == [SAME]


def test_other_names_of_settings_and_states_are_told_and_change_nothing() -> None:
    other = WEAK.replace("weak", "low_mark").replace("count", "entries")
    told = between(WEAK, other)
    assert told.is_same
    assert told.settings == (Named("renamed", "low_mark", "weak", "low_mark"),)
    assert told.states == (Named("renamed", "entries", "count", "entries"),)


# ---- what is one


def test_a_default_that_changes_is_one_change_and_none_of_its_handlers() -> None:
    told = between(WEAK, WEAK.replace("weak = 30 in 5..45", "weak = 25 in 5..40"))
    assert told.settings == (Named("changed", "weak", "30 in 5..45", "25 in 5..40"),)
    assert not told.handlers
    assert not told.is_same


def test_a_default_that_the_later_bounds_refuse_is_compared_at_its_own() -> None:
    told = between(WEAK, WEAK.replace("weak = 30 in 5..45", "weak = 20 in 5..25"))
    assert [each.kind for each in told.handlers[0].parts] == ["condition"]


def test_conditions_and_orders_are_told_as_they_are_written() -> None:
    other = WEAK.replace("strength < weak and", "strength <= weak and").replace("10%", "20%")
    assert parts(WEAK, other) == (
        PartChange(
            "condition",
            "strength < weak and Position(symbol) == 0",
            "strength <= weak and Position(symbol) == 0",
            6,
        ),
        PartChange(
            "order", "Buy(symbol, 10%, stop_loss = 2%)", "Buy(symbol, 20%, stop_loss = 2%)", 7
        ),
    )


def test_a_series_that_is_computed_otherwise_is_told_where_it_is_named() -> None:
    told = between(WEAK, WEAK.replace("RSI(close, 14)", "RSI(close, 7)"))
    assert list(in_words(told)) == [
        "~ on candle BTC/USDT 1m, line 4",
        "  ~ with strength = RSI(close, 14) -> strength = RSI(close, 7)",
        "  ~ when strength < weak and Position(symbol) == 0, by other values",
        "  ~ when strength > 60, by other values",
    ]


def test_a_name_that_is_set_to_something_else_on_its_way_is_told_there() -> None:
    text = WEAK.replace(
        "    strength =", "    lots = 1\n    if close > 9 { lots = 2 }\n    strength ="
    )
    text = text.replace("> 60", "> 60 * lots")
    assert parts(text, text.replace("lots = 2", "lots = 3")) == (
        PartChange("value", "lots = 2", "lots = 3", 6),
    )


def test_a_condition_that_goes_takes_its_place_with_it() -> None:
    other = WEAK.replace("    if strength > 60 { Close(symbol) }\n", "")
    told = between(WEAK, other)
    assert [(each.kind, each.before, each.after) for each in told.handlers[0].parts] == [
        ("condition", "strength > 60", ""),
        ("order", "Close(symbol)", ""),
    ]
    (buy, close), (left,) = kinship(checked(WEAK), checked(other))
    assert (buy, close.key != left.key) == (left, True)


def test_what_stands_inside_what_is_told_where_nothing_else_differs() -> None:
    other = WEAK.replace("        count = count + 1\n    }\n", "    }\n    count = count + 1\n")
    assert [each.kind for each in parts(WEAK, other)] == ["order_of"]


def test_a_name_that_takes_its_value_at_another_time_is_another_name() -> None:
    """`seen` is what `count` was before, or after, it was counted on."""
    early = WEAK.replace("    strength =", "    seen = count\n    strength =") + ""
    early = early.replace("strength > 60", "seen > 3")
    late = early.replace("    seen = count\n", "").replace(
        "    if seen > 3", "    seen = count\n    if seen > 3"
    )
    assert not between(early, late).is_same


def test_another_timeframe_is_a_change_of_the_handler_and_not_two() -> None:
    (handler,) = between(WEAK, WEAK.replace("1m)", "5m)")).handlers
    assert (handler.before, handler.after) == ("candle BTC/USDT 1m", "candle BTC/USDT 5m")
    assert handler.parts == ()


def test_a_handler_that_comes_is_told_with_all_it_does() -> None:
    (handler,) = between(WEAK, WEAK + 'on Every(1h) { Notify("still here") }\n').handlers
    assert (handler.how, handler.after) == ("added", "every 1h")
    assert handler.parts == (PartChange("words", "", 'Notify("still here")', 12),)


def test_a_function_that_changes_changes_the_handlers_that_call_it() -> None:
    text = "fn low(x) = x < 30\n" + WEAK.replace("strength < weak", "low(strength)").replace(
        "setting weak = 30 in 5..45\n", ""
    )
    (handler,) = between(text, text.replace("x < 30", "x < 31")).handlers
    assert handler.parts[0].kind == "condition"
    assert "by other values" in "\n".join(in_words(between(text, text.replace("x < 30", "x < 31"))))


# ---- what it can spend


@pytest.mark.parametrize(
    ("after", "why"),
    [
        (WEAK.replace("10%", "20%"), "buys BTC/USDT: 20% of free cash"),
        (WEAK.replace("10%", "100 USDT"), "buys BTC/USDT: 100 USDT"),
        (WEAK.replace("Close(symbol)", 'Buy("ETH/USDT", 1%)'), "buys ETH/USDT: 1% of free cash"),
        (WEAK.replace("10%", "1% * weak"), "buys BTC/USDT: 30% of free cash"),
        ("policy { rate = 600 per 1m }\n" + WEAK, "more orders in the same time"),
    ],
)
def test_it_says_why_it_may_spend_more(after: str, why: str) -> None:
    assert why in between(WEAK, after).more


@pytest.mark.parametrize(
    "after",
    [WEAK.replace("10%", "5%"), WEAK.replace("> 60", "> 50"), WEAK.replace("30 in", "9 in")],
)
def test_less_is_not_more(after: str) -> None:
    assert not between(WEAK, after).more
    assert not between(WEAK, after).is_same


EXITS: Final = WEAK.replace(
    "    if strength > 60", "    if close > 900 { Close(symbol) }\n    if strength > 60"
)


@pytest.mark.parametrize(
    "after",
    [
        EXITS,
        WEAK.replace(
            "    if strength > 60", "    if close > 9 { Sell(symbol, 50%) }\n    if strength > 60"
        ),
        WEAK.replace(
            "    if strength > 60", "    if close > 9 { Cancel(symbol) }\n    if strength > 60"
        ),
        WEAK.replace(
            "    if strength > 60", '    if close > 9 { Notify("high") }\n    if strength > 60'
        ),
        WEAK.replace("Candle(symbol, 1m)", "Candle(symbol, 5m)"),
    ],
)
def test_an_exit_a_cancel_and_an_alert_spend_nothing(after: str) -> None:
    assert not between(WEAK, after).more
    assert not between(WEAK, after).is_same


def test_how_many_orders_may_leave_is_told_beside_what_is_spent() -> None:
    assert list(in_words(between(WEAK, EXITS)))[-2:] == [
        "At most, at one event of each handler",
        "  ~ orders that may leave, closes among them: 2 -> 3",
    ]


def test_a_perpetual_sell_that_only_reduces_spends_nothing_and_another_does() -> None:
    perpetual = WEAK.replace('"BTC/USDT"', '"BTC/USDT:USDT"')
    reducing = perpetual.replace("Close(symbol)", "Sell(symbol, 900 USDT, reduce_only = true)")
    assert not between(perpetual, reducing).more
    opening = reducing.replace("reduce_only = true", "reduce_only = strength > 70")
    assert "sells BTC/USDT:USDT: 900 USDT" in between(perpetual, opening).more
    assert "2 entries at one moment, 1 before" in between(perpetual, opening).more


@pytest.mark.parametrize(
    ("event", "more"),
    [
        (
            "Candle(symbol, 30s)",
            ("it may act more often: on candle BTC/USDT 30s, on candle BTC/USDT 1m before",),
        ),
        ("PriceUpdate(symbol)", ("it may act on price update BTC/USDT, as it did not before",)),
        ("Candle(symbol, 1h)", ()),
    ],
)
def test_the_same_entry_at_more_events_may_spend_more(event: str, more: tuple[str, ...]) -> None:
    text = 'setting symbol = "BTC/USDT"\non Candle(symbol, 1m) { Buy(symbol, 1%) }\n'
    assert between(text, text.replace("Candle(symbol, 1m)", event)).more == more


def test_a_short_and_a_lever_are_told() -> None:
    perpetual = WEAK.replace('"BTC/USDT"', '"BTC/USDT:USDT"')
    short = perpetual.replace("Close(symbol)", "Sell(symbol, 10%, leverage = 5)")
    told = between(perpetual, short)
    rows = {each.name: (each.before, each.after) for each in told.rows}
    assert rows["may sell short"] == ("no", "BTC/USDT:USDT")
    assert rows["leverage"] == ("", "5")
    assert "a higher leverage" in told.more
    assert "it may sell BTC/USDT:USDT short" in told.more
