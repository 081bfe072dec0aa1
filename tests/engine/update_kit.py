"""For the tests of updates: three texts, their made-up market, and a history that may hang."""

from __future__ import annotations

import asyncio
import math
import threading
from dataclasses import dataclass, field
from typing import Final

from bots.automated import Automated
from lefi_tui.core import messages as m
from lefi_tui.core.bot import Bar
from lefi_tui.core.desk import Desk
from lefi_tui.core.desk.live import version_of
from lefi_tui.core.live_gates import LiveFacts, ScriptTests
from tests.engine.kit import ACCOUNT, SYMBOL

MINUTE_MS: Final = 60_000
EMPTY: Final = Desk(kinds={"automated": Automated()})
FIRST: Final = """\
setting fast = 3 in 2..50
state seen = 0
on Candle("BTC/USDT", 1m) {
    seen = seen + 1
    if EMA(close, fast) > EMA(close, 9) { Buy("BTC/USDT", 100 USDT, stop_loss = 2%) }
    if EMA(close, fast) < EMA(close, 9) { Close("BTC/USDT") }
}
test "it buys what rises" {
    candles 100 101 102 103 104 105 106 107 108 109 110 111
    expect Buy
}
"""
SECOND: Final = FIRST.replace("EMA(close, 9)", "SMA(close, 7)")
THIRD: Final = SECOND.replace("{\n    seen", '{\n    Print("at {seen}")\n    seen').replace(
    "100 USDT", "50 USDT"
)
TEXTS: Final = (FIRST, SECOND, THIRD)


def bar(minute: int) -> Bar:
    close = 100 + 5 * math.sin(minute / 4) + math.cos(minute)
    return Bar(SYMBOL, MINUTE_MS, minute * MINUTE_MS, close, close + 1, close - 1, close, 1.0)


def closed(minute: int) -> m.BarsClosed:
    return m.BarsClosed(ACCOUNT, (minute + 1) * MINUTE_MS, (bar(minute),))


def started(source: str = FIRST, at_ns: int = 0) -> m.StartBot:
    return m.StartBot("b", "automated", ACCOUNT, source, title="Waves", at_ns=at_ns)


def update(source: str, at_ns: int = 0) -> m.UpdateBot:
    facts = LiveFacts(tests=ScriptTests(version_of(source), 1))
    return m.UpdateBot("b", source, at_ns=at_ns, by="anna", facts=facts)


@dataclass
class Waves:
    """The candles of the made-up market. While the gate is shut, nobody is answered."""

    gate: threading.Event = field(default_factory=threading.Event)
    asked: int = 0

    async def bars(
        self, symbol: str, timeframe_ms: int, count: int, before_ms: int
    ) -> tuple[Bar, ...]:
        assert (symbol, timeframe_ms) == (SYMBOL, MINUTE_MS)
        self.asked += 1
        await asyncio.to_thread(self.gate.wait, 30)
        newest = before_ms // MINUTE_MS
        return tuple(bar(minute) for minute in range(newest - count, newest))
