"""The engine through its own door: a command is durable before anyone hears of it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lefi_tui.core import messages as m
from lefi_tui.engine.channel import DirectChannel
from lefi_tui.views.queries import DeskQuery
from tests.engine.kit import (
    ACCOUNT,
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


def test_a_candle_becomes_an_order_a_fill_and_a_position_that_the_screen_shows(
    tmp_path: Path,
) -> None:
    async def live() -> None:
        venue = MemoryVenue()
        engine = running(tmp_path, venue)
        channel = DirectChannel(engine)
        try:
            for command in (OPEN, LIST, start()):
                assert (await channel.send(command)).is_accepted
            assert engine.hear(quote(0, 100.0))
            assert engine.hear(bars(0, +1.0))
            await until(lambda: bool(engine.answer(DeskQuery()).positions))
            view = await channel.ask(DeskQuery())
            assert [row.owners for row in view.positions] == [("ema-1",)]
            assert len(venue.orders) == 1
        finally:
            engine.stop()

    asyncio.run(live())


def test_a_refused_command_says_why_in_its_receipt(tmp_path: Path) -> None:
    engine = running(tmp_path, MemoryVenue())
    try:
        send(engine, OPEN)
        receipt = engine.submit(m.StartBot("x", "nothing", ACCOUNT, "1")).result(30)
        assert not receipt.is_accepted
        assert "nothing" in receipt.text
    finally:
        engine.stop()
