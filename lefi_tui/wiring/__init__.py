"""The composition root: the only file that knows every concrete class, and nobody knows it.

The run mode chose venue, feed and clock here; nowhere else is there an `if live`.
"""

from __future__ import annotations

import asyncio
import signal
import tempfile
import threading
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lefi_tui import __version__
from lefi_tui.core.messages import Command, ListInstruments, OpenAccount, Sizing, Watch
from lefi_tui.errors import EngineAbsentError
from lefi_tui.requests import BacktestRequest, Hear, Progress, ReplayAnswer, RunRequest
from lefi_tui.settings import Loaded, Settings
from lefi_tui.views.queries import Channel, Query

if TYPE_CHECKING:
    from lefi_tui.core.bot import BotKind
    from lefi_tui.core.desk import Desk
    from lefi_tui.core.position import Position
    from lefi_tui.engine.engine import Engine
    from lefi_tui.ports.market_feed import HearMarket, MarketFeed
    from lefi_tui.views.shelf import Startable

DEMO: Final = "demo"  # the account on the built-in market
DEMO_VENUE: Final = "demo market"  # by this word the frame says DEMO
NS_PER_MS: Final = 1_000_000
DEMO_LATENCY_MS: Final = 40  # there and back, as to an exchange on the same continent
OPEN_S: Final = 30.0


def kinds() -> Mapping[str, BotKind]:
    """The desk's kinds of bot."""
    from bots.automated import Automated
    from bots.indicator import Indicator

    return {each.name: each for each in (Automated(), Indicator())}


def empty_desk(settings: Settings) -> Desk:
    from lefi_tui.core.desk import Desk
    from lefi_tui.core.gate import Limits

    limits = settings.limits
    bounds = Limits(limits.order_notional_max, limits.orders_per_minute_max)
    return Desk(kinds=kinds(), limits=bounds)


def socket_path(folder: Path) -> Path:
    return folder / "run" / "engine.sock"


# ---- the engine on the demo market


def build_engine(settings: Settings, folder: Path) -> tuple[Engine, Sequence[Command]]:
    """An engine that is not started, and the commands that open its accounts."""
    from lefi_tui.adapters.demo_market import DemoMarket
    from lefi_tui.adapters.demo_market_feed import DemoFeed, DemoHistory
    from lefi_tui.adapters.paper_venue import PaperTerms, PaperVenue
    from lefi_tui.adapters.scheduler import ApScheduler
    from lefi_tui.adapters.sqlite_journal import SqliteJournal
    from lefi_tui.adapters.system_clock import SystemClock
    from lefi_tui.engine.engine import Engine
    from lefi_tui.engine.world import World
    from lefi_tui.engine.writer import Setup

    demo = settings.demo
    clock = SystemClock()
    market = DemoMarket(str(demo.seed))
    venue = PaperVenue(market, clock, PaperTerms(DEMO, demo.cash, DEMO_LATENCY_MS))
    world = World(
        clock,
        venues={DEMO: venue},
        feeds={DEMO: VenueAndFeed(DemoFeed(market, clock, DEMO), venue)},
        histories={DEMO: DemoHistory(market)},
        scheduler=ApScheduler(),
    )
    setup = Setup(
        SqliteJournal(folder),
        empty_desk(settings),
        world,
        folder,
        program=__version__,
        tape_days=settings.tape_days,
        on_recovered=lambda desk: _restore(venue, desk),
    )
    spot = market.instruments()[0]  # each market has its own fees; the account shows the first's
    opening = OpenAccount(
        DEMO, "USDT", demo.cash, "dry_run", DEMO_VENUE, Sizing.AT_DECISION, spot.maker, spot.taker
    )
    commands = (opening, ListInstruments(DEMO, market.instruments()))
    return Engine(setup, socket_path(folder)), commands


def _restore(venue: Any, desk: Desk) -> None:
    """The paper venue lives in this process: what it held is what the desk remembers."""
    from lefi_tui.adapters.paper_venue_restore import HeldPosition, PaperState

    account = desk.accounts.get(DEMO)
    if account is None:
        return
    books = (desk.ledger.of(DEMO, book, account.currency) for book in ("cash", "margin"))
    held = (each for each in desk.positions.values() if each.account == DEMO and each.units)
    venue.restore(
        PaperState(
            cash=sum(books, Decimal(0)),
            positions=tuple(
                HeldPosition(
                    each.symbol, each.units, each.entry, each.leverage, _entry_of(desk, each)
                )
                for each in held
            ),
            orders=tuple(each for each in desk.orders.values() if each.account == DEMO),
            seen=tuple(each.id for each in desk.closed.values() if each.account == DEMO),
            at_ns=max((each.time_ms for each in desk.quotes.values()), default=0) * NS_PER_MS,
        )
    )


