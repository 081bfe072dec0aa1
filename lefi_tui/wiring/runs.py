"""`lefi run`, `lefi replay`: one bot through the real engine, on files or as time passes.

On files the engine runs in virtual time with a journal of its own, so the run can be carried out
again; as time passes it is the engine of the desk with a throw-away profile.
"""

from __future__ import annotations

import asyncio
import re
import signal
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from msgspec import Struct, field, to_builtins

from lefi_tui import __version__
from lefi_tui.adapters.replay_market import ReplayMarket, ReplayTerms
from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import SystemClock, VirtualClock
from lefi_tui.core.messages import (
    BarsClosed,
    Event,
    ExitPlaced,
    ListInstruments,
    NoteWritten,
    OpenAccount,
    OrderDenied,
    OrderSubmitted,
    ScriptSaved,
    Sizing,
    StartBot,
    StopBot,
)
from lefi_tui.core.order import Order
from lefi_tui.core.risk.limits import given
from lefi_tui.core.run_trades import RunTrades
from lefi_tui.engine.lockstep import Lockstep
from lefi_tui.engine.replay import replay
from lefi_tui.engine.setup import Setup
from lefi_tui.engine.turn import Handled, Receipt
from lefi_tui.engine.world import World
from lefi_tui.errors import NotThereYetError, RefusedError, ScriptRefusedError
from lefi_tui.requests import Hear, Progress, ReplayAnswer, RunLine, RunRequest
from lefi_tui.settings import Settings
from lefi_tui.simulate.costs import fees_of
from lefi_tui.simulate.prepared import Prepared, prepare
from lefi_tui.simulate.result import Refusal, denied
from lefi_tui.views.desk_view import DeskView
from lefi_tui.views.queries import DeskQuery
from lefi_tui.views.wording import said
from lefi_tui.wiring.accounts import DEMO, refused
from lefi_tui.wiring.demo import empty_desk, started
from lefi_tui.wiring.limits import limits_of
from lefi_tui.wiring.live_accounts import LIVE, SANDBOX

ACCOUNT: Final = "main"
FILE_VENUE: Final = "candle file"
RUNS_MAX: Final = 100_000
NS_PER_MS: Final = 1_000_000
PRICED_LOOK_S: Final = 0.1
_KINDS: Final = {
    "OrderFilled": "fill",
    "NoteWritten": "note",
    "BotStarted": "bot",
    "BotUpdated": "bot",
    "BotStopped": "bot",
    "BotFaulted": "bot",
}


def run_on_files(request: RunRequest, settings: Settings, hear: Hear) -> int:
    prepared = prepare(request)
    folder = _new_folder(settings, request.script)
    run = _FileRun(request, prepared, folder, hear)
    return asyncio.run(run.go())


def _new_folder(settings: Settings, script: Path) -> Path:
    """A folder of its own for each run, by the script's name and a number that is free."""
    runs = settings.data_dir / "runs"
    stem = re.sub(r"[^A-Za-z0-9_-]+", "-", script.stem) or "run"
    for number in range(1, RUNS_MAX):
        folder = runs / f"{stem}-{number}"
        if not folder.exists():
            return folder
    raise RefusedError("too many runs are kept", where=str(runs), next_step="Remove old ones")


