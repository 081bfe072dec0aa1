"""A game played by keys in a real terminal of 80 columns: the keys of the thread that reads it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from lefi_tui.core.messages import StartBot
from lefi_tui.engine.client import SocketChannel
from lefi_tui.settings import load
from lefi_tui.views.game_view import GameView
from lefi_tui.views.queries import GameQuery
from lefi_tui.wiring.demo import socket_path
from tests.screens.tmux_desk import TmuxDesk, line_with

# A busy machine is slow to fill and to quote: the entry may pay much, and a price may be old.
PATIENT: Final = (("leverage", "50"), ("slip_ticks", "1000"), ("stale_ms", "60000"))
GAME: Final = StartBot("ttadak", "ttadak", "demo", "", (*PATIENT, ("clock_ms", "5000")))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[TmuxDesk]:
    opened = TmuxDesk(tmp_path, 80, 24)
    try:
        yield opened
    finally:
        opened.close()


async def begun(home: Path) -> GameView:
    """A game started beside the screen; how another screen would see it."""
    folder = load({"LEFI_HOME": str(home)}).settings.data_dir
    channel = await SocketChannel.open(socket_path(folder))
    receipt = await channel.send(GAME)
    assert receipt.is_accepted, receipt.text
    view = await channel.ask(GameQuery())
    await channel.close()
    assert isinstance(view, GameView)
    return view


def test_a_game_is_played_by_keys_at_eighty_columns(desk: TmuxDesk, tmp_path: Path) -> None:
    desk.wait("BTC/USDT")
    desk.keys("M-g")
    desk.wait("No game runs here")
    view = asyncio.run(begun(tmp_path))
    assert (view.bot, view.stage, str(view.setup.leverage)) == ("ttadak", "disarmed", "50")
    desk.wait(lambda text: "DISARMED" in text and "even" in text)
    desk.keys("a")
    desk.wait(" ARMED ")
    desk.keys("3", "s")
    text = desk.wait(lambda text: "SHORT 0.005 BTC" in text and " exit 4" in text)
    assert "stop " in line_with(text, "SHORT")
    assert "LOSES" in text
    assert "liq -" in text
    desk.keys("f")
    text = desk.wait(lambda text: "FLAT" in text and "Rounds 1" in text)
    key_to_wire = line_with(text, "p50").split()[2]
    assert float(key_to_wire) > 0
    desk.resize(60, 12)
    text = desk.wait(lambda text: "Ladder" not in text and "FLAT" in text)
    assert "LOSES" in text
    desk.keys("F2")
    desk.wait("Positions")
    desk.keys("M-g")
    desk.wait("DISARMED")
