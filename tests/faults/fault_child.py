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
from decimal import Decimal
from pathlib import Path
from typing import Any

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.core import messages as m
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.health import Health, HealthQuery
from lefi_tui.errors import LefiError, as_data
from lefi_tui.views.queries import DeskQuery
from tests.engine.kill_kit import BookVenue, account_units, is_proven, proof, trading
from tests.engine.kit import LIST, OPEN, MemoryVenue, bars, quote, setup, start, until


def _health(engine: Engine) -> Health:
    health = engine.answer(HealthQuery())
    assert isinstance(health, Health)
    return health


def _largest(folder: Path) -> int:
    return max(each.stat().st_size for each in folder.glob("desk.sqlite*"))


def _filled(engine: Engine) -> str:
    """Until the write that no longer fits; what was said to it."""
    for number in range(1_000):
        receipt = engine.submit(m.StopBot(f"nobody-{number}" * 20)).result(30)
        if _health(engine).failure:
            return receipt.text
    raise AssertionError("everything fits")


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
    refusal = _filled(engine)
    said = _health(engine).failure
    cancel = engine.submit(m.CancelOrder(order)).result(30)
    await until(lambda: venue.canceled == [order])
    kill = engine.submit(m.Kill(reason="the disk is full")).result(30)
    await until((folder / "HALTED").exists)
    marked = "the disk is full" in (folder / "HALTED").read_text()
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
        "kill": kill.is_accepted and marked,
        "sent": len(venue.orders),
        "state": state,
        "after": after,
    }


async def _kill_full(folder: Path) -> dict[str, Any]:
    """From the kill to its proof while no file can grow; then there is room again."""
    venue = BookVenue()
    engine = trading(folder, venue)
    engine.hear(bars(0, 1.0))
    await until(lambda: bool(venue.resting))
    venue.fill(venue.resting[0], Decimal("0.004"))
    await until(lambda: account_units(engine) == Decimal("0.004"))
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (_largest(folder), hard))
    _filled(engine)
    engine.submit(m.Kill(reason="the disk is full")).result(30)
    await until(lambda: is_proven(engine))
    held, failure = str(venue.held), _health(engine).failure
    marked = "the disk is full" in (folder / "HALTED").read_text()
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    await until(lambda: engine._running().killing.shadow is None)
    await until(lambda: is_proven(engine) and account_units(engine) == 0)
    said = {"held": held, "failure": failure, "marked": marked, "proof": proof(engine)}
    engine.stop()
    return {**said, "sends": max(venue.sends.values())}


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
        work = {"disk full": _disk_full, "kill on a full disk": _kill_full}.get(fault)
        answer = _opened(folder) if work is None else asyncio.run(work(folder))
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
