"""A game in the real program on a real terminal, its account on the loopback exchange, for figures.

The engine, the journal and the hand are as the program itself puts them together; only the board is
this one, so that the same stands beside the plain call. It writes what happens to the file named in
STORY: `armed`, `over` after each game, `killed`. While the file that BUSY names is there the board
is painted 20 times a second and 50 quotes a second are taken.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from functools import partial
from pathlib import Path
from typing import ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.app import LefiApp
from lefi_tui.core import messages as m
from lefi_tui.core.bot import Quote
from lefi_tui.core.game import Do, Play
from lefi_tui.core.kill import KillStage
from lefi_tui.engine.channel import DirectChannel
from lefi_tui.engine.engine import Engine
from lefi_tui.settings import load
from lefi_tui.terminal.quick import Quick
from lefi_tui.wiring.demo import started
from lefi_tui.wiring.rooms import furnished
from screens.hand import Hand
from tests.bench.game_board import FRAME_S, board, moves, painted
from widgets.block import Block
from widgets.ink import TRUE_COLOR

BTC: Final = "BTC/USDT:USDT"
QUOTE_S: Final = 0.02
PATIENCE_S: Final = 20.0
PROVEN: Final = KillStage.PROVEN
PLAYS: Final = {"b": (Do.BUY, 0), "s": (Do.SELL, 0), "f": (Do.FLATTEN, 0)}
SETTINGS: Final = {
    "sizes": "0.01",
    "leverage": "20",
    "repeat_ms": "50",
    "held_ms": "50",
    "stale_ms": "60000",
    "clock_ms": "5000",
    "losses_max": "100",
    "idle_s": "3600",
    "plan": os.environ.get("PLAN", "on-fill"),
}


def say(words: str) -> None:
    with Path(os.environ["STORY"]).open("a") as file:
        file.write(words + "\n")


class Board(Screen[None]):
    def __init__(self, engine: Engine) -> None:
        super().__init__()
        self._engine = engine
        self._frame = 0
        self._block: Block = board()

    def compose(self) -> ComposeResult:
        yield self._block

    def on_mount(self) -> None:
        if "BUSY" in os.environ:
            self.set_interval(FRAME_S, self._paint)
        self._desk.hand.hold(self, PLAYS, self._play)
        self.begin()
        self.run_worker(self._listen())

    def _paint(self) -> None:
        if not moves():
            return
        self._frame += 1
        self._block.show(painted(self._frame, self._block.size), TRUE_COLOR)

    def begin(self) -> None:
        """After a kill, or disarmed, too: trading goes on, a game is started and armed."""
        threading.Thread(target=self._begin, daemon=True).start()

    def _begin(self) -> None:
        if self._engine.desk.trading_state is not m.TradingState.ACTIVE:
            self._sent(m.Resume("the next round"))
        if not self._is_on():
            settings = tuple(SETTINGS.items())
            self._sent(m.StartBot("game", "ttadak", "main", "", settings, typed="main"))
        self._engine.hear(quoted(0))
        self._sent(m.PlayGame("game", Play(Do.ARM, typed="main")))
        say("armed")

    def _is_on(self) -> bool:
        game = self._engine.desk.bots.get("game")
        return game is not None and game.is_alive

    def _sent(self, command: m.Command) -> None:
        end = time.monotonic() + PATIENCE_S
        while not (receipt := self._engine.submit(command).result(PATIENCE_S)).is_accepted:
            if time.monotonic() > end:
                say(f"refused: {receipt.text}")
            assert time.monotonic() < end, receipt.text
            time.sleep(0.1)

    def _play(self, play: Play) -> None:
        self._desk.hand.send(m.PlayGame("game", play))

    async def _listen(self) -> None:
        async for published in DirectChannel(self._engine).events():
            if isinstance(published.event, m.GameEnded):
                say("over")
            if isinstance(published.event, m.KillStepped) and published.event.stage is PROVEN:
                say("killed")

    @property
    def _desk(self) -> LefiApp:
        assert isinstance(self.app, LefiApp)
        return self.app


class Desk(LefiApp):
    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+r", "begin", priority=True)]
    engine: Engine

    def _first_frame(self) -> None:
        """It has garbage looked for again, which a hand that already holds would not see."""
        super()._first_frame()
        self.push_screen(Board(self.engine))

    def action_begin(self) -> None:
        """What the kill has laid above it goes."""
        while not isinstance(self.screen, Board):
            self.pop_screen()
        self.screen.begin()


def quoted(number: int) -> m.QuoteChanged:
    now_ms, bid = SystemClock().now_ns() // 1_000_000, 59_999.9 + number % 10 / 10
    return m.QuoteChanged("main", Quote(BTC, now_ms, bid, bid + 0.1, bid))


def quoting(engine: Engine) -> None:
    number = 0
    while True:
        if moves():
            number += 1
            engine.hear(quoted(number))
        time.sleep(QUOTE_S)


def main() -> int:
    loaded = load(os.environ)
    engine = started(loaded.settings, loaded.settings.data_dir)
    if "BUSY" in os.environ:
        threading.Thread(target=quoting, args=(engine,), daemon=True).start()
    straight = partial(engine.submit, who=engine.people.owner)
    hand = Hand(straight, SystemClock().now_ns, Quick())
    app = Desk(furnished(loaded, DirectChannel(engine), hand=hand))
    app.engine = engine
    app.run(mouse=False)
    return app.return_code or 0


if __name__ == "__main__":
    sys.exit(main())
