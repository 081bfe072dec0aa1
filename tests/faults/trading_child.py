"""A whole engine under load, in a process of its own that a test kills: FOLDER SOCKET load|settle.

Says one line when it has recovered and trades, another when it has settled.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Final

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.messages import ClosePosition, StopBot
from lefi_tui.engine.commits import Pace
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.health import HealthQuery
from lefi_tui.engine.setup import Setup
from lefi_tui.engine.world import World
from lefi_tui.views.queries import DeskQuery
from tests.engine.kit import ACCOUNT, EMPTY, LIST, OPEN, SYMBOL, bars, quote, start
from tests.faults.far_venue import FarVenue

SECOND: Final = "ema-2"


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _close(engine: Engine, minute: int) -> None:
    """Two bots share a position; a person closes it; one bot stops with its share and begins."""
    if minute % 5 == 0:
        engine.submit(ClosePosition(ACCOUNT, SYMBOL))
    if minute % 7 == 0:
        engine.submit(StopBot(SECOND, closes=True))
    if minute % 7 == 2:
        engine.submit(start(SECOND, "2"))


def main(folder: Path, socket: Path, mode: str) -> None:
    world = World(SystemClock(), {ACCOUNT: FarVenue(socket)})
    pace = Pace(snapshot_events=200, segment_bytes=20_000)
    engine = Engine(Setup(SqliteJournal(folder), EMPTY, world, folder, program="test", pace=pace))
    recovered = engine.start()
    if recovered.difference is not None:
        _say(f"difference {recovered.difference}")
        engine.stop()
        return
    for command in (OPEN, LIST, start()):
        engine.submit(command).result(60)  # a bot that runs already refuses; that is well
    _say("trading")
    minute = world.clock.now_ns() // 1_000_000
    while mode == "load":
        minute += 1
        engine.hear(quote(minute, 100.0))
        engine.hear(bars(minute, 1.0 if minute % 2 else -1.0))
        _close(engine, minute)
        time.sleep(0.002)
    # What is looked up may lead to a close: it has its answer too, before the books are compared.
    while engine.answer(HealthQuery()).checking or engine.answer(DeskQuery()).orders:
        time.sleep(0.01)
    engine.stop()
    _say("settled")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
