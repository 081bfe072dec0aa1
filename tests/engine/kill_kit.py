"""A venue that keeps true books, for kills: orders rest, fill in parts or late, calls hang.

It holds reduce-only orders to what is open, as an exchange does, and remembers each position.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from lefi_tui.core import messages as m
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.kill import Flatten, KillRules, KillStage, KillState
from lefi_tui.core.order import Order
from lefi_tui.engine.engine import Engine
from lefi_tui.ports.venue import Hear
from tests.engine.kit import ACCOUNT, BTC, LIST, OPEN, SYMBOL, quote, running, send, start

ZERO = Decimal(0)


@dataclass
class Resting:
    order: Order
    filled: Decimal = ZERO
    reports: list[m.Report] = field(default_factory=list)
    is_over: bool = False

    @property
    def left(self) -> Decimal:
        return (self.order.quantity or ZERO) - self.filled


def _nothing(_venue: BookVenue) -> None:
    """No hand is in it."""


@dataclass
class BookVenue:
    """`on_cancel` and the like are hands that act in the gap before such a call."""

    orders: dict[str, Resting] = field(default_factory=dict)
    sends: dict[str, int] = field(default_factory=dict)
    held: Decimal = ZERO
    seen: list[Decimal] = field(default_factory=list)  # each size the position has had
    cancels: list[str] = field(default_factory=list)
    is_hanging: bool = False
    close_part: Decimal | None = None  # of a closing order so much fills, the rest is canceled
    on_cancel: Callable[[BookVenue], None] = _nothing
    on_close: Callable[[BookVenue], None] = _nothing
    on_read: Callable[[BookVenue], None] = _nothing
    hear: Hear = lambda _report: None

    def listen(self, hear: Hear) -> None:
        self.hear = hear

    async def instruments(self) -> tuple[Instrument, ...]:
        return (BTC,)

    async def _line(self) -> None:
        if self.is_hanging:
            await asyncio.Event().wait()

    async def submit(self, orders: tuple[Order, ...]) -> tuple[m.Report, ...]:
        await self._line()
        for order in orders:
            self.sends[order.id] = self.sends.get(order.id, 0) + 1
            if order.id in self.orders:
                continue
            accepted = m.VenueAccepted(order.id, 1, f"v{order.id}")
            self.orders[order.id] = Resting(order, reports=[accepted])
            if order.terms.is_reduce_only:
                self.on_close(self)
                self._close(order)
        return tuple(each for order in orders for each in self.orders[order.id].reports)

    def _close(self, order: Order) -> None:
        """Never more than is open against it; what is left of it ends."""
        resting = self.orders[order.id]
        is_against = self.held * order.terms.side.sign < 0
        most = min(resting.left, abs(self.held)) if is_against else ZERO
        if self.close_part is not None:
            most, self.close_part = min(most, self.close_part), None
        if most:
            self._fill(resting, most)
        if not resting.is_over:
            resting.is_over = True
            resting.reports.append(m.VenueCanceled(order.id, 2, "nothing is left to reduce"))

    def _fill(self, resting: Resting, units: Decimal) -> m.VenueFilled:
        order = resting.order
        resting.filled += units
        resting.is_over = resting.is_over or not resting.left
        self.held += units * order.terms.side.sign
        self.seen.append(self.held)
        fill = m.VenueFilled(
            order=order.id,
            trade_id=f"t{order.id}-{resting.filled}",
            at_ns=1,
            account=order.account,
            symbol=order.terms.symbol,
            side=order.terms.side.value,
            price=Decimal(100),
            quantity=units,
            fee=units / 20,
            liquidity="taker",
            reason="order",
            is_last=not resting.left,
        )
        resting.reports.append(fill)
        return fill

    def fill(self, order: str, units: Decimal) -> None:
        """By the market's hand; told like every fill."""
        self.hear(self._fill(self.orders[order], units))

    @property
    def resting(self) -> list[str]:
        return [key for key, each in self.orders.items() if not each.is_over]

    async def cancel(self, orders: tuple[str, ...]) -> tuple[m.Report, ...]:
        await self._line()
        self.on_cancel(self)
        self.cancels += orders
        out: list[m.Report] = []
        for order in orders:
            each = self.orders.get(order)
            if each is not None and not each.is_over:
                each.is_over = True
                each.reports.append(m.VenueCanceled(order, 2, "asked"))
                out.append(each.reports[-1])
        return tuple(out)

    async def look_up(self, order: str) -> tuple[m.Report, ...]:
        await self._line()
        each = self.orders.get(order)
        return (m.VenueNeverSaw(order, 3),) if each is None else tuple(each.reports)

    async def working(self) -> tuple[str, ...]:
        await self._line()
        self.on_read(self)
        return tuple(self.resting)

    async def holdings(self) -> dict[str, Decimal]:
        await self._line()
        return {SYMBOL: self.held} if self.held else {}

    async def close(self) -> None:
        """Nothing of it runs."""


RULES = m.SetKillRules(KillRules(Flatten.BOTS))


def trading(folder: Path, venue: BookVenue, bots: int = 1, **changes: Any) -> Engine:
    """An engine whose bots each have an order that rests at the venue."""
    engine = running(folder, venue, **changes)
    send(engine, OPEN, LIST, RULES, *(start(f"bot-{number}") for number in range(bots)))
    assert engine.hear(quote(0, 100.0))
    return engine


def kill_of(engine: Engine) -> KillState | None:
    return engine._running().killing.sight.kill


def is_proven(engine: Engine) -> bool:
    state = kill_of(engine)
    return state is not None and state.stage is KillStage.PROVEN


def proof(engine: Engine) -> str:
    state = kill_of(engine)
    assert state is not None
    return state.steps[-1].text


def account_units(engine: Engine) -> Decimal:
    position = engine._running().desk.positions.get((ACCOUNT, SYMBOL))
    return ZERO if position is None else position.units
