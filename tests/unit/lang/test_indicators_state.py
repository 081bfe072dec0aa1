"""What an indicator remembers: kept as data and read again, and where its input has holes."""

from __future__ import annotations

import json
import math
import random
import re

import pytest

from lefi_tui.lang.builtins import BUILTINS
from tests.unit.lang.candles_kit import NONE, Candle, kept, ours, reader, same, stepped, walk

HOLE: Candle = (math.nan,) * 5
ALL = (
    "SMA(close, 5)",
    "EMA(close, 5)",
    "WMA(close, 5)",
    "MACD(close, 3, 6, 4).macd",
    "MACD(close, 3, 6, 4).signal",
    "MACD(close, 3, 6, 4).histogram",
    "RSI(close, 5)",
    "Stochastic(5).k",
    "Stochastic(5, 2, 4).d",
    "CCI(5)",
    "MFI(5)",
    "ROC(close, 5)",
    "ZScore(close, 5)",
    "StdDev(close, 5)",
    "Bollinger(close, 5, 2).upper",
    "Bollinger(close, 5, 2).middle",
    "Bollinger(close, 5, 2).lower",
    "ATR(5)",
    "ADX(5)",
    "ADX(5).plus",
    "ADX(5).minus",
    "Supertrend(5, 1).line",
    "Supertrend(5, 1).direction",
    "Highest(high, 5)",
    "Lowest(low, 5)",
    "Donchian(5).upper",
    "Donchian(5).middle",
    "Donchian(5).lower",
    "VWAP()",
    "VWAP(5)",
    "OBV()",
    "Since(close > open)",
    "Change(close, 5)",
    "if CrossesAbove(close, EMA(close, 5)) then 1 else 0",
    "if CrossesBelow(close, EMA(close, 5)) then 1 else 0",
)
BY_EVENTS = ("Since", "Change", "if ")  # they count events, the holes with them


def test_every_indicator_and_field_of_the_table_is_among_them() -> None:
    written = " ".join(ALL)
    for builtin in BUILTINS.values():
        if builtin.group == "indicator":
            assert f"{builtin.name}(" in written
            for field in builtin.fields:
                assert re.search(rf"{builtin.name}\([^)]*\)\.{field}\b", written), field


def holed(seed: int, count: int = 150) -> list[Candle]:
    chance = random.Random(seed)
    return [HOLE if chance.random() < 0.2 else each for each in walk(count, seed, still=0.3)]


@pytest.mark.parametrize("seed", range(4))
def test_a_state_kept_as_data_at_every_event_goes_on_as_if_never_stopped(seed: int) -> None:
    made = reader(ALL)
    straight = restored = made.initial()
    for number, candle in enumerate(holed(seed)):
        straight = stepped(made, straight, number, candle)
        restored = made.decode(json.loads(json.dumps(made.encode(restored))))
        restored = stepped(made, restored, number, candle)
        assert same(restored, straight), number


@pytest.mark.parametrize("expression", [each for each in ALL if not each.startswith(BY_EVENTS)])
def test_a_hole_changes_nothing_and_has_no_value(expression: str) -> None:
    candles = holed(7)
    made = reader([expression])
    state, with_holes = made.initial(), []
    for number, candle in enumerate(candles):
        state = stepped(made, state, number, candle)
        if candle is HOLE:
            assert made.state_value(state, "x0") == NONE
        else:
            with_holes.append(kept(made, state, 0))
    there = [each for each in candles if each is not HOLE]
    assert same(with_holes, ours([expression], there)[expression])


def test_events_are_counted_with_their_holes() -> None:
    candles = [(1.0, 2.0, 1.0, 2.0, 1.0), HOLE, HOLE, (2.0, 2.0, 1.0, 1.0, 1.0)]
    assert ours(["Since(close > open)"], candles) == {"Since(close > open)": [0, 1, 2, 3]}
