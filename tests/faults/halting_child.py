"""An engine whose two bots hold positions and resting orders, and is killed: FOLDER SOCKET DIE.

DIE is `without TYPE` or `with TYPE` (SIGKILL before or behind the first commit of the kill that has
such a row), `halted` (before that commit, once HALTED is there), `at SECONDS` after the kill was
asked for, or `never`. Says `halted` where it starts so, `asked` where it kills itself, and at its
end the proof.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.core.kill import Flatten, KillRules, KillStage
from lefi_tui.core.messages import TradingState
from lefi_tui.core.order import OrderStatus
from lefi_tui.engine.commits import Pace
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.halted import HALTED
from lefi_tui.engine.setup import Setup
from lefi_tui.engine.world import World
from lefi_tui.ports.journal import Batch, Durable, nothing_more
from tests.engine.kit import ACCOUNT, EMPTY, LIST, OPEN, bars, quote, start, until
from tests.faults.kill_venue import KillVenue

LIFE_S: Final = 60.0
BOTS: Final = 2
RULES: Final = m.SetKillRules(KillRules(Flatten.BOTS))


class DyingJournal(SqliteJournal):
    """Kills its own process at one of its commits, once it is armed."""

    def __init__(self, folder: Path, die: str) -> None:
        super().__init__(folder)
        self._folder = folder
        self._when, _, self._type = die.partition(" ")
        self.is_armed = False

    async def commit(self, batch: Batch, durable: Durable = nothing_more) -> None:
        types = {row.type for row in batch.rows} if self.is_armed else set()
        if self._when == "halted" and "TradingStateChanged" in types:
            await until((self._folder / HALTED).exists)
            os.kill(os.getpid(), signal.SIGKILL)
        if self._when == "without" and self._type in types:
            os.kill(os.getpid(), signal.SIGKILL)
        await super().commit(batch, durable)
        if self._when == "with" and self._type in types:
            os.kill(os.getpid(), signal.SIGKILL)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _until(is_so: Callable[[], bool], engine: Engine) -> bool:
    end = time.monotonic() + LIFE_S
    while not is_so():
        if time.monotonic() > end:
            _say(f"stuck: {engine.desk.kill} {engine.desk.orders}")
            return False
        time.sleep(0.005)
    return True


def _trade(engine: Engine) -> bool:
    """Each bot has bought a half; the other half rests."""
    for command in (OPEN, LIST, RULES):
        engine.submit(command).result(LIFE_S)
    for number in range(BOTS):
        engine.submit(start(f"bot-{number}", str(number + 1))).result(LIFE_S)
    engine.hear(quote(0, 100.0))
    engine.hear(bars(0, 1.0))

    def is_half() -> bool:
        partial = OrderStatus.PARTIALLY_FILLED
        return [each.status for each in engine.desk.orders.values()] == [partial] * BOTS

    return _until(is_half, engine)


def _is_proven(engine: Engine) -> bool:
    """Prices that would make the bots buy go on all the time."""
    minute = time.monotonic_ns() // 1_000_000
    engine.hear(quote(minute, 100.0))
    engine.hear(bars(minute, 1.0))
    state = engine.desk.kill
    return state is not None and state.stage is KillStage.PROVEN


def main(folder: Path, socket: Path, die: str) -> None:
    journal = DyingJournal(folder, die)
    world = World(SystemClock(), {ACCOUNT: KillVenue(socket)})
    pace = Pace(snapshot_events=7, segment_bytes=20_000)
    engine = Engine(Setup(journal, EMPTY, world, folder, "test", pace=pace))
    is_halted = (folder / HALTED).exists()
    journal.is_armed = is_halted
    recovered = engine.start()
    is_halted = is_halted or engine.desk.trading_state is TradingState.HALTED
    journal.is_armed = is_halted
    if recovered.difference is not None:
        _say(f"difference {recovered.difference}")
    elif is_halted or _trade(engine):
        when, _, seconds = die.partition(" ")
        if when == "at":
            threading.Timer(float(seconds), os.kill, (os.getpid(), signal.SIGKILL)).start()
        journal.is_armed = True
        _say("halted" if is_halted else "asked")
        if not is_halted:
            engine.submit(m.Kill(reason="enough"))
        if _until(lambda: _is_proven(engine), engine):
            assert engine.desk.kill is not None
            _say(engine.desk.kill.steps[-1].text)
    engine.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
