"""Slow questions: what was, read from the tables beside the engine's turns, over both doors."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path

from lefi_tui.adapters.sqlite_records import SqliteRecords
from lefi_tui.engine.channel import DirectChannel
from lefi_tui.engine.client import SocketChannel
from lefi_tui.engine.engine import Engine
from lefi_tui.ports.records import FillFilter
from lefi_tui.views.queries import DeskQuery, OrdersQuery
from tests.engine.kit import LIST, OPEN, MemoryVenue, bars, quote, send, setup, start, until


async def _traded(engine: Engine) -> None:
    """One bot that has bought, its exits at the venue."""
    send(engine, OPEN, LIST, start())
    assert engine.hear(quote(0, 100.0))
    assert engine.hear(bars(0, +1.0))
    await until(lambda: bool(engine.answer(DeskQuery()).positions))


def test_orders_of_the_tables_are_the_same_in_process_and_over_the_socket(tmp_path: Path) -> None:
    async def live() -> None:
        path = tmp_path / "run" / "engine.sock"
        engine = Engine(setup(tmp_path / "desk", MemoryVenue()), socket=path)
        engine.start()
        try:
            await _traded(engine)
            here = await DirectChannel(engine).ask(OrdersQuery())
            channel = await SocketChannel.open(path)
            there = await channel.ask(OrdersQuery())
            await channel.close()
            entry = next(row for row in here.rows if row.leg == "entry")
            assert (entry.status, entry.owner, entry.is_working) == ("filled", "ema-1", False)
            assert entry.filled == entry.quantity == Decimal("0.01")
            assert there.rows == here.rows
            cut = await DirectChannel(engine).ask(OrdersQuery(0))
            assert (cut.rows, cut.is_cut) == ((), True)
        finally:
            engine.stop()

    asyncio.run(live())


def test_fills_and_runs_are_read_back_as_they_were_booked(tmp_path: Path) -> None:
    async def live() -> None:
        engine = Engine(setup(tmp_path, MemoryVenue()))
        engine.start()
        try:
            await _traded(engine)
            records = SqliteRecords(tmp_path)
            (fill,) = await records.fills(FillFilter(owner="ema-1"), 10)
            position = engine.answer(DeskQuery()).positions[0]
            assert (fill.quantity, fill.price) == (position.units, position.entry)
            assert await records.fills(FillFilter(owner="nobody"), 10) == ()
            assert await records.fills(FillFilter(since_ns=fill.at_ns + 1), 10) == ()
            (run,) = await records.runs("ema-1")
            assert (run.status, run.end_ns) == ("active", None)
        finally:
            engine.stop()

    asyncio.run(live())
