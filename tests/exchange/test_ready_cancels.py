"""A cancel of what rests stands ready: it leaves at a word, once, whoever says it."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from msgspec.structs import replace

from lefi_tui.adapters import ready_cancels
from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.ccxt_venue import ExchangeVenue
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.messages import Kill, PlaceOrder, Resume
from lefi_tui.core.order import Side, Size, SizeKind
from lefi_tui.engine.engine import Engine
from lefi_tui.ports.venue import VenueTimeoutError
from tests.engine.kill_kit import is_proven
from tests.engine.kit import until
from tests.exchange.live_profile import BTC, bare, begun, live_desk, live_profile, with_key
from tests.exchange.loopback.clients import linked
from tests.exchange.loopback.host import Far
from tests.exchange.test_live_hand import D, resting, told
from tests.exchange.test_live_venue import kinds, order

LOW = D("50000")
SIZE = Size(SizeKind.UNITS, D("0.02"))
BUY = PlaceOrder("main", BTC, Side.BUY, SIZE, limit=LOW, leverage=D(5))


def at_venue(engine: Engine) -> ExchangeVenue:
    venue = engine._running().setup.world.venues["main"]
    assert isinstance(venue, ExchangeVenue)
    return venue


def is_ready(engine: Engine, order: str) -> bool:
    return order in at_venue(engine)._cancels._held


def cancels(far: Far) -> list[dict[str, Any]]:
    return [each for each in far.act("calls", method="DELETE") if each["path"] == "/fapi/v1/order"]


def rests(engine: Engine, limit: Decimal = LOW) -> str:
    """One more, and its cancel stands ready."""
    told(engine, replace(BUY, limit=limit))
    name = resting(engine, str(limit)).id
    asyncio.run(until(lambda: is_ready(engine, name)))
    return name


async def rested(venue: ExchangeVenue, name: str) -> str:
    """An order that rests, and its cancel stands ready."""
    asked = order(name, limit=LOW)
    assert kinds(await venue.submit((asked,))) == ["VenueAccepted"]
    await until(lambda: asked.id in venue._cancels._held)
    return asked.id


@pytest_asyncio.fixture
async def line(far: Far) -> AsyncIterator[ExchangeLink]:
    async with linked(far) as begun:
        yield begun


@pytest.fixture
def venue(line: ExchangeLink) -> ExchangeVenue:
    return ExchangeVenue(line, SystemClock(), "main", "USDT")


@pytest.mark.asyncio
class TestAtAVenue:
    async def test_whoever_cancels_sends_what_stands_ready_and_no_other(
        self, venue: ExchangeVenue, far: Far
    ) -> None:
        name = await rested(venue, "asked")
        reports = await venue.cancel((name,))
        assert kinds(reports)[-1] == "VenueCanceled"
        assert len(cancels(far)) == 1
        venue.cancel_ready()
        assert kinds(await venue.cancel((name,))) == []  # it has its end
        assert len(cancels(far)) == 1

    async def test_a_word_from_another_thread_cancels_all_and_whoever_asks_has_its_answers(
        self, venue: ExchangeVenue, far: Far
    ) -> None:
        names = (await rested(venue, "one"), await rested(venue, "other"))
        thread = threading.Thread(target=venue.cancel_ready)
        thread.start()
        thread.join()  # the loop stands still meanwhile
        await until(lambda: len(cancels(far)) == len(names))
        for name in names:
            assert kinds(await venue.cancel((name,)))[-1:] in (["VenueCanceled"], [])
        assert len(cancels(far)) == len(names)
        assert {each["status"] for each in far.act("orders")} == {"CANCELED"}

    async def test_what_has_ended_is_not_canceled_at_that_word(
        self, venue: ExchangeVenue, far: Far
    ) -> None:
        name = await rested(venue, "filled")
        far.act("price", symbol="BTCUSDT", price="49999")
        await until(lambda: far.act("orders")[-1]["status"] == "FILLED")
        assert "VenueFilled" in kinds(await venue.look_up(name))
        venue.cancel_ready()
        await venue.look_up(name)  # behind it in the same line
        assert cancels(far) == []

    async def test_where_its_process_has_died_it_is_asked_as_always(
        self, venue: ExchangeVenue, line: ExchangeLink, far: Far
    ) -> None:
        name = await rested(venue, "orphan")
        assert line._process is not None
        line._process.kill()
        await until(venue._cancels._held[name].answer.done)
        venue.cancel_ready()
        assert kinds(await venue.cancel((name,)))[-1] == "VenueCanceled"
        assert len(cancels(far)) == 1

    async def test_one_that_came_to_nothing_before_it_was_asked_for_is_asked_as_always(
        self, venue: ExchangeVenue, far: Far
    ) -> None:
        name = await rested(venue, "refused")
        far.act("fault", name="502 before", path="/order", method="DELETE")
        venue.cancel_ready()
        await until(venue._cancels._held[name].answer.done)
        assert kinds(await venue.cancel((name,)))[-1] == "VenueCanceled"
        assert len(cancels(far)) == 2

    async def test_a_word_that_its_process_did_not_live_to_read_is_no_cancel(
        self, venue: ExchangeVenue, line: ExchangeLink, far: Far
    ) -> None:
        name = await rested(venue, "unread")
        held, pid = venue._cancels._held[name], line.pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        venue.cancel_ready()
        assert held.has_left
        os.kill(pid, signal.SIGKILL)
        await until(held.answer.done)
        assert kinds(await venue.cancel((name,)))[-1] == "VenueCanceled"
        assert len(cancels(far)) == 1

    async def test_what_was_ready_in_a_process_that_has_ended_takes_nobodys_room(
        self, venue: ExchangeVenue, line: ExchangeLink, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ready_cancels, "READY_MAX", 1)
        name = await rested(venue, "before")
        assert line._process is not None
        line._process.kill()
        await until(venue._cancels._held[name].answer.done)
        behind = await rested(venue, "behind")
        assert list(venue._cancels._held) == [behind]

    async def test_one_whose_process_has_died_is_made_ready_anew_by_the_next_look(
        self, venue: ExchangeVenue, line: ExchangeLink, far: Far
    ) -> None:
        name = await rested(venue, "survivor")
        before = venue._cancels._held[name]
        assert line._process is not None
        line._process.kill()
        await until(before.answer.done)
        await venue.look_on()
        await until(lambda: venue._cancels._held[name] is not before)
        venue.cancel_ready()
        await until(lambda: len(cancels(far)) == 1)
        assert kinds(await venue.cancel((name,)))[-1:] in (["VenueCanceled"], [])
        assert len(cancels(far)) == 1

    async def test_of_what_a_start_remembers_only_that_is_ready_which_the_exchange_says_it_has(
        self, venue: ExchangeVenue, line: ExchangeLink, far: Far
    ) -> None:
        """One rests, one has ended meanwhile, and one never came there."""
        rests, ends = await rested(venue, "rests"), await rested(venue, "ends")
        far.act("end_order", client_id=ends)
        later = ExchangeVenue(line, SystemClock(), "main", "USDT")
        asked = [order(each, limit=LOW) for each in ("ends", "rests", "never")]
        later.remember(asked)
        never = asked[-1].id
        assert kinds(await later.look_up(ends))[-1] == "VenueCanceled"
        with pytest.raises(VenueTimeoutError):
            await later.look_up(never)
        await later.look_up(rests)
        await until(lambda: bool(later._cancels._held))
        await later.look_on()
        assert list(later._cancels._held) == [rests]

    async def test_where_no_word_can_be_said_nothing_is_left_that_waits_for_one(
        self, venue: ExchangeVenue, line: ExchangeLink, far: Far
    ) -> None:
        name = await rested(venue, "full")
        words, pid = line._words, line.pid
        assert words is not None
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        while words.say("-1\n"):
            """It reads nothing now: in the end there is no room in the pipe."""
        asking = asyncio.create_task(venue.cancel((name,)))
        await until(lambda: not venue._cancels._held)
        os.kill(pid, signal.SIGCONT)
        assert kinds(await asking)[-1] == "VenueCanceled"
        assert len(cancels(far)) == 1
        assert line._waiting == {}

    async def test_its_answer_counts_among_those_of_the_exchange(
        self, venue: ExchangeVenue, line: ExchangeLink
    ) -> None:
        name = await rested(venue, "counted")
        before = line.calls().asked
        await venue.cancel((name,))
        assert line.calls().asked == before + 2  # and what became of it


def test_a_kill_whose_note_a_disk_held_up_cancels_nothing_once_it_was_lifted(
    tmp_path: Path, far: Far
) -> None:
    with live_desk(tmp_path, far) as engine:
        rests(engine)
        notes, goes_on = engine._running().killing.notes, threading.Event()
        notes._disk.submit(goes_on.wait, 120.0)
        try:
            told(engine, Kill(reason="enough"))
            asyncio.run(until(lambda: is_proven(engine)))
            told(engine, Resume("looked at all of it"))
            name = rests(engine)
        finally:
            goes_on.set()
        notes._disk.submit(notes.emergency.sync).result(30)  # behind the note
        assert not at_venue(engine)._cancels._held[name].has_left
        assert far.act("orders")[-1]["status"] == "NEW"
        assert notes.emergency.is_empty  # else the next start would kill again


def test_a_kill_cancels_while_the_engines_loop_has_no_time(tmp_path: Path, far: Far) -> None:
    with live_desk(tmp_path, far) as engine:
        rests(engine)
        kills_without_its_loop(engine, far, 1)


def test_so_does_a_kill_behind_a_start_that_found_them(tmp_path: Path, far: Far) -> None:
    home = live_profile(tmp_path, far)
    with bare(home):
        with_key(home, far)
        with begun(home) as engine:
            names = [rests(engine, limit) for limit in (LOW, LOW + 1)]
        assert cancels(far) == []
        with begun(home) as engine:
            asyncio.run(until(lambda: all(is_ready(engine, each) for each in names)))
            assert cancels(far) == []
            kills_without_its_loop(engine, far, 2)


def kills_without_its_loop(engine: Engine, far: Far, count: int) -> None:
    assert engine._loop is not None
    goes_on = threading.Event()
    engine._loop.call_soon_threadsafe(goes_on.wait, 120.0)
    done = engine.submit(Kill(reason="enough"))
    try:
        asyncio.run(until(lambda: all(o["status"] == "CANCELED" for o in far.act("orders"))))
        assert not done.done()
    finally:
        goes_on.set()
    assert done.result(30).is_accepted
    asyncio.run(until(lambda: not engine.desk.orders))
    assert len(cancels(far)) == count
