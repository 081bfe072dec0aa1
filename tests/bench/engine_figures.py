"""Figures of the running program: the first frame, a step, turns with their journal, a recovery."""

from __future__ import annotations

import asyncio
import math
import random
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Final

from bots.automated import Automated
from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.core.bot import Bar
from lefi_tui.core.desk import Desk, advance
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.messages import (
    BarsClosed,
    Command,
    ListInstruments,
    MarketInput,
    OpenAccount,
    Sizing,
    StartBot,
)
from lefi_tui.engine.commits import Commits
from lefi_tui.engine.recovery import recover
from lefi_tui.engine.standing import Standing
from lefi_tui.engine.turn import take_turn
from lefi_tui.lang.program import check
from tests.bench.readings import Reading, median_ms, plain_loop

ROOT: Final = Path(__file__).parents[2]
EMA: Final = (ROOT / "scripts" / "ema_cross.lefi").read_text()
TELLER: Final = 'script "teller"\non Candle("BTC/USDT", 1m) { Print("{close}") }\n'
STEPS: Final = 50_000
TURNS: Final = 2_000
RECOVERY_EVENTS: Final = 100_000
BATCH: Final = 256
MINUTE: Final = 60_000
SPOT: Final = Instrument("BTC/USDT", "BTC", "USDT")


def walk(count: int) -> list[Bar]:
    chance = random.Random(1)
    out, close = [], 50_000.0
    for number in range(count):
        opening = close
        close = opening * math.exp(chance.gauss(0, 0.001))
        high, low = max(opening, close) * 1.0004, min(opening, close) * 0.9996
        out.append(Bar(SPOT.symbol, MINUTE, number * MINUTE, opening, high, low, close, 1.0))
    return out


def opened(source: str) -> tuple[Desk, list[Command]]:
    """An empty desk and the commands that start one bot on a candle market."""
    desk = Desk(kinds={"automated": Automated()})
    account = OpenAccount(
        "main",
        "USDT",
        Decimal(10_000),
        "simulation",
        "bench",
        Sizing.AT_FILL,
        Decimal("0.0002"),
        Decimal("0.0005"),
    )
    start = StartBot("bot", "automated", "main", source, at_ns=1)
    return desk, [account, ListInstruments("main", (SPOT,)), start]


def closed(bar: Bar) -> BarsClosed:
    return BarsClosed("main", bar.time_ms + MINUTE, (bar,))


def _per_second(count: int, spent_s: float, yardstick_s: float, what: str) -> Reading:
    return Reading(yardstick_s / spent_s, what, count / spent_s, "a second")


def script_step() -> Reading:
    program = check(EMA).program
    assert program is not None
    events = [
        (each.symbol, float(each.time_ms), each.open, each.high, each.low, each.close, 1.0)
        for each in walk(STEPS)
    ]

    def run() -> None:
        state = program.initial()
        for event in events:
            state = program.step(0, state, event, (0.0,)).state

    spent, loop = median_ms(run), median_ms(plain_loop)
    each = spent * 1_000 / STEPS
    return Reading(each / (loop * 1_000 / 100_000), "one addition in plain Python", each, "us")


def desk_step() -> Reading:
    desk, commands = opened(EMA)
    for command in commands:
        desk, _ = advance(desk, command)
    messages = [closed(each) for each in walk(5_000)]

    def run() -> None:
        now = desk
        for message in messages:
            now, _ = advance(now, message)

    spent, loop = median_ms(run, 3), median_ms(plain_loop)
    each = spent * 1_000 / len(messages)
    return Reading(each / (loop * 1_000 / 100_000), "one addition in plain Python", each, "us")


@contextmanager
def folder() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="lefi-bench-"))
    try:
        yield place
    finally:
        shutil.rmtree(place)


async def _turns(place: Path, source: str, count: int, batch: int) -> tuple[float, int]:
    """Seconds and events of so many candles, each turn of `batch` of them committed."""
    desk, commands = opened(source)
    journal = SqliteJournal(place)
    commits = Commits(journal, Standing(desk))
    try:
        await commits.keep(take_turn(commits.standing, commands, 1))
        messages: list[MarketInput] = [closed(each) for each in walk(count)]
        events, start = 0, time.perf_counter()
        for at in range(0, count, batch):
            turn = take_turn(commits.standing, messages[at : at + batch], at + 2)
            await commits.keep(turn)
            events += sum(len(each.step.events) for each in turn.handled)
        return time.perf_counter() - start, events
    finally:
        journal.close()


def _bare_commits(place: Path, count: int) -> float:
    database = sqlite3.connect(place / "bare.sqlite", isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE rows (n INTEGER PRIMARY KEY, body TEXT)")
    start = time.perf_counter()
    for number in range(count):
        database.execute("INSERT INTO rows VALUES (?, ?)", (number, "x" * 200))
    spent = time.perf_counter() - start
    database.close()
    return spent


def engine_turns() -> Reading:
    """A journaled event in every turn: the slowest case, one FULL commit a message."""
    with folder() as place:
        spent, _ = asyncio.run(_turns(place, TELLER, TURNS, 1))
        return _per_second(TURNS, spent, _bare_commits(place, TURNS), "bare SQLite FULL commits")


def engine_events() -> Reading:
    """Turns as full as they get."""
    with folder() as place:
        spent, events = asyncio.run(_turns(place, TELLER, 20_000, BATCH))
        bare = _bare_commits(place, 20_000 // BATCH)
        return _per_second(events, spent, bare, "bare SQLite FULL commits of one row")


def recovery() -> Reading:
    """100,000 journaled events; a start goes from the last snapshot, which comes each 10,000."""
    with folder() as place:
        built, _ = asyncio.run(_turns(place, TELLER, RECOVERY_EVENTS, BATCH))
        empty, _ = opened(TELLER)
        journal = SqliteJournal(place)
        try:
            start = time.perf_counter()
            recovered = recover(journal, empty)
            spent = time.perf_counter() - start
        finally:
            journal.close()
        assert recovered.difference is None
        note = f"{recovered.messages:,} messages carried out again"
        return Reading(spent / built, "making them", spent * 1_000, "ms", note)
