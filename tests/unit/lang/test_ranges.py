"""A range holds every value: reckoned over random numbers, never narrower than what happens."""

from __future__ import annotations

import math
import random
from typing import Final

import pytest

from lefi_tui.lang.form import Let, V, value
from lefi_tui.lang.maths import FOLDS
from lefi_tui.lang.ranges import ALL, Ranges

TWO: Final = ("add", "sub", "mul", "div", "mod", "min", "max")
ONE: Final = ("neg", "abs", "round", "floor", "ceil")
NUMBERS: Final = (0.0, 1.0, -1.0, 0.5, -2.5, 7.0, 1e-9, 1e300, -1e300, 3.3, math.nan)


def choice(one: float, other: float) -> V:
    """A value that only the market decides on."""
    return V("choice", (V("read", value=0), value(one), value(other)))


@pytest.mark.parametrize("op", [*TWO, *ONE])
def test_a_range_holds_every_value(op: str) -> None:
    chance = random.Random(op)
    for _ in range(2_000):
        sides = [chance.choices(NUMBERS, k=2) for _ in range(2 if op in TWO else 1)]
        found = Ranges(()).of(V(op, tuple(choice(*each) for each in sides)))
        got = FOLDS[op](*(chance.choice(each) for each in sides))
        assert math.isnan(got) or found.low <= got <= found.high, (op, sides, got, found)


def test_what_the_market_says_is_not_known() -> None:
    for op in ("read", "event", "slot"):
        assert Ranges(()).of(V(op, value=0)) == ALL
    assert Ranges(()).of(V("sqrt", (value(4.0),))) == ALL


def test_a_name_that_hangs_on_itself_is_not_known() -> None:
    x = V("temp", value="x")
    ranges = Ranges((Let("x", value(1.0)), Let("x", x + 1.0)))
    assert ranges.of(x) == ALL


def test_a_chain_of_names_without_end_is_not_known_and_ends() -> None:
    lets = [Let(f"x{n}", V("temp", value=f"x{n - 1}") + 1.0) for n in range(1, 5_000)]
    ranges = Ranges((Let("x0", value(0.0)), *lets))
    assert ranges.of(V("temp", value="x4999")) == ALL
    assert Ranges((Let("x0", value(0.0)), *lets)).of(V("temp", value="x9")) == (9.0, 9.0)
