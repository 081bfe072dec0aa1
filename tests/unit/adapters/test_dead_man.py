"""The dead-man's switch: when the exchange is asked, and what is said of it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lefi_tui.adapters.dead_man import DeadMan
from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.ports.venue import VenueTimeoutError

S = 1_000_000_000
BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"


class Desk:
    """An exchange that answers as told, and what is resting there."""

    def __init__(self) -> None:
        self.clock = VirtualClock(0)
        self.asked: list[tuple[str, int]] = []
        self.resting: set[str] = set()
        self.answer: dict[str, Any] | None = {"state": "accepted", "text": ""}
        self.fired = 0
        self.said: list[str] = []
        self.dead_man = DeadMan(self._ask, self.clock, "main", lambda: set(self.resting))
        self.dead_man.seconds = 90
        self.dead_man.fired = self._fire
        self.dead_man.listen(lambda each: self.said.append(getattr(each, "state", "")))

    async def _ask(self, question: str, **asked: Any) -> Any:
        assert question == "dead_man"
        self.asked.append((asked["symbol"], asked["seconds"]))
        if self.answer is None:
            raise VenueTimeoutError("no answer")
        return self.answer

    def _fire(self) -> None:
        self.fired += 1

    def after(self, seconds: float) -> list[tuple[str, int]]:
        """What the exchange was asked then."""
        self.asked.clear()
        self.clock.move_to(self.clock.now_ns() + int(seconds * S))
        asyncio.run(self.dead_man.renew())
        return list(self.asked)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_it_is_armed_while_an_entry_rests_renewed_each_third_and_taken_away(desk: Desk) -> None:
    assert desk.after(1) == []
    desk.resting = {BTC, ETH}
    assert desk.after(1) == [(BTC, 90), (ETH, 90)]
    assert desk.after(29) == []
    desk.resting = {BTC}
    assert desk.after(1) == [(BTC, 90), (ETH, 0)]
    desk.resting = set()
    assert desk.after(1) == [(BTC, 0)]
    assert desk.after(200) == []
    assert set(desk.said) == {"kept"}


def test_after_a_sleep_longer_than_its_time_it_has_fired_and_orders_are_read(desk: Desk) -> None:
    desk.resting = {BTC}
    desk.after(1)
    assert desk.after(89) == [(BTC, 90)]
    assert desk.fired == 0
    assert desk.after(90) == [(BTC, 90)]  # what still rests is armed again
    assert desk.fired == 1
    assert desk.said[-2:] == ["fired", "kept"]


def test_one_that_is_not_taken_is_told_and_tried_again(desk: Desk) -> None:
    desk.resting = {BTC}
    desk.answer = None
    assert desk.after(1) == [(BTC, 90)]
    assert desk.said[-1] == "failed"
    desk.answer = {"state": "accepted", "text": ""}
    assert desk.after(1) == [(BTC, 90)]
    assert desk.said[-1] == "kept"


def test_whether_it_is_taken_at_all_is_known_before_the_first_entry(desk: Desk) -> None:
    desk.dead_man.probe, desk.answer = BTC, {"state": "refused", "text": "not here"}
    assert desk.after(1) == [(BTC, 0)]
    assert desk.said == ["failed"]
    desk.answer = {"state": "accepted", "text": ""}
    assert desk.after(1) == [(BTC, 0)]
    assert desk.after(1) == []
    assert desk.said == ["failed", "kept", "kept"]


def test_one_for_the_whole_account_is_one(desk: Desk) -> None:
    desk.dead_man.is_whole = True
    desk.resting = {BTC, ETH}
    assert desk.after(1) == [("", 90)]
    desk.resting = {ETH}
    assert desk.after(1) == []
    desk.resting = set()
    assert desk.after(1) == [("", 0)]


@pytest.mark.parametrize("word", ["off", "none"])
def test_where_there_is_none_or_it_is_turned_off_that_is_said(desk: Desk, word: str) -> None:
    desk.resting = {BTC}
    desk.dead_man.seconds = 0 if word == "off" else 90
    desk.dead_man.is_there = word != "none"
    assert desk.after(1) == []
    assert desk.said == [word]


def test_one_market_that_is_not_taken_is_told_until_it_is_or_rests_no_more(desk: Desk) -> None:
    taken = desk.answer
    refusing: set[str] = {BTC}

    async def ask(_question: str, **asked: Any) -> Any:
        return {"state": "refused", "text": "no"} if asked["symbol"] in refusing else taken

    desk.dead_man._ask = ask
    desk.resting = {BTC, ETH}
    for _ in range(3):
        desk.after(1)
        assert desk.said[-1] == "failed"
    desk.resting = {ETH}
    desk.after(1)
    assert desk.said[-1] == "kept"
