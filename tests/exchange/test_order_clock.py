"""Our clock and the exchange's: wrong from the beginning, set while we run, and refused."""

from __future__ import annotations

from typing import Any

import pytest

from lefi_tui.adapters.ccxt_keys import KeyedExchange
from lefi_tui.adapters.exchange_line import LineWatch
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.messages import VenueRejected
from tests.exchange.loopback.clients import cut_off
from tests.exchange.loopback.host import Far
from tests.exchange.near import Near, kinds, near, order

OUT_OF_TIME = -1021


async def clock_of(on: Near) -> dict[str, Any]:
    told: dict[str, Any] = await on.link.ask("clock")
    return told


@pytest.mark.parametrize("ahead_ms", [60_000, -5_000, 90_000_000])
def test_a_clock_that_is_off_is_measured_before_anything_is_signed(ahead_ms: int) -> None:
    async def story(on: Near) -> None:
        on.act("clock", offset_ms=ahead_ms)
        assert kinds(await on.venue.submit((order("one"),))) == ["VenueAccepted"]
        assert not on.calls(code=OUT_OF_TIME)
        assert (await clock_of(on))["offset_ms"] == ahead_ms
        (sent,) = on.calls(is_order=True)
        assert sent["params"]["recvWindow"] == "2000"

    near(story)


@pytest.mark.parametrize("jump_s", [-3_600.0, 3_600.0])
def test_a_clock_that_is_set_while_we_run_spoils_no_signature(jump_s: float) -> None:
    async def story(on: Near) -> None:
        await on.venue.submit((order("before"),))
        await on.clock.sleep(30)
        on.clock.ahead_s = jump_s
        assert kinds(await on.venue.submit((order("after"),))) == ["VenueAccepted"]
        assert not on.calls(code=OUT_OF_TIME)
        assert (await clock_of(on))["offset_ms"] == -jump_s * 1_000

    near(story)


def test_what_was_refused_for_its_time_is_sent_once_more_by_a_clock_measured_anew() -> None:
    async def story(on: Near) -> None:
        await on.venue.submit((order("before"),))
        await on.clock.sleep(30)
        on.act("clock", offset_ms=7_000)  # theirs was set
        assert kinds(await on.venue.submit((order("after"),))) == ["VenueAccepted"]
        assert len(on.calls(code=OUT_OF_TIME)) == 1
        assert len(on.act("fills")) == 2
        assert (await clock_of(on))["offset_ms"] == 7_000

    near(story)


def test_what_came_too_late_by_a_clock_that_is_right_is_not_sent_again() -> None:
    async def story(on: Near) -> None:
        await on.venue.submit((order("before"),))
        await on.clock.sleep(30)
        text = "Timestamp for this request is outside of the recvWindow."
        on.act("fault", name="reject", code=OUT_OF_TIME, text=text, is_order=True, times=50)
        (refused,) = await on.venue.submit((order("after"),))
        assert isinstance(refused, VenueRejected)
        assert refused.code == "NOT_TAKEN"
        assert len(on.calls(is_order=True)) == 2  # the one before, and this one once

    near(story)


def test_a_clock_that_is_off_is_said_once_and_again_when_it_agrees() -> None:
    async def story(on: Near) -> None:
        said: list[str] = []
        watch = LineWatch(on.link.ask, on.clock, lambda what, _why: said.append(what))
        await watch.look()
        await on.clock.sleep(30)
        on.clock.ahead_s = -60.0
        for _ in range(3):
            await on.venue.holdings()
            await watch.look()
        assert said == ["our clock is 60.0 s behind the exchange's"]
        on.clock.ahead_s = 0.0
        await watch.look()
        assert said[1:] == ["our clock agrees with the exchange's again"]

    near(story)


@pytest.mark.asyncio
async def test_a_key_is_tested_by_the_exchanges_time_and_it_says_how_far_ours_is(far: Far) -> None:
    far.act("clock", offset_ms=60_000)
    key = {"apiKey": far.key.key, "secret": far.key.secret}
    begin = {"exchange": "binanceusdm", "ccxt": far.ccxt(None, timeout_on_exit=0), "key": key}
    line = KeyedExchange(begin, SystemClock())
    try:
        told = await line.answer("rights", {})
    finally:
        await line.close()
        await cut_off(far)
    assert (told["is_valid"], told["refusal"]) == (True, "")
    assert abs(told["offset_ms"] - 60_000) < 1_000
