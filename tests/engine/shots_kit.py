"""A game whose next keys are decided ahead, on an engine and a journal of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from bots.ttadak import GameState, Ttadak
from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.core.bot import Quote
from lefi_tui.core.desk import Desk
from lefi_tui.core.game import Do, Play
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.turn import Receipt
from lefi_tui.engine.world import World
from tests.engine.kit import ACCOUNT, send, setup, until
from tests.engine.test_launching import DoorVenue
from tests.unit.bots.game_table import BTC, SYMBOL

D = Decimal
MS = 1_000_000
PRESSER, LEAVES = "presser", "press"
SETTINGS = (("symbol", SYMBOL), ("sizes", "0.1"), ("stale_ms", "60000"), ("repeat_ms", "50"))


class Game(Struct):
    engine: Engine
    venue: DoorVenue
    presses: int = 0

    @property
    def state(self) -> GameState:
        state = self.engine.desk.bots["game"].state
        assert isinstance(state, GameState)
        return state

    def quote(self, bid: float = 100.0) -> None:
        now_ms = SystemClock().now_ns() // MS
        assert self.engine.hear(m.QuoteChanged(ACCOUNT, Quote(SYMBOL, now_ms, bid, bid + 0.1, bid)))

    async def armed(self) -> None:
        self.quote()
        await until(lambda: self.state.bid > 0)
        send(self.engine, m.PlayGame("game", Play(Do.ARM)))
        await until(lambda: self.is_ready)

    @property
    def is_ready(self) -> bool:
        return bool(self.engine._running().shots._ready)

    def stands(self, bid: float) -> bool:
        """The desk has this price, and presses at it are ready."""
        return self.state.bid == D(bid) and self.is_ready

    def press(self, do: Do = Do.BUY) -> Future[Receipt]:
        """As the thread that reads the terminal does."""
        self.presses += 1
        play = Play(do, 0, self.presses, SystemClock().now_ns())
        done: list[Future[Receipt]] = []
        command = m.PlayGame("game", play)
        who = self.engine.people.owner
        thread = threading.Thread(
            target=lambda: done.append(self.engine.submit(command, who)), name=PRESSER
        )
        thread.start()
        thread.join()
        return done[0]


def begun(folder: Path) -> Game:
    venue = DoorVenue(holds=True)
    venue.file = folder / "desk.sqlite"
    parts = setup(folder, journal=SqliteJournal(folder, busy_timeout_ms=50))
    world = World(SystemClock(), venues={ACCOUNT: venue})
    engine = Engine(replace(parts, world=world, empty=Desk(kinds={"ttadak": Ttadak()})))
    engine.start()
    return Game(engine, venue)


@asynccontextmanager
async def playing(folder: Path) -> AsyncIterator[Game]:
    game = begun(folder)
    opens = m.OpenAccount(ACCOUNT, "USDT", D(100_000), "dry_run", "memory", m.Sizing.AT_DECISION,
                          BTC.maker, BTC.taker)  # fmt: skip
    starts = m.StartBot("game", "ttadak", ACCOUNT, "", SETTINGS)
    send(game.engine, opens, m.ListInstruments(ACCOUNT, (BTC,)), starts)
    try:
        await game.armed()
        yield game
    finally:
        await asyncio.to_thread(game.engine.stop)
