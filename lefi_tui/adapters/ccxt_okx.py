"""Exits that OKX holds for a position: hang, take away, look at.

The rules it keeps: a stop closes the whole position whatever it has grown to, so that it protects
from the first fill on (what is attached to an entry waits there until that has ended); OKX allows
one such order a position, so the target is an order of its own, as large as the position, and
fitted to it later; both go with the position. ccxt names such an order by a field that OKX does not
read, so it is asked in its own words. Only the worker process loads this.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any, Final

import ccxt.async_support as ccxt

from lefi_tui.adapters.ccxt_answers import Account, Plain, outcome, outcome_of
from lefi_tui.adapters.ccxt_client import Refusal
from lefi_tui.adapters.ccxt_exits import became
from lefi_tui.adapters.ccxt_markets import decimal_of

STOP: Final = "stop"
AT_MARKET: Final = "-1"
PAST: Final = "PAST"  # the price is beyond it already, in the desk's word
WOULD_FIRE: Final = ("51277", "51278", "51279", "51280")  # the same in OKX's
# Its states in the words that all exits are told in.
STATES: Final = {"canceled": "CANCELED", "order_failed": "REJECTED", "partially_failed": "REJECTED"}


class OkxExits:
    def __init__(self, on: Account) -> None:
        self._on = on

    def questions(self) -> dict[str, Callable[..., Awaitable[Any]]]:
        return {
            "protect": self._protect,
            "unprotect": self._unprotect,
            "exit": self._exit,
            "fit": self._fit,
        }

    async def _protect(self, symbol: str, side: str, order: str, leg: str, price: str) -> Plain:
        await self._on.client.load_markets()
        try:
            asked = await self._asked(symbol, leg, price)
            told = await self._on.client.privatePostTradeOrderAlgo(
                {
                    "instId": self._on.client.market(symbol)["id"],
                    "tdMode": self._on.ways.margin["marginMode"],
                    "side": side,
                    "posSide": "net",
                    "ordType": "conditional",
                    "algoClOrdId": order,
                    "reduceOnly": True,
                    **asked,
                }
            )
        except Refusal as refusal:  # it never left
            return outcome("refused", "HELD_BACK", str(refusal))
        except ccxt.BaseError as error:
            found = outcome_of(error, self._on.ways)
            return {**found, "code": PAST} if _is_past(error) else found
        number = (told.get("data") or [{}])[0].get("algoId")
        if not number:
            return outcome("unknown", "", "its answer can't be read")
        return outcome("accepted", "", "", venue_order_id=str(number))

    async def _asked(self, symbol: str, leg: str, price: str) -> Plain:
        level = self._on.client.price_to_precision(symbol, price)
        if leg == STOP:
            return {"slTriggerPx": level, "slOrdPx": AT_MARKET, "closeFraction": "1"}
        size = str(await self._contracts(symbol))
        return {"tpTriggerPx": level, "tpOrdPx": AT_MARKET, "sz": size, "cxlOnClosePos": True}

    async def _contracts(self, symbol: str) -> Decimal:
        """Of the open position."""
        found = await self._on.client.fetch_positions([symbol])
        return sum((decimal_of(each["contracts"]) for each in found), Decimal(0))

    async def _fit(self, symbol: str, order: str) -> Plain:
        """A target is made as large as the position has become."""
        await self._on.client.load_markets()
        size, asked = await self._contracts(symbol), {"algoClOrdId": order}
        try:
            found = (await self._on.client.privateGetTradeOrderAlgo(asked))["data"][0]
            if not size or found.get("closeFraction") or decimal_of(found["sz"]) == size:
                return outcome("fits", "", "")
            name = self._on.client.market(symbol)["id"]
            change = {**asked, "instId": name, "newSz": str(size)}
            await self._on.client.privatePostTradeAmendAlgos(change)
        except ccxt.OrderNotFound:
            return outcome("gone", "", "")
        except ccxt.BaseError as error:
            return outcome_of(error, self._on.ways)
        return outcome("fits", "", "")

    async def _unprotect(self, symbol: str, order: str) -> Plain:
        await self._on.client.load_markets()
        name = self._on.client.market(symbol)["id"]
        try:
            await self._on.client.privatePostTradeCancelAlgos(
                [{"instId": name, "algoClOrdId": order}]
            )
        except ccxt.OrderNotFound:
            return outcome("gone", "", "")
        except ccxt.BaseError as error:
            return outcome_of(error, self._on.ways)
        return outcome("canceled", "", "")

    async def _exit(self, symbol: str, order: str) -> Plain:
        """Its state there and, once it was met, the trades of the order that it became."""
        await self._on.client.load_markets()
        try:
            told = await self._on.client.privateGetTradeOrderAlgo({"algoClOrdId": order})
        except ccxt.OrderNotFound:
            return {"is_found": False}
        found = told["data"][0]
        return {
            "is_found": True,
            "venue_order_id": str(found["algoId"]),
            "status": STATES.get(found["state"], "NEW"),
            **await became(self._on, symbol, found.get("ordIdList") or []),
        }


def _is_past(error: ccxt.BaseError) -> bool:
    return any(code in str(error) for code in WOULD_FIRE)
