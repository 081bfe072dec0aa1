"""Stop and target of a position where an exchange keeps none for us: this program holds them.

The rules it keeps: it says so, in the name under which they are kept; the desk hears what prices
meet them and sends the order that closes; they end with this program's end, and a start takes them
up again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from lefi_tui.adapters.exchange_exits import OVER_MAX, REASONS
from lefi_tui.core.messages import Report, VenueAccepted, VenueCanceled
from lefi_tui.core.order import Order
from lefi_tui.core.protection import KEPT_HERE, SLOT_OF
from lefi_tui.ports.clock import Clock


class OwnExits:
    """Speaks as exchange_exits.Exits do."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[str, Order] = {}
        self._over: dict[str, VenueCanceled] = {}  # said again: the desk may not have heard it

    def remember(self, orders: Iterable[Order]) -> None:
        for order in orders:
            if order.leg in REASONS and not order.is_final and order.quantity is None:
                self._held[order.id] = order

    def symbols(self) -> set[str]:
        return {each.terms.symbol for each in self._held.values()}

    def has(self, order: str) -> bool:
        return order in self._held

    def has_news(self, _symbol: str, _resting: Collection[str]) -> bool:
        return False

    def names(self) -> tuple[str, ...]:
        return tuple(self._held)

    async def hang(self, order: Order) -> tuple[Report, ...]:
        symbol, slot = order.terms.symbol, SLOT_OF[order.leg]
        same = [
            each
            for each in self._held.values()
            if each.terms.symbol == symbol and SLOT_OF[each.leg] == slot and each.id != order.id
        ]
        gone = [self._gone(each.id, "another takes its place") for each in same]
        self._held[order.id] = order
        self._over.pop(order.id, None)
        return (*gone, self._kept(order.id))

    async def look(self, _symbol: str) -> list[Report]:
        return []

    async def look_up(self, order: str) -> tuple[Report, ...] | None:
        return (self._kept(order),) if order in self._held else self._ended(order)

    async def fit(self, _symbol: str) -> None:
        """Its units are fixed when it is met."""

    async def cancel(self, order: str) -> tuple[Report, ...] | None:
        return (self._gone(order, "canceled"),) if order in self._held else self._ended(order)

    def fired(self, order: str) -> None:
        """It is an order at the exchange from here on."""
        self._held.pop(order, None)

    def _kept(self, order: str) -> VenueAccepted:
        return VenueAccepted(order, self._clock.now_ns(), KEPT_HERE)

    def _gone(self, order: str, why: str) -> VenueCanceled:
        del self._held[order]
        self._over[order] = VenueCanceled(order, self._clock.now_ns(), why)
        if len(self._over) > OVER_MAX:
            del self._over[next(iter(self._over))]
        return self._over[order]

    def _ended(self, order: str) -> tuple[Report, ...] | None:
        return (self._over[order],) if order in self._over else None
