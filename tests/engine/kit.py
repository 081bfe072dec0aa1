"""For the engine's tests: a small venue in memory, a bot that trades at each candle."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.sqlite_records import SqliteRecords
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.core.bot import Bar, Decision, Intent, Needs, Note, Occasion, Quote, Snapshot
from lefi_tui.core.desk import Desk
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.order import Order, Size, SizeKind
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.setup import Setup
from lefi_tui.engine.world import World
from lefi_tui.ports.venue import Hear, Venue, VenueTimeoutError

SYMBOL: Final = "BTC/USDT"
ACCOUNT: Final = "main"
BTC: Final = Instrument(
    SYMBOL, "BTC", "USDT", tick=Decimal("0.01"), step=Decimal("0.0001"), leverage_max=Decimal(1)
)
OPEN: Final = m.OpenAccount(
    account=ACCOUNT,
    currency="USDT",
    cash=Decimal(1_000_000),
    mode="dry_run",
    venue="memory",
    sizing=m.Sizing.AT_DECISION,
    maker=Decimal("0.0002"),
    taker=Decimal("0.0005"),
)
LIST: Final = m.ListInstruments(ACCOUNT, (BTC,))


State = tuple[int, str]  # occasions so far, hundredths of a unit it buys


class Pacer:
    """Buys at a candle that closed higher than it opened, closes at one that did not.

    Its source is the hundredths of a unit it buys; on quotes it only counts.
    """

    name: Final = "pacer"

    def refused(self, source: str, settings: Mapping[str, str]) -> str:
        return "" if source.replace(".", "").isdigit() else f"{source!r} is no number; {settings}"

    def needs(self, source: str, settings: Mapping[str, str]) -> Needs:
        assert source
        timers = ((7, settings["every"], "UTC"),) if "every" in settings else ()
        return Needs((SYMBOL,), ((SYMBOL, 60_000),), (SYMBOL,), timers=timers)

    def begin(self, source: str, _settings: Mapping[str, str]) -> State:
        return 0, source

    def rebind(self, state: State, _source: str, _settings: Mapping[str, str]) -> State:
        return state

    def decide(self, state: State, occasion: Occasion, snapshot: Snapshot) -> Decision:
        count = state[0] + len(occasion.bars) + len(occasion.quotes) + len(occasion.due)
        size = Size(SizeKind.UNITS, Decimal(state[1]) / 100)
        intents = tuple(
            Intent("buy", SYMBOL, 1, size=size)
            if bar.close > bar.open
            else Intent("close", SYMBOL, 2)
            for bar in occasion.bars
            if not snapshot.is_working(1)
        )
        notes = tuple(Note("print", f"due {handler}") for handler in occasion.due)
        return Decision((count, state[1]), intents, notes=notes)

    def why(self, state: State) -> str:
        return f"{state[0]} occasions"

    def encode(self, state: State) -> Any:
        return list(state)

    def decode(self, _source: str, _settings: Mapping[str, str], data: Any) -> State:
        return int(data[0]), str(data[1])


KINDS: Final = {"pacer": Pacer()}
EMPTY: Final = Desk(kinds=KINDS)


def bars(minute: int, move: float, price: float = 100.0) -> m.BarsClosed:
    """One closed candle of a made-up market."""
    bar = Bar(SYMBOL, 60_000, minute * 60_000, price, price + 5, price - 5, price + move, 1.0)
    return m.BarsClosed(ACCOUNT, (minute + 1) * 60_000, (bar,))


def quote(minute: int, last: float) -> m.QuoteChanged:
    return m.QuoteChanged(ACCOUNT, Quote(SYMBOL, minute * 60_000, last - 0.5, last + 0.5, last))


def start(bot: str = "ema-1", source: str = "1", **settings: str) -> m.StartBot:
    return m.StartBot(bot, "pacer", ACCOUNT, source, tuple(settings.items()), title="Pacer")


@dataclass
class MemoryVenue:
    """Fills market orders at `price` at once. It can hang, be silent, or lose an order.

    Its own books count what was really carried out: each id at most once.
    """

    price: Decimal = Decimal(100)
    silent: int = 0  # so many answers are lost, after the order was taken
    deaf: bool = False  # takes nothing in and answers nothing
    holds: bool = False  # orders rest until `fill_all`
    orders: dict[str, Order] = field(default_factory=dict)
    done: dict[str, list[m.Report]] = field(default_factory=dict)
    canceled: list[str] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    hear: Hear = lambda _report: None

    def listen(self, hear: Hear) -> None:
        self.hear = hear

    async def instruments(self) -> tuple[Instrument, ...]:
        return (BTC,)

    async def submit(self, orders: tuple[Order, ...]) -> tuple[m.Report, ...]:
        await asyncio.to_thread(lambda: None)
        if self.deaf:
            raise VenueTimeoutError("the venue is deaf")
        out: list[m.Report] = []
        for order in orders:
            if order.id not in self.orders:
                self.orders[order.id] = order
                self.done[order.id] = [m.VenueAccepted(order.id, 0, f"v{len(self.orders)}")]
                if not self.holds:
                    self.done[order.id].append(self._fill(order))
            out += self.done[order.id]
        if self.silent:
            self.silent -= 1
            raise VenueTimeoutError("the answer was lost")
        return tuple(out)

    def _fill(self, order: Order) -> m.VenueFilled:
        quantity = order.quantity or order.terms.size.value
        return m.VenueFilled(
            order=order.id,
            trade_id=f"t{order.id}",
            at_ns=1,
            account=order.account,
            symbol=order.terms.symbol,
            side=order.terms.side.value,
            price=self.price,
            quantity=quantity,
            fee=quantity * self.price * Decimal("0.0005"),
            liquidity="taker",
            reason="order",
            is_last=True,
        )

    def fill_all(self) -> None:
        for order_id, reports in self.done.items():
            if len(reports) == 1:
                reports.append(self._fill(self.orders[order_id]))
                self.hear(reports[-1])

    async def cancel(self, orders: tuple[str, ...]) -> tuple[m.Report, ...]:
        if self.deaf:
            raise VenueTimeoutError("the venue is deaf")
        out: list[m.Report] = []
        for order in orders:
            self.canceled.append(order)
            if order in self.done and len(self.done[order]) == 1:
                self.done[order].append(m.VenueCanceled(order, 2, "asked"))
                out.append(self.done[order][-1])
        return tuple(out)

    async def look_up(self, order: str) -> tuple[m.Report, ...]:
        self.looked_up.append(order)
        if self.deaf:
            raise VenueTimeoutError("the venue is deaf")
        return tuple(self.done.get(order, [m.VenueNeverSaw(order, 3)]))

    async def working(self) -> tuple[str, ...]:
        return tuple(order for order, reports in self.done.items() if len(reports) == 1)

    async def holdings(self) -> dict[str, Decimal]:
        if self.deaf:
            raise VenueTimeoutError("the venue is deaf")
        held: dict[str, Decimal] = {}
        for each in (each for reports in self.done.values() for each in reports):
            if isinstance(each, m.VenueFilled):
                units = each.quantity if each.side == "buy" else -each.quantity
                held[each.symbol] = held.get(each.symbol, Decimal(0)) + units
        return held

    def too_large_fill(self, order: str) -> m.VenueFilled:
        fill = self._fill(self.orders[order])
        return replace(fill, quantity=10 * fill.quantity)

    async def close(self) -> None:
        """Nothing of it runs."""


@dataclass
class SlowVenue(MemoryVenue):
    """Keeps a submit hanging until the gate opens, then carries it out."""

    gate: threading.Event = field(default_factory=threading.Event)

    async def submit(self, orders: tuple[Order, ...]) -> tuple[m.Report, ...]:
        await asyncio.to_thread(self.gate.wait, 30)
        return await super().submit(orders)


class BrokenVenue(MemoryVenue):
    """An adapter with a bug."""

    async def submit(self, orders: tuple[Order, ...]) -> tuple[m.Report, ...]:
        raise ZeroDivisionError(f"a bug before {len(orders)} orders left")


def setup(folder: Path, venue: Venue | None = None, **changes: Any) -> Setup:
    """A whole engine's surroundings in one folder."""
    world = World(SystemClock(), venues={} if venue is None else {ACCOUNT: venue})
    journal = changes.pop("journal", None) or SqliteJournal(folder)
    whole = Setup(journal, EMPTY, world, folder, program="test", records=SqliteRecords(folder))
    return replace(whole, **changes)


def running(folder: Path, venue: Venue, **changes: Any) -> Engine:
    engine = Engine(setup(folder, venue, **changes))
    engine.start()
    return engine


def send(engine: Engine, *commands: m.Command) -> None:
    """Each is accepted, or the test ends here."""
    for command in commands:
        receipt = engine.submit(command).result(30)
        assert receipt.is_accepted, receipt.text


async def until(is_so: Callable[[], bool], seconds: float = 60.0) -> None:
    """Waits for the engine's own thread; the clock only bounds a failure."""
    clock = SystemClock()
    end = clock.monotonic_ns() + int(seconds * 1e9)
    while not is_so():
        assert clock.monotonic_ns() < end, "it did not come to pass"
        await clock.sleep(0.005)
