"""While the hand is held the program is quick; what it puts off it makes up for between keys."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from textual.app import App
from textual.events import Key
from textual.screen import Screen

from lefi_tui.core.game import Do
from lefi_tui.terminal.quick import NEVER, OFTEN, OLD_AFTER, OLD_LATEST, SWITCH_S, Quick
from screens.hand import Hand
from tests.screens.patience import waited

USUAL = gc.get_threshold()


def is_quick() -> bool:
    return gc.get_threshold() == (*OFTEN, NEVER)


@contextmanager
def looks() -> Iterator[list[int]]:
    """Generations of garbage that were looked for."""
    looked: list[int] = []

    def count(phase: str, told: dict[str, int]) -> None:
        if phase == "stop":
            looked.append(told["generation"])

    gc.callbacks.append(count)
    try:
        yield looked
    finally:
        gc.callbacks.remove(count)


class Loop:
    """Garbage that only a look finds."""

    def __init__(self) -> None:
        self.own = self


def test_threads_change_sooner_and_young_garbage_is_looked_for_in_small_pieces() -> None:
    before = sys.getswitchinterval()
    quick = Quick()
    quick.begin()
    try:
        assert abs(sys.getswitchinterval() - SWITCH_S) < SWITCH_S / 10
        with looks() as looked:
            for _ in range(100 * OFTEN[0]):
                Loop()
        left = sum(isinstance(each, Loop) for each in gc.get_objects())
        assert left <= 2 * OFTEN[0] * (OFTEN[1] + 1)
        assert set(looked) == {0, 1}
    finally:
        quick.end()
    assert gc.get_threshold() == USUAL
    assert sys.getswitchinterval() == before


@pytest.mark.parametrize(("since_key_s", "breaths"), [(60.0, OLD_AFTER), (0.5, OLD_LATEST)])
def test_old_garbage_is_looked_for_between_keys_or_at_last_where_they_never_stop(
    since_key_s: float, breaths: int
) -> None:
    quick = Quick()
    quick.begin()
    try:
        with looks() as looked:
            for _ in range(3 * breaths):
                quick.breathe(since_key_s)
    finally:
        quick.end()
    assert looked.count(2) == 3


@pytest.mark.asyncio
async def test_it_is_quick_from_the_first_hold_until_it_is_let_go_by_whomever() -> None:
    hand = Hand(quick=Quick())
    async with App[None]().run_test() as pilot:
        hand.begin(lambda _: None, lambda _: None, lambda: None)
        one, other = Screen[None](), Screen[None]()
        for screen in (one, other):
            hand.hold(screen, {"b": (Do.BUY, 0)}, lambda _: None)
            assert is_quick()
        hand.release(one)  # it is the other's by now
        assert is_quick()
        hand.let_go()
        assert not is_quick()
        hand.let_go()
        await pilot.pause()


@pytest.mark.asyncio
async def test_a_kill_hurries_for_some_seconds_where_nothing_is_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("screens.hand.KILLED_S", 0.05)
    hand, seen = Hand(lambda _: None, quick=Quick()), list[bool]()
    async with App[None]().run_test() as pilot:
        hand.begin(lambda _: seen.append(is_quick()), lambda _: None, lambda: None)
        assert hand.take(Key("f12", None), pilot.app)
        assert is_quick()
        await waited(pilot, lambda: not is_quick(), lambda: "it hurries still")
    assert seen == [True]


def test_a_kill_leaves_a_held_hand_as_quick_as_it_is() -> None:
    quick = Quick()
    quick.begin()
    try:
        quick.hurry()
        quick.ease()
        assert is_quick()
    finally:
        quick.end()
    assert not is_quick()
