"""A small venue at which others trade too, a clock that runs sixty times as fast, and a bot that
buys a perpetual at its first quote.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.core.bot import Decision, Intent, Needs, Occasion, Quote, Snapshot
from lefi_tui.core.desk import Desk
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.order import Order, Size, SizeKind
from lefi_tui.core.reconcile import TheirOrder, TheirView
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.world import World
from lefi_tui.ports.venue import OrderMissingError, VenueTimeoutError
from tests.engine.kit import ACCOUNT, OPEN, MemoryVenue, send, setup

PERP: Final = Instrument(
    "BTC/USDT:USDT", "BTC", "USDT", "USDT", tick=Decimal("0.1"), step=Decimal("0.001"),
    leverage_max=Decimal(20),
)  # fmt: skip
SYMBOL: Final = PERP.symbol
LIST: Final = m.ListInstruments(ACCOUNT, (PERP,))
SPEED: Final = 60


class QuickClock(SystemClock):
    def monotonic_ns(self) -> int:
        return SPEED * super().monotonic_ns()

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds / SPEED)


class Holder:
    name: Final = "holder"

    def refused(self, _source: str, _settings: Mapping[str, str]) -> str:
        return ""

    def needs(self, _source: str, _settings: Mapping[str, str]) -> Needs:
        return Needs((SYMBOL,), quotes=(SYMBOL,))

    def begin(self, _source: str, _settings: Mapping[str, str]) -> int:
        return 0

    def rebind(self, state: int, _source: str, _settings: Mapping[str, str]) -> int:
        return state

    def decide(self, state: int, occasion: Occasion, _snapshot: Snapshot) -> Decision:
        buys = bool(occasion.quotes) and not state
        size = Size(SizeKind.UNITS, Decimal("0.1"))
        intents = (Intent("buy", SYMBOL, 1, size=size, limit=Decimal(99)),) if buys else ()
        return Decision(state + len(intents), intents)

    def why(self, state: int) -> str:
        return f"{state} bought"

    def encode(self, state: int) -> Any:
        return state

    def decode(self, _source: str, _settings: Mapping[str, str], data: Any) -> int:
        return int(data)


@dataclass
class SharedMemory(MemoryVenue):
    """What others hold and have working is said by the test."""

    others: dict[str, Decimal] = field(default_factory=dict)
    theirs: tuple[TheirOrder, ...] = ()
    views: int = 0
    gate: asyncio.Event | None = None
    taken_over: list[str] = field(default_factory=list)
    let_go_of: list[str] = field(default_factory=list)
    forgets: bool = False  # what it had

    async def look_up(self, order: str) -> tuple[m.Report, ...]:
        if self.forgets:
            raise OrderMissingError("it was there, and is not found now")
        return await super().look_up(order)

    async def their_view(self) -> TheirView:
        if self.deaf:
            raise VenueTimeoutError("the venue is deaf")
        self.views += 1
        held = await self.holdings()
        for symbol, units in self.others.items():
            held[symbol] = held.get(symbol, Decimal(0)) + units
        ours = tuple(self._there(self.orders[each]) for each in await self.working())
        return TheirView((*ours, *self.theirs), {key: each for key, each in held.items() if each})

    def _there(self, order: Order) -> TheirOrder:
        units = order.quantity or order.terms.size.value
        side, price = order.terms.side, order.terms.limit
        return TheirOrder(
            f"v{order.id}", order.id, order.terms.symbol, side, units, Decimal(0), price
        )

    async def strays(self, _symbol: str, _since_ns: int) -> tuple[m.VenueFilled, ...]:
        return ()

    def on_change(self, changed: Any) -> None:
        self.changed = changed

    def take_over(self, order: Order) -> None:
        self.taken_over.append(order.id)

    def let_go(self, order: str) -> None:
        self.let_go_of.append(order)

    def fill_unsaid(self) -> None:
        """As when the word of it is lost."""
        for order_id, reports in self.done.items():
            if len(reports) == 1:
                reports.append(self._fill(self.orders[order_id]))


def shared_engine(folder: Path, venue: SharedMemory) -> Engine:
    parts = setup(folder, venue, empty=Desk(kinds={"holder": Holder()}))
    world = World(QuickClock(), venues={ACCOUNT: venue}, shared={ACCOUNT: venue})
    engine = Engine(replace(parts, world=world))
    engine.start()
    return engine


def open_holder(engine: Engine) -> None:
    """Its order rests, where the venue holds."""
    send(engine, OPEN, LIST, m.StartBot("holder", "holder", ACCOUNT, "", at_ns=1))
    quote(engine)


def quote(engine: Engine) -> None:
    engine.hear(m.QuoteChanged(ACCOUNT, Quote(SYMBOL, 60_000, 99.5, 100.5, 100.0)))
