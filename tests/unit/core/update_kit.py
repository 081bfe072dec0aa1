"""A desk with a bot that is to take another text, for the tests of that."""

from __future__ import annotations

import math
from typing import Any

from msgspec.structs import replace

from bots.automated import Automated
from lefi_tui.core.bot import Bar
from lefi_tui.core.desk import BotStatus, Desk, Step, advance
from lefi_tui.core.desk.live import version_of
from lefi_tui.core.live_gates import LiveFacts, ScriptTests
from lefi_tui.core.messages import (
    BarsClosed,
    HistoryLoaded,
    LoadHistory,
    OrderSubmitted,
    StartBot,
    UpdateBot,
)
from tests.unit.core.desk_kit import MINUTE_MS, SPOT, of, open_desk

FIRST = """
setting fast = 3 in 2..200
setting symbol = "BTC/USDT"
state seen = 0
on Candle(symbol, 1m) {
    if EMA(close, fast) > 0 { seen = seen + 1 }
    if RSI(close, 5) > 55 { Buy(symbol, 100 USDT, stop_loss = 2%) }
}
"""
SECOND = FIRST.replace("RSI(close, 5) > 55", "RSI(close, 7) > 60").replace("EMA(", "SMA(")
NO_PAST = 'state seen = 0\non PriceUpdate("BTC/USDT") { seen = seen + 1 }'


def bar(minute: int) -> Bar:
    close = 60_000 + 500 * math.sin(minute / 3) + minute
    return Bar(SPOT.symbol, MINUTE_MS, minute * MINUTE_MS, close, close, close, close, 1.0)


def closed(minute: int) -> BarsClosed:
    return BarsClosed("main", (minute + 1) * MINUTE_MS, (bar(minute),))


def past(upto: int, count: int) -> tuple[Bar, ...]:
    return tuple(bar(minute) for minute in range(upto - count, upto))


def facts(source: str, *failed: str) -> LiveFacts:
    return LiveFacts(tests=ScriptTests(version_of(source), 1, failed))


def update(source: str, *settings: tuple[str, str], **more: Any) -> UpdateBot:
    told = {"at_ns": 100 * MINUTE_MS * 1_000_000, "by": "anna", "facts": facts(source), **more}
    return UpdateBot("b", source, settings, **told)


def started(source: str = FIRST, history: int = 100) -> Desk:
    desk = replace(open_desk(), kinds={"automated": Automated()})
    desk, step = advance(desk, StartBot("b", "automated", "main", source, at_ns=1))
    for asked in of(LoadHistory, step):
        desk, _ = advance(desk, HistoryLoaded("b", past(history, asked.count), 2))
    assert desk.bots["b"].status is BotStatus.RUNNING
    return desk


def loaded(step: Step, upto: int) -> HistoryLoaded:
    (asked,) = of(LoadHistory, step)
    return HistoryLoaded("b", past(upto, asked.count), upto * MINUTE_MS * 1_000_000, asked.of)


def run_on(desk: Desk, begin: int, end: int) -> tuple[Desk, list[str]]:
    sent = []
    for minute in range(begin, end):
        desk, step = advance(desk, closed(minute))
        sent += [each.order.id for each in of(OrderSubmitted, step)]
    return desk, sent


def value(desk: Desk, name: str) -> Any:
    state = desk.bots["b"].state
    return state.bound.program.state_value(state.slots, name)
