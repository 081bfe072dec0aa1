"""What an exchange says of orders, trades and errors, in plain words for the other process.

The rules it keeps: what the exchange may have taken although it did not say so is "unknown", never
"refused"; sizes are units of the base. Only the worker process loads this.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import ccxt.async_support as ccxt
from msgspec import Struct

from lefi_tui.adapters.ccxt_markets import contract_of, decimal_of
from lefi_tui.adapters.venue_ways import Ways
from lefi_tui.errors import shown
from lefi_tui.redaction import REDACTOR

TEXT_MOST: Final = 300
PAGES_MAX: Final = 40  # of the trades of one order: more can't be read within a question's limit
ID_DIGITS: Final = 20
# Refused before it could be taken: the clock, too many requests.
NOT_TAKEN: Final = (ccxt.InvalidNonce, ccxt.DDoSProtection, ccxt.RateLimitExceeded)
REFUSED: Final = (
    ccxt.InvalidOrder,
    ccxt.InsufficientFunds,
    ccxt.BadRequest,
    ccxt.OperationRejected,
    ccxt.AuthenticationError,
    ccxt.NotSupported,
)


Plain = dict[str, Any]


class Account(Struct):
    """The client with an account's key, and what several kinds of questions read from it."""

    client: Any
    ways: Ways
    currency: str

    @property
    def is_usdm(self) -> bool:
        return bool(self.client.id == "binanceusdm")

    def told(self, order: Mapping[str, Any]) -> Plain:
        contract = contract_of(self.client.market(order["symbol"]))
        return {
            "id": order.get("clientOrderId") or order["info"].get("algoClOrdId") or "",
            "venue_order_id": str(order["id"]),
            "symbol": order["symbol"],
            "side": order["side"],
            "status": order["status"],
            "units": str(decimal_of(order["amount"]) * contract),
            "filled": str(decimal_of(order["filled"]) * contract),
            "price": None if order.get("price") is None else str(decimal_of(order["price"])),
            "at_ms": order.get("lastTradeTimestamp") or order.get("timestamp") or 0,
        }

    async def trades_of(self, symbol: str, venue_order_id: str, since_ms: int) -> list[Plain]:
        """Asked for by its number where the exchange can; else of all since then. Oldest first."""
        by, most = self.ways.trades_by, self.ways.rows_most
        params, since = ({by: venue_order_id}, None) if by else ({}, since_ms or None)
        found: dict[str, Mapping[str, Any]] = {}
        for _ in range(PAGES_MAX):
            page = await self.client.fetch_my_trades(symbol, since, most, params)
            found |= {str(each["id"]): each for each in page}
            newest_ms = page[-1]["timestamp"] if page else None
            if len(page) < most or not (by or since) or since == newest_ms:
                mine = [each for each in found.values() if str(each["order"]) == venue_order_id]
                mine.sort(key=lambda each: (each["timestamp"], str(each["id"]).zfill(ID_DIGITS)))
                return [self.trade(each) for each in mine]
            params, since = self._beyond(params, page), None if by else newest_ms
        raise ccxt.ExchangeError(f"an order with more than {PAGES_MAX * most} trades")

    def _beyond(self, params: Plain, page: list[Mapping[str, Any]]) -> Plain:
        """What asks for more than this page. Binance does not say which a full one holds, so it is
        read from its first trade on; OKX goes from the newest back."""
        match self.ways.trades_by:
            case "orderId":
                last = max(int(each["id"]) for each in page) if "fromId" in params else -1
                return {**params, "fromId": last + 1}
            case "ordId":
                return {**params, "after": min((e["info"]["billId"] for e in page), key=int)}
            case _:
                return params  # it is asked by time

    def trade(self, trade: Mapping[str, Any]) -> Plain:
        contract = contract_of(self.client.market(trade["symbol"]))
        fee = trade.get("fee") or {}
        return {
            "id": str(trade["id"]),
            "order": str(trade["order"]),
            "symbol": trade["symbol"],
            "side": trade["side"],
            "price": str(decimal_of(trade["price"])),
            "units": str(decimal_of(trade["amount"]) * contract),
            "fee": str(decimal_of(fee.get("cost"))),
            "fee_currency": fee.get("currency") or "",
            "liquidity": trade.get("takerOrMaker") or "taker",
            "at_ms": int(trade["timestamp"]),
        }


def outcome_of(error: ccxt.BaseError, ways: Ways) -> Plain:
    """What an error says of an order: refused, or unknown where the exchange may have taken it."""
    text, code = words_of(error)
    if any(each in text for each in ways.alive):
        return outcome("unknown", "", "an order of this id is there already")
    if isinstance(error, NOT_TAKEN) or code in ways.busy:
        return outcome("refused", "NOT_TAKEN", text)
    if code in ways.reduces:  # ccxt does not know each of them
        return outcome("refused", "REDUCE_ONLY", text)
    if isinstance(error, REFUSED):
        return outcome("refused", "RULES" if code in ways.rules else type(error).__name__, text)
    return outcome("unknown", "", text)


def words_of(error: ccxt.BaseError) -> tuple[str, str]:
    """The exchange's own words and its number for them; ccxt hands on the answer as it came."""
    text = str(error)
    try:
        told = json.loads(text[text.index("{") : text.rindex("}") + 1])
        one = next(iter(told.get("data") or ()), told)
        code = str(one.get("sCode") or told.get("code") or "")
        words = str(one.get("sMsg") or told.get("msg") or "")
    except (AttributeError, TypeError, ValueError):
        return text, ""
    return (f"{words or text} ({code})" if code else words or text), code


def outcome(state: str, code: str, text: str, **more: Any) -> Plain:
    # It goes to journal and screen: an exchange may have echoed the key (faults.md, 47).
    words = shown(REDACTOR.clean(text)[:TEXT_MOST], keep="")
    return {"state": state, "code": code, "text": words, **more}