class Told(Struct):
    """Turns as lines for a person, and the trades that the journaled fills amount to."""

    hear: Hear
    trades: RunTrades
    orders: dict[str, Order] = field(default_factory=dict)
    closes: dict[str, float] = field(default_factory=dict)
    equity: float = 0.0
    messages: int = 0
    events: int = 0
    refused: list[Refusal] = field(default_factory=list)  # by the gate

    def turn(self, handled: tuple[Handled, ...], at_ns: int) -> None:
        for each in handled:
            self.messages += 1
            if isinstance(each.message, BarsClosed):
                self._bars(each.message)
            for event in each.step.events:
                if isinstance(event, Event):
                    self._event(event, at_ns)

    def _bars(self, message: BarsClosed) -> None:
        self.closes |= {bar.symbol: bar.close for bar in message.bars}
        if message.reading is not None:
            self.equity = message.reading.equity

    def _event(self, event: Event, at_ns: int) -> None:
        self.events += 1
        if isinstance(event, OrderSubmitted | ExitPlaced):
            self.orders[event.order.id] = event.order
        elif isinstance(event, OrderDenied):
            self.refused.append(denied(event))
        self.trades.hear(event)
        line = None if isinstance(event, ScriptSaved) else said(event, self.orders)
        if line is not None:
            kind = _KINDS.get(type(event).__name__, "order")
            words = ". ".join(part for part in (line.what, line.why, line.next) if part)
            data = {"where": line.where}
            if isinstance(event, NoteWritten):
                data["note"] = event.text
            self.hear(RunLine(kind, at_ns // NS_PER_MS, words, data))


class _FileRun(Struct):
    request: RunRequest
    prepared: Prepared
    folder: Path
    hear: Hear

    async def go(self) -> int:
        prepared, costs = self.prepared, self.request.costs
        market = ReplayMarket(
            ReplayTerms(ACCOUNT, float(costs.cash), fees_of(costs)),
            prepared.instruments,
            [each.bars for each in prepared.files],
        )
        clock = VirtualClock(market.now_ns)
        world = World(clock, venues={ACCOUNT: market.venue}, feeds={ACCOUNT: market.feed})
        journal = SqliteJournal(self.folder)
        try:
            setup = Setup(journal, empty_desk(), world, self.folder, program=__version__)
            lockstep = Lockstep(setup, clock)
            told = Told(self.hear, RunTrades(prepared.markets), equity=float(costs.cash))
            lockstep.on_turn(told.turn)
            await self._opened(lockstep)
            await self._moved(lockstep, market)
            await lockstep.end()
            self.hear(self._end(told, journal, clock.now_ns() // NS_PER_MS))
        finally:
            journal.close()
        return 0

    async def _opened(self, lockstep: Lockstep) -> None:
        """Account, markets and the bot; a refusal of one of them ends the run in words."""
        costs, prepared = self.request.costs, self.prepared
        await lockstep.begin()
        account = OpenAccount(
            ACCOUNT,
            prepared.currency,
            costs.cash,
            "simulation",
            FILE_VENUE,
            Sizing.AT_FILL,
            costs.maker,
            costs.taker,
            costs.slippage,
        )
        bot = StartBot(
            bot_id(self.request.script),
            "automated",
            ACCOUNT,
            prepared.source,
            tuple(sorted(prepared.settings.items())),
            title=prepared.bound.program.title,
        )
        limits = limits_of(self.request.limits)
        for command in (account, ListInstruments(ACCOUNT, prepared.instruments), *limits, bot):
            insist(await lockstep.send(command), str(self.request.script))

    async def _moved(self, lockstep: Lockstep, market: ReplayMarket) -> None:
        """Moment by moment, at the pace asked, up to the duration asked."""
        pace, begin = SystemClock(), market.now_ns
        for_ns = None if self.request.duration_ms is None else self.request.duration_ms * NS_PER_MS
        while (at_ns := market.next_ns()) is not None:
            if for_ns is not None and at_ns - begin > for_ns:
                return
            wait_s = market.pause_s(self.request.speed)
            if wait_s:
                await pace.sleep(wait_s)
            await lockstep.move(market, at_ns)

    def _end(self, told: Told, journal: SqliteJournal, at_ms: int) -> RunLine:
        """The run as `lefi backtest` tells one, from the journaled fills alone."""
        head = journal.head()
        data: Mapping[str, Any] = {
            "run": self.folder.name,
            "script": str(self.request.script),
            "journal": journal.where,
            "rows": head.seq,
            "chain": head.hash,
            "messages": told.messages,
            "events": told.events,
            "final_equity": told.equity,
            "fees": told.trades.book.fees,
            "trades": [to_builtins(each) for each in told.trades.book.trades],
            "open": [to_builtins(each) for each in told.trades.book.open(told.closes)],
            "gaps": sum(each.gaps for each in self.prepared.files),
            "notices": list(self.prepared.notices()),
        }
        if self.request.limits is not None:
            limits = dict(given(self.request.limits.limits))
            data = {**data, "limits": limits, "refused": [each.report() for each in told.refused]}
        text = (
            f"{self.folder.name}: {len(told.trades.book.trades)} trades, "
            f"equity {told.equity:,.2f}, "
            f"{head.seq:,} journal rows. `lefi replay {self.folder.name}` carries it out again."
        )
        return RunLine("end", at_ms, text, data)


def insist(receipt: Receipt, where: str) -> None:
    if not receipt.is_accepted:
        raise ScriptRefusedError(receipt.text, where=where)


def bot_id(script: Path) -> str:
    return re.sub(r"[^a-z0-9]+", "-", script.stem.lower()).strip("-")[:40] or "bot"


# ---- as time passes


def run_on_account(request: RunRequest, settings: Settings, hear: Hear) -> int:
    """On the demo market or an account's exchange, until its time is over or someone interrupts."""
    also = _asked_for(request.account, settings)
    with tempfile.TemporaryDirectory(prefix="lefi-run-") as folder:
        engine = started(settings, Path(folder), also)
        try:
            asyncio.run(_followed(engine, request, hear))
        finally:
            engine.stop()
    return 0


def _asked_for(name: str, settings: Settings) -> tuple[str, ...]:
    """The account beside the demo one; a name that is none, or opens not yet, is refused."""
    if name in {"", DEMO}:
        return ()
    account = settings.accounts.get(name)
    if account is None:
        known = ", ".join((DEMO, *settings.accounts))
        raise RefusedError(
            f"there is no account {name!r}; there are: {known}",
            where="--account",
            next_step=f"Write [accounts.{name}] in {settings.file}",
        )
    if account.mode in {SANDBOX, LIVE}:
        why = "its orders would leave, and this run is dry"
        step = 'Give --live, or set mode = "paper": its prices, our money'
        raise NotThereYetError(why, where=f"--account {name}", next_step=step)
    words = refused(name, account, settings.live_shut)
    if words is not None:
        raise NotThereYetError(words.why, where=f"--account {name}", next_step=words.next)
    return (name,)


async def _followed(engine: Any, request: RunRequest, hear: Hear) -> None:
    from lefi_tui.engine.channel import DirectChannel

    channel = DirectChannel(engine)
    bot = bot_id(request.script)
    events = asyncio.create_task(tell(channel, hear))
    account = request.account or DEMO
    command = StartBot(bot, "automated", account, request.source, request.settings)
    try:
        await priced(channel, account, hear)
        insist(await channel.send(command), str(request.script))
        await waited(request.duration_ms)
        await channel.send(StopBot(bot, reason="the run is over"))
        await SystemClock().sleep(0.5)  # its last words
    finally:
        events.cancel()


async def priced(channel: Any, account: str, hear: Hear) -> None:
    """Until the account's market answers: what it waits for is said when it changes."""
    clock, told = SystemClock(), ""
    while True:
        view: DeskView = await channel.ask(DeskQuery())
        if any(each.account == account for each in view.prices):
            return
        row = next((each for each in view.log if each.where == account), None)
        words = "" if row is None else ". ".join(each for each in (row.what, row.why) if each)
        if words != told:
            told = words
            hear(RunLine("wait", clock.now_ns() // NS_PER_MS, words, {"where": account}))
        await clock.sleep(PRICED_LOOK_S)


async def waited(duration_ms: int | None) -> None:
    """Until the duration is over, or a person or the system ends it."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, ended.set)
    try:
        async with asyncio.timeout(None if duration_ms is None else duration_ms / 1_000):
            await ended.wait()
    except TimeoutError:
        return


async def tell(channel: Any, hear: Hear) -> None:
    orders: dict[str, Order] = {}
    async for published in channel.events():
        event = published.event
        if isinstance(event, OrderSubmitted | ExitPlaced):
            orders[event.order.id] = event.order
        line = said(event, orders) if isinstance(event, Event) else None
        if line is not None:
            kind = _KINDS.get(type(event).__name__, "order")
            words = ". ".join(part for part in (line.what, line.why) if part)
            hear(RunLine(kind, published.at_ns // NS_PER_MS, words, {"where": line.where}))


# ---- again


def replayed(
    run: str, settings: Settings, progress: Progress, source: str | None = None
) -> ReplayAnswer:
    """The recorded run once more; with `source`, what another text of its script would change."""
    folder = settings.data_dir / "runs" / run
    if not folder.is_dir():
        known = sorted(each.name for each in folder.parent.glob("*")) or ["none"]
        raise RefusedError(
            f"there is no run {run!r}; there is {', '.join(known[-5:])}",
            where=str(folder.parent),
            next_step="`lefi run FILE --data DATA` makes one and names it",
        )
    journal = SqliteJournal(folder)
    try:
        report = replay(journal, empty_desk(), source)
    finally:
        journal.close()
    progress(report.messages, report.messages)
    difference = "" if report.first_difference is None else str(report.first_difference)
    return ReplayAnswer(run, report.messages, report.events, difference)
