"""Takes the README's picture: the real program on the demo market, some seconds after two starts.

Run as `make picture`. The file stands alone: it names no font of the web.
"""

from __future__ import annotations

import asyncio
import re
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Final

from lefi_tui.core.messages import StartBot
from tests.screens.real_desk import opened

FILE: Final = Path(__file__).parents[2] / "screens" / "desk.svg"
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


async def take() -> str:
    script = (files("scripts") / "ema_cross.lefi").read_text()
    with tempfile.TemporaryDirectory() as home:
        async with opened(Path(home), SIZE) as desk:
            await desk.send(StartBot("first-steps", "automated", "demo", BUYER))
            await desk.send(StartBot("ema-cross", "automated", "demo", script, title="EMA cross"))
            await desk.until("Bought")
            await desk.pilot.pause(WATCHED_S)
            return desk.app.export_screenshot(title="lefi")


def alone(picture: str) -> str:
    """Without the fonts that the picture would fetch."""
    picture = re.sub(r"@font-face \{.*?\}\s*", "", picture, flags=re.DOTALL)
    return picture.replace("Fira Code, monospace", FONTS).replace("Fira Code", FONTS)


if __name__ == "__main__":
    FILE.write_text(alone(asyncio.run(take())))
    sys.stdout.write(f"{FILE.name}: {FILE.stat().st_size:,} bytes\n")
