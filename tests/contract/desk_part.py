"""The desk's part in exits at an exchange: it decides which hang there, by what the venue says."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.desk import Desk, advance, apply
from lefi_tui.core.desk.kept_here import met
from lefi_tui.core.messages import (
    CancelOrder,
    CancelOrders,
    Effect,
    ExitMet,
    ListInstruments,
    OpenAccount,
    OrderSubmitted,
    PeakSeen,
    Report,
    Sizing,
    SubmitOrders,
    TendProtection,
)
from lefi_tui.core.order import Order, OrderStatus
from lefi_tui.core.protection import MOVE_EVERY_NS, RETRY_NS, is_better
from lefi_tui.ports.venue import Venue

ENOUGH = Decimal(1_000_000)


class DeskPart:
    """An account of this name on a desk; the venue's words lead to orders for exits alone."""

    def __init__(self, venue: Venue, account: str) -> None:
        self._venue, self._account = venue, account
        self._heard = 0
        self._desk = Desk()

    async def open(self) -> None:
        rates = Decimal("0.0002"), Decimal("0.0005")
        terms = (self._account, "USDT", ENOUGH, "live", "an exchange", Sizing.AT_DECISION)
        self._tell(OpenAccount(*terms, *rates))
        self._tell(ListInstruments(self._account, await self._venue.instruments()))

    def sends(self, orders: Iterable[Order]) -> None:
        for order in orders:
            if self._desk.order(order.id) is None:
                sent = order.moved_to(OrderStatus.SUBMITTED)
                self._desk = apply(self._desk, OrderSubmitted(sent, ()))

    def orders(self) -> tuple[Order, ...]:
        """As a start finds them in the journal."""
        return (*self._desk.closed.values(), *self._desk.orders.values())

    def cancels(self, orders: Iterable[str]) -> None:
        """As a person asks; the caller carries it out."""
        for order in orders:
            self._tell(CancelOrder(order))

    async def hears(self, told: list[Report]) -> None:
        """All that is new of it, and what follows, until nothing does."""
        while self._heard < len(told):
            report = told[self._heard]
            self._heard += 1
            for effect in self._tell(report):
                told.extend(await self._carry_out(effect))

    async def sees(self, symbol: str, price: Decimal, told: list[Report]) -> None:
        """As the engine watches prices: for the exits that no exchange keeps, and for a trail."""
        key = self._account, symbol
        found, guard = met(self._desk, key, (price, price)), self._desk.guards.get(key)
        effects: tuple[Effect, ...] = ()
        if found is not None:
            effects = self._tell(ExitMet(found.id, price, found.placed_at_ns))
        elif guard is not None and is_better(guard, price):
            at_ns = SystemClock().now_ns() + MOVE_EVERY_NS  # no two moves so soon
            effects = self._tell(PeakSeen(*key, price, at_ns))
        for effect in effects:
            told.extend(await self._carry_out(effect))

    async def tends(self, told: list[Report]) -> None:
        """As the engine says when something is due: what was refused is tried again."""
        for effect in self._tell(TendProtection(SystemClock().now_ns() + 2 * RETRY_NS)):
            told.extend(await self._carry_out(effect))

    async def _carry_out(self, effect: Effect) -> tuple[Report, ...]:
        match effect:
            case SubmitOrders():
                return await self._venue.submit(effect.orders)
            case CancelOrders():
                return await self._venue.cancel(effect.orders)
            case _:
                return ()  # what is in doubt is looked for by the next look

    def _tell(self, message: Any) -> tuple[Effect, ...]:
        self._desk, step = advance(self._desk, message)
        return step.effects
