"""Our account as the exchange has it, whoever did it, through ccxt: all that works and is held, and
the trades of orders that are none of ours.

Only the worker process loads this.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

import ccxt.async_support as ccxt

from lefi_tui.adapters.ccxt_answers import Account, Plain
from lefi_tui.adapters.ccxt_holdings import Holdings, Positions
from lefi_tui.adapters.ccxt_markets import decimal_of

# How Binance names the orders by which it closes a position itself, and what kind OKX says it is.
FORCED: Final = {"autoclose-": "liquidation", "adl_autoclose": "adl"}
KINDS: Final = {"full_liquidation": "liquidation", "partial_liquidation": "liquidation",
                "adl": "adl"}  # fmt: skip
NAMED_MAX: Final = 10  # strange orders whose names are asked for: one question each


class Truth:
    def __init__(self, on: Account) -> None:
        self._on, self._holdings = on, Holdings(on)

    def questions(self) -> dict[str, Callable[..., Awaitable[Any]]]:
        return {"view": self._view, "strays": self._strays}

    async def _view(self) -> Plain:
        """What is held first: what fills in between shows as an order that works no longer."""
        has = self._on.ways.has_positions
        held = await self._holdings.positions() if has else Positions()
        coins = None if has else await self._holdings.coins()
        orders = [_told(self._on, each) for each in await self._holdings.open_orders(None)]
        return {
            "orders": orders,
            "units": dict(held.units),
            "entries": dict(held.entries),
            "legs": list(held.legs),
            "coins": coins,
        }

    async def _strays(self, symbol: str, since_ms: int, known: list[str]) -> list[Plain]:
        """Each with the reason for which its order was there."""
        await self._on.client.load_markets()
        most, ours = self._on.ways.rows_most, set(known)
        trades = await self._on.client.fetch_my_trades(symbol, since_ms or None, most)
        strange = [self._on.trade(each) for each in trades if str(each["order"]) not in ours]
        orders = list(dict.fromkeys(each["order"] for each in strange))[:NAMED_MAX]
        reasons = {order: await self._reason(symbol, order) for order in orders}
        return [{**each, "reason": reasons.get(each["order"], "order")} for each in strange]

    async def _reason(self, symbol: str, order: str) -> str:
        try:
            told = await self._on.client.fetch_order(order, symbol)
        except ccxt.OrderNotFound:
            return "order"
        name, kind = str(told.get("clientOrderId") or ""), told["info"].get("category")
        if kind in KINDS:
            return KINDS[kind]
        return next((why for sign, why in FORCED.items() if name.startswith(sign)), "order")


def _told(on: Account, order: Mapping[str, Any]) -> Plain:
    """What waits for a price has that price, and says that it does."""
    trigger = order.get("triggerPrice") or order.get("stopPrice")
    told = on.told(order)
    price = told["price"] if trigger is None else str(decimal_of(trigger))
    return {**told, "price": price, "is_trigger": trigger is not None}
