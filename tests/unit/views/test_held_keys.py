"""A key that is held gives one command, whenever the terminal begins to repeat it."""

from __future__ import annotations

import pytest

from screens.presses import Presses


@pytest.mark.parametrize("first_s", [0.25, 0.5, 0.66])
def test_a_held_key_is_one_press_and_the_next_press_is_another(first_s: float) -> None:
    presses = Presses()
    moments = [10.0, *(10.0 + first_s + 0.03 * repeat for repeat in range(100))]
    assert [bool(presses.number("b", at)) for at in moments] == [True, *[False] * 100]
    assert presses.ignored == 100
    assert presses.number("b", moments[-1] + 0.71)


def test_another_key_between_says_that_it_was_let_go() -> None:
    presses = Presses()
    taken = [presses.number(key, at) for key, at in (("b", 1.0), ("s", 1.1), ("b", 1.3))]
    assert all(taken)
    assert not presses.number("b", 1.6)
