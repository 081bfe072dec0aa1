"""Exits that the exchange holds for a position, through ccxt: hang, take away, look at.

Only the worker process loads this.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

import ccxt.async_support as ccxt

from lefi_tui.adapters.ccxt_answers import Account, Plain, outcome, outcome_of
from lefi_tui.adapters.ccxt_client import Refusal, orders_in
from lefi_tui.adapters.ccxt_orders import ended

PAST: Final = "PAST"  # the price is beyond it already, in the desk's word
WOULD_FIRE: Final = "-2021"  # the same in Binance's
UNFILLED: Final = frozenset({"canceled", "expired", "rejected"})  # statuses of what it became
_TRIGGERS: Final = {"stop": "stopLossPrice", "target": "takeProfitPrice"}


class HeldExits:
    def __init__(self, on: Account) -> None:
        self._on = on

    def questions(self) -> dict[str, Callable[..., Awaitable[Any]]]:
        return {
            "protect": self._protect,
            "unprotect": self._unprotect,
            "exit": self._exit,
        }

    async def _protect(self, symbol: str, side: str, order: str, leg: str, price: str) -> Plain:
        """One that closes the whole position when its price is met."""
        await self._on.client.load_markets()
        params: Plain = {"clientOrderId": order, "closePosition": True, _TRIGGERS[leg]: price}
        params |= self._on.ways.order_params()
        orders_in.set(1)
        try:
            told = await self._on.client.create_order(symbol, "market", side, None, None, params)
        except Refusal as refusal:  # it never left
            return outcome("refused", "HELD_BACK", str(refusal))
        except ccxt.BaseError as error:
            told = outcome_of(error, self._on.ways)
            return {**told, "code": PAST} if WOULD_FIRE in str(error) else told
        return outcome("accepted", "", "", venue_order_id=str(told["id"] or ""))

    async def _unprotect(self, symbol: str, order: str) -> Plain:
        return await ended(self._on, symbol, {"clientOrderId": order, "trigger": True})

    async def _exit(self, symbol: str, order: str) -> Plain:
        """Its state there and, once it was met, the trades of the order that it became."""
        await self._on.client.load_markets()
        params = {"clientOrderId": order, "trigger": True}
        try:
            told = await self._on.client.fetch_order("", symbol, params)
        except ccxt.OrderNotFound:
            return {"is_found": False}
        info = told["info"]
        child, trades, is_refused = str(info.get("actualOrderId") or ""), [], False
        if child:
            done = await self._on.client.fetch_order(child, symbol)
            trades = await self._on.trades_of(symbol, child, 0)
            is_refused = not trades and done["status"] in UNFILLED
            for each in trades:
                each["is_last"] = done["status"] == "closed" and each is trades[-1]
        elif info["algoStatus"] == "FINISHED":
            is_refused = True
        return {
            "is_found": True,
            "venue_order_id": str(told["id"]),
            "status": info["algoStatus"],
            "is_refused": is_refused,
            "trades": trades,
        }
