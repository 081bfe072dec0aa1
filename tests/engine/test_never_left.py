"""What has certainly not left is known as that.

A close that was taken back while the disk hung never leaves beside its retry; an order of a commit
that failed ends instead of being looked for.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.core.order import Order, OrderKind, OrderStatus, OrderTerms, Side, Size, SizeKind
from lefi_tui.engine.effects import Effects
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.freeze import Freeze
from lefi_tui.engine.replay import replay
from lefi_tui.engine.world import World
from lefi_tui.ports.journal import Batch, Durable, JournalLockedError, nothing_more
from lefi_tui.ports.venue import VenueTimeoutError
from tests.engine.kill_kit import BookVenue, account_units, is_proven, kill_of, trading
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
from tests.engine.test_kill import PART
from tests.engine.test_launching import AtTheDoor, DoorVenue


def _holds(batch: Batch, event: type[m.Event]) -> bool:
    return any(isinstance(each, event) for change in batch.changes for each in change.events)


class HangingJournal(SqliteJournal):
    """Its disk hangs while a turn is written in which a kill closes something; then that is there,
    or is not."""

    def __init__(self, folder: Path, *, fails: bool) -> None:
        super().__init__(folder)
        self.is_hanging, self.goes_on = threading.Event(), threading.Event()
        self._fails = fails

    async def commit(self, batch: Batch, durable: Durable = nothing_more) -> None:
        if _holds(batch, m.FlattenTried) and not self.goes_on.is_set():
            self.is_hanging.set()
            await asyncio.to_thread(self.goes_on.wait, 30)
            if self._fails:
                raise JournalLockedError("it is given up", where=self.where)
        await super().commit(batch, durable)


class StrictBooks(BookVenue):
    """It knows nothing of an order that was never handed to it, not even that it never was."""

    async def look_up(self, order: str) -> tuple[m.Report, ...]:
        if order not in self.orders:
            raise VenueTimeoutError(f"{order} is not known here")
        return await super().look_up(order)


def _told_the_same(folder: Path) -> None:
    journal = SqliteJournal(folder)
    report = replay(journal, EMPTY)
    journal.close()
    assert report.same, report.first_difference


def _wait(is_so: Callable[[], bool]) -> None:
    asyncio.run(until(is_so))


def _killed_as_its_disk_hangs(
    folder: Path, venue: BookVenue, *, fails: bool = False
) -> tuple[Engine, HangingJournal]:
    """A close is in the turn that is being written."""
    journal = HangingJournal(folder, fails=fails)
    engine = trading(folder, venue, journal=journal)
    assert engine.hear(bars(0, 1.0))
    _wait(lambda: bool(venue.resting))
    venue.fill(venue.resting[0], PART)
    _wait(lambda: account_units(engine) == PART)
    assert engine.submit(m.Kill(reason="enough")).result(30).is_accepted
    _wait(journal.is_hanging.is_set)
    return engine, journal


def _ends(folder: Path, engine: Engine, journal: HangingJournal) -> None:
    journal.goes_on.set()
    _wait(lambda: engine._running().killing.shadow is None)
    _wait(lambda: is_proven(engine))
    assert account_units(engine) == 0
    engine.stop()
    _told_the_same(folder)


def _closes(venue: BookVenue) -> list[int]:
    """How often each was sent."""
    orders = venue.orders.items()
    return [venue.sends[key] for key, each in orders if each.order.terms.is_reduce_only]


@pytest.mark.parametrize("fails", [False, True])
def test_a_close_that_was_taken_back_as_the_disk_hung_never_leaves_beside_its_retry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, fails: bool
) -> None:
    """Nor is it looked for, whether its turn became durable or not."""
    monkeypatch.setattr("lefi_tui.core.desk.killing.REFUSED_AGAIN_NS", 100_000_000)
    venue = StrictBooks()
    engine, journal = _killed_as_its_disk_hangs(tmp_path, venue, fails=fails)
    with engine._running().killing.notes.emergency._lock:  # its file hangs too
        _wait(lambda: "can't be noted" in " ".join(_left(engine)))
        assert venue.held == PART
    _wait(lambda: venue.held == 0)
    _ends(tmp_path, engine, journal)
    assert _closes(venue) == [1]


def _left(engine: Engine) -> tuple[str, ...]:
    state = kill_of(engine)
    return () if state is None else state.left


def test_a_close_whose_turn_is_durable_before_its_note_is_sent_once(tmp_path: Path) -> None:
    venue = BookVenue()
    engine, journal = _killed_as_its_disk_hangs(tmp_path, venue)
    with engine._running().killing.notes.emergency._lock:
        _wait(lambda: engine._running().killing.shadow is not None)
        journal.goes_on.set()
        _wait(lambda: venue.held == 0)
    _ends(tmp_path, engine, journal)
    assert _closes(venue) == [1]


TERMS = OrderTerms("BTC/USDT", Side.SELL, OrderKind.MARKET, Size(SizeKind.ALL), is_reduce_only=True)
CLOSE = m.SubmitOrders("main", (Order("close", "main", TERMS, "bot", run="kill/1/main"),))


def test_what_stands_at_the_door_is_taken_back_for_good_unless_it_has_left() -> None:
    async def story() -> tuple[list[object], DoorVenue]:
        venue, told = DoorVenue(), list[object]()

        def hear(message: object) -> bool:
            told.append(message)
            return True

        effects = Effects(World(SystemClock(), venues={"main": venue}), hear, Freeze())
        durable = effects.prepare([CLOSE])
        assert effects.take_back(CLOSE.orders)
        durable()
        effects.carry_out(CLOSE)
        await effects.settle()
        return told, venue

    told, venue = asyncio.run(story())
    assert [type(each) for each in told] == [m.VenueNeverSaw]
    assert (venue.left, venue.orders) == ([], {})


# ---- a commit that was told as failed


class LyingJournal(SqliteJournal):
    """It has written, and says that it could not; who waits for the moment may have heard it."""

    says_when = False

    async def commit(self, batch: Batch, durable: Durable = nothing_more) -> None:
        if not _holds(batch, m.OrderSubmitted):
            await super().commit(batch, durable)
            return
        await super().commit(batch, durable if self.says_when else nothing_more)
        raise JournalLockedError("it says so", where=self.where)


class StrictVenue(MemoryVenue):
    """It knows nothing of an order that was never handed to it, not even that it never was."""

    async def look_up(self, order: str) -> tuple[m.Report, ...]:
        self.looked_up.append(order)
        if order not in self.orders:
            raise VenueTimeoutError(f"{order} is not known here")
        return await super().look_up(order)


class Launched(AtTheDoor):
    def leave(self) -> None:
        self.has_left = True
        asyncio.run(self.venue.submit(self.orders))


class LaunchingVenue(DoorVenue):
    """What leaves from its door has come there."""

    def prepared(self, orders: tuple[Order, ...]) -> Launched:
        return Launched(self, orders)


def _not_sent(folder: Path, venue: MemoryVenue, *, says_when: bool = False) -> Engine:
    journal = LyingJournal(folder)
    journal.says_when = says_when
    engine = running(folder, venue, journal=journal)
    send(engine, OPEN, LIST, start())
    assert engine.hear(quote(0, 100.0))
    assert engine.hear(bars(0, 1.0))
    _wait(lambda: bool(engine._running().failure))
    return engine


def _ended(engine: Engine) -> tuple[OrderStatus, str]:
    _wait(lambda: bool(engine._running().desk.closed))
    (order,) = engine._running().desk.closed.values()
    return order.status, order.reason


def test_an_order_of_a_commit_that_failed_ends_as_never_sent_and_is_not_looked_for(
    tmp_path: Path,
) -> None:
    venue = StrictVenue()
    engine = _not_sent(tmp_path, venue)
    status, reason = _ended(engine)
    assert status is OrderStatus.CANCELED
    assert "it never reached the venue" in reason
    assert not engine._running().desk.orders
    assert (venue.orders, venue.looked_up) == ({}, [])
    engine.stop()
    _told_the_same(tmp_path)
    engine = running(tmp_path, venue)
    assert _ended(engine) == (status, reason)
    assert venue.looked_up == []
    engine.stop()


def test_one_that_left_all_the_same_is_found_and_booked_once(tmp_path: Path) -> None:
    venue = LaunchingVenue()
    engine = _not_sent(tmp_path, venue, says_when=True)
    assert _ended(engine)[0] is OrderStatus.FILLED
    assert account_units(engine) == Decimal("0.01")
    assert len(venue.orders) == 1
    engine.stop()
    _told_the_same(tmp_path)


def test_a_kill_meanwhile_asks_the_venue_to_cancel_it_and_not_where_it_is(tmp_path: Path) -> None:
    venue = StrictVenue()
    engine = _not_sent(tmp_path, venue)
    assert engine.submit(m.Kill(reason="enough")).result(30).is_accepted
    assert _ended(engine)[0] is OrderStatus.CANCELED
    assert (venue.orders, venue.looked_up) == ({}, [])
    engine.stop()
    _told_the_same(tmp_path)


def test_a_start_behind_a_crash_asks_for_it_and_ends_it_too(tmp_path: Path) -> None:
    engine = _not_sent(tmp_path, StrictVenue())
    engine.stop()
    venue = MemoryVenue()  # as one outside: it was told at its start what the desk remembers
    engine = running(tmp_path, venue)
    assert _ended(engine)[0] is OrderStatus.CANCELED
    assert len(venue.looked_up) == 1
    assert venue.orders == {}
    engine.stop()
    _told_the_same(tmp_path)
