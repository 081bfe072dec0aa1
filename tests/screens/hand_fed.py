"""A channel fed by hand: the real desk and fold behind `send` and `ask`, without an engine.

What a test says (`tell`) goes through `advance` and `fold` exactly as the engine would do it; the
venue's answers are told by the test too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from bots.indicator import Indicator
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.core.bot import Decision, Intent, Needs, Note, Occasion, Quote, RunTrace, Snapshot
from lefi_tui.core.desk import Desk, advance
from lefi_tui.core.desk.live import version_of
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.live_gates import LiveFacts, ScriptTests
from lefi_tui.core.order import OrderStatus, Size, SizeKind
from lefi_tui.engine.charting import Charting
from lefi_tui.engine.world import World
from lefi_tui.views.away import AwayView
from lefi_tui.views.bot_picture import bot_view
from lefi_tui.views.fold import ScreenState, fold
from lefi_tui.views.gates_view import GatesView
from lefi_tui.views.kill_view import kill_view
from lefi_tui.views.picture import answer
from lefi_tui.views.queries import (
    AwayQuery,
    BotQuery,
    ChartQuery,
    GatesQuery,
    KillQuery,
    Query,
    UpdateQuery,
)
from lefi_tui.views.update_picture import update_view

START_NS = 1_700_000_000_000_000_000
MS = 1_000_000
BTC = Instrument("BTC/USDT", "BTC", "USDT", tick=Decimal("0.1"), step=Decimal("0.0001"))
PERP = Instrument(
    "BTC/USDT:USDT",
    "BTC",
    "USDT",
    "USDT",
    tick=Decimal("0.1"),
    step=Decimal("0.001"),
    leverage_max=Decimal(20),
)
ETH = Instrument("ETH/USDT", "ETH", "USDT", tick=Decimal("0.01"), step=Decimal("0.001"))


class Buyer:
    """A kind of bot that buys once, at its first quote: the least that fills a desk with life."""

    name = "automated"

    def refused(self, _source: str, settings: Mapping[str, str]) -> str:
        return "" if not settings else "the buyer has no settings"

    def needs(self, source: str, _settings: Mapping[str, str]) -> Needs:
        return Needs((source,), quotes=(source,))

    def begin(self, source: str, _settings: Mapping[str, str]) -> Any:
        return (source, 0)

    def rebind(self, state: Any, _source: str, _settings: Mapping[str, str]) -> Any:
        return state

    def decide(self, state: Any, occasion: Occasion, _snapshot: Snapshot) -> Decision:
        symbol, count = state
        if not occasion.quotes:
            return Decision(state)
        why = "count == 0 is true: bought" if not count else f"count == 0 is false ({count})"
        run = RunTrace(0, "price", why)
        buy = Intent("buy", symbol, 0, size=Size(SizeKind.UNITS, Decimal("0.05")))
        intents = () if count else (buy,)
        notes = (Note("print", "hello"),) if not count else ()
        return Decision((symbol, count + 1), intents, notes=notes, runs=(run,))

    def why(self, state: Any) -> str:
        return f"line 3: count == 0\n        count = {state[1]}"

    def encode(self, state: Any) -> Any:
        return list(state)

    def decode(self, _source: str, _settings: Mapping[str, str], data: Any) -> Any:
        return tuple(data)


def stamped(command: Any, at_ns: int) -> Any:
    """The engine stamps what comes in with its clock."""
    return replace(command, at_ns=at_ns)


@dataclass(frozen=True)
class Ticket:
    is_accepted: bool = True
    text: str = ""
    orders: tuple[str, ...] = ()


class HandFed:
    def __init__(
        self, venue: str = "demo market", mode: str = "dry_run", *, wallet: bool = False
    ) -> None:
        """`wallet`: of which an exchange tells."""
        kinds = {kind.name: kind for kind in (Buyer(), Indicator())}
        self.desk = Desk(kinds=kinds)
        self.state = ScreenState()
        self.now_ns = START_NS
        self.clock = SystemClock()
        self.charting = Charting(World(self.clock), None)  # its market has no history
        self.commands: list[m.Command] = []
        self.refuses = ""
        self.is_silent = False
        self.broke: Exception | None = None  # what is raised where something is asked
        self.away = AwayView()
        self.gates = GatesView("demo", is_real=True)  # what a start with real money would find
        self._speaks = asyncio.Event()
        maker, taker = Decimal("0.0002"), Decimal("0.0005")
        self.tell(
            m.OpenAccount(
                "demo",
                "USDT",
                Decimal(10_000),
                mode,
                venue,
                m.Sizing.AT_DECISION,
                maker,
                taker,
                read_ns=START_NS if wallet else 0,
            )
        )
        self.tell(m.ListInstruments("demo", (BTC, ETH, PERP)))

    # ---- what a test says

    def tell(self, message: m.Command | m.Report | m.MarketInput) -> None:
        self.state = fold(self.state, message)
        self.desk, step = advance(self.desk, message)
        for event in step.events:
            self.state = fold(self.state, event)

    def quote(self, symbol: str, last: float, spread: float = 0.2) -> None:
        time_ms = self.now_ns // MS
        bid, ask = last - spread / 2, last + spread / 2
        self.tell(m.QuoteChanged("demo", Quote(symbol, time_ms, bid, ask, last)))

    def start(self, bot: str = "ema-cross", symbol: str = "BTC/USDT") -> None:
        command = m.StartBot(bot, "automated", "demo", symbol, title="EMA cross")
        self.tell(replace(command, at_ns=self.now_ns))

    def fill(self, price: str) -> None:
        """The venue fills whatever was submitted."""
        for order in list(self.desk.orders.values()):
            if order.status is OrderStatus.SUBMITTED:
                assert order.quantity is not None
                self.tell(
                    m.VenueFilled(
                        order.id,
                        f"t-{order.id}",
                        self.now_ns,
                        order.account,
                        order.terms.symbol,
                        order.terms.side.value,
                        Decimal(price),
                        order.quantity,
                        Decimal("1.05"),
                        "taker",
                        "order",
                        is_last=True,
                    )
                )

    def later(self, seconds: float) -> None:
        self.now_ns += int(seconds * 1_000) * MS

    # ---- the channel

    async def send(self, command: m.Command) -> Ticket:
        self.commands.append(command)
        if self.refuses:
            return Ticket(is_accepted=False, text=self.refuses)
        self.tell(stamped(command, self.now_ns))
        return Ticket()

    def _updated(self, query: UpdateQuery) -> Any:
        asked = m.UpdateBot(query.bot, query.source, query.settings, is_whole=query.is_whole)
        facts = LiveFacts(tests=ScriptTests(version_of(query.source), 1))
        view, rows = update_view(self.desk, replace(asked, facts=facts)), self.gates.rows
        return replace(view, refusal="a gate is shut", rows=rows) if rows else view

    async def ask(self, query: Query) -> Any:
        if self.broke is not None:
            raise self.broke
        if self.is_silent:
            await self._speaks.wait()
        if isinstance(query, ChartQuery):
            return await self.charting.answer(query, self.desk, self.state, self.now_ns)
        if isinstance(query, AwayQuery):
            return self.away
        if isinstance(query, BotQuery):
            return bot_view(self.desk, self.state, query.bot, self.now_ns, None)
        if isinstance(query, GatesQuery):
            return self.gates
        if isinstance(query, (KillQuery, UpdateQuery)):
            return kill_view(self.desk) if isinstance(query, KillQuery) else self._updated(query)
        return answer(query, self.state, self.desk, self.now_ns)


def busy() -> HandFed:
    """A desk with three prices, a position in profit, and two bots."""
    fed = HandFed()
    fed.quote("BTC/USDT", 42_100.0)
    fed.quote("ETH/USDT", 2_250.5)
    fed.quote("BTC/USDT:USDT", 42_105.0)
    fed.start()
    fed.later(1)
    fed.quote("BTC/USDT", 42_120.0)
    fed.fill("42120.1")
    fed.later(2)
    fed.quote("BTC/USDT", 42_350.0)
    fed.quote("ETH/USDT", 2_240.25)
    fed.quote("BTC/USDT:USDT", 42_355.0)
    fed.start("perp-buyer", "BTC/USDT:USDT")
    fed.later(0.5)
    fed.quote("BTC/USDT:USDT", 42_360.0)
    fed.fill("42360")
    fed.later(0.4)
    return fed
