"""A hundred markets at a hundred quotes a second each, one bot on each: what is carried out of it.

The engine runs as always, journal and all; who sends keeps the pace of a clock.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from array import array
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from bots.automated import Automated
from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.core.bot import Bar, Decision, Occasion, Quote, Snapshot
from lefi_tui.core.desk import Desk
from lefi_tui.core.order import Order
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.health import HealthQuery
from lefi_tui.engine.setup import Setup
from lefi_tui.engine.world import World
from tests.bench.readings import Measurement, Reading
from tests.engine.kit import ACCOUNT, BTC, OPEN, MemoryVenue

MARKETS: Final = 100
A_SECOND: Final = 100  # quotes of each market
SECONDS: Final = 60
MINUTE_MS: Final = 60_000
PAGE_BYTES: Final = 4_096
SCRIPT: Final = """
state n = 0
on PriceUpdate("{symbol}") {{
    n = n + 1
    if n mod 60 == 0 and Position("{symbol}") == 0 {{ Buy("{symbol}", 50 USDT) }}
    if n mod 60 == 30 {{ Close("{symbol}") }}
}}
on Candle("{symbol}", 1m) {{ n = n + 1 }}
on Fill {{ n = n + 1 }}
"""


@dataclass(slots=True)
class Load:
    """What went in, and what came of it."""

    quotes: int = 0
    candles: int = 0
    handled: int = 0  # quotes that a bot was given
    handled_candles: int = 0
    handled_fills: int = 0
    fills: int = 0
    swallowed: int = 0
    seconds: float = 0.0
    lags_ms: array[float] = field(default_factory=lambda: array("d"))  # from sent to given
    memory: list[int] = field(default_factory=list)  # resident bytes, once a second

    @property
    def wrong(self) -> str:
        """What was lost or doubled; empty when nothing was."""
        facts = {
            "quotes": self.quotes == self.handled + self.swallowed,
            "candles": self.candles == self.handled_candles,
            "fills": self.fills == self.handled_fills > 0,
        }
        return ", ".join(name for name, holds in facts.items() if not holds)

    @property
    def growth(self) -> float:
        """Bytes a minute over the second half."""
        half = self.memory[len(self.memory) // 2 :]
        return statistics.linear_regression(range(len(half)), half).slope * 60


class Counting(Automated):
    """The automated bot, which also counts what it is given, and how late."""

    def __init__(self, found: Load) -> None:
        self._found = found

    def decide(self, state: Any, occasion: Occasion, snapshot: Snapshot) -> Decision:
        found = self._found
        found.handled += len(occasion.quotes)
        found.handled_candles += len(occasion.bars)
        found.handled_fills += len(occasion.fills)
        now_ms = time.time() * 1_000  # noqa: TID251 -- a figure, not a decision
        found.lags_ms.extend(now_ms - quote.time_ms for quote in occasion.quotes)
        return super().decide(state, occasion, snapshot)


class Forgetting(MemoryVenue):
    """Keeps no order that is done, so that the memory is the engine's."""

    sent = 0

    async def submit(self, orders: tuple[Order, ...]) -> tuple[m.Report, ...]:
        told = await super().submit(orders)
        self.sent += len(orders)
        for order in orders:
            del self.orders[order.id], self.done[order.id]
        return told


@cache
def load(seconds: int = SECONDS) -> Load:
    """The load on a whole engine, to its clean end."""
    found = Load()
    symbols = [f"C{number}/USDT" for number in range(MARKETS)]
    with tempfile.TemporaryDirectory(prefix="lefi-load-") as folder:
        venue = Forgetting()
        world = World(SystemClock(), {ACCOUNT: venue})
        desk = Desk(kinds={"automated": Counting(found)})
        engine = Engine(Setup(SqliteJournal(Path(folder)), desk, world, Path(folder)))
        engine.start()
        for command in _commands(symbols):
            receipt = engine.submit(command).result(60)
            assert receipt.is_accepted, receipt.text
        _send(engine, symbols, found, seconds)
        while engine.answer(HealthQuery()).waiting:
            time.sleep(0.05)
        time.sleep(0.5)  # the last fills come back
        found.swallowed = engine.answer(HealthQuery()).swallowed
        engine.stop()
        found.fills = venue.sent
    return found


def _commands(symbols: list[str]) -> list[m.Command]:
    markets = tuple(replace(BTC, symbol=each, base=each.partition("/")[0]) for each in symbols)
    starts = [
        m.StartBot(f"bot-{number}", "automated", ACCOUNT, SCRIPT.format(symbol=symbol))
        for number, symbol in enumerate(symbols)
    ]
    return [OPEN, m.ListInstruments(ACCOUNT, markets), *starts]


def _send(engine: Engine, symbols: list[str], found: Load, seconds: int) -> None:
    """Each hundredth of a second a quote of each market; a candle of each once a second."""
    begun = time.perf_counter()
    for tick in range(seconds * A_SECOND):
        wait_s = begun + tick / A_SECOND - time.perf_counter()
        if wait_s > 0:
            time.sleep(wait_s)
        now_ms = int(time.time() * 1_000)  # noqa: TID251 -- a figure, not a decision
        for symbol in symbols:
            found.quotes += engine.hear(
                m.QuoteChanged(ACCOUNT, Quote(symbol, now_ms, 99.99, 100.01, 100.0))
            )
        if tick % A_SECOND == 0:
            _send_candles(engine, symbols, found, tick // A_SECOND)
            found.memory.append(_resident())
    found.seconds = time.perf_counter() - begun


def _send_candles(engine: Engine, symbols: list[str], found: Load, number: int) -> None:
    for symbol in symbols:
        bar = Bar(symbol, MINUTE_MS, number * MINUTE_MS, 100.0, 101.0, 99.0, 100.0, 1.0)
        closed = m.BarsClosed(ACCOUNT, (number + 1) * MINUTE_MS, (bar,))
        found.candles += engine.hear(closed)


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_BYTES


def runs() -> Reading:
    """Handler runs a second: ingested is handled, or replaced unread by a newer one."""
    found = load()
    assert not found.wrong, f"lost or doubled: {found.wrong}"
    a_second = found.handled / found.seconds
    ingested = found.quotes / found.seconds
    note = (
        f"{found.quotes:,} quotes = {found.handled:,} handled + {found.swallowed:,} replaced "
        f"unread; {found.candles:,} candles and {found.fills:,} fills, all handled"
    )
    return Reading(a_second / ingested, "quotes ingested", a_second, "runs a second", note)


def lag() -> Reading:
    """From sent to its bot, of the quotes that were carried out."""
    lags = sorted(load().lags_ms)
    p99, median = lags[int(len(lags) * 0.99)], statistics.median(lags)
    return Reading(p99 / 50, "50 ms", p99, "ms", f"99 of 100; the median is {median:.1f} ms")


def memory() -> Reading:
    found = load()
    slope = found.growth / 1e6
    note = f"{found.memory[-1] / 1e6:.0f} MB at the end, the second half of {SECONDS} s"
    return Reading(
        slope * 1e6 / found.memory[-1], "all it has, a minute", slope, "MB a minute", note
    )


MEASUREMENTS: Final = {
    "load_runs": Measurement("100 markets x 100 quotes/s, a bot on each", runs),
    "load_lag": Measurement("a quote to its bot under that load", lag),
    "load_memory": Measurement("growth under that load", memory),
}
