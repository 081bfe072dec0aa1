"""The desk fed by hand in a process of its own, for key figures: still, or with everything moving.

Each press of F10 leaves the moment its handler began in the file named by STAMPS.
"""

from __future__ import annotations

import os
import sys
import time

from lefi_tui.app import LefiApp
from screens.setup import DeskSetup
from tests.screens.hand_fed import HandFed, busy

BEAT_SECONDS = 0.05


class Stamping(LefiApp):
    def __init__(self, fed: HandFed) -> None:
        super().__init__(DeskSetup(fed))
        self._fed = fed
        self._last = 42_350.0

    def on_ready(self) -> None:
        if os.environ["DESK"] == "moving":
            self.set_interval(BEAT_SECONDS, self._beat)

    def _beat(self) -> None:
        self._last += 0.1
        self._fed.later(BEAT_SECONDS)
        for symbol in ("BTC/USDT", "ETH/USDT", "BTC/USDT:USDT"):
            self._fed.quote(symbol, round(self._last, 1))

    def action_mouse(self) -> None:
        at = time.perf_counter()
        with open(os.environ["STAMPS"], "a") as file:  # noqa: PTH123 -- as bare as can be
            file.write(f"{at!r}\n")


if __name__ == "__main__":
    app = Stamping(busy())
    app.run(mouse=False)
    sys.exit(app.return_code)
