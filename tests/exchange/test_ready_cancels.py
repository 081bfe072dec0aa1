"""A cancel of what rests stands ready: it leaves at a word, once, whoever says it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.ccxt_venue import ExchangeVenue
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.messages import Kill, PlaceOrder
from lefi_tui.core.order import Side, Size, SizeKind
from lefi_tui.engine.engine import Engine
from tests.engine.kit import until
from tests.exchange.live_profile import BTC, live_desk
from tests.exchange.loopback.clients import linked
from tests.exchange.loopback.host import Far
from tests.exchange.test_live_hand import D, resting, told
from tests.exchange.test_live_venue import kinds, order

LOW = D("50000")
SIZE = Size(SizeKind.UNITS, D("0.02"))
BUY = PlaceOrder("main", BTC, Side.BUY, SIZE, limit=LOW, leverage=D(5))


def is_ready(engine: Engine, order: str) -> bool:
    venue = engine._running().setup.world.venues["main"]
    assert isinstance(venue, ExchangeVenue)
    return order in venue._cancels._held


def cancels(far: Far) -> list[dict[str, Any]]:
    return [each for each in far.act("calls", method="DELETE") if each["path"] == "/fapi/v1/order"]


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


def test_a_kill_cancels_while_the_engines_loop_has_no_time(tmp_path: Path, far: Far) -> None:
    with live_desk(tmp_path, far) as engine:
        told(engine, BUY)
        name = resting(engine, str(LOW)).id
        asyncio.run(until(lambda: is_ready(engine, name)))
        assert engine._loop is not None
        goes_on = threading.Event()
        engine._loop.call_soon_threadsafe(goes_on.wait, 120.0)
        done = engine.submit(Kill(reason="enough"))
        try:
            asyncio.run(until(lambda: far.act("orders")[-1]["status"] == "CANCELED"))
            assert not done.done()
        finally:
            goes_on.set()
        assert done.result(30).is_accepted
        asyncio.run(until(lambda: not engine.desk.orders))
        assert len(cancels(far)) == 1
