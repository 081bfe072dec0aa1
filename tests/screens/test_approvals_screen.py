"""The inbox by keys through a whole engine: what waits is seen everywhere, answered once, told."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from rich.cells import cell_len

from lefi_tui.core.messages import StartBot
from tests.cli.test_engine_commands import Profile
from tests.screens.patience import waited
from tests.screens.real_desk import RealDesk, opened

ASKS = """script "Asks"
state asked = false
on PriceUpdate("BTC/USDT") {
    if not asked {
        asked = true
        authorize within 10m { Buy("BTC/USDT", 10%) } else { Print("declined") }
    }
}
"""


async def asks(desk: RealDesk, bot: str) -> str:
    """The id of what this bot asks."""
    await desk.send(StartBot(bot, "automated", "demo", ASKS, title="Asks"))
    asked: list[str] = []

    def has_asked() -> bool:
        asked[:] = [each.id for each in desk.engine.desk.approvals.values() if each.bot == bot]
        return bool(asked)

    await waited(desk.pilot, has_asked, lambda: "it never asked")
    return asked[0]


@pytest.mark.asyncio
async def test_what_waits_is_seen_everywhere_answered_once_and_told(tmp_path: Path) -> None:
    async with opened(tmp_path) as desk:
        await _approved_by_keys(desk, await asks(desk, "one"))
        await _declined_by_keys(desk, await asks(desk, "two"))
        await _approved_by_phone(desk, await asks(desk, "three"))


async def _approved_by_keys(desk: RealDesk, asked: str) -> None:
    await desk.until("1 waits for you")
    await desk.press("f3", "enter")  # also in the editor
    await desk.until("1 waits for you")
    await desk.press("ctrl+o")
    text = await desk.until("worst price")
    for words in ("not asked -> yes", "the gate: yes", "on demo", "9:5", f"{asked}  one"):
        assert words in text
    assert {cell_len(line) for line in desk.lines} == {80}
    await desk.press("a")
    text = await desk.until(f"Approve {asked} of one")
    assert "on account demo (DEMO)" in text
    assert "costs at most" in text
    await desk.press(*"looks good", "enter")
    text = await desk.until(f"{asked} approved by")
    assert "sent buy" in text
    assert "looks good" in text
    await desk.until(lambda text: "waits for you" not in text)


async def _declined_by_keys(desk: RealDesk, asked: str) -> None:
    await desk.until(f"{asked}  two")
    await desk.press("x")
    await desk.until(f"Decline {asked} of two")
    await desk.press("enter")
    text = await desk.until(f"{asked} declined by")
    assert "nothing was sent" in text


async def _approved_by_phone(desk: RealDesk, asked: str) -> None:
    """On the command line, while the screen shows it."""
    await desk.until(f"{asked}  three")
    profile = Profile(desk.home)
    shown = await asyncio.to_thread(profile.lefi, "approvals", "show", asked)
    assert "costs at most" in shown.stdout
    assert "approver may answer" in shown.stdout
    command = ("approvals", "approve", asked, "--reason", "by phone")
    answer = await asyncio.to_thread(profile.answer, *command)
    assert answer["outcome"].startswith("sent buy")
    await desk.until(f"{asked} approved by")
    await desk.until("by phone")
    again = await asyncio.to_thread(profile.lefi, "approvals", "decline", asked)
    assert again.returncode == 1
    assert "was answered" in again.stderr
