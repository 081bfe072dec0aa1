"""A run told in few points is the same run: its ends, its extremes, its deepest fall."""

from __future__ import annotations

import random
from itertools import accumulate

import pytest

from lefi_tui.core.metrics import max_drawdown
from lefi_tui.simulate.lab_curves import thinned


def walk(seed: int, count: int) -> list[float]:
    chance = random.Random(seed)
    return list(accumulate((chance.gauss(0, 5) for _ in range(count)), initial=10_000.0))


@pytest.mark.parametrize("count", [1, 7, 400, 401, 5_003])
@pytest.mark.parametrize("seed", range(5))
def test_few_points_keep_ends_extremes_and_the_deepest_fall(seed: int, count: int) -> None:
    values = walk(seed, count)
    deepest = max_drawdown(values)
    kept = list(thinned(values, deepest))
    numbers = [number for number, _, _ in kept]
    assert numbers == sorted(set(numbers))
    assert len(kept) <= 502
    assert {0, count} <= set(numbers)
    assert {min(values), max(values)} <= {value for _, value, _ in kept}
    peaks = list(accumulate(values, max))
    assert all((value, peak) == (values[at], peaks[at]) for at, value, peak in kept)
    assert max((peak - value) / peak for _, value, peak in kept) == deepest
