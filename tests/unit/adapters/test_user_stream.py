"""An account's own stream as our end hears it: bounded, watched by our own clock, never believed
to have told what it did not."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from lefi_tui.adapters.exchange_stream import (
    ASKED,
    OWED_MAX,
    TELLS_MAX,
    News,
    StreamTerms,
    UserStream,
)
from lefi_tui.adapters.system_clock import VirtualClock

TERMS = StreamTerms()
NS = 1_000_000_000
OPEN = {"what": "stream", "state": "open"}
EVENT = {"what": "exit", "id": "one", "symbol": "BTC/USDT:USDT", "status": "NEW"}


class Heard:
    def __init__(self) -> None:
        self.clock = VirtualClock(NS)
        self.asked: list[str] = []
        self.news: list[News] = []
        self.words: list[str] = []
        self.missed = 0
        self.stream = UserStream(self._ask, self.clock, TERMS)
        self.stream.hear = self.news.append
        self.stream.say = lambda what, _why: self.words.append(what)
        self.stream.missed = self._missed

    async def _ask(self, question: str, **_asked: Any) -> Any:
        self.asked.append(question)
        return {"is_offered": True, "why": ""}

    def _missed(self) -> None:
        self.missed += 1

    def later(self, seconds: float) -> None:
        self.clock.move_to(self.clock.now_ns() + int(seconds * NS))

    async def tell(self, *told: dict[str, Any]) -> None:
        for each in told:
            self.stream.put(each)
        runs = asyncio.create_task(self.stream.run())
        await asyncio.wait([runs], timeout=0.01)
        runs.cancel()
        await asyncio.wait([runs])

    async def opens(self) -> None:
        """Open, and what works was read after it."""
        await self.tell(OPEN)
        self.later(0.1)
        self.stream.looked(self.clock.monotonic_ns(), has_read=True)


@pytest.mark.asyncio
async def test_an_open_stream_is_proven_once_what_it_had_missed_was_read() -> None:
    heard = Heard()
    await heard.tell(OPEN)
    assert not heard.stream.is_proven()
    assert heard.missed == 1
    await heard.opens()
    assert heard.stream.is_proven()


@pytest.mark.asyncio
async def test_without_a_frame_or_a_pong_it_is_proven_no_more() -> None:
    """Also where the process that holds the socket hangs, and says nothing of it."""
    heard = Heard()
    await heard.opens()
    heard.later(TERMS.dead_s)
    assert not heard.stream.is_proven()
    await heard.tell({"what": "stream", "state": "alive"})
    assert heard.stream.is_proven()


@pytest.mark.asyncio
async def test_what_was_read_first_it_has_to_tell_within_seconds_or_it_is_deaf() -> None:
    heard = Heard()
    await heard.opens()
    heard.stream.read_first("BTC/USDT:USDT 1")
    heard.stream.read_first("BTC/USDT:USDT 2")
    heard.stream.told_too("BTC/USDT:USDT 1")
    await heard.stream.tend()
    assert heard.stream.is_proven()
    heard.later(TERMS.deaf_s)
    heard.asked.clear()
    await heard.stream.tend()
    assert not heard.stream.is_proven()
    assert heard.words == [ASKED]
    assert heard.asked == ["stream"]  # it is opened anew
    await heard.opens()
    assert not heard.stream.is_proven()  # and trusted once it has told something
    await heard.tell(EVENT)
    assert heard.stream.is_proven()


@pytest.mark.asyncio
async def test_a_stream_that_stays_deaf_is_not_opened_again_and_again() -> None:
    heard = Heard()
    for number in range(5):
        await heard.opens()
        heard.stream.read_first(f"BTC/USDT:USDT {number}")
        heard.later(TERMS.deaf_s)
        await heard.stream.tend()
    assert heard.asked == ["stream"]


@pytest.mark.asyncio
async def test_what_it_told_before_it_was_read_or_before_it_was_open_it_owes_not() -> None:
    heard = Heard()
    heard.stream.read_first("before it was open")
    await heard.opens()
    heard.stream.told_too("told first")
    heard.stream.read_first("told first")
    assert heard.stream.deaf_in_s() is None
    for number in range(2 * OWED_MAX):
        heard.stream.read_first(str(number))
    assert heard.stream.deaf_in_s() == TERMS.deaf_s


@pytest.mark.asyncio
async def test_more_than_it_can_hold_is_dropped_counted_and_read_instead() -> None:
    heard = Heard()
    await heard.opens()
    missed = heard.missed
    await heard.tell(*[EVENT] * (TELLS_MAX + 5))
    assert len(heard.news) == 5
    assert heard.stream.standing().dropped == TELLS_MAX
    assert heard.missed == missed + 1


@pytest.mark.asyncio
async def test_a_stream_whose_end_may_be_among_what_was_dropped_is_opened_anew() -> None:
    heard = Heard()
    await heard.stream.tend()
    await heard.opens()
    ended = {"what": "stream", "state": "ended", "why": "its process ended"}
    await heard.tell(ended, *[EVENT] * TELLS_MAX)
    assert not heard.stream.is_proven()
    assert heard.words == [ASKED]
    await heard.stream.tend()
    assert heard.asked == ["stream", "stream"]
    await heard.opens()
    assert heard.stream.is_proven()


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "nonsense",
    [{}, {"what": "nobody"}, {"what": "order"}, {**EVENT, "symbol": 17}, 17, [], "stream", None],
)
async def test_nonsense_is_counted_and_nothing_else_is_lost(nonsense: Any) -> None:
    heard = Heard()
    await heard.opens()
    await heard.tell(nonsense, EVENT)
    assert heard.stream.standing().unread == 1
    assert len(heard.news) == 1


@pytest.mark.asyncio
async def test_with_its_process_gone_it_is_asked_for_again() -> None:
    heard = Heard()
    await heard.stream.tend()
    await heard.opens()
    await heard.stream.tend()
    assert heard.asked == ["stream"]
    await heard.tell({"what": "stream", "state": "ended", "why": "its process ended"})
    assert not heard.stream.is_proven()
    await heard.stream.tend()
    assert heard.asked == ["stream", "stream"]
