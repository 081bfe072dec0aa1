"""A script over candle files twice: by the direct loop, and through engine, journal and ports."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bots.automated import Automated
from lefi_tui.adapters.replay_market import ReplayMarket, ReplayTerms
from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.core import messages as m
from lefi_tui.core.desk import Desk
from lefi_tui.core.metrics import Trade
from lefi_tui.core.run_trades import RunTrades
from lefi_tui.engine.lockstep import Lockstep
from lefi_tui.engine.setup import Setup
from lefi_tui.engine.turn import Handled
from lefi_tui.engine.world import World
from lefi_tui.requests import BacktestRequest, Costs, MarketFile
from lefi_tui.simulate.costs import fees_of
from lefi_tui.simulate.prepared import Prepared, prepare
from lefi_tui.wiring.limits import limits_of

ACCOUNT = "main"


def request(
    source: str, files: dict[str, Path], costs: Costs | None = None, **settings: str
) -> BacktestRequest:
    return BacktestRequest(
        Path("script.lefi"),
        source,
        tuple(MarketFile(path, symbol) for symbol, path in files.items()),
        settings=tuple(settings.items()),
        costs=costs or Costs(),
    )


def written(path: Path, candles: Sequence[tuple[float, ...]], step_s: int = 60) -> Path:
    """A file of (minute, open, high, low, close[, funding])."""
    has_funding = bool(candles) and len(candles[0]) > 5
    lines = ["time,open,high,low,close,volume" + (",funding" if has_funding else "")]
    for minute, opening, high, low, close, *funding in candles:
        cells = (int(minute) * step_s, opening, high, low, close, 1, *funding)
        lines.append(",".join(str(each) for each in cells))
    path.write_text("\n".join(lines) + "\n")
    return path


@dataclass
class EngineRun:
    trades: list[Trade] = field(default_factory=list)
    equity: list[float] = field(default_factory=list)
    desk: Desk = field(default_factory=Desk)
    events: list[m.Event] = field(default_factory=list)


def through_the_engine(
    asked: BacktestRequest, folder: Path, market: type[ReplayMarket] = ReplayMarket
) -> EngineRun:
    """The same run in virtual time: inbox, turn, journal file, venue port."""
    prepared = prepare(asked)
    terms = ReplayTerms(ACCOUNT, float(asked.costs.cash), fees_of(asked.costs))
    series = [each.bars for each in prepared.files]
    replay = market(terms, prepared.instruments, series)
    clock = VirtualClock(0)
    journal = SqliteJournal(folder)
    world = World(clock, {ACCOUNT: replay.venue}, {ACCOUNT: replay.feed})
    empty = Desk(kinds={"automated": Automated()})
    lockstep = Lockstep(Setup(journal, empty, world, folder, program="test"), clock)
    run = EngineRun()
    trades = RunTrades(prepared.markets)

    def hear(handled: tuple[Handled, ...], _at_ns: int) -> None:
        for each in handled:
            for event in each.step.events:
                if isinstance(event, m.Event):
                    run.events.append(event)
                    trades.hear(event)
            if isinstance(each.message, m.BarsClosed) and each.message.reading is not None:
                run.equity.append(each.message.reading.equity)

    lockstep.on_turn(hear)
    asyncio.run(_carry_out(lockstep, commands_of(asked, prepared), replay))
    journal.close()
    run.trades, run.desk = trades.book.trades, lockstep.desk
    return run


def commands_of(asked: BacktestRequest, prepared: Prepared) -> tuple[m.Command, ...]:
    account = m.OpenAccount(
        ACCOUNT,
        prepared.currency,
        asked.costs.cash,
        "simulation",
        "candle file",
        m.Sizing.AT_FILL,
        asked.costs.maker,
        asked.costs.taker,
        asked.costs.slippage,
    )
    settings = tuple(prepared.settings.items())
    bot = m.StartBot("bot", "automated", ACCOUNT, asked.source, settings)
    instruments = m.ListInstruments(ACCOUNT, prepared.instruments)
    return (account, instruments, *limits_of(asked.limits), bot)


async def _carry_out(
    lockstep: Lockstep, commands: Sequence[m.Command], replay: ReplayMarket
) -> None:
    await lockstep.begin()
    for command in commands:
        await lockstep.send(command)
    await lockstep.run(replay)
    await lockstep.end()