def _entry_of(desk: Desk, position: Position) -> str:
    """The newest order that opened or enlarged it; a liquidation is named after it."""
    sign = 1 if position.units > 0 else -1
    entries = [
        order.id
        for order in (*desk.closed.values(), *desk.orders.values())
        if (order.account, order.terms.symbol) == (position.account, position.symbol)
        and order.leg == "entry"
        and order.filled
        and order.terms.side.sign == sign
    ]
    return entries[-1] if entries else ""


class VenueAndFeed:
    """The demo market moves feed and venue alike; they run and end together."""

    def __init__(self, feed: MarketFeed, venue: Any) -> None:
        self._feed, self._venue = feed, venue

    def listen(self, hear: HearMarket) -> None:
        self._feed.listen(hear)

    async def watch(self, wanted: Watch) -> None:
        await self._feed.watch(wanted)

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._feed.run())
            group.create_task(self._venue.run())


def started(settings: Settings, folder: Path) -> Engine:
    """A running engine with its accounts open; raises what keeps it from starting."""
    engine, opening = build_engine(settings, folder)
    engine.start()
    for command in opening:
        receipt = engine.submit(command).result(OPEN_S)
        if not receipt.is_accepted:
            engine.stop()
            raise EngineAbsentError(receipt.text, where=str(folder))
    return engine


def serve_engine(settings: Loaded, say: Callable[[str], None]) -> int:
    """`lefi engine`: until SIGTERM, SIGINT or SIGHUP; bots go on at the next start."""
    folder = settings.settings.data_dir
    asked: list[int] = []
    wake = threading.Event()

    def leave(number: int, _frame: object) -> None:
        asked.append(number)
        wake.set()

    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(each, leave)
    engine = started(settings.settings, folder)
    say(f"The engine runs on the {DEMO_VENUE}. Attach with `lefi`; end it with SIGTERM.")
    wake.wait()
    engine.stop()
    say("The engine has ended; its journal is sealed.")
    return 0


# ---- screens and commands


@asynccontextmanager
async def client(settings: Loaded) -> AsyncGenerator[Channel, None]:
    """The running engine of this user, over its socket; raises EngineAbsentError without one."""
    from lefi_tui.engine.client import SocketChannel

    channel = await SocketChannel.open(socket_path(settings.settings.data_dir))
    try:
        yield channel
    finally:
        await channel.close()


@dataclass(slots=True)
class LateChannel:
    """A channel to an engine that is still starting: the screen is there at once, and waits."""

    engine: Future[Engine]

    async def _direct(self) -> Any:
        from lefi_tui.engine.channel import DirectChannel

        return DirectChannel(await asyncio.wrap_future(self.engine))

    async def send(self, command: Command) -> Any:
        return await (await self._direct()).send(command)

    async def ask(self, query: Query) -> Any:
        return await (await self._direct()).ask(query)


def shelf(own: Path) -> Sequence[Startable]:
    """What `n` offers: the user's own scripts, the shipped ones, and the indicator."""
    from importlib.resources import files

    from bots import indicator
    from lefi_tui.views.shelf import Startable

    words = (indicator.__doc__ or "").partition("\n")[0]
    defaults = tuple(indicator.DEFAULTS.items())
    forecast = Startable(
        indicator.SOURCE, "Range forecast", "indicator", words, indicator.SOURCE, defaults
    )
    mine = _scripts_in(own) if own.is_dir() else []
    return (*mine, *_scripts_in(files("scripts")), forecast)


def _scripts_in(folder: Any) -> list[Startable]:
    found = sorted(folder.iterdir(), key=lambda each: str(each.name))
    return [_startable(each) for each in found if each.name.endswith(".lefi")]


