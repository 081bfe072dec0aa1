"""What stands beside the game's key: a Binding of a Textual app with ccxt's create_order in it.

The same board is painted as often; the limiter is off, the connection warm, the markets loaded.
"""

from __future__ import annotations

import json
import os
import sys
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, Final

import ccxt.async_support as ccxt
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType

from tests.bench.game_board import FRAME_S, board, moves, painted
from widgets.block import Block
from widgets.ink import TRUE_COLOR

BTC: Final = "BTC/USDT:USDT"


class Plain(App[int]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "order('buy')"),
        Binding("s", "order('sell')"),
    ]

    def __init__(self, settings: dict[str, Any]) -> None:
        super().__init__()
        self._settings = settings
        self._client: Any = None
        self._frames, self._orders = count(), count()
        self._block: Block = board()

    def compose(self) -> ComposeResult:
        yield self._block

    async def on_mount(self) -> None:
        self._client = ccxt.binanceusdm(self._settings)
        await self._client.load_markets()
        if "BUSY" in os.environ:
            self.set_interval(FRAME_S, self._paint)
        self._say("armed")

    def _paint(self) -> None:
        if not moves():
            return
        self._block.show(painted(next(self._frames), self._block.size), TRUE_COLOR)

    async def action_order(self, side: str) -> None:
        params = {"newClientOrderId": f"p{next(self._orders)}"}
        price = 60_100 if side == "buy" else 59_900
        await self._client.create_order(BTC, "limit", side, 0.01, price, params)
        self._say("over")

    def _say(self, words: str) -> None:
        with Path(os.environ["STORY"]).open("a") as file:
            file.write(words + "\n")


if __name__ == "__main__":
    app = Plain(json.loads(os.environ["CCXT"]))
    app.run(mouse=False)
    sys.exit(app.return_code)
