"""Settings act apart where no number of the program is made of two of them, and only where that
is plain from the text."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from lefi_tui.lang.apart import act_apart
from lefi_tui.lang.builtins import BUILTINS

SCRIPTS = Path(__file__).parents[3] / "scripts"
HEAD = "setting a = 3 in 2..9\nsetting b = 4 in 2..9\nstate kept = 0\n"
APART = (
    'if EMA(close, a) > b { Buy("BTC/USDT", 10%) }',
    'if CrossesAbove(EMA(close, a), SMA(close, b)) { Buy("BTC/USDT", a * 1%, stop_loss = b * 1%) }',
    "if close * (1 - a) > open * (1 + b) { kept = kept + a }",
    "quick = EMA(close, a)\n calm = EMA(close, b)\n if quick - calm > 0 { kept = 1 }",
    "if close[a] > close and close[b] > open { kept = 1 }",
)
MIXED = (
    "if EMA(EMA(close, a), b) > 1 { kept = 1 }",  # it waits for both, one after the other
    "if MACD(close, a, b).signal > 1 { kept = 1 }",
    "if EMA(close, a * b) > 1 { kept = 1 }",
    "if EMA(close, 12 - a) > b { kept = 1 }",  # of a longer one a shorter length
    "n = a * 2\n if EMA(close, n) > b { kept = 1 }",
    "if Rising(EMA(close, a), b) { kept = 1 }",
    "if SMA(close, a)[b] > 1 { kept = 1 }",
    "if a > b { kept = 1 }",
    "x = a\n y = x * b\n if close > y { kept = 1 }",
    "repeat 2 { kept = kept + a }",
)


@pytest.mark.parametrize("body", APART)
def test_numbers_of_one_setting_each_are_apart(body: str) -> None:
    assert act_apart(f'{HEAD}on Candle("BTC/USDT", 5m) {{\n {body}\n}}\n', "ab")


@pytest.mark.parametrize("body", MIXED)
def test_a_number_of_two_settings_or_what_is_not_looked_through_is_not(body: str) -> None:
    assert not act_apart(f'{HEAD}on Candle("BTC/USDT", 5m) {{\n {body}\n}}\n', "ab")


def test_a_setting_outside_of_handlers_is_not_apart() -> None:
    body = 'on Candle("BTC/USDT", 5m) { if close > b { Buy("BTC/USDT", 10%) } }\n'
    assert act_apart(HEAD + body, "ab")
    assert not act_apart(f"{HEAD}policy {{ rate = a per 1h }}\n{body}", "ab")
    assert not act_apart(f"{HEAD}fn twice(x) = x * a\n{body}", "ab")
    assert not act_apart(f"{HEAD}{body}".replace("5m", "span"), ("b", "span"))


def test_the_settings_of_a_shipped_script_are_apart() -> None:
    source = (SCRIPTS / "ema_cross.lefi").read_text(encoding="utf-8")
    assert act_apart(source, ("fast", "slow", "stop", "target", "size"))


LENGTHS = (2.0, 3.0, 7.0, 20.0)
STEPPED = sorted(name for name, each in BUILTINS.items() if each.steps is not None)


@pytest.mark.parametrize("name", STEPPED)
def test_a_greater_number_of_an_indicator_never_asks_for_fewer_events(name: str) -> None:
    """What a grid's cell waits for is told from the first values of its axes."""
    builtin = BUILTINS[name]
    count = sum(each.kind in {"length", "constant"} for each in builtin.params)
    assert builtin.steps is not None
    for first in (builtin.steps.first, *(events for _, events in builtin.steps.earlier)):
        for numbers in product(LENGTHS, repeat=count):
            for place in range(count):
                more = (*numbers[:place], numbers[place] + 1, *numbers[place + 1 :])
                assert first(*more) >= first(*numbers), numbers
