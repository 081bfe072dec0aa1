"""The window of another text for a bot: the way back to other settings, and Enter in haste."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from textual.app import App
from textual.events import Key
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Static

from lefi_tui.core.messages import Command
from lefi_tui.views.bot_view import Before, BotView
from lefi_tui.views.desk_view import Mode
from lefi_tui.views.update_view import UpdateView
from lefi_tui.wiring.script_store import ScriptFolder
from screens.update_bot import UpdateBotScreen
from widgets.in_order import Field
from widgets.ink import TRUE_COLOR

pytestmark = pytest.mark.asyncio
TEXT = """\
setting size = 100 USDT in 10 USDT..50000 USDT
on Candle("BTC/USDT", 1m) { if close > 1 { Buy("BTC/USDT", size) } }
"""
VIEW = BotView(
    0,
    "b",
    is_known=True,
    is_open=True,
    account="main",
    version="a0e151be",
    source=TEXT,
    chose=(("size", "50 USDT"),),
    was=Before("a0e151be", TEXT, (("size", "20000 USDT"),), ""),
)


async def _opened(pilot: Pilot[None], screen: UpdateBotScreen, app: App[None]) -> None:
    for each in (Screen[None](), Screen[None](), screen):
        await app.push_screen(each)
    while screen.looked.compared is None:
        await pilot.pause(0.02)


async def test_the_way_back_to_a_size_four_hundred_times_as_large_is_told(tmp_path: Path) -> None:
    async with App[None]().run_test() as pilot:
        screen = UpdateBotScreen(VIEW, ScriptFolder(tmp_path), list[Command]().append, TRUE_COLOR)
        await _opened(pilot, screen, pilot.app)
        screen.show(UpdateView("b", settings=(("size", "20000 USDT"),)), 0)
        await pilot.pause()
        told = "\n".join(str(each.render()) for each in screen.query(Static))
    assert "It does the same" not in told, told
    assert "20000" in told


async def test_real_money_takes_a_text_once_however_quickly_enter_is_pressed(
    tmp_path: Path,
) -> None:
    sent: list[Command] = []
    async with App[None]().run_test() as pilot:
        live = replace(VIEW, mode=Mode.LIVE)
        screen = UpdateBotScreen(live, ScriptFolder(tmp_path), sent.append, TRUE_COLOR)
        await _opened(pilot, screen, pilot.app)
        screen.show(UpdateView("b", settings=(("size", "20000 USDT"),)), 0)
        screen.query_one(Field).value = "main"
        await pilot.pause()
        for _ in range(2):
            pilot.app.post_message(Key("enter", "\r"))
        await pilot.pause(0.5)
        stands = pilot.app.screen_stack
    assert len(sent) == 1
    assert len(stands) == 3, "a screen below it is gone too"