def _startable(file: Any) -> Startable:
    """One script as the shelf shows it; one with a mistake says so, and is refused if started."""
    from lefi_tui.lang.program import check
    from lefi_tui.views.shelf import Startable

    name = file.name.removesuffix(".lefi")
    source = file.read_text("utf-8", "replace") if isinstance(file, Path) else file.read_text()
    checked = check(source)
    if checked.program is None:
        wrong = next(each for each in checked.diagnostics if each.is_error)
        purpose = f"Can't start: {wrong.code} {wrong.message} `lefi check {file.name}` shows where."
        return Startable(name, name, "automated", purpose, source)
    values = tuple((info.name, info.value) for info in checked.program.settings)
    title = checked.program.title or name
    return Startable(name, title, "automated", _purpose(source), source, values)


def _purpose(source: str) -> str:
    """The first sentence of a script's opening comment says what it is for."""
    words: list[str] = []
    for line in source.splitlines():
        if not line.startswith("//"):
            if words:
                break
            continue
        words.append(line.lstrip("/ ").strip())
    sentence, point, _ = " ".join(words).partition(". ")
    return sentence + point.strip()


def open_app(settings: Loaded, *, is_demo: bool) -> int:
    """`lefi`: attach to the engine that runs, or open one with the desk in this process."""
    if is_demo:
        with tempfile.TemporaryDirectory(prefix="lefi-demo-") as throw_away:
            return _own_desk(settings.settings, Path(throw_away))
    folder = settings.settings.data_dir
    if socket_path(folder).exists():
        try:
            return _attached_desk(settings)
        except EngineAbsentError:
            pass  # the socket of an engine that died; ours takes its place
    return _own_desk(settings.settings, folder)


def _attached_desk(settings: Loaded) -> int:
    path = socket_path(settings.settings.data_dir)
    channel = _SocketFromAnyLoop(path)
    asyncio.run(channel.probe())
    from lefi_tui.app import DeskSetup, open_desk

    own = partial(shelf, settings.settings.config_dir / "scripts")
    return open_desk(DeskSetup(channel, own, DEMO, goes_on_without_us=True))


class _SocketFromAnyLoop:
    """Connects in the loop that first asks; a line that broke is opened again at the next call."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._channel: Any = None

    async def probe(self) -> None:
        from lefi_tui.engine.client import SocketChannel

        channel = await SocketChannel.open(self._path)
        await channel.close()

    async def _open(self) -> Any:
        from lefi_tui.engine.client import SocketChannel

        if self._channel is None:
            self._channel = await SocketChannel.open(self._path)
        return self._channel

    async def send(self, command: Command) -> Any:
        return await self._call("send", command)

    async def ask(self, query: Query) -> Any:
        return await self._call("ask", query)

    async def _call(self, name: str, what: Any) -> Any:
        channel = await self._open()
        try:
            return await getattr(channel, name)(what)
        except EngineAbsentError as error:
            self._channel = None
            raise ConnectionError(str(error)) from error


def _own_desk(settings: Settings, folder: Path) -> int:
    """The engine starts beside the screen: the first frame never waits for the database."""
    pool = ThreadPoolExecutor(1, "engine-start")
    engine = pool.submit(started, settings, folder)
    from lefi_tui.app import DeskSetup, open_desk

    async def clean_up(_cause: signal.Signals) -> None:
        await asyncio.to_thread(_stop, engine)

    own = partial(shelf, settings.config_dir / "scripts")
    status = open_desk(DeskSetup(LateChannel(engine), own, DEMO, clean_up=clean_up))
    _stop(engine)
    pool.shutdown(wait=False)
    return status


def _stop(engine: Future[Engine]) -> None:
    """Ends the engine; one that could not start says why, once the screen is gone."""
    running = engine.result(OPEN_S)
    running.stop()


# ---- simulation


def backtest_script(request: BacktestRequest, progress: Progress) -> Mapping[str, Any]:
    from lefi_tui.simulate.event_way import backtest

    return backtest(request, progress).report()


def run_script(request: RunRequest, settings: Loaded, hear: Hear) -> int:
    from lefi_tui.wiring.runs import run_on_demo, run_on_files

    if request.files:
        return run_on_files(request, settings.settings, hear)
    return run_on_demo(request, settings.settings, hear)


def replay_run(
    run: str, settings: Loaded, progress: Progress, source: str | None = None
) -> ReplayAnswer:
    from lefi_tui.wiring.runs import replayed

    return replayed(run, settings.settings, progress, source)
