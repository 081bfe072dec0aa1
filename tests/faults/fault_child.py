"""One fault of the machine, met by a real engine in a process of its own: FOLDER FAULT.

Prints one JSON object: what was said, and what had left for the venue.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.core import messages as m
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.health import Health, HealthQuery
from lefi_tui.errors import LefiError, as_data
from lefi_tui.views.queries import DeskQuery
from tests.engine.kit import LIST, OPEN, MemoryVenue, bars, quote, setup, start, until


def _health(engine: Engine) -> Health:
    health = engine.answer(HealthQuery())
    assert isinstance(health, Health)
    return health


def _largest(folder: Path) -> int:
    return max(each.stat().st_size for each in folder.glob("desk.sqlite*"))


async def _disk_full(folder: Path) -> dict[str, Any]:
    """The limit of a file's size stands in for the disk's end: the same refusal of a write."""
    venue = MemoryVenue(holds=True)
    engine = Engine(setup(folder, venue))
    engine.start()
    for command in (OPEN, LIST, start()):
        engine.submit(command).result(30)
    engine.hear(quote(0, 100.0))
    engine.hear(bars(0, 1.0))
    await until(lambda: [row.status for row in engine.answer(DeskQuery()).orders] == ["accepted"])
    order = engine.answer(DeskQuery()).orders[0].id
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = _largest(folder)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    refusal = ""
    for number in range(1_000):  # until the write that no longer fits
        receipt = engine.submit(m.StopBot(f"nobody-{number}" * 20)).result(30)
        refusal = receipt.text
        if _health(engine).failure:
            break
    said = _health(engine).failure
    cancel = engine.submit(m.CancelOrder(order)).result(30)
    await until(lambda: venue.canceled == [order])
    state = str(engine.answer(DeskQuery()).banner.trading_state)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))  # room again
    await until(lambda: not _health(engine).failure)
    await until(lambda: not engine.answer(DeskQuery()).orders)
    after = str(engine.answer(DeskQuery()).banner.trading_state)
    engine.stop()
    return {
        "said": said,
        "refusal": refusal,
        "cancel": cancel.is_accepted,
        "sent": len(venue.orders),
        "state": state,
        "after": after,
    }


def _opened(folder: Path) -> dict[str, Any]:
    engine = Engine(setup(folder, MemoryVenue()))
    engine.start()
    said = _health(engine)
    engine.stop()
    return {"opened": True, "messages": said.messages}


def main(folder: Path, fault: str) -> int:
    signal.alarm(90)
    if fault == "foreign user":
        os.setuid(65534)
    try:
        if fault == "hold":
            journal = SqliteJournal(folder)
            _say({"held": os.getpid()})
            sys.stdin.readline()
            journal.close()
            return 0
        answer = asyncio.run(_disk_full(folder)) if fault == "disk full" else _opened(folder)
    except LefiError as error:
        _say(as_data(error))
        return error.status
    _say(answer)
    return 0


def _say(data: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(data) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]), sys.argv[2]))
