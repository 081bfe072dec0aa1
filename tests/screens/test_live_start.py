"""A start with real money on the screen: every gate, then the account's name, letter by letter."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from textual.widgets import Static

from lefi_tui.core import messages as m
from lefi_tui.core.live_gates import TYPED, Gate
from lefi_tui.views.gates_view import GatesView
from screens.live_start import LiveStartScreen
from tests.screens.hand_fed import HandFed
from tests.screens.test_desk_keys import Desk, opened

OPEN = (
    Gate("live_trading", is_open=True, found="true in config.toml"),
    Gate(TYPED, is_open=False, found="it was not typed back yet", next="Type demo"),
)
SHUT = Gate("key", is_open=False, found="its key can withdraw", next="`lefi keys test demo`")
WANTED = m.StartBot("ema-cross", "automated", "demo", "BTC/USDT", title="EMA cross")


def live(rows: tuple[Gate, ...]) -> HandFed:
    fed = HandFed("binanceusdm", "live")
    fed.gates = GatesView("demo", is_real=True, rows=rows)
    fed.quote("BTC/USDT", 42_000.0)
    return fed


async def begun(desk: Desk) -> LiveStartScreen:
    await desk.press("n")
    await desk.shows("Follows a trend.")
    await desk.press("enter")
    await desk.until(lambda: isinstance(desk.app.screen, LiveStartScreen))
    found = desk.app.screen
    assert isinstance(found, LiveStartScreen)
    return found


def shown(screen: LiveStartScreen) -> str:
    return "\n".join(str(each.render()) for each in screen.query(Static))


@pytest.mark.asyncio
async def test_it_starts_only_when_the_accounts_name_was_typed_as_it_is() -> None:
    async with opened(live(OPEN)) as desk:
        screen = await begun(desk)
        await desk.until(lambda: "true in config.toml" in shown(screen))
        await desk.press("d", "e", "m", "enter")
        assert "Type demo, letter by letter." in shown(screen)
        assert desk.fed.commands == []
        await desk.press("o", "enter")
        await desk.until(lambda: bool(desk.fed.commands))
        assert desk.fed.commands == [replace(WANTED, typed="demo")]


@pytest.mark.asyncio
async def test_a_shut_gate_says_what_to_do_and_nothing_starts_until_it_is_open() -> None:
    async with opened(live((SHUT, *OPEN))) as desk:
        screen = await begun(desk)
        await desk.until(lambda: "SHUT key" in shown(screen))
        assert "`lefi keys test demo`" in shown(screen)
        await desk.press(*"demo", "enter")
        assert "Nothing starts while a gate is shut." in shown(screen)
        await desk.press("escape")
        assert desk.fed.commands == []


@pytest.mark.asyncio
async def test_what_trades_nothing_is_asked_nothing() -> None:
    async with opened(live(())) as desk:
        await desk.press("n")
        await desk.shows("Follows a trend.")
        await desk.press("down", "enter")
        await desk.until(lambda: bool(desk.fed.commands))
        assert [each.typed for each in desk.fed.commands if isinstance(each, m.StartBot)] == [""]
