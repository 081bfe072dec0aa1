"""An update of a running bot through lockstep, journal and engine."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import SystemClock, VirtualClock
from lefi_tui.core import messages as m
from lefi_tui.core.desk import BotStatus
from lefi_tui.core.desk.live import version_of
from lefi_tui.core.live_gates import ScriptTests
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.lockstep import Lockstep
from lefi_tui.engine.setup import Setup
from lefi_tui.engine.world import World
from tests.engine.kit import ACCOUNT, LIST, OPEN, MemoryVenue, quote, send, setup, until
from tests.engine.story import MemoryFeed
from tests.engine.test_updates import proof
from tests.engine.update_kit import EMPTY, FIRST, SECOND, THIRD, Waves, update

SECOND_NS = 1_000_000_000


def _ns(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp()) * SECOND_NS


class Shifted(SystemClock):
    """The machine's clock, set to another hour."""

    def __init__(self, now_ns: int) -> None:
        self._by = now_ns - super().now_ns()

    def now_ns(self) -> int:
        return super().now_ns() + self._by


async def _told(folder: Path, first: str, second: str) -> list[str]:
    """08:59 started, 09:10 updated, stopped; what it printed."""
    feed, clock = MemoryFeed(), VirtualClock(_ns("2026-11-20T08:59:00+00:00"))
    world = World(clock, {ACCOUNT: MemoryVenue()}, {ACCOUNT: feed})
    journal = SqliteJournal(folder)
    step = Lockstep(Setup(journal, EMPTY, world, folder, program="test"), clock)
    await step.begin()
    for command in (OPEN, LIST):
        await step.send(command)
    await step.send(m.StartBot("b", "automated", ACCOUNT, first, at_ns=clock.now_ns()))
    for at in ("2026-11-20T08:59:30+00:00", "2026-11-20T09:10:00+00:00"):
        feed.now, feed.minute = _ns(at), 0
        feed.messages = (quote(feed.now // 60_000_000_000, 100.0),)
        await step.move(feed, feed.now)
    receipt = await step.send(update(second, clock.now_ns()))
    assert receipt.is_accepted, receipt.text
    assert step.desk.bots["b"].version == version_of(second)
    await step.end()
    notes = [row.type for row in journal.rows() if row.type == "NoteWritten"]
    journal.close()
    return notes


@pytest.mark.parametrize("is_there_before", [True, False])
def test_a_date_is_not_paid_twice_nor_for_the_time_before_the_text(
    tmp_path: Path, *, is_there_before: bool
) -> None:
    """The daily buy ran at 09:00; the text of 09:10 has another handler above it, or has the
    schedule for the first time. The engine starts again at 09:20."""
    pays = 'on Schedule("0 9 * * *") { Buy("BTC/USDT", 100 USDT); Print("paid") }'
    watches = 'on PriceUpdate("BTC/USDT") { if Spot("BTC/USDT") < 1 { Print("low") } }'
    first = pays if is_there_before else watches
    notes = asyncio.run(_told(tmp_path, first, f"{watches}\n{pays}"))
    assert len(notes) == int(is_there_before)
    clock = Shifted(_ns("2026-11-20T09:20:00+00:00"))
    engine = Engine(setup(tmp_path, world=World(clock, {ACCOUNT: MemoryVenue()}), empty=EMPTY))
    engine.start()
    try:
        writer = engine._writer
        assert writer is not None
        timers = writer.effects.timers
        asyncio.run(until(lambda: bool(timers.bots())))
        (due_ns,) = timers.dates("b").values()
        assert due_ns == _ns("2026-11-21T09:00:00+00:00"), "09:00 of that day is due once more"
    finally:
        engine.stop()


def test_the_update_that_was_asked_for_last_is_the_one_that_stands(tmp_path: Path) -> None:
    """The tests of the first take long; meanwhile another text is asked for and taken."""
    waves, slow = Waves(), threading.Event()
    waves.gate.set()

    def proof_of(source: str) -> ScriptTests:
        if source == SECOND:
            assert slow.wait(30)
        return proof(source)

    world = World(
        SystemClock(), {ACCOUNT: MemoryVenue()}, histories={ACCOUNT: waves}, proof=proof_of
    )
    engine = Engine(setup(tmp_path, world=world, empty=EMPTY))
    engine.start()
    try:
        send(engine, OPEN, LIST, m.StartBot("b", "automated", ACCOUNT, FIRST))
        asyncio.run(until(lambda: engine.desk.bots["b"].status is BotStatus.RUNNING))
        early = engine.submit(m.UpdateBot("b", SECOND))
        late = engine.submit(m.UpdateBot("b", THIRD))
        with suppress(AssertionError):  # it may well wait for the one before it
            asyncio.run(until(late.done, 3))
        if late.done():
            asyncio.run(until(lambda: engine.desk.bots["b"].version == version_of(THIRD)))
        slow.set()
        early.result(30)
        assert late.result(30).is_accepted
        asyncio.run(until(lambda: engine.desk.bots["b"].update is None))
        assert engine.desk.bots["b"].version == version_of(THIRD), "the earlier one came in later"
    finally:
        slow.set()
        engine.stop()


ASKS = (
    'on PriceUpdate("BTC/USDT") { authorize { Buy("BTC/USDT", 100 USDT) } else { finalize { } } }'
)
PLAIN = 'on PriceUpdate("BTC/USDT") { Print("seen") }'


def test_an_update_of_a_bot_whose_else_ends_it_does_not_break_the_engine(tmp_path: Path) -> None:
    async def live() -> None:
        feed, clock = MemoryFeed(), VirtualClock(_ns("2026-11-20T08:59:00+00:00"))
        world = World(clock, {ACCOUNT: MemoryVenue()}, {ACCOUNT: feed})
        journal = SqliteJournal(tmp_path)
        step = Lockstep(Setup(journal, EMPTY, world, tmp_path, program="test"), clock)
        await step.begin()
        for command in (
            OPEN,
            LIST,
            m.StartBot("b", "automated", ACCOUNT, ASKS, at_ns=clock.now_ns()),
        ):
            await step.send(command)
        feed.now, feed.minute, feed.messages = clock.now_ns() + 1, 0, (quote(1, 100.0),)
        await step.move(feed, feed.now)
        await step.send(update(PLAIN, clock.now_ns()))  # AssertionError out of the turn
        assert step.desk.bots["b"].status is BotStatus.FINALIZED
        journal.close()

    asyncio.run(live())
