"""What was sent and not answered may have been done; what never left was not."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from lefi_tui.core.messages import Kill
from lefi_tui.engine import wire
from lefi_tui.wiring.attached import SocketFromAnyLoop
from screens.courier import Courier

pytestmark = pytest.mark.asyncio


async def told(path: Path) -> str:
    said: list[str] = []
    line = SocketFromAnyLoop(path)
    courier = Courier(line.send, said.append)
    courier.send(Kill())
    await courier.settled()
    if line._channel is not None:
        await line._channel.close()
    return "".join(said)


async def test_an_engine_that_goes_with_the_command_may_have_done_it(tmp_path: Path) -> None:
    async def takes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(wire.line({"hello": 1}))
        await reader.readline()
        writer.close()

    async with await asyncio.start_unix_server(takes, str(tmp_path / "socket")):
        words = await told(tmp_path / "socket")
    assert words.startswith("LE405 The engine gave no answer  Kill\n  Why: ")
    assert "Next: It may have been done. Look at the orders before you send it again" in words
    assert "nothing was done" not in words


async def test_without_an_engine_nothing_was_done(tmp_path: Path) -> None:
    words = await told(tmp_path / "socket")
    assert words.startswith("LE401 No engine is running  Kill\n  Why: ")
    assert "nothing was done" in words
    assert "Next: Start one" in words
