"""Orders and their venue: silence is looked up, never taken for a refusal, never sent again."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

from lefi_tui.core import messages as m
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.health import HealthQuery
from lefi_tui.views.queries import DeskQuery
from tests.engine.kit import (
    LIST,
    OPEN,
    BrokenVenue,
    MemoryVenue,
    SlowVenue,
    bars,
    quote,
    running,
    send,
    setup,
    start,
    until,
)


def _statuses(engine: Engine) -> list[str]:
    return [row.status for row in engine.answer(DeskQuery()).orders]


def _begin(folder: Path, venue: MemoryVenue) -> Engine:
    engine = running(folder, venue)
    send(engine, OPEN, LIST, start())
    assert engine.hear(quote(0, 100.0))
    assert engine.hear(bars(0, 1.0))
    return engine


def test_a_deaf_venue_leaves_the_order_unconfirmed_until_it_hears_again(tmp_path: Path) -> None:
    async def live() -> None:
        venue = MemoryVenue(deaf=True)
        engine = _begin(tmp_path, venue)
        await until(lambda: _statuses(engine) == ["unconfirmed"])
        await until(lambda: len(venue.looked_up) >= 2)
        assert engine.hear(bars(1, 1.0))  # the site is still working: no second order
        venue.deaf = False
        await until(lambda: not _statuses(engine))  # it never saw it: nothing was bought
        assert not venue.orders
        assert not engine.answer(DeskQuery()).positions
        engine.stop()

    asyncio.run(live())


def test_a_lost_answer_is_found_by_looking_up_and_booked_once(tmp_path: Path) -> None:
    async def live() -> None:
        venue = MemoryVenue(silent=1)
        engine = _begin(tmp_path, venue)
        await until(lambda: bool(engine.answer(DeskQuery()).positions))
        assert [row.units for row in engine.answer(DeskQuery()).positions] == [Decimal("0.01")]
        assert len(venue.orders) == 1
        engine.stop()

    asyncio.run(live())


def test_a_cancel_overtakes_a_submit_that_hangs_and_is_repeated_after_it(tmp_path: Path) -> None:
    async def live() -> None:
        venue = SlowVenue(holds=True)
        engine = _begin(tmp_path, venue)
        await until(lambda: _statuses(engine) == ["submitted"])
        order = engine.answer(DeskQuery()).orders[0].id
        send(engine, m.CancelOrder(order))
        await until(lambda: venue.canceled == [order])  # went out although the submit hangs
        venue.gate.set()
        await until(lambda: not _statuses(engine))
        assert venue.canceled == [order, order]
        engine.stop()

    asyncio.run(live())


class EarlyVenue(MemoryVenue):
    """Its first cancel finds no order there yet; a look behind it finds one that works."""

    async def cancel(self, orders: tuple[str, ...]) -> tuple[m.Report, ...]:
        if self.canceled:
            return await super().cancel(orders)
        self.canceled += orders
        return tuple(m.VenueAccepted(each, 0, "v1") for each in orders)


def test_a_cancel_that_came_before_its_order_is_sent_again(tmp_path: Path) -> None:
    async def live() -> None:
        venue = EarlyVenue(holds=True)
        engine = _begin(tmp_path, venue)
        await until(lambda: _statuses(engine) == ["accepted"])
        order = engine.answer(DeskQuery()).orders[0].id
        send(engine, m.CancelOrder(order))
        await until(lambda: not _statuses(engine))
        assert venue.canceled == [order, order]
        engine.stop()

    asyncio.run(live())


def test_an_adapter_with_a_bug_leaves_its_order_unconfirmed(tmp_path: Path) -> None:
    async def live() -> None:
        venue = BrokenVenue()
        engine = _begin(tmp_path, venue)
        await until(lambda: not _statuses(engine) and bool(venue.looked_up))
        engine.stop()

    asyncio.run(live())


def test_a_start_asks_the_venue_before_it_takes_a_command(tmp_path: Path) -> None:
    async def live() -> None:
        venue = MemoryVenue(holds=True)
        engine = _begin(tmp_path, venue)
        await until(lambda: _statuses(engine) == ["accepted"])
        engine.stop()
        venue.deaf = True
        venue.hear = lambda _report: None
        venue.fill_all()  # it is filled while the engine is down
        again = running(tmp_path, venue)
        assert again.answer(HealthQuery()).checking == 1
        waiting = again.submit(start("ema-2"))
        await until(lambda: bool(venue.looked_up))
        assert not waiting.done()
        venue.deaf = False
        assert (await asyncio.wrap_future(waiting)).is_accepted
        assert [row.units for row in again.answer(DeskQuery()).positions] == [Decimal("0.01")]
        again.stop()

    asyncio.run(live())


def test_an_order_for_an_account_without_a_venue_is_rejected_in_words(tmp_path: Path) -> None:
    async def live() -> None:
        venue = MemoryVenue()
        engine = Engine(setup(tmp_path))
        engine.start()
        send(engine, OPEN, LIST, start())
        assert engine.hear(quote(0, 100.0))
        assert engine.hear(bars(0, 1.0))
        await until(
            lambda: any("NO_VENUE" in str(row) or "venue" in str(row) for row in _log(engine))
        )
        assert not _statuses(engine)
        assert not venue.orders
        engine.stop()

    asyncio.run(live())


def _log(engine: Engine) -> tuple[object, ...]:
    return tuple(row for row in engine.answer(DeskQuery()).log if "reject" in row.what.lower())
