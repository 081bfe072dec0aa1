"""The engine on the demo market: feed, paper venue, clock, scheduler, journal and log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from decimal import Decimal
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from lefi_tui import __version__
from lefi_tui.core.messages import Command, ListInstruments, OpenAccount, Sizing, Watch
from lefi_tui.errors import EngineAbsentError
from lefi_tui.settings import Settings

if TYPE_CHECKING:
    from lefi_tui.core.bot import BotKind
    from lefi_tui.core.desk import Desk
    from lefi_tui.core.position import Position
    from lefi_tui.engine.engine import Engine
    from lefi_tui.ports.market_feed import HearMarket, MarketFeed

DEMO: Final = "demo"  # the account on the built-in market
DEMO_VENUE: Final = "demo market"  # by this word the frame says DEMO
NS_PER_MS: Final = 1_000_000
LOG_NAME: Final = "lefi.log"
LOG_BYTES_MAX: Final = 2_000_000
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
    from lefi_tui.adapters.sqlite_records import SqliteRecords
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
        records=SqliteRecords(folder),
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


def keep_log(folder: Path) -> None:
    """What the program says of itself goes to a file of the profile, cleaned of every secret.

    Without a handler Python would write warnings to standard error, which is the screen.
    """
    from lefi_tui.redaction import REDACTOR, guard_logging

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    root = logging.getLogger()
    handler = RotatingFileHandler(folder / LOG_NAME, maxBytes=LOG_BYTES_MAX, backupCount=3)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    for old in root.handlers:
        old.close()
    root.handlers = [handler]
    logging.getLogger("lefi_tui").setLevel(logging.INFO)
    guard_logging(REDACTOR, root)


def started(settings: Settings, folder: Path) -> Engine:
    """A running engine with its accounts open; raises what keeps it from starting."""
    keep_log(folder)
    engine, opening = build_engine(settings, folder)
    engine.start()
    for command in opening:
        receipt = engine.submit(command).result(OPEN_S)
        if not receipt.is_accepted:
            engine.stop()
            raise EngineAbsentError(receipt.text, where=str(folder))
    return engine
