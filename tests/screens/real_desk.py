"""The whole program in one process: the engine on the demo market, its rooms, the application."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from msgspec.structs import replace
from textual.events import Key
from textual.pilot import Pilot

from lefi_tui.app import LefiApp
from lefi_tui.core.messages import Command
from lefi_tui.engine.channel import DirectChannel
from lefi_tui.engine.engine import Engine
from lefi_tui.requests import PracticeRequest
from lefi_tui.settings import Loaded, load
from lefi_tui.wiring.accounts import PRACTICE
from lefi_tui.wiring.demo import started
from lefi_tui.wiring.recorded import practicing
from lefi_tui.wiring.rooms import furnished
from tests.screens.patience import waited

BUYER = """// Buys a little at the first price it sees.
script "First steps"
setting share = 10% in 1%..50%
state bought = false
on PriceUpdate("BTC/USDT") {
    if not bought {
        Buy("BTC/USDT", share, stop_loss = 20%, take_profit = 40%)
        bought = true
    }
}
test "buys once" { price 100 101; expect Buy("BTC/USDT") }
"""


class RealDesk:
    def __init__(self, app: LefiApp, pilot: Pilot[int], engine: Engine, home: Path) -> None:
        self.app = app
        self.pilot = pilot
        self.engine = engine
        self.home = home

    @property
    def lines(self) -> list[str]:
        """What stands on the screen."""
        return [strip.text for strip in self.app.screen._compositor.render_strips()]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    def type_at_once(self, *keys: str) -> None:
        """As a slow line hands them over: the last has come before the first is answered."""
        for key in keys:
            self.app.post_message(Key(key, key if len(key) == 1 else None))

    async def until(self, holds: Callable[[str], bool] | str) -> str:
        """The screen, once it shows what is waited for."""
        wanted = (lambda text: holds in text) if isinstance(holds, str) else holds
        text = ""

        def is_there() -> bool:
            nonlocal text
            text = self.text
            return wanted(text)

        await waited(self.pilot, is_there, lambda: text)
        return text

    async def send(self, command: Command) -> None:
        receipt = await DirectChannel(self.engine).send(command)
        assert receipt.is_accepted, receipt.text


@asynccontextmanager
async def opened(home: Path, size: tuple[int, int] = (80, 24)) -> AsyncIterator[RealDesk]:
    """A profile in `home` with one script of its own; engine and screen are gone afterwards."""
    (home / "scripts").mkdir(exist_ok=True)
    (home / "scripts" / "first.lefi").write_text(BUYER)
    settings = load({"LEFI_HOME": str(home)})
    engine = await asyncio.to_thread(started, settings.settings, home)
    async with shown(settings, engine, home, size) as desk:
        yield desk


@asynccontextmanager
async def practiced(
    home: Path, recording: Path, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[RealDesk]:
    """As `lefi practice` opens it."""
    settings = load({"LEFI_HOME": str(home)})
    profile = practicing(settings.settings, PracticeRequest(recording))
    engine = await asyncio.to_thread(started, profile, home / PRACTICE, (PRACTICE,))
    async with shown(replace(settings, settings=profile), engine, home, size) as desk:
        yield desk


@asynccontextmanager
async def shown(
    settings: Loaded, engine: Engine, home: Path, size: tuple[int, int]
) -> AsyncIterator[RealDesk]:
    try:
        app = LefiApp(furnished(settings, DirectChannel(engine)))
        async with app.run_test(size=size) as pilot:
            desk = RealDesk(app, pilot, engine, home)
            await desk.until("BTC/USDT")
            yield desk
    finally:
        await asyncio.to_thread(engine.stop)
