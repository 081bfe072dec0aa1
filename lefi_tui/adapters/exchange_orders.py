"""Our orders on an exchange and what was told of each, merged monotonically.

The rules it keeps: only proof of absence makes an order one that never was: so long after it was
first missed that the exchange's own clock refuses it, listed nowhere, and no trade there that
belongs to no known order. Fills are the exchange's trades by their ids, whoever tells them first;
an end is told once all that was filled before it is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct, field

from lefi_tui.adapters.exchange_exits import Ask, fill_of
from lefi_tui.adapters.venue_ways import Ways
from lefi_tui.core.messages import (
    Report,
    VenueAccepted,
    VenueCanceled,
    VenueNeverSaw,
    VenueRejected,
    VenueSilent,
)
from lefi_tui.core.order import FINAL, Order, SizeKind
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.venue import VenueTimeoutError

NS_PER_MS: Final = 1_000_000
LOOK_BACK_MS: Final = 60_000  # trades are asked for from so long before an order was sent
OVER: Final = {"canceled": False, "rejected": False, "expired": True}  # status: by its own end


class Known(Struct):
    """One order of ours on the exchange, and what was told of it already."""

    order: Order
    symbol: str
    since_ms: int
    is_close: bool
    venue_order_id: str = ""
    units: Decimal | None = None
    missed_ms: int = 0  # the exchange's time when it was first not found
    told: set[str] = field(default_factory=set)  # trade ids
    is_over: bool = False


class KnownOrders:
    """`filled` hears of each order with a trade that was not told before."""

    def __init__(self, ask: Ask, clock: Clock, account: str, ways: Ways) -> None:
        self._ask, self._clock, self._account = ask, clock, account
        self.ways = ways
        self.known: dict[str, Known] = {}
        self.filled: Callable[[str], None] = _unheard

    def remember(self, orders: Iterable[Order]) -> None:
        """At a start: what the desk knows of orders that the exchange may still have."""
        for order in orders:
            if order.leg != "entry":
                continue
            known = self.add(order, order.placed_at_ns // NS_PER_MS)
            known.venue_order_id, known.units = order.venue_order_id, order.quantity
            known.is_over = order.status in FINAL

    def add(self, order: Order, since_ms: int) -> Known:
        is_close = order.terms.size.kind is SizeKind.ALL
        known = self.known[order.id] = Known(order, order.terms.symbol, since_ms, is_close)
        return known

    def working(self) -> dict[str, Known]:
        """Those whose end is not known, by their names in sequence."""
        return {name: each for name, each in sorted(self.known.items()) if not each.is_over}

    # ---- answers

    def placed(self, order: Order, outcome: Mapping[str, Any]) -> Report:
        now_ns = self._clock.now_ns()
        known = self.known[order.id]
        if outcome["state"] == "refused":
            known.is_over = True
            return VenueRejected(order.id, now_ns, outcome["code"], outcome["text"])
        if outcome["state"] == "unknown":
            return VenueSilent(order.id, now_ns, outcome["text"])
        known.venue_order_id, known.units = outcome["venue_order_id"], order.quantity
        return VenueAccepted(order.id, now_ns, known.venue_order_id, order.quantity)

    async def look_up(self, order: str) -> tuple[Report, ...] | None:
        """All the exchange knows of it; None where it is no order of ours."""
        known = self.known.get(order)
        if known is None:
            return None
        since_ms = max(known.since_ms - LOOK_BACK_MS, 0)
        told = await self._ask("order", symbol=known.symbol, order=order, since_ms=since_ms)
        if told["is_found"]:
            known.missed_ms = 0
            return tuple(self._story(order, known, told))
        return self._absent(order, known, told)

    def _absent(self, order: str, known: Known, told: Mapping[str, Any]) -> tuple[Report, ...]:
        server_ms = int(told["server_ms"])
        known.missed_ms = known.missed_ms or server_ms
        if told["stray"]:
            raise VenueTimeoutError(f"trades of orders nobody knows: {', '.join(told['stray'])}")
        if server_ms - known.missed_ms < self.ways.proof_after_ms:
            raise VenueTimeoutError("not found there yet, and too early to say that it never was")
        known.is_over = True
        return (VenueNeverSaw(order, self._clock.now_ns()),)

    def _story(self, order: str, known: Known, told: Mapping[str, Any]) -> Iterable[Report]:
        """From its beginning; what was told before is told again, by the same ids."""
        known.venue_order_id, known.units = told["venue_order_id"], Decimal(told["units"])
        at_ns = int(told["at_ms"]) * NS_PER_MS
        yield VenueAccepted(order, at_ns, known.venue_order_id, known.units)
        done = Decimal(0)
        for trade in sorted(told["trades"], key=lambda each: (each["at_ms"], each["id"])):
            done += Decimal(trade["units"])
            if trade["id"] not in known.told:
                known.told.add(trade["id"])
                self.filled(order)
            reason = "close" if known.is_close else "order"
            yield fill_of(order, self._account, trade, reason, is_last=done >= known.units)
        known.is_over = done >= known.units
        status = told["status"]
        if status in OVER and not known.is_over:
            if done < Decimal(told["filled"]):  # its trades lag behind: their reports come first
                raise VenueTimeoutError("it has ended there, and some of its trades are missing")
            known.is_over = True
            yield VenueCanceled(order, at_ns, f"{status} there", OVER[status])


def _unheard(_order: str) -> None:
    """Nobody places exits."""
