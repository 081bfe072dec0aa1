"""What is drawn waits for a key that leaves: so long as that takes, and between any two lines."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from msgspec import Struct, field
from textual.app import App
from textual.events import Key
from textual.screen import Screen

from lefi_tui.core.game import Do
from lefi_tui.terminal.slim import Canvas
from screens.hand import Hand
from screens.keys import TABLE
from tests.screens.test_drawn import ROWS, Shown
from widgets.aside import LEAVES_S, Aside
from widgets.ink import TRUE_COLOR


class Clock(Struct):
    now_s: float = 100.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now_s += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def aside(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Aside:
    made = Aside(lambda: clock.now_s, clock.sleep)
    for place in ("screens.hand", "widgets.drawn", "lefi_tui.terminal.slim"):
        monkeypatch.setattr(f"{place}.ASIDE", made)
    return made


def test_it_waits_till_the_key_has_left_and_no_longer(aside: Aside, clock: Clock) -> None:
    aside.give_way()
    assert clock.slept == []
    aside.key()
    clock.now_s += LEAVES_S / 3
    aside.give_way()
    aside.give_way()
    assert clock.slept == [round(LEAVES_S * 2 / 3, 6)]


def test_a_pane_and_the_terminal_wait_between_two_lines(aside: Aside, clock: Clock) -> None:
    async def run() -> list[int]:
        app, waited = Shown(TRUE_COLOR), list[int]()
        async with app.run_test(size=(40, 12)):
            steps = (
                lambda: app.block.show(ROWS, TRUE_COLOR),
                lambda: app.block.render_lines(app.block.size.region),
                lambda: Canvas().paint(app.screen._compositor.render_full_update(), app.console),
            )
            for step in steps:
                aside.key()
                step()
                waited.append(len(clock.slept))
        return waited

    assert asyncio.run(run()) == [1, 2, 3]


@pytest.mark.parametrize("key", ["b", "f12"])
def test_a_key_that_is_played_where_the_terminal_is_read_is_waited_for(
    key: str, aside: Aside, clock: Clock
) -> None:
    async def run() -> bool:
        hand, played = Hand(), list[object]()
        app: App[Any] = App()
        async with app.run_test():
            screen: Screen[Any] = app.screen
            hand.begin(played.append, lambda _: None, lambda: None, TABLE)
            hand.hold(screen, {"b": (Do.BUY, 0)}, played.append)
            return hand.take(Key(key, None), app)

    assert asyncio.run(run())
    aside.give_way()
    assert clock.slept == [LEAVES_S]
