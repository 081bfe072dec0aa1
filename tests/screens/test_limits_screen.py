"""A limit changed by keys acts at once and says who set it; the thermostat stands above it."""

from __future__ import annotations

from pathlib import Path

import pytest

from lefi_tui.core.messages import ChangeLimits, StartBot
from screens.limits import LimitScreen
from tests.screens.real_desk import BUYER, opened


@pytest.mark.asyncio
async def test_a_limit_typed_on_the_screen_stops_the_next_order_and_one_from_afar_shows(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as desk:
        await desk.press("7")
        await desk.until("order_notional_max")
        await desk.press("enter", "x")
        await desk.until("is a number")
        await desk.press("backspace", "5", "enter")
        await desk.until("version 1 by")
        await desk.send(StartBot("first", "automated", "demo", BUYER))
        await desk.press("f2")
        await desk.until("NOTIONAL_E")
        await desk.send(ChangeLimits("account/demo", (("overlay", "yes"),)))
        await desk.press("7", "tab")
        text = await desk.until("of account/demo")
        assert any(each in text for each in ("no new entries", "entries ×1", "normal"))
        desk.type_at_once("shift+tab", "shift+tab", "enter")
        await desk.until("config.toml")
        desk.type_at_once("tab", "enter")
        await desk.until("has not answered yet")
        assert not isinstance(desk.app.screen, LimitScreen), "of the place that was left"
