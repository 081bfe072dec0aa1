"""When the journal can't be written: nothing is published, no order leaves, cancels do."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.core import messages as m
from lefi_tui.core.messages import TradingState
from lefi_tui.engine.emergency import FILE_NAME, EmergencyLog
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.health import Health, HealthQuery
from lefi_tui.engine.replay import replay
from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.queries import DeskQuery
from tests.engine.kit import (
    EMPTY,
    LIST,
    OPEN,
    MemoryVenue,
    bars,
    quote,
    running,
    send,
    start,
    until,
)


@contextmanager
def held_by_another(folder: Path) -> Iterator[None]:
    """Another program writes in the journal's file and does not finish."""
    connection = sqlite3.connect(folder / "desk.sqlite", isolation_level=None)
    connection.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        connection.execute("ROLLBACK")
        connection.close()


def _begin(folder: Path, venue: MemoryVenue) -> Engine:
    engine = running(folder, venue, journal=SqliteJournal(folder, busy_timeout_ms=50))
    send(engine, OPEN, LIST, start())
    assert engine.hear(quote(0, 100.0))
    return engine


def _view(engine: Engine) -> DeskView:
    view = engine.answer(DeskQuery())
    assert isinstance(view, DeskView)
    return view


def _health(engine: Engine) -> Health:
    health = engine.answer(HealthQuery())
    assert isinstance(health, Health)
    return health


def test_a_failed_commit_halts_sends_nothing_and_comes_back_halted(tmp_path: Path) -> None:
    async def live() -> None:
        venue = MemoryVenue()
        engine = _begin(tmp_path, venue)
        subscription = engine.subscribe()
        assert subscription is not None
        with held_by_another(tmp_path):
            assert engine.hear(bars(0, 1.0))  # would be an order
            await until(lambda: bool(_health(engine).failure))
            assert "locked" in _health(engine).failure
            view = _view(engine)
            assert view.banner.trading_state is TradingState.HALTED
            assert not view.orders
            refused = engine.submit(start("ema-2")).result(30)
            assert not refused.is_accepted
            assert "locked" in refused.text
        await until(lambda: not _health(engine).failure)
        assert not venue.orders
        assert _view(engine).banner.trading_state is TradingState.HALTED
        send(engine, m.Resume("the other program is closed"))
        # What the disk never had did not happen: the quote from before is forgotten too.
        assert engine.hear(quote(1, 100.0))
        assert engine.hear(bars(1, 1.0))
        await until(lambda: bool(venue.orders))
        subscription.close()
        kinds = [type(each.event).__name__ async for each in subscription]
        assert kinds.index("TradingStateChanged") < kinds.index("OrderSubmitted")
        engine.stop()

    asyncio.run(live())
    _is_told_the_same(tmp_path)


def _is_told_the_same(folder: Path) -> None:
    journal = SqliteJournal(folder)
    report = replay(journal, EMPTY)
    journal.close()
    assert report.same, report.first_difference


def test_the_kill_leaves_by_the_reserved_path_and_is_journaled_when_it_can_be(
    tmp_path: Path,
) -> None:
    async def live() -> None:
        venue = MemoryVenue(holds=True)
        engine = _begin(tmp_path, venue)
        assert engine.hear(bars(0, 1.0))
        await until(lambda: [each.status for each in _view(engine).orders] == ["accepted"])
        with held_by_another(tmp_path):
            receipt = engine.submit(m.Kill()).result(30)
            assert receipt.is_accepted
            await until(lambda: bool(venue.canceled))
            log = EmergencyLog(tmp_path)
            assert [type(each) for each in log.notes()] == [m.Kill]
            log.close()
        await until(lambda: not _view(engine).orders)
        await until(lambda: not _health(engine).failure)
        await until(lambda: not (tmp_path / FILE_NAME).read_bytes().rstrip(b"\x00"))
        engine.stop()

    asyncio.run(live())
    journal = SqliteJournal(tmp_path)
    kinds = [row.type for row in journal.rows()]
    journal.close()
    assert "Kill" in kinds
    assert "OrderCanceled" in kinds
    _is_told_the_same(tmp_path)


def test_a_cancel_that_left_before_a_crash_is_journaled_at_the_next_start(tmp_path: Path) -> None:
    venue = MemoryVenue(holds=True)
    engine = _begin(tmp_path, venue)
    assert engine.hear(bars(0, 1.0))
    asyncio.run(until(lambda: [row.status for row in _view(engine).orders] == ["accepted"]))
    order = _view(engine).orders[0].id
    engine.stop()
    log = EmergencyLog(tmp_path)
    assert log.note(m.CancelOrder(order))  # as it waits in the inbox: a turn gives it its time
    log.close()
    engine = running(tmp_path, venue)
    asyncio.run(until(lambda: not _view(engine).orders))
    engine.stop()
    assert not (tmp_path / FILE_NAME).read_bytes().rstrip(b"\x00"), "the journal has it"
    journal = SqliteJournal(tmp_path)
    assert "CancelOrder" in [row.type for row in journal.rows()]
    journal.close()


def test_a_torn_note_of_the_emergency_log_is_no_note(tmp_path: Path) -> None:
    log = EmergencyLog(tmp_path)
    assert log.note(m.Kill(1))
    log.close()
    path = tmp_path / FILE_NAME
    whole = path.read_bytes()
    path.write_bytes(whole.replace(b"\x00", b'["Canc', 1)[: len(whole)])
    log = EmergencyLog(tmp_path)
    assert log.notes() == (m.Kill(1),)
    log.close()


def test_a_message_that_can_not_be_carried_out_halts_and_the_kill_still_works(
    tmp_path: Path,
) -> None:
    async def live() -> None:
        venue = MemoryVenue(holds=True)
        engine = _begin(tmp_path, venue)
        assert engine.hear(bars(0, 1.0))
        await until(lambda: [each.status for each in _view(engine).orders] == ["accepted"])
        order = _view(engine).orders[0].id
        # More than was ordered: an assertion of the core, so a bug of a venue's adapter.
        assert engine.hear(venue.too_large_fill(order))
        await until(lambda: bool(_health(engine).failure))
        assert _view(engine).banner.trading_state is TradingState.HALTED
        assert engine.submit(m.Kill()).result(30).is_accepted
        await until(lambda: venue.canceled == [order])
        engine.stop()

    asyncio.run(live())
