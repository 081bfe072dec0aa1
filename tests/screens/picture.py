"""Takes the README's pictures: the desk on the demo market, some seconds after two starts; a script
that is being written; and the Lab over a month of real minutes, a number of its script just edited.

Run as `make picture`. The files stand alone: they name no font of the web.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Final

from lefi_tui.core.messages import StartBot
from screens.scripts import ScriptsScreen
from tests.screens import lab_kit
from tests.screens.real_desk import opened
from tests.scripts.test_on_real_data import BTC, DATA

ROOM: Final = Path(__file__).parents[2] / "screens"
SIZE: Final = (120, 36)
WATCHED_S: Final = 45.0
# Its exits are near enough to be seen on the chart.
BUYER: Final = """script "First steps"
state bought = false
on PriceUpdate("BTC/USDT") {
    if not bought {
        Buy("BTC/USDT", 20%, stop_loss = 0.4%, take_profit = 0.6%)
        bought = true
    }
}
"""
FONTS: Final = "'DejaVu Sans Mono', 'Liberation Mono', Menlo, Consolas, monospace"


SCRIPT: Final = (files("scripts") / "ema_cross.lefi").read_text()


async def desk_picture() -> str:
    with tempfile.TemporaryDirectory() as home:
        async with opened(Path(home), SIZE) as desk:
            await desk.send(StartBot("first-steps", "automated", "demo", BUYER))
            await desk.send(StartBot("ema-cross", "automated", "demo", SCRIPT, title="EMA cross"))
            await desk.until("Bought")
            await desk.pilot.pause(WATCHED_S)
            return desk.app.export_screenshot(title="lefi")


async def lab_picture() -> str:
    """Beside the curve of the text as it was before it was edited."""
    before = SCRIPT[: SCRIPT.index("setting fast = 12") + len("setting fast = 12")].split("\n")
    with tempfile.TemporaryDirectory() as home:
        place = Path(home)
        shutil.copy(DATA / BTC, place / "wave.csv")
        async with lab_kit.opened(place, SIZE, text=SCRIPT) as lab:
            await lab.ran()
            await lab.press("escape", "k", "escape")
            await lab.shows("Kept as")
            lab.screen.editor.move_cursor((len(before) - 1, len(before[-1])))
            await lab.press("backspace", "backspace", "4", "8")
            await lab.ran()
            await lab.until(lambda: lab.state.chart is not None)
            return lab.app.export_screenshot(title="lefi")


async def editor_picture() -> str:
    """A shipped script with its tests run, how close it is to trading now, and what fits where the
    cursor stands."""
    with tempfile.TemporaryDirectory() as home:
        async with opened(Path(home), SIZE) as desk:
            await desk.press("f3")
            await desk.until("ema_cross")
            screen = desk.app.screen
            assert isinstance(screen, ScriptsScreen)
            names = [each.name for each in screen.shelf.rows]
            await desk.press(*["down"] * names.index("ema_cross"), "enter", "ctrl+t")
            await desk.until("passed")
            before = SCRIPT[: SCRIPT.index("stop_loss = stop") + len("stop_loss = st")].split("\n")
            screen.editor.move_cursor((len(before) - 1, len(before[-1])))
            await desk.press("alt+v", "alt+e")
            await desk.until(": market of demo")
            return desk.app.export_screenshot(title="lefi")


def alone(picture: str) -> str:
    """Without the fonts that the picture would fetch."""
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    return picture.replace("Fira Code, monospace", FONTS).replace("Fira Code", FONTS)


TAKEN: Final = {"desk": desk_picture, "editor": editor_picture, "lab": lab_picture}

if __name__ == "__main__":
    for name, take in TAKEN.items():
        file = ROOM / f"{name}.svg"
        file.write_text(alone(asyncio.run(take())))
        sys.stdout.write(f"{file.name}: {file.stat().st_size:,} bytes\n")
