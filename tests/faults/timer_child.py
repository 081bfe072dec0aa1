"""An engine whose bot has a timer every second, in a process that a test stops: FOLDER.

Says "ready", then each due timer as the journal has it: its time and how late it was.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from lefi_tui.adapters.scheduler import ApScheduler
from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.setup import Setup
from lefi_tui.engine.world import World
from tests.engine.kit import ACCOUNT, EMPTY, LIST, OPEN, MemoryVenue, start


def _say(data: object) -> None:
    sys.stdout.write(json.dumps(data) + "\n")
    sys.stdout.flush()


async def main(folder: Path) -> None:
    journal = SqliteJournal(folder)
    world = World(SystemClock(), {ACCOUNT: MemoryVenue()}, scheduler=ApScheduler())
    engine = Engine(Setup(journal, EMPTY, world, folder))
    engine.start()
    heard = engine.subscribe()
    assert heard is not None
    for command in (OPEN, LIST, start(every="every 1000")):
        await asyncio.wrap_future(engine.submit(command))
    _say("ready")
    told = 0
    async for published in heard:
        if isinstance(published.event, m.NoteWritten):
            with_late = [row for row in journal.rows() if row.type == m.TimersDue.__name__]
            for row in with_late[told:]:
                _say(json.loads(row.body))
            told = len(with_late)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
