"""Candles for the tests of indicators, and what an expression is at each of them."""

from __future__ import annotations

import csv
import gzip
import itertools
import math
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from lefi_tui.lang.program import Program
from tests.unit.lang.stepping import program

DATA = Path(__file__).parents[4] / "shared" / "data"
FILES = (
    "btcusd_perp_1m_2022-01.csv.gz",
    "unittestbtc_1m_gappy_2017-11.csv.gz",
    "ethbtc_5m_2018-01.csv.gz",
    "ltcbtc_5m_2018-01.csv.gz",
    "goog_1d_2004-2013.csv.gz",
    "tv_golden_bars.csv.gz",
)
FIELDS = ("open", "high", "low", "close", "volume")
NONE = -1e300  # stands for a value that is not there
Candle = tuple[float, float, float, float, float]


def table(name: str) -> list[dict[str, str]]:
    """The rows of one file of real data, their columns' names in small letters."""
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"real candles are in ../shared/data, and {name} is not there")
    with gzip.open(path, "rt") as file:
        return [{key.lower(): each for key, each in row.items()} for row in csv.DictReader(file)]


def candles_of(rows: Sequence[dict[str, str]]) -> list[Candle]:
    return [
        (float(r["open"]), float(r["high"]), float(r["low"]), float(r["close"]), float(r["volume"]))
        for r in rows
    ]


def real(name: str, count: int, skipped: int = 0) -> list[Candle]:
    return candles_of(table(name)[skipped : skipped + count])


def column(candles: Sequence[Candle], name: str) -> list[float]:
    return [each[FIELDS.index(name)] for each in candles]


def walk(count: int, seed: int, *, still: float = 0.0, start: float = 100.0) -> list[Candle]:
    """A random walk; with chance `still` a candle does not move."""
    chance = random.Random(seed)
    close, out = start, []
    for _ in range(count):
        opening = close
        if chance.random() >= still:
            close *= math.exp(chance.gauss(0, 0.01))
        reach = 0.01 * (chance.random() >= still)
        high = max(opening, close) * (1 + chance.random() * reach)
        low = min(opening, close) * (1 - chance.random() * reach)
        out.append((opening, high, low, close, chance.random() * 1_000))
    return out


def reader(expressions: Sequence[str], head: str = "") -> Program:
    """A script that keeps each expression in a state, from the first candle on."""
    states = "".join(f"state x{n} = none\n" for n in range(len(expressions)))
    kept = "".join(f" x{n} = {each} ?? {NONE}\n" for n, each in enumerate(expressions))
    return program(f'{head}\n{states}on Candle("A/B", 1m) {{\n{kept}}}')


def stepped(made: Program, state: Any, number: int, candle: Candle) -> Any:
    """The slots after one candle, the `number`th minute of its day."""
    return made.step(0, state, ("A/B", (number + 1) * 60_000.0, *candle), ()).state


def kept(made: Program, state: Any, number: int) -> float:
    value = made.state_value(state, f"x{number}")
    return math.nan if value is None or value == NONE else float(value)


def ours(
    expressions: Sequence[str], candles: Sequence[Candle], head: str = ""
) -> dict[str, list[float]]:
    """Each expression's value at each candle; not-a-number where it has none."""
    made = reader(expressions, head)
    state, out = made.initial(), [list[float]() for _ in expressions]
    for number, candle in enumerate(candles):
        state = stepped(made, state, number, candle)
        for at, values in enumerate(out):
            values.append(kept(made, state, at))
    return dict(zip(expressions, out, strict=True))


def same(a: Sequence[float], b: Sequence[float]) -> bool:
    """Double for double, missing where missing."""
    return len(a) == len(b) and all(
        x == y or (math.isnan(x) and math.isnan(y)) for x, y in itertools.zip_longest(a, b)
    )
