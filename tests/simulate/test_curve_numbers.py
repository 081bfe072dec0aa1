"""The numbers of a curve in machine code are those of the page, to the last digit."""

from __future__ import annotations

import random
import tracemalloc
from array import array
from itertools import pairwise

import pytest

from lefi_tui.core.metrics import Course, max_drawdown, numbers, numbers_from, sums_of
from lefi_tui.simulate.lanes import sums
from lefi_tui.simulate.lanes.curve_numbers import fall_and_sums

MINUTE = 60_000
ODD = (
    [10_000.0],
    [10_000.0, 10_000.0],
    [10_000.0, 9_000.0],
    [10_000.0, 0.0, 0.0, 5.0],
    [0.0, 0.0],
    [-5.0, -4.0, -8.0, 3.0, 2.0],
    [1.0, 2.0, 4.0, 8.0],
    [10_000.0] * 50,
    [1e300, 1e-300, 1e300, 1e-300],
    [10_000.0, float("inf"), 10.0],
)


def curve(seed: int, count: int) -> list[float]:
    """In the market for stretches, flat between."""
    chance, is_in, out = random.Random(seed), False, [10_000.0]
    swing = chance.choice((1e-9, 1e-3, 0.3))
    for _ in range(count):
        is_in ^= chance.random() < 0.05
        out.append(out[-1] * (1 + max(chance.gauss(0, swing), -0.9)) if is_in else out[-1])
    return out


def course(equity: list[float]) -> Course:
    return Course(array("d", equity), 1, MINUTE, 0, MINUTE * max(len(equity) - 1, 1))


@pytest.mark.parametrize("equity", ODD, ids=range(len(ODD)))
def test_an_odd_curve_has_the_same_numbers_or_the_same_error(equity: list[float]) -> None:
    whole = course(equity)

    def plain() -> str:
        return repr(numbers(whole, []))

    def quick() -> str:
        return repr(numbers_from(whole, [], fall_and_sums(array("d", equity))))

    told = []
    for each in (plain, quick):
        try:
            told.append(each())
        except (ValueError, OverflowError) as error:
            told.append(type(error).__name__)
    assert told[0] == told[1]


def test_curves_by_chance_have_the_same_sums_to_the_last_digit() -> None:
    for seed in range(60):
        equity = array("d", curve(seed, 10 + 50 * seed))
        returns = [after / before - 1 for before, after in pairwise(equity) if before]
        assert fall_and_sums(equity) == (max_drawdown(equity), sums_of(returns)), seed


def test_where_a_last_digit_is_not_certain_python_adds_it_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    equity = array("d", curve(5, 400))
    sure = fall_and_sums(equity)
    monkeypatch.setattr(sums, "sure", _never_sure)
    assert fall_and_sums(equity) == sure


def _never_sure(*_given: object) -> float:
    raise sums.UnsureError


def test_a_sum_that_python_takes_over_holds_no_list_of_all_returns() -> None:
    equity = array("d", [100.0, 101.0] * 50_000)
    equity[7] = 1e-300  # what follows is a return beyond all doubles: nothing is certain of it
    equity[8] = 1e300
    fall_and_sums(equity[:100])  # whatever is loaded once
    tracemalloc.start()
    try:
        fall_and_sums(equity)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2 * equity.itemsize * len(equity)
