"""Twenty bots on real candles in virtual time: same input, same journal, to the byte."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from bots.automated import Automated
from lefi_tui.adapters.replay_market import ReplayMarket, ReplayTerms
from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.core import messages as m
from lefi_tui.core.desk import Desk
from lefi_tui.engine.lockstep import Lockstep
from lefi_tui.engine.replay import replay
from lefi_tui.engine.setup import Setup
from lefi_tui.engine.world import World
from lefi_tui.simulate.costs import fees_of
from lefi_tui.simulate.prepared import Prepared, prepare
from tests.engine.file_run import ACCOUNT, commands_of, request

ROOT: Final = Path(__file__).parents[2]
DATA: Final = ROOT.parent / "shared" / "data" / "btcusd_perp_1m_2022-01.csv.gz"
EMPTY: Final = Desk(kinds={"automated": Automated()})
SYMBOL: Final = "BTC/USDT"
SHIPPED: Final = (
    "ema_cross",
    "rsi_reversion",
    "bollinger",
    "breakout_atr",
    "composite",
    "grid",
    "many_views",
    "regime",
)
# Each kind of wait, again and again.
WAITS: Final = """
setting every = 30 in 2..500
state n = 0
on Candle("BTC/USDT", 1m) {
    n = n + 1
    if n mod every == 0 {
        authorize within 10m {
            execute {
                Buy("BTC/USDT", 20 USDT)
                o = Buy("BTC/USDT", 10 USDT, at = close * 0.999)
                Print("{o.status} {o.units}")
            } else { Print("undone") }
        }
    }
    if n mod every == 7 { if Close("BTC/USDT") { Notify("flat at {close}") } }
    if n mod 700 == 0 { Emit("turn", score = n) }
}
"""
BOTS: Final = 20


@dataclass(frozen=True)
class Week:
    """`journal` is the hash of its last row, `tape` that of its segments' bytes."""

    rows: int
    orders: int
    journal: str
    tape: str
    is_replayed_alike: bool


def starts() -> list[m.StartBot]:
    """Twenty bots: the shipped scripts with several settings, and four that wait."""
    out = []
    for number in range(BOTS):
        settings: tuple[tuple[str, str], ...] = ()
        if number % 5 == 4:
            source, settings = WAITS, (("every", str(20 + number)),)
        else:
            name = SHIPPED[number % len(SHIPPED)]
            source = (ROOT / "scripts" / f"{name}.lefi").read_text()
        out.append(m.StartBot(f"bot-{number}", "automated", ACCOUNT, source, settings))
    return out


def week(folder: Path, candles: int) -> Week:
    """All bots over so many of the file's first candles."""
    asked = request(WAITS, {SYMBOL: DATA})
    prepared = prepare(asked)
    lockstep, journal, market = _world(folder, prepared, candles)

    async def run() -> None:
        await lockstep.begin()
        for command in (*commands_of(asked, prepared)[:2], *starts()):
            receipt = await lockstep.send(command)
            assert receipt.is_accepted, receipt.text
        await lockstep.run(market)
        await lockstep.end()

    asyncio.run(run())
    orders = sum(row.type == "OrderSubmitted" for row in journal.rows())
    head = journal.head()
    tape = b"".join((folder / "tape" / each).read_bytes() for each in journal.segments())
    found = Week(
        head.seq,
        orders,
        head.hash,
        hashlib.sha256(tape).hexdigest(),
        replay(journal, EMPTY).same,
    )
    journal.close()
    return found


def _world(
    folder: Path, prepared: Prepared, candles: int
) -> tuple[Lockstep, SqliteJournal, ReplayMarket]:
    terms = ReplayTerms(ACCOUNT, 100_000.0, fees_of(request(WAITS, {}).costs))
    series = [each.bars[:candles] for each in prepared.files]
    market = ReplayMarket(terms, prepared.instruments, series)
    journal, clock = SqliteJournal(folder), VirtualClock(0)
    world = World(clock, {ACCOUNT: market.venue}, {ACCOUNT: market.feed})
    setup = Setup(journal, replace(EMPTY), world, folder, program="test")
    return Lockstep(setup, clock), journal, market
