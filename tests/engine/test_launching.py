"""Orders that stand at a venue's door leave the moment their turn is durable, or never."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Self

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.core.game import Do, Play
from lefi_tui.core.order import (
    Order,
    OrderKind,
    OrderStatus,
    OrderTerms,
    Side,
    Size,
    SizeKind,
)
from lefi_tui.engine.effects import Effects
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.freeze import Freeze
from lefi_tui.engine.launching import Launching
from lefi_tui.engine.shot import Shot
from lefi_tui.engine.world import World
from tests.engine.kit import LIST, OPEN, MemoryVenue, bars, quote, running, send, start, until
from tests.engine.test_halt import held_by_another


@dataclass
class DoorVenue(MemoryVenue):
    """Makes orders ready first, and carries out what has left by then or is submitted."""

    file: Path = Path()
    meanwhile: Callable[[], object] = lambda: None  # while they stand at the door
    ready: list[Order] = field(default_factory=list)
    claimed: list[Order] = field(default_factory=list)
    dropped: list[Order] = field(default_factory=list)
    left: list[tuple[str, str, int]] = field(default_factory=list)
    at_once: list[tuple[str, ...]] = field(default_factory=list)  # what left in one moment

    def prepared(self, orders: tuple[Order, ...]) -> AtTheDoor:
        self.ready += orders
        self.meanwhile()
        return AtTheDoor(self, orders)


@dataclass
class AtTheDoor:
    venue: DoorVenue
    orders: tuple[Order, ...]
    has_left: bool = False

    def claim(self) -> None:
        self.venue.claimed += self.orders

    def go(self, *others: Self) -> None:
        doors = (self, *others)
        self.venue.at_once.append(tuple(order.id for each in doors for order in each.orders))
        for each in doors:
            each.leave()

    def leave(self) -> None:
        if self.has_left:
            return
        self.has_left = True
        connection = sqlite3.connect(self.venue.file)
        count = "SELECT count(*) FROM journal WHERE type = 'OrderSubmitted'"
        (rows,) = connection.execute(count).fetchone()
        connection.close()
        thread = threading.current_thread().name
        self.venue.left += [(each.id, thread, rows) for each in self.orders]

    def drop(self) -> None:
        self.venue.dropped += self.orders


def begun(folder: Path, venue: DoorVenue) -> Engine:
    venue.file = folder / "desk.sqlite"
    engine = running(folder, venue, journal=SqliteJournal(folder, busy_timeout_ms=50))
    send(engine, OPEN, LIST, start())
    assert engine.hear(quote(0, 100.0))
    return engine


def test_it_leaves_from_the_journals_thread_when_its_rows_are_there_and_is_sent_once(
    tmp_path: Path,
) -> None:
    venue = DoorVenue()
    engine = begun(tmp_path, venue)
    assert engine.hear(bars(0, 1.0))
    asyncio.run(until(lambda: bool(engine.desk.positions)))
    engine.stop()
    (order,) = venue.ready
    assert venue.left == [(order.id, "journal", 1)]
    assert list(venue.orders) == [order.id]
    assert (venue.claimed, venue.dropped) == ([order], [])


def test_where_the_commit_fails_it_is_dropped_and_nothing_has_left(tmp_path: Path) -> None:
    venue = DoorVenue()
    engine = begun(tmp_path, venue)
    with held_by_another(tmp_path):
        assert engine.hear(bars(0, 1.0))
        asyncio.run(until(lambda: bool(venue.dropped)))
    engine.stop()
    assert venue.dropped == venue.ready
    assert (venue.left, venue.orders) == ([], {})


def test_a_kill_that_is_asked_for_meanwhile_keeps_it_at_the_door_for_good(tmp_path: Path) -> None:
    venue = DoorVenue()
    engine = begun(tmp_path, venue)
    venue.meanwhile = lambda: engine.submit(m.Kill())
    assert engine.hear(bars(0, 1.0))
    asyncio.run(until(lambda: bool(engine.desk.closed)))
    engine.stop()
    (order,) = venue.ready
    assert (venue.left, venue.dropped, venue.orders) == ([], [order], {})
    assert engine.desk.closed[order.id].status is OrderStatus.CANCELED


def test_a_close_never_stands_at_the_door_before_the_cancels_of_its_own_turn() -> None:
    venue = DoorVenue()
    effects = Effects(World(SystemClock(), venues={"main": venue}), lambda _message: True)
    terms = OrderTerms("BTC/USDT", Side.SELL, OrderKind.MARKET, Size(SizeKind.ALL))
    close = m.SubmitOrders("main", (Order("close", "main", terms, "hand"),))
    effects.prepare([m.CancelOrders("main", ("entry",)), close])
    assert venue.ready == []
    effects.prepare([m.CancelOrders("other", ("entry",)), close])
    assert venue.ready == [*close.orders]


def legs(file: Path) -> tuple[m.SubmitOrders, ...]:
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE journal (type TEXT)")
    terms = OrderTerms("BTC/USDT", Side.BUY, OrderKind.MARKET, Size(SizeKind.UNITS, Decimal(1)))
    orders = (Order(name, account, terms, "hand") for name, account in LEGS)
    return tuple(m.SubmitOrders(each.account, (each,)) for each in orders)


LEGS = (("entry", "main"), ("elsewhere", "other"), ("exit", "main"), ("taken back", "main"))


def test_what_one_turn_sends_to_a_venue_leaves_in_one_moment(tmp_path: Path) -> None:
    main, other = DoorVenue(file=tmp_path / "file"), DoorVenue(file=tmp_path / "file")
    freeze = Freeze()
    launching = Launching({"main": main, "other": other}, freeze)
    durable = launching.prepare(legs(main.file))
    freeze.never(["taken back"])
    durable()
    assert (main.at_once, other.at_once) == ([("entry", "exit")], [("elsewhere",)])


def test_what_a_press_sends_leaves_in_one_moment(tmp_path: Path) -> None:
    venue = DoorVenue(file=tmp_path / "file")
    sends = tuple(each for each in legs(venue.file) if each.account == "main")
    launches = tuple(venue.prepared(each.orders) for each in sends)
    Shot(m.PlayGame("game", Play(Do.BUY)), 0, 0, sends, launches, (), "").go()
    assert venue.at_once == [("entry", "exit", "taken back")]


def test_where_the_kill_file_cannot_be_looked_for_nothing_leaves(tmp_path: Path) -> None:
    assert Freeze(tmp_path / ("k" * 300)).is_on  # a name that no file system takes
    assert not Freeze(tmp_path / "kill").is_on
