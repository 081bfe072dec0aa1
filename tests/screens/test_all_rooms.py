"""Every room of the real program at every size: the frame is closed, mode and kill are in sight."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from rich.cells import cell_len

from lefi_tui.core.messages import StartBot
from tests.screens.real_desk import BUYER, RealDesk, opened

SIZES = [(120, 40), (80, 24), (40, 12), (60, 18), (120, 40)]
# Each room's key, and words that it alone shows.
ROOMS = {
    "desk": ("f2", "Prices"),
    "scripts": ("f3", "Scripts"),
    "lab": ("alt+l", "No script is open"),
    "bots": ("f4", "Settings"),
    "orders": ("f5", "first"),
    "report": ("f6", "yield"),
    "settings": ("f7", "Values"),
    "schedule": ("9", "drop old market records"),
    "limits": ("7", "leverage_max"),
    "keys": ("0", "no account of config.toml"),
    "manual": ("f4 m", "it takes none"),
    "doubts": ("alt+u", "nothing is in doubt"),
    "approvals": ("ctrl+o", "nothing waits for a person"),
    "lessons": ("alt+j", "1 A first script"),
    "gallery": ("alt+h", "Bollinger"),
    "game": ("alt+g", "no game"),
    "notices": ("f2 o", "nobody is told yet"),
}
# Windows over the desk: what each shows at every size.
WINDOWS = {
    "help": ("f1", "Keys"),
    "palette": ("ctrl+p", "Find"),
    "reference": ("alt+q", "Reference"),
    "money": ("alt+m", "Money"),
    "dead letters": ("alt+d", "Dead letters"),
    "scores": ("alt+r", "Scores"),
    "statement": ("alt+o", "one line of Lefi"),
    "new bot": ("n", "Start a bot"),
    "ticket": ("b", "Order BTC/USDT"),
    "why": ("w", "Why: first"),
}


def framed(desk: RealDesk, size: tuple[int, int], _text: str) -> bool:
    """The frame is closed at this size, with mode and kill key on it."""
    lines = desk.lines
    sides = {line[0] + line[-1] for line in lines[1:-1] if line}
    return (
        len(lines) == size[1]
        and all(cell_len(line) == size[0] for line in lines)
        and sides == {"┃┃"}
        and " DEMO " in lines[0]
        and " DEMO " in lines[-1]
        and "f12 kill" in lines[-1]
    )


@pytest.mark.asyncio
@pytest.mark.parametrize("room", ROOMS)
async def test_a_room_holds_its_frame_through_every_size_and_back(
    room: str, tmp_path: Path
) -> None:
    key, words = ROOMS[room]
    async with opened(tmp_path, SIZES[0]) as desk:
        await desk.send(StartBot("first", "automated", "demo", BUYER))
        await desk.until("Bought")
        await desk.press(*key.split())
        await desk.until(words)
        for size in SIZES:
            await desk.pilot.resize_terminal(*size)
            await desk.until(partial(framed, desk, size))
        assert words in desk.text


@pytest.mark.asyncio
@pytest.mark.parametrize("window", WINDOWS)
async def test_a_window_stays_in_sight_through_every_size_and_back(
    window: str, tmp_path: Path
) -> None:
    key, words = WINDOWS[window]
    async with opened(tmp_path, SIZES[0]) as desk:
        await desk.send(StartBot("first", "automated", "demo", BUYER))
        await desk.until("Bought")
        await desk.press(key)
        await desk.until(words)
        for size in SIZES:
            await desk.pilot.resize_terminal(*size)
            await desk.until(partial(_is_whole, desk, size, words))


def _is_whole(desk: RealDesk, size: tuple[int, int], words: str, text: str) -> bool:
    """The screen has this size, the window's title stands on it, and its corners."""
    lines = desk.lines
    return (
        len(lines) == size[1]
        and all(cell_len(line) == size[0] for line in lines)
        and words in text
        and all(corner in text for corner in "┌┐└┘")
    )
