"""FOLDER: an engine whose account gained, then lost its day; says so, and waits to be killed."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from lefi_tui.core import messages as m
from lefi_tui.core.bot import Quote
from lefi_tui.engine.engine import Engine
from lefi_tui.views.queries import DeskQuery
from tests.engine.kit import ACCOUNT, LIST, OPEN, SYMBOL, MemoryVenue, bars, setup, start, until

LIMITS = (("daily_loss_max", "5000"), ("drawdown_day_max", "0.01"))


def seen(at_ms: int, price: float) -> m.ConditionsSeen:
    """What the engine's own watch tells the desk every ten seconds."""
    quote = Quote(SYMBOL, at_ms, price, price, price)
    return m.ConditionsSeen(ACCOUNT, SYMBOL, at_ms, quote)


async def lose(folder: Path, minute: int) -> None:
    """1,000 units at 100, worth 10,000 more at 110, and 6,000 less than paid at 94."""
    engine = Engine(setup(folder, MemoryVenue()))
    engine.start()
    limits = m.ChangeLimits("desk", LIMITS)
    for command in (OPEN, LIST, limits, start(source="100000")):
        assert engine.submit(command).result(30).is_accepted
    at_ms = minute * 60_000
    engine.hear(seen(at_ms, 100.0))
    engine.hear(m.QuoteChanged(ACCOUNT, Quote(SYMBOL, at_ms + 1, 100.0, 100.0, 100.0)))
    engine.hear(bars(minute - 1, 1.0))
    await until(lambda: [each.units for each in engine.answer(DeskQuery()).positions] == [1_000])
    for number, price in enumerate((110.0, 94.0), 2):
        engine.hear(seen(at_ms + number, price))
    assert engine.submit(m.EmitEvent("all of it is durable")).result(30)
    sys.stdout.write("lost\n")
    sys.stdout.flush()
    sys.stdin.readline()


if __name__ == "__main__":
    asyncio.run(lose(Path(sys.argv[1]), int(sys.argv[2])))
