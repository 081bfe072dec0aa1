"""While the hand is held the program is quick; what it puts off it makes up for between keys."""

from __future__ import annotations

import gc
import sys

import pytest
from textual.app import App
from textual.events import Key
from textual.screen import Screen

from lefi_tui.core.game import Do
from lefi_tui.terminal.quick import OLD_AFTER, SWITCH_S, Quick
from screens.hand import Hand
from tests.screens.patience import waited


def test_threads_change_sooner_and_no_garbage_is_looked_for_until_it_is_over() -> None:
    before = sys.getswitchinterval()
    quick = Quick()
    quick.begin()
    try:
        assert not gc.isenabled()
        assert abs(sys.getswitchinterval() - SWITCH_S) < SWITCH_S / 10
        loop: list[object] = []
        loop.append(loop)
        own = id(loop)
        del loop
        quick.breathe(60.0)
        assert own not in {id(each) for each in gc.get_objects()}
        for _ in range(OLD_AFTER):
            quick.breathe(60.0)
    finally:
        quick.end()
    assert gc.isenabled()
    assert sys.getswitchinterval() == before


def test_where_keys_never_stop_garbage_is_looked_for_each_half_minute_all_the_same() -> None:
    looked: list[int] = []

    def count(phase: str, told: dict[str, int]) -> None:
        if phase == "stop":
            looked.append(told["generation"])

    quick = Quick()
    quick.begin()
    gc.callbacks.append(count)
    try:
        for _ in range(3600 // 5):
            quick.breathe(0.5)
    finally:
        gc.callbacks.remove(count)
        quick.end()
    assert len(looked) == 3600 // 30
    assert 2 in looked


@pytest.mark.asyncio
async def test_it_is_quick_from_the_first_hold_until_it_is_let_go_by_whomever() -> None:
    hand = Hand(quick=Quick())
    async with App[None]().run_test() as pilot:
        hand.begin(lambda _: None, lambda _: None, lambda: None)
        one, other = Screen[None](), Screen[None]()
        for screen in (one, other):
            hand.hold(screen, {"b": (Do.BUY, 0)}, lambda _: None)
            assert not gc.isenabled()
        hand.release(one)  # it is the other's by now
        assert not gc.isenabled()
        hand.let_go()
        assert gc.isenabled()
        hand.let_go()
        await pilot.pause()


@pytest.mark.asyncio
async def test_a_kill_hurries_for_some_seconds_where_nothing_is_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("screens.hand.KILLED_S", 0.05)
    hand, seen = Hand(lambda _: None, quick=Quick()), list[bool]()
    async with App[None]().run_test() as pilot:
        hand.begin(lambda _: seen.append(gc.isenabled()), lambda _: None, lambda: None)
        assert hand.take(Key("f12", None), pilot.app)
        assert not gc.isenabled()
        await waited(pilot, gc.isenabled, lambda: "still no garbage is looked for")
    assert seen == [False]


def test_a_kill_leaves_a_held_hand_as_quick_as_it_is() -> None:
    quick = Quick()
    quick.begin()
    try:
        quick.hurry()
        quick.ease()
        assert not gc.isenabled()
    finally:
        quick.end()
    assert gc.isenabled()
