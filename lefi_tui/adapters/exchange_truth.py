"""What an exchange has of our account, whoever did it: the view that our books are compared with.

The rules it keeps: nothing that is not ours is touched from here; an order of ours that had its end
and works there all the same can be taken away, for its market is known from the view.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.adapters.exchange_exits import Ask, fill_of
from lefi_tui.adapters.exchange_orders import KnownOrders
from lefi_tui.core.ids import is_of_ours
from lefi_tui.core.messages import Report, VenueCanceled, VenueFilled
from lefi_tui.core.order import Order, Side
from lefi_tui.core.reconcile import Leg, TheirOrder, TheirView
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.venue import VenueTimeoutError

NS_PER_MS: Final = 1_000_000
# Binance tells trades of seven days from the time that it is asked for.
SINCE_MS_MAX: Final = 6 * 86_400_000


class Truth:
    def __init__(self, ask: Ask, clock: Clock, account: str, orders: KnownOrders) -> None:
        self._ask, self._clock, self._account = ask, clock, account
        self._orders = orders
        self._there: dict[str, TheirOrder] = {}  # what worked at the last view, by client id

    def is_ours(self, client_id: str) -> bool:
        return is_of_ours(client_id) or client_id in self._orders.known

    async def view(self) -> TheirView:
        told = await self._ask("view")
        orders = tuple(_order(each) for each in told["orders"])
        self._there = {each.client_id: each for each in orders if each.client_id}
        return TheirView(
            orders,
            {symbol: Decimal(units) for symbol, units in told["units"].items()},
            {symbol: Decimal(price) for symbol, price in told["entries"].items()},
            tuple(
                Leg(symbol, Decimal(long), Decimal(short)) for symbol, long, short in told["legs"]
            ),
            None
            if told["coins"] is None
            else {symbol: Decimal(units) for symbol, units in told["coins"].items()},
        )

    async def strays(self, symbol: str, since_ns: int) -> tuple[VenueFilled, ...]:
        oldest_ms = self._clock.now_ns() // NS_PER_MS - SINCE_MS_MAX
        since_ms = max(since_ns // NS_PER_MS, oldest_ms)
        known = (each for each in self._orders.known.values() if each.symbol == symbol)
        ours = [each.venue_order_id for each in known if each.venue_order_id]
        told = await self._ask("strays", symbol=symbol, since_ms=since_ms, known=ours)
        return tuple(self._fill(each) for each in told)

    def _fill(self, trade: Mapping[str, Any]) -> VenueFilled:
        fill = fill_of(trade["order"], self._account, trade, trade["reason"], is_last=False)
        is_forced = trade["reason"] == "liquidation"
        return replace(fill, liquidity="none") if is_forced else fill

    def take_over(self, order: Order) -> None:
        """Its trades are asked for from its beginning, which is not known: by its own number. One
        that is followed already is not begun anew."""
        before = self._orders.known.get(order.id)
        if before is not None and not before.is_over:
            return
        known = self._orders.add(order, 0)
        known.venue_order_id, known.units = order.venue_order_id, order.quantity

    def let_go(self, order: str) -> None:
        known = self._orders.known.get(order)
        if known is not None:
            known.is_over = True
            self._orders.over(order)

    # ---- what had its end here and works there

    def works(self, order: str) -> bool:
        return order in self._there

    async def take_away(self, order: str) -> tuple[Report, ...]:
        """Of ours by its name, and forgotten: an older copy of the books, an orphan of an exit."""
        there = self._there.get(order)
        if there is None or not self.is_ours(order):
            raise VenueTimeoutError(f"{order} is not known here")
        question = "unprotect" if there.is_trigger else "cancel"
        outcome = await self._ask(question, symbol=there.symbol, order=order, rank="CANCEL")
        if outcome["state"] in {"unknown", "refused"}:
            raise VenueTimeoutError(outcome["text"])
        self._there.pop(order, None)  # two may ask at once
        if outcome["state"] == "gone":  # it may have been filled: its trades say so
            raise VenueTimeoutError(f"{order} works there no more; its trades are read next")
        return (VenueCanceled(order, self._clock.now_ns(), "it had its end, and worked there"),)


def _order(told: Mapping[str, Any]) -> TheirOrder:
    price = told["price"]
    return TheirOrder(
        told["venue_order_id"],
        told["id"],
        told["symbol"],
        Side(told["side"]),
        Decimal(told["units"]),
        Decimal(told["filled"]),
        None if price is None or not Decimal(price) else Decimal(price),
        told["is_trigger"],
    )
