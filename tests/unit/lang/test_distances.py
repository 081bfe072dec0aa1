"""Windows too long to be summed at every event: their values in order, against plain sums."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import numpy as np
import pytest
import talib
from hypothesis import given
from hypothesis import strategies as st

from lefi_tui.lang.form import Form, Op, Slots, V
from lefi_tui.lang.indicators.distances import distances, insert, levels, ordered, remove
from lefi_tui.lang.indicators.maker import Maker, at, slot
from lefi_tui.lang.indicators.windows import push, window
from lefi_tui.lang.python_way import generate
from tests.unit.lang.candles_kit import FILES, column, ours, reader, real, same, stepped, walk

LONG = 1_001  # the first length that is kept in order


def sums(n: int, values: Sequence[float]) -> list[float]:
    """After each value: the distances of the last n from the newest, summed by the tree."""
    slots, ops = Slots(), list[Op]()
    m = Maker(slots, "long", 0, ops)
    w, t, out = window(m, n), ordered(m, n), m.slot("out")
    x, free = V("event", value=0), m.let(slot(w.count) + 1.0)
    m.when(w.is_full, lambda: m.again(free, remove(m, t, m.let(at(w.first, slot(w.position))))))
    insert(m, t, x, free)
    push(m, w, x)
    m.put(out, distances(m, t, x))
    form = Form(tuple(ops), (), (), 0, slots.take("events"), (), 0, may_wait=False, others=())
    run, state, found = generate(form, traced=False).run, list(slots.first), []
    for each in values:
        state = run(state, (each,), (), False)[0]  # noqa: FBT003 -- generated
        found.append(state[out])
    return found


@given(st.integers(1, 40), st.lists(st.integers(-9, 9) | st.floats(-1e6, 1e6), max_size=120))
def test_the_sum_is_that_of_the_window_whatever_comes_and_leaves(
    n: int, values: list[float]
) -> None:
    found = sums(n, [float(each) for each in values])
    for number, each in enumerate(values):
        kept = values[max(0, number + 1 - n) : number + 1]
        wanted = math.fsum(abs(one - each) for one in kept)
        assert math.isclose(found[number], wanted, rel_tol=1e-12, abs_tol=1e-9)


@pytest.mark.parametrize("turn", [1, -1], ids=["rising", "falling"])
def test_values_in_order_make_no_way_longer(turn: int) -> None:
    """The worst for a tree without balance; a level too few, and a value would be lost."""
    found = sums(127, [float(turn * each) for each in range(600)])
    assert found[-1] == sum(range(127))


def test_levels_are_the_most_a_balanced_tree_of_so_many_can_have() -> None:
    assert [levels(n) for n in (1, 2, 3, 4, 6, 7, 11, 12, 5_000)] == [1, 2, 2, 3, 3, 4, 4, 5, 17]


@pytest.mark.parametrize("name", FILES)
def test_a_long_cci_is_ta_libs_on_real_candles(name: str) -> None:
    candles = real(name, 2_000)
    high, low, close = (np.array(column(candles, each)) for each in ("high", "low", "close"))
    wanted = talib.CCI(high, low, close, LONG)
    got = np.array(ours([f"CCI({LONG})"], candles)[f"CCI({LONG})"])
    assert np.array_equal(np.isnan(got), np.isnan(wanted))
    assert np.nanmax(np.abs(got - wanted) / np.maximum(1, np.abs(wanted))) <= 1e-9


def test_a_long_window_kept_as_data_goes_on_as_if_never_stopped() -> None:
    made = reader([f"CCI({LONG})"])
    straight = restored = made.initial()
    for number, candle in enumerate(walk(LONG + 60, 5, still=0.2)):
        straight = stepped(made, straight, number, candle)
        if number % 97 == 0:
            restored = made.decode(json.loads(json.dumps(made.encode(restored))))
        restored = stepped(made, restored, number, candle)
    assert same(restored, straight)
