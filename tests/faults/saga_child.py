"""An engine with one bot that asks, transacts and finalizes: FOLDER SOCKET KILL.

KILL is `before N` or `after N` (its Nth commit of this life, then SIGKILL), `without TYPE` or
`with TYPE` (before or behind the first commit that has such a row), `at SECONDS`, or `never`. A
person beside it approves what is asked. Says `done` when the bot has ended.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from bots.automated import Automated
from lefi_tui.adapters.scheduler import ApScheduler
from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.core.bot import Quote
from lefi_tui.core.desk import BotStatus, Desk
from lefi_tui.engine.commits import Pace
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.health import HealthQuery
from lefi_tui.engine.setup import Setup
from lefi_tui.engine.world import World
from lefi_tui.ports.journal import Batch, Durable, nothing_more
from tests.engine.kit import ACCOUNT, BTC, OPEN
from tests.faults.far_venue import FarVenue
from tests.faults.saga_venue import STEPS

BOT: Final = "saga"
LIFE_S: Final = 60.0
MARKETS: Final = tuple(replace(BTC, symbol=each, base=each.partition("/")[0]) for each in STEPS)
EMPTY: Final = Desk(kinds={"automated": Automated()})
SCRIPT: Final = """
policy { retry = 2 }
on Start {
    authorize within 10m {
        execute {
            Buy("BTC/USDT", 1)
            Buy("ETH/USDT", 2)
            Buy("SOL/USDT", 3)
            Print("whole")
        } else { Print("undone") }
    } else { Print("declined") }
    finalize { Print("finalized") }
}
"""


class DyingJournal(SqliteJournal):
    """Kills its own process at one of its commits."""

    def __init__(self, folder: Path, kill: str) -> None:
        super().__init__(folder)
        when, _, number = kill.partition(" ")
        self._when, self._left = when, int(number) if when in {"before", "after"} else 0
        self._type = number if when in {"with", "without"} else ""

    async def commit(self, batch: Batch, durable: Durable = nothing_more) -> None:
        self._left -= 1
        has_row = any(row.type == self._type for row in batch.rows)
        is_now = has_row if self._type else self._left == 0
        if is_now and self._when in {"before", "without"}:
            os.kill(os.getpid(), signal.SIGKILL)
        await super().commit(batch, durable)
        if is_now and self._when in {"after", "with"}:
            os.kill(os.getpid(), signal.SIGKILL)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _kill_later(kill: str) -> None:
    when, _, seconds = kill.partition(" ")
    if when == "at":
        threading.Timer(float(seconds), os.kill, (os.getpid(), signal.SIGKILL)).start()


def _step(engine: Engine, number: int) -> BotStatus:
    """A price of each market, and the person's yes to what is asked."""
    for symbol in STEPS:
        engine.hear(m.QuoteChanged(ACCOUNT, Quote(symbol, number, 99.99, 100.01, 100.0)))
    desk = engine.desk
    for approval in tuple(desk.approvals):
        engine.submit(m.AnswerApproval(approval, is_approved=True, by="anna")).result(LIFE_S)
    return desk.bots[BOT].status


def main(folder: Path, socket: Path, kill: str) -> None:
    world = World(SystemClock(), {ACCOUNT: FarVenue(socket)}, scheduler=ApScheduler())
    pace = Pace(snapshot_events=7, segment_bytes=20_000)
    engine = Engine(Setup(DyingJournal(folder, kill), EMPTY, world, folder, "test", pace=pace))
    recovered = engine.start()
    if recovered.difference is not None:
        _say(f"difference {recovered.difference}")
        engine.stop()
        return
    _kill_later(kill)
    for command in (OPEN, m.ListInstruments(ACCOUNT, MARKETS)):
        engine.submit(command).result(LIFE_S)
    if BOT not in engine.desk.bots:
        engine.submit(m.StartBot(BOT, "automated", ACCOUNT, SCRIPT)).result(LIFE_S)
    clock = world.clock
    end_ns = clock.monotonic_ns() + int(LIFE_S * 1e9)
    number = clock.now_ns() // 1_000_000
    while _step(engine, number) is not BotStatus.FINALIZED or engine.answer(HealthQuery()).checking:
        number += 1
        time.sleep(0.005)
        if clock.monotonic_ns() > end_ns:
            _say(f"stuck: {engine.desk.bots[BOT].awaited} {engine.desk.orders}")
            break
    else:
        _say("done")
    engine.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
