"""Orders of one account through ccxt: place, cancel, look up.

The rules it keeps: an order is sent once and never again from here; every amount and price is
checked to stand on the market's grid, for ccxt would cut it silently. Only the worker loads this.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any, Final

import ccxt.async_support as ccxt

from lefi_tui.adapters.ccxt_answers import Account, Plain, outcome, outcome_of
from lefi_tui.adapters.ccxt_client import Refusal, orders_in
from lefi_tui.adapters.ccxt_entry import Entry
from lefi_tui.adapters.ccxt_markets import contract_of, decimal_of
from lefi_tui.adapters.ccxt_together import together
from lefi_tui.adapters.held_questions import DroppedError, gate, passed
from lefi_tui.adapters.sent_stamps import naming
from lefi_tui.adapters.venue_ways import ORDER_WINDOW_MS, Window

NAMED_MAX: Final = 10  # orders that are asked for their name: one question each
NAMES_MAX: Final = 1_000
ORDER_PATHS: Final = frozenset({"trade/order", "trade/batch-orders"})
Time = Callable[[], Awaitable[int]]


class Orders:
    def __init__(self, on: Account, time: Time, entry: Entry | None) -> None:
        """`time` asks for the exchange's own clock, in ms; `entry` is a quicker way than the
        client's own calls, where there is one."""
        self._on, self._time, self._entry = on, time, entry
        self._names: dict[str, str] = {}  # of orders that traded, by their number there

    def questions(self) -> dict[str, Callable[..., Awaitable[Any]]]:
        return {"place": self._place, "cancel": self._cancel, "order": self._order}

    async def _place(self, orders: list[Plain]) -> list[Plain]:
        """The outcome of each, in their sequence: accepted, refused or unknown."""
        await self._on.client.load_markets()
        by_client = self._entry is None and (len(orders) == 1 or not self._on.ways.together)
        made = [] if by_client else [self._request(each) for each in orders]
        if self._entry is not None and gate.get() is not None:
            self._entry.sign([each for each in made if "state" not in each])
        try:
            going = await passed()  # whatever way they take, they stand here until they may
        except DroppedError as dropped:
            return [outcome("refused", "HELD_BACK", str(dropped)) for _ in orders]
        if self._entry is not None and going > 1:
            self._entry.beside_others()
        if by_client:
            return list(await asyncio.gather(*(self._placed(each) for each in orders)))
        told = iter(await self._sent([each for each in made if "state" not in each]))
        return [each if "state" in each else next(told) for each in made]

    async def _sent(self, requests: list[Plain]) -> list[Plain]:
        if self._entry is not None:
            return await self._entry.send(requests)
        most = self._on.ways.together
        parts = [requests[at : at + most] for at in range(0, len(requests), most)]
        told = await asyncio.gather(*(together(self._on, part) for part in parts))
        return [each for part in told for each in part]

    def _asked(self, order: Plain) -> tuple[Any, ...]:
        """As the client takes an order: symbol, kind, side, amount, price, params."""
        market = self._on.client.market(order["symbol"])
        amount = decimal_of(order["units"]) / contract_of(market)
        kind = "limit" if order["limit"] is not None else "market"
        params = self._order_params(order)
        return order["symbol"], kind, order["side"], str(amount), order["limit"], params

    def _request(self, order: Plain) -> Plain:
        """What the client itself would send, or the outcome where it would refuse to."""
        wrong = self._off_grid(order)
        if wrong:
            return outcome("refused", "OFF_GRID", wrong)
        try:
            return dict(self._on.client.create_order_request(*self._asked(order)))
        except ccxt.BaseError as error:
            return outcome_of(error, self._on.ways)

    async def _placed(self, order: Plain) -> Plain:
        wrong = self._off_grid(order)
        if wrong:
            return outcome("refused", "OFF_GRID", wrong)
        orders_in.set(1)
        naming.set((order["id"],))
        try:
            told = await self._on.client.create_order(*self._asked(order))
        except Refusal as refusal:  # it never left
            return outcome("refused", "HELD_BACK", str(refusal))
        except ccxt.BaseError as error:
            return outcome_of(error, self._on.ways)
        if told.get("id") is None:  # a page for people, or half an answer: it may live all the same
            return outcome("unknown", "", "its answer can't be read")
        return outcome("accepted", "", "", venue_order_id=str(told["id"]))

    def _off_grid(self, order: Plain) -> str:
        """ccxt cuts what does not fit the market; an order is what was asked, or none."""
        market = self._on.client.market(order["symbol"])
        amount = decimal_of(order["units"]) / contract_of(market)
        try:
            fitted = decimal_of(self._on.client.amount_to_precision(order["symbol"], str(amount)))
        except ccxt.InvalidOrder as error:
            return str(error)
        if fitted != amount:
            return f"{amount} would be sent as {fitted}"
        if order["limit"] is None:
            return ""
        price = decimal_of(self._on.client.price_to_precision(order["symbol"], order["limit"]))
        same = price == decimal_of(order["limit"])
        return "" if same else f"a limit of {order['limit']} would be sent as {price}"

    def _order_params(self, order: Plain) -> Plain:
        params: Plain = {"clientOrderId": order["id"]}
        if order["tif"] != "GTC" and order["limit"] is not None:
            params["timeInForce"] = order["tif"]
        if order["post_only"]:
            params["postOnly"] = True
        if self._on.client.market(order["symbol"])["contract"]:  # spot can't go below nothing
            params |= self._on.ways.margin
            if order["reduce_only"]:
                params["reduceOnly"] = True
        return params | self._on.ways.order_params()

    async def _cancel(self, symbol: str, order: str) -> Plain:
        await self._on.client.load_markets()
        if self._entry is not None:
            return await self._entry.cancel(str(self._on.client.market(symbol)["id"]), order)
        return await ended(self._on, symbol, {"clientOrderId": order})

    async def _order(self, symbol: str, order: str, since_ms: int) -> Plain:
        """All there is of one order: its state, its trades; and beside them the exchange's time.

        Where it is not found: whether there are trades since then that belong to no order we know.
        """
        await self._on.client.load_markets()
        begun_ms = await self._time()
        try:
            told = await self._on.client.fetch_order("", symbol, {"clientOrderId": order})
        except ccxt.OrderNotFound:
            return await self._absent(symbol, order, since_ms, begun_ms)
        trades = await self._on.trades_of(symbol, str(told["id"]), since_ms)
        return {"is_found": True, **self._on.told(told), "trades": trades, "server_ms": begun_ms}

    async def _absent(self, symbol: str, order: str, since_ms: int, begun_ms: int) -> Plain:
        """An exchange that lags says "no such order" of one it has (faults.md, 5): so its lists."""
        listed = await self._listed(symbol, since_ms or None)
        told = next((each for each in listed if each.get("clientOrderId") == order), None)
        if told is not None:
            trades = await self._on.trades_of(symbol, str(told["id"]), since_ms)
            return {
                "is_found": True,
                **self._on.told(told),
                "trades": trades,
                "server_ms": begun_ms,
            }
        known = {str(each["id"]) for each in listed}
        most = self._on.ways.rows_most
        trades = await self._on.client.fetch_my_trades(symbol, since_ms or None, most)
        numbers = {str(each["order"]) for each in trades if _is_stray(each, order, known)}
        stray = await self._nameless(symbol, order, sorted(numbers))
        return {"is_found": False, "stray": stray, "server_ms": begun_ms}

    async def _nameless(self, symbol: str, order: str, numbers: list[str]) -> list[str]:
        """Those that may be this one. An order that was placed before what is listed trades too:
        each is asked for its name, once."""
        for number in [each for each in numbers if each not in self._names][:NAMED_MAX]:
            with suppress(ccxt.OrderNotFound):
                told = await self._on.client.fetch_order(number, symbol)
                self._names[number] = str(told.get("clientOrderId") or order)
        while len(self._names) > NAMES_MAX:
            del self._names[next(iter(self._names))]
        return [each for each in numbers if self._names.get(each, order) == order]

    async def _listed(self, symbol: str, since_ms: int | None) -> list[Plain]:
        """Whatever became of them, the newest of them at least."""
        client, most = self._on.client, self._on.ways.rows_most
        if self._on.ways.lists_ended:
            return list(await client.fetch_orders(symbol, since_ms, most))
        lists = (client.fetch_open_orders, client.fetch_closed_orders, client.fetch_canceled_orders)
        found = await asyncio.gather(*(each(symbol, since_ms, most) for each in lists))
        return [order for each in found for order in each]


def _is_stray(trade: Plain, order: str, known: set[str]) -> bool:
    """Of the order in question, or of none that is listed; some exchanges name it on the trade."""
    named = trade["info"].get("clOrdId")
    return named == order if named else str(trade["order"]) not in known


async def ended(on: Account, symbol: str, params: Plain) -> Plain:
    """`canceled`, `gone` where the exchange has nothing to cancel, else unknown."""
    await on.client.load_markets()
    try:
        await on.client.cancel_order("", symbol, params)
    except ccxt.OrderNotFound:
        return outcome("gone", "", "")
    except ccxt.BaseError as error:
        return outcome_of(error, on.ways)
    return outcome("canceled", "", "")


def until_when(on: Account) -> None:
    """Where an exchange reads it from a header, ccxt has no word for it: each new order says until
    when it is good, by the exchange's clock."""
    client, window = on.client, on.ways.window
    if window is not Window.HEADER:
        return
    signed = client.sign

    def sign(path: str, *asked: Any, **more: Any) -> Any:
        made = signed(path, *asked, **more)
        if path in ORDER_PATHS and made["method"] == "POST":
            made["headers"][window.value] = str(client.nonce() + ORDER_WINDOW_MS)
        return made

    client.sign = sign
