"""f12 from wherever a person is, and the window that follows the kill to its proof."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lefi_tui.core import messages as m
from lefi_tui.core.kill import Flatten, KillRules, KillStage
from lefi_tui.core.messages import StartBot
from lefi_tui.views.kill_view import kill_view
from screens.kill import KillScreen, words
from tests.screens.hand_fed import busy
from tests.screens.real_desk import BUYER
from tests.screens.real_desk import opened as real
from tests.screens.test_desk_keys import opened

PROOF = re.compile(r"\+ flat at \d\d:\d\d:\d\d\.\d\d, 0 open orders")


@pytest.mark.asyncio
@pytest.mark.parametrize("way", [["f1"], ["ctrl+g"], ["ctrl+p"], ["n"], ["s"], ["w"]])
async def test_f12_kills_out_of_help_jump_palette_and_dialogs(way: list[str]) -> None:
    async with opened(busy()) as desk:
        await desk.press(*way)
        await desk.until(lambda: len(desk.app.screen_stack) == 2)
        await desk.press("f12")
        await desk.until(lambda: desk.fed.commands == [m.Kill()])
        await desk.until(lambda: desk.fed.desk.trading_state is m.TradingState.HALTED)


@pytest.mark.asyncio
@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_the_window_follows_a_kill_to_its_proof_and_r_asks_with_a_list(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with real(tmp_path, size) as desk:
        await desk.send(StartBot("first", "automated", "demo", BUYER))
        await desk.until("Bought")
        await desk.press("f12")
        text = await desk.until(lambda text: PROOF.search(text) is not None)
        assert isinstance(desk.app.screen, KillScreen)
        assert "HALTED: kill key (by " in text
        assert "New orders are blocked: 1 bot to stop" in text
        assert all(len(line) == size[0] for line in desk.lines)
        await desk.press("r")
        text = await desk.until("Positions: none is open")
        assert "Unconfirmed orders: none" in text
        await desk.press(*"looked", "enter")
        await desk.until("trading active")
        await desk.until(lambda _text: len(desk.app.screen_stack) == 1)


@pytest.mark.asyncio
async def test_a_dead_letter_is_tried_again_or_dropped_from_any_screen(tmp_path: Path) -> None:
    async with real(tmp_path) as desk:
        dead = desk.engine._running().dead
        for number in range(2):
            dead.keep(m.VenueNeverSaw(f"order-{number}", 1), f"nobody knows {number}", 1)
        await desk.press("alt+d")
        await desk.until(lambda text: "nobody knows 1" in text and "nobody knows 0" in text)
        await desk.press("delete")
        await desk.until(lambda text: "nobody knows 1" not in text)
        await desk.press("enter")
        await desk.until("There is none: all was carried out.")
        assert not dead.view().rows


def test_what_is_left_stands_in_the_window_with_why_and_no_proof() -> None:
    fed = busy()
    fed.tell(m.SetKillRules(KillRules(Flatten.BOTS)))
    fed.tell(m.Kill(at_ns=fed.now_ns, reason="enough"))
    for seconds in (0.1, 2.0):
        fed.later(seconds)
        fed.tell(m.AdvanceKill(fed.now_ns))
    view = kill_view(fed.desk)
    text = words(view, 4_000).plain
    assert fed.desk.kill is not None
    assert fed.desk.kill.stage is KillStage.CLOSING
    assert "Not proven yet. What is left:" in text
    assert re.search(r"! order L\w+ \(.*, sell BTC/USDT on demo\) is submitted: it closes", text)
    assert "! account demo is being read" in text
    assert "The engine has not answered for 4 s." in text
    assert "flat" not in text
