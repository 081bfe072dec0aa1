"""A bug that no guard foresaw ends the engine: nobody waits for ever, or is told that it runs."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.core.messages import Kill
from lefi_tui.engine.channel import DirectChannel
from lefi_tui.engine.client import SocketChannel
from lefi_tui.engine.engine import Engine
from lefi_tui.errors import EngineAbsentError, EngineEndedError
from lefi_tui.ports.journal import Batch, Durable, nothing_more
from lefi_tui.views.queries import DeskQuery
from tests.engine.kit import LIST, OPEN, MemoryVenue, send, setup, start, until

PARTS = "The engine has ended", "ZeroDivisionError: a bug in the adapter", "start Lefi again"


class BrokenJournal(SqliteJournal):
    """An adapter with a bug: it breaks where a bot's start is written."""

    async def commit(self, batch: Batch, durable: Durable = nothing_more) -> None:
        if any(row.type == "BotStarted" for row in batch.rows):
            raise ZeroDivisionError("a bug in the adapter")
        await super().commit(batch, durable)


def broken(folder: Path, socket: Path | None = None) -> Engine:
    engine = Engine(setup(folder, MemoryVenue(), journal=BrokenJournal(folder)), socket)
    engine.start()
    send(engine, OPEN, LIST)
    return engine


def test_the_command_in_hand_and_all_behind_it_are_answered_in_four_parts(tmp_path: Path) -> None:
    engine = broken(tmp_path)
    in_hand = engine.submit(start())
    behind = [engine.submit(start(f"ema-{number}")) for number in range(2, 9)]
    text = in_hand.result(60).text
    behind.append(engine.submit(Kill()))
    assert all(waiting.result(60) is not None for waiting in behind)
    assert not in_hand.result().is_accepted
    for part in (*PARTS, str(tmp_path), "look before you ask"):
        assert part in text
    with pytest.raises(ZeroDivisionError):
        engine.stop()


def test_what_is_asked_behind_its_end_is_no_view_of_now(tmp_path: Path) -> None:
    async def ask() -> None:
        engine = broken(tmp_path)
        channel = DirectChannel(engine)
        assert not (await channel.send(start())).is_accepted
        await until(lambda: not engine.is_running)
        with pytest.raises(EngineEndedError) as ended:
            await channel.ask(DeskQuery())
        assert all(part in str(ended.value) for part in (*PARTS, str(tmp_path)))
        refused = await channel.send(start())
        assert all(part in refused.text for part in PARTS)

    asyncio.run(ask())


def test_who_is_attached_is_told_that_it_has_gone(tmp_path: Path) -> None:
    async def ask() -> None:
        socket = tmp_path / "engine.sock"
        engine = broken(tmp_path, socket)
        channel = await SocketChannel.open(socket)
        with pytest.raises(EngineAbsentError):
            await channel.send(start())
        await until(lambda: not engine.is_running)
        await channel.close()

    asyncio.run(ask())
