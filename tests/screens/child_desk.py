"""The desk in a process of its own, fed by hand, for tests with a real terminal.

It writes a line to the file named in DESK_BEATS every twentieth of a second from its event loop,
and "cleaned" when its clean-up has run, so that a test sees what the loop does while the terminal
does not. With DESK_FLOOD it paints everything anew at each beat.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from lefi_tui.app import LefiApp
from lefi_tui.terminal.signals import Signals
from screens.setup import DeskSetup
from tests.screens.hand_fed import HandFed, busy

BEAT_SECONDS = 0.05


class Beating(LefiApp):
    def __init__(self, fed: HandFed) -> None:
        signals = Signals()
        signals.install()
        super().__init__(DeskSetup(fed, clean_up=self.clean_up), signals)
        self._fed = fed
        self._beats = Path(os.environ["DESK_BEATS"])
        self._last = 42_350.0

    def on_ready(self) -> None:
        self.set_interval(BEAT_SECONDS, self._beat)

    def _beat(self) -> None:
        self._say("beat")
        self._last += 0.1
        for symbol in ("BTC/USDT", "ETH/USDT", "BTC/USDT:USDT"):
            self._fed.quote(symbol, round(self._last, 1))
        if "DESK_FLOOD" in os.environ:
            self.repaint()

    def _say(self, word: str) -> None:
        with self._beats.open("a") as file:
            file.write(f"{word}\n")

    async def clean_up(self, cause: signal.Signals) -> None:
        await asyncio.to_thread(self._say, f"cleaned {cause.name}")


if __name__ == "__main__":
    app = Beating(busy())
    app.run(mouse=False)
    sys.exit(app.return_code)
