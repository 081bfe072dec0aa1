"""Closing through the whole engine: booked for each owner, told once, and outliving a crash."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.sqlite_records import SqliteRecords
from lefi_tui.core import messages as m
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.replay import replay
from lefi_tui.ports.records import FillFilter
from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.queries import DeskQuery
from tests.engine.kit import (
    ACCOUNT,
    EMPTY,
    LIST,
    OPEN,
    SYMBOL,
    MemoryVenue,
    bars,
    quote,
    running,
    send,
    start,
    until,
)

CLOSE = m.ClosePosition(ACCOUNT, SYMBOL)


def _seen(engine: Engine) -> DeskView:
    view = engine.answer(DeskQuery())
    assert isinstance(view, DeskView)
    return view


def _holds(engine: Engine, units: str) -> bool:
    return [each.units for each in _seen(engine).positions] == [Decimal(units)]


async def _bought(engine: Engine, *bots: str) -> None:
    send(engine, OPEN, LIST, *(start(bot) for bot in bots))
    assert engine.hear(quote(0, 100.0))
    assert engine.hear(bars(0, +1.0))
    await until(lambda: _holds(engine, str(Decimal("0.01") * len(bots))))


def test_a_shared_position_closed_by_hand_is_booked_for_each_of_its_owners(tmp_path: Path) -> None:
    async def live() -> None:
        venue = MemoryVenue()
        engine = running(tmp_path, venue)
        try:
            await _bought(engine, "a", "b")
            send(engine, CLOSE)
            await until(lambda: not _seen(engine).positions)
        finally:
            engine.stop()
        records = SqliteRecords(tmp_path)
        fills = await records.fills(FillFilter(), 10)
        assert [(each.owner, each.side) for each in fills] == [
            ("a", "buy"),
            ("b", "buy"),
            ("a", "sell"),
            ("b", "sell"),
        ]
        assert fills[2].n == fills[3].n
        first = await records.booked(fills[1].n, 1)
        assert [each.n for each in first] == [fills[2].n] * 2
        assert len(venue.orders) == 3
        report = replay(SqliteJournal(tmp_path), EMPTY)
        assert report.same, report.first_difference

    asyncio.run(live())


def test_a_close_whose_sending_a_crash_cut_off_is_looked_up_and_not_sent_again(
    tmp_path: Path,
) -> None:
    async def live() -> None:
        venue = MemoryVenue()
        engine = running(tmp_path, venue)
        try:
            await _bought(engine, "a")
            venue.deaf = True
            send(engine, m.StopBot("a", closes=True))
            await until(lambda: _seen(engine).bots[0].status == "stopping")
        finally:
            engine.stop()
        venue.deaf = False
        sent = len(venue.orders)
        engine = running(tmp_path, venue)
        try:
            await until(lambda: _seen(engine).bots[0].status == "stopped")
            assert len(venue.orders) == sent
            assert _holds(engine, "0.01")
            assert "0.01 BTC of BTC/USDT stays open" in _seen(engine).bots[0].why
            send(engine, CLOSE)
            await until(lambda: not _seen(engine).positions)
            assert len(venue.orders) == sent + 1
        finally:
            engine.stop()

    asyncio.run(live())


def test_a_stop_that_closes_waits_for_what_is_looked_up_after_a_start(tmp_path: Path) -> None:
    """A close is a new order; nobody knows yet what the old ones came to."""

    async def live() -> None:
        venue = MemoryVenue()
        engine = running(tmp_path, venue)
        try:
            await _bought(engine, "a")
            venue.deaf = True
            assert engine.hear(bars(1, +1.0))
            await until(lambda: bool(_seen(engine).orders))
        finally:
            engine.stop()
        engine = running(tmp_path, venue)
        try:
            stop = engine.submit(m.StopBot("a", closes=True))
            cancel = engine.submit(m.CancelOrder("nobody's")).result(30)
            assert "No working order" in cancel.text
            assert not stop.done()
            venue.deaf = False
            assert stop.result(30).is_accepted
            await until(lambda: not _seen(engine).positions)
            await until(lambda: _seen(engine).bots[0].status == "stopped")
        finally:
            engine.stop()

    asyncio.run(live())
