"""One account's own questions through ccxt: place, cancel, look up, what works, what is held.

The rules it keeps: an order is sent once and never again from here; what the exchange may have
taken although it did not say so is "unknown", never "refused"; every amount and price is checked to
stand on the market's grid, for ccxt would cut it silently. Only the worker process loads this.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import Any, Final

import ccxt.async_support as ccxt

from lefi_tui.adapters.ccxt_client import PublicExchange, Refusal
from lefi_tui.adapters.ccxt_keys import NEVER, to_sandbox
from lefi_tui.adapters.ccxt_markets import contract_of, decimal_of
from lefi_tui.ports.clock import Clock
from lefi_tui.redaction import REDACTOR

# An order is good for so long by the exchange's clock; after it nothing can come of it any more.
ORDER_WINDOW_MS: Final = 2_000
# Wallets that an order key need not see: asked for, they would stop a start (faults.md, 17).
QUIET: Final[Mapping[str, Any]] = {
    "fetchCurrencies": False,
    "fetchMargins": False,
    "adjustForTimeDifference": True,
    "fetchOpenOrders": {"warnWithoutSymbol": False},
}
TRADES_MOST: Final = 500  # of one answer
# Binance's word that an order of this id works already: it is alive, whatever else was said.
ALIVE: Final = "-4116"
# Refused before it could be taken: the clock, too many requests, a busy engine that says so.
NOT_TAKEN: Final = (ccxt.InvalidNonce, ccxt.DDoSProtection, ccxt.RateLimitExceeded)
BUSY: Final = "-1008"
REFUSED: Final = (
    ccxt.InvalidOrder,
    ccxt.InsufficientFunds,
    ccxt.BadRequest,
    ccxt.OperationRejected,
    ccxt.AuthenticationError,
    ccxt.NotSupported,
)

_TRIGGERS: Final = {"stop": "stopLossPrice", "target": "takeProfitPrice"}

Plain = dict[str, Any]


class PrivateExchange(PublicExchange):
    """With the account's key, which leaves this process only in signatures."""

    def __init__(self, begin: Mapping[str, Any], clock: Clock) -> None:
        """`begin` is the worker's first line: exchange, its ccxt table, key, is_sandbox."""
        for each in begin["key"].values():
            REDACTOR.learn(each)
        given = {name: value for name, value in begin["ccxt"].items() if name not in NEVER}
        options = {**QUIET, **given.get("options", {})}
        name, key = begin["exchange"], begin["key"]
        super().__init__(name, {**given, **key, "options": options}, clock)
        self._client.verbose = False
        if begin.get("is_sandbox"):
            to_sandbox(self._client)
        self._is_binance = name.startswith("binance")
        questions: dict[str, Callable[..., Awaitable[Any]]] = {
            "place": self._place,
            "cancel": self._cancel,
            "order": self._order,
            "protect": self._protect,
            "unprotect": self._unprotect,
            "exit": self._exit,
            "working": self._working,
            "holdings": self._holdings,
            "balance": self._balance,
            "leverage": self._leverage,
        }
        self._questions.update(questions)

    # ---- orders

    async def _place(self, orders: list[Plain]) -> list[Plain]:
        """The outcome of each, in their sequence: accepted, refused or unknown."""
        await self._client.load_markets()
        return list(await asyncio.gather(*(self._placed(each) for each in orders)))

    async def _placed(self, order: Plain) -> Plain:
        wrong = self._off_grid(order)
        if wrong:
            return _outcome("refused", "OFF_GRID", wrong)
        market = self._client.market(order["symbol"])
        amount = decimal_of(order["units"]) / contract_of(market)
        kind = "limit" if order["limit"] is not None else "market"
        try:
            told = await self._client.create_order(
                order["symbol"],
                kind,
                order["side"],
                str(amount),
                order["limit"],
                self._order_params(order),
            )
        except Refusal as refusal:  # it never left
            return _outcome("refused", "HELD_BACK", str(refusal))
        except ccxt.BaseError as error:
            return outcome_of(error)
        if told.get("id") is None:  # a page for people, or half an answer: it may live all the same
            return _outcome("unknown", "", "its answer can't be read")
        return _outcome("accepted", "", "", venue_order_id=str(told["id"]))

    def _off_grid(self, order: Plain) -> str:
        """ccxt cuts what does not fit the market; an order is what was asked, or none."""
        market = self._client.market(order["symbol"])
        amount = decimal_of(order["units"]) / contract_of(market)
        try:
            fitted = decimal_of(self._client.amount_to_precision(order["symbol"], str(amount)))
        except ccxt.InvalidOrder as error:
            return str(error)
        if fitted != amount:
            return f"{amount} would be sent as {fitted}"
        if order["limit"] is None:
            return ""
        price = decimal_of(self._client.price_to_precision(order["symbol"], order["limit"]))
        same = price == decimal_of(order["limit"])
        return "" if same else f"a limit of {order['limit']} would be sent as {price}"

    def _order_params(self, order: Plain) -> Plain:
        params: Plain = {"clientOrderId": order["id"]}
        if order["tif"] != "GTC" and order["limit"] is not None:
            params["timeInForce"] = order["tif"]
        if order["post_only"]:
            params["postOnly"] = True
        if order["reduce_only"]:
            params["reduceOnly"] = True
        if self._is_binance:
            params["recvWindow"] = ORDER_WINDOW_MS
        return params

    async def _cancel(self, symbol: str, order: str) -> Plain:
        return await self._ended(symbol, {"clientOrderId": order})

    async def _ended(self, symbol: str, params: Plain) -> Plain:
        """`canceled`, `gone` where the exchange has nothing to cancel, else unknown."""
        await self._client.load_markets()
        try:
            await self._client.cancel_order("", symbol, params)
        except ccxt.OrderNotFound:
            return _outcome("gone", "", "")
        except ccxt.BaseError as error:
            return outcome_of(error)
        return _outcome("canceled", "", "")

    async def _order(self, symbol: str, order: str, since_ms: int) -> Plain:
        """All there is of one order: its state, its trades; and beside them the exchange's time.

        Where it is not found: whether there are trades since then that belong to no order we know.
        """
        await self._client.load_markets()
        begun_ms = await self._time()
        try:
            told = await self._client.fetch_order("", symbol, {"clientOrderId": order})
        except ccxt.OrderNotFound:
            return await self._absent(symbol, order, since_ms, begun_ms)
        trades = await self._trades_of(symbol, str(told["id"]), since_ms)
        return {"is_found": True, **self._told(told), "trades": trades, "server_ms": begun_ms}

    async def _absent(self, symbol: str, order: str, since_ms: int, begun_ms: int) -> Plain:
        """An exchange that lags says "no such order" of one it has (faults.md, 5): so its lists."""
        listed = await self._client.fetch_orders(symbol, since_ms or None, TRADES_MOST)
        told = next((each for each in listed if each.get("clientOrderId") == order), None)
        if told is not None:
            trades = await self._trades_of(symbol, str(told["id"]), since_ms)
            return {"is_found": True, **self._told(told), "trades": trades, "server_ms": begun_ms}
        known = {str(each["id"]) for each in listed}
        trades = await self._client.fetch_my_trades(symbol, since_ms or None, TRADES_MOST)
        stray = [str(each["order"]) for each in trades if str(each["order"]) not in known]
        return {"is_found": False, "stray": sorted(set(stray)), "server_ms": begun_ms}

    def _told(self, order: Mapping[str, Any]) -> Plain:
        contract = contract_of(self._client.market(order["symbol"]))
        return {
            "id": order.get("clientOrderId") or "",
            "venue_order_id": str(order["id"]),
            "symbol": order["symbol"],
            "side": order["side"],
            "status": order["status"],
            "units": str(decimal_of(order["amount"]) * contract),
            "filled": str(decimal_of(order["filled"]) * contract),
            "price": None if order.get("price") is None else str(decimal_of(order["price"])),
            "at_ms": order.get("lastTradeTimestamp") or order.get("timestamp") or 0,
        }

    async def _trades_of(self, symbol: str, venue_order_id: str, since_ms: int) -> list[Plain]:
        params = {"orderId": venue_order_id} if self._is_binance else {"ordId": venue_order_id}
        since = None if self._is_binance else since_ms or None
        trades = await self._client.fetch_my_trades(symbol, since, TRADES_MOST, params)
        mine = [each for each in trades if str(each["order"]) == venue_order_id]
        return [self._trade(each) for each in mine]

    def _trade(self, trade: Mapping[str, Any]) -> Plain:
        contract = contract_of(self._client.market(trade["symbol"]))
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

    # ---- exits that the exchange holds

    async def _protect(self, symbol: str, side: str, order: str, leg: str, price: str) -> Plain:
        """One that closes the whole position when its price is met."""
        await self._client.load_markets()
        params: Plain = {"clientOrderId": order, "closePosition": True, _TRIGGERS[leg]: price}
        if self._is_binance:
            params["recvWindow"] = ORDER_WINDOW_MS
        try:
            told = await self._client.create_order(symbol, "market", side, None, None, params)
        except Refusal as refusal:  # it never left
            return _outcome("refused", "HELD_BACK", str(refusal))
        except ccxt.BaseError as error:
            return outcome_of(error)
        return _outcome("accepted", "", "", venue_order_id=str(told["id"] or ""))

    async def _unprotect(self, symbol: str, order: str) -> Plain:
        return await self._ended(symbol, {"clientOrderId": order, "trigger": True})

    async def _exit(self, symbol: str, order: str) -> Plain:
        """Its state there and, once it was met, the trades of the order that it became."""
        await self._client.load_markets()
        params = {"clientOrderId": order, "trigger": True}
        try:
            told = await self._client.fetch_order("", symbol, params)
        except ccxt.OrderNotFound:
            return {"is_found": False}
        info = told["info"]
        child, trades = str(info.get("actualOrderId") or ""), []
        if child:
            done = await self._client.fetch_order(child, symbol)
            trades = await self._trades_of(symbol, child, 0)
            for each in trades:
                each["is_last"] = done["status"] == "closed" and each is trades[-1]
        return {"is_found": True, "status": info["algoStatus"], "trades": trades}

    # ---- what there is

    async def _working(self, symbols: list[str] | None = None) -> list[Plain]:
        """Of these markets, or of all: which Binance counts as forty questions. Exits that the
        exchange holds are asked for apart: a plain question hides them."""
        await self._client.load_markets()
        asked: list[str | None] = [None] if symbols is None else [*symbols]
        kinds: list[Plain] = [{}]
        if self._is_binance and self._has_positions():
            kinds.append({"trigger": True})
        found = await asyncio.gather(
            *(
                self._client.fetch_open_orders(symbol, None, None, kind)
                for symbol in asked
                for kind in kinds
            )
        )
        return [self._told(each) for orders in found for each in orders]

    async def _holdings(self) -> Plain:
        """Signed units by symbol; the balance of the account's own wallet beside them."""
        await self._client.load_markets()
        positions = await self._client.fetch_positions() if self._has_positions() else []
        units, entries = {}, {}
        for each in positions:
            contract = contract_of(self._client.market(each["symbol"]))
            size = decimal_of(each["contracts"]) * contract
            if size:
                units[each["symbol"]] = str(-size if each["side"] == "short" else size)
                entries[each["symbol"]] = str(decimal_of(each["entryPrice"]))
        return {"units": units, "entries": entries}

    async def _balance(self, currency: str) -> Plain:
        """Of the account's own wallet, profit of open positions left out."""
        told = (await self._client.fetch_balance()).get(currency) or {}
        return {name: str(decimal_of(told.get(name))) for name in ("total", "free")}

    def _has_positions(self) -> bool:
        return bool(self._client.has.get("fetchPositions"))

    async def _leverage(self, symbol: str, leverage: str) -> str:
        """Set, and read back what is in force."""
        await self._client.load_markets()
        await self._client.set_leverage(int(Decimal(leverage)), symbol)
        told = await self._client.fetch_leverages([symbol])
        return str(decimal_of(told[symbol]["longLeverage"]))


def outcome_of(error: ccxt.BaseError) -> Plain:
    """What an error says of an order: refused, or unknown where the exchange may have taken it."""
    text = str(error)
    if ALIVE in text:
        return _outcome("unknown", "", "an order of this id works there already")
    if isinstance(error, NOT_TAKEN) or BUSY in text:
        return _outcome("refused", "NOT_TAKEN", text)
    if isinstance(error, REFUSED):
        return _outcome("refused", type(error).__name__, text)
    return _outcome("unknown", "", text)


def _outcome(state: str, code: str, text: str, **more: Any) -> Plain:
    # It goes to journal and screen: an exchange may have echoed the key (faults.md, 47).
    return {"state": state, "code": code, "text": REDACTOR.clean(text)[:300], **more}
