"""Exits that the exchange holds for a position, through ccxt: hang, take away, look at.

Only the worker process loads this.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, Final

import ccxt.async_support as ccxt

from lefi_tui.adapters.ccxt_answers import Account, Plain, outcome, outcome_of
from lefi_tui.adapters.ccxt_client import Refusal, orders_in
from lefi_tui.adapters.ccxt_markets import decimal_of
from lefi_tui.adapters.ccxt_orders import ended
from lefi_tui.adapters.exchange_exits import UNFILLED, WHOLE

PAST: Final = "PAST"  # the price is beyond it already, in the desk's word
WOULD_FIRE: Final = "-2021"  # the same in Binance's
WORKS: Final = "open"
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
        child = str(info.get("actualOrderId") or "")
        what = await became(self._on, symbol, [child] if child else [])
        if not child and info["algoStatus"] == "FINISHED":
            what["became"] = "rejected"
        return {
            "is_found": True,
            "venue_order_id": str(told["id"]),
            "status": info["algoStatus"],
            **what,
        }


async def became(on: Account, symbol: str, children: list[str]) -> Plain:
    """The orders that an exit became once it was met: what became of them in one word ("" where
    there are none), what is filled of them, and their trades."""
    states, filled, trades = set[str](), Decimal(0), list[Plain]()
    for child in children:
        done = await on.client.fetch_order(child, symbol)
        filled += decimal_of(on.told(done)["filled"])
        trades += await on.trades_of(symbol, child, 0)
        states.add(str(done["status"] or WORKS))
    return {"became": _as_one(states), "filled": str(filled), "trades": trades}


def _as_one(states: set[str]) -> str:
    """One that works yet speaks for all, then one that did not fill whole."""
    if states - UNFILLED - {WHOLE}:
        return WORKS
    return min(states & UNFILLED, default=WHOLE if states else "")
