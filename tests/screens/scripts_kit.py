"""The scripts screen in the whole application, over a folder of the test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from lefi_tui.app import LefiApp
from lefi_tui.views.scripts import ScriptStore
from lefi_tui.wiring.script_store import ScriptFolder
from screens.rooms import Room
from screens.scripts import ScriptsScreen
from screens.setup import DeskSetup
from tests.screens.hand_fed import HandFed
from tests.screens.patience import waited
from widgets.editor import ScriptEditor
from widgets.ink import TRUE_COLOR, Palette

RIGHT = """script "right"

setting fast = 12 in 2..200

on Candle("BTC/USDT", 5m) {
    if close > fast { Print("high") }
}

test "prints" {
    candles 100 101
    expect Print("high")
}
"""


BROKEN = RIGHT.replace("close > fast", "close > fst").replace('{ Print("high")', '{ Pint("high")')
NO_ROOMS: Mapping[str, Room] = {}


class Scripts:
    """The application under a pilot, with the few looks and touches that the tests need."""

    def __init__(self, app: LefiApp, pilot: Pilot[int], fed: HandFed) -> None:
        self.app = app
        self.pilot = pilot
        self.fed = fed

    @property
    def text(self) -> str:
        """What stands on the screen."""
        strips = self.app.screen._compositor.render_strips()
        return "\n".join(strip.text for strip in strips)

    @property
    def screen(self) -> ScriptsScreen:
        return next(each for each in self.app.screen_stack if isinstance(each, ScriptsScreen))

    @property
    def editor(self) -> ScriptEditor:
        return self.screen.editor

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)

    async def type(self, words: str) -> None:
        await self.pilot.press(*words)

    async def until(self, true: Callable[[], bool]) -> None:
        """Steps of the application until this holds."""
        await waited(self.pilot, true, lambda: self.text)

    async def shows(self, words: str) -> None:
        await self.until(lambda: words in self.text)

    async def open(self, name: str) -> None:
        """Choose it in the list, which has the focus."""
        await self.shows(name)
        rows = [row.name for row in self.screen.shelf.rows]
        await self.press("home", *["down"] * rows.index(name), "enter")
        await self.until(lambda: self.app.focused is self.editor)
        await self.shows(f"{name}.lefi")


@asynccontextmanager
async def opened(
    store: ScriptStore | Path,
    size: tuple[int, int] = (80, 24),
    palette: Palette = TRUE_COLOR,
    fed: HandFed | None = None,
    more: Mapping[str, Room] = NO_ROOMS,
) -> AsyncIterator[Scripts]:
    own = ScriptFolder(store) if isinstance(store, Path) else store
    fed = fed or HandFed()
    rooms = {"scripts": lambda send, ink: ScriptsScreen(own, send, ink), **more}
    app = LefiApp(DeskSetup(fed, palette=palette, rooms=rooms))
    async with app.run_test(size=size) as pilot:
        scripts = Scripts(app, pilot, fed)
        await scripts.until(lambda: app.screen.is_attached)
        await scripts.press("f3")
        await scripts.until(lambda: any(isinstance(e, ScriptsScreen) for e in app.screen_stack))
        await scripts.until(lambda: scripts.screen.desk_view is not None)
        await scripts.shows("ema_cross")
        yield scripts


def folder(place: Path, **scripts: str) -> Path:
    """A folder of own scripts: name and text."""
    own = place / "scripts"
    own.mkdir(exist_ok=True)
    for name, text in scripts.items():
        (own / f"{name}.lefi").write_text(text)
    return own
