"""REST: orders, algo orders, fills, and the dead-man's timer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tests.exchange.loopback.ask import Ask, Route
from tests.exchange.loopback.matching import Order
from tests.exchange.loopback.refused import RefusedError
from tests.exchange.usdm import algos, trading, views

if TYPE_CHECKING:
    from tests.exchange.usdm.venue import UsdmVenue

BATCH_MOST: Final = 5
ROWS_MOST: Final = 1_000


def place(venue: UsdmVenue, ask: Ask) -> Any:
    venue.limits.count_orders(ask.now_ms)
    account = venue.account(ask)
    return views.acknowledged(trading.place(account, trading.draft(account, ask)))


def place_batch(venue: UsdmVenue, ask: Ask) -> Any:
    """Each stands for itself: some may be refused."""
    wanted = json.loads(ask.text("batchOrders"))
    if len(wanted) > BATCH_MOST:
        raise RefusedError(-4082, "Invalid number of batch orders, up to 5.")
    venue.limits.count_orders(ask.now_ms, len(wanted))
    return [_each(venue, ask, each) for each in wanted]


def _each(venue: UsdmVenue, ask: Ask, wanted: Mapping[str, Any]) -> Any:
    account = venue.account(ask)
    params = {name: str(value) for name, value in wanted.items()}
    try:
        refusal = venue.refusal_within(ask, params)
        if refusal is not None:
            raise refusal
        made = trading.draft(account, replace(ask, params=params))
        return views.acknowledged(trading.place(account, made))
    except RefusedError as refused:
        return {"code": refused.code, "msg": refused.text}


def amend(venue: UsdmVenue, ask: Ask) -> Any:
    venue.limits.count_orders(ask.now_ms)
    account = venue.account(ask)
    order = trading.found(account, ask)
    if order is None:
        raise RefusedError(-2013, "Order does not exist.")
    return views.order(trading.amend(account, order, ask))


def cancel(venue: UsdmVenue, ask: Ask) -> Any:
    account = venue.account(ask)
    return views.order(trading.cancel(account, trading.found(account, ask)))


def cancel_batch(venue: UsdmVenue, ask: Ask) -> Any:
    by_number = json.loads(ask.params.get("orderIdList") or ask.params.get("orderidlist") or "[]")
    by_client = json.loads(
        ask.params.get("origClientOrderIdList") or ask.params.get("origclientorderidlist") or "[]"
    )
    asked = [{"orderId": str(each)} for each in by_number]
    asked += [{"origClientOrderId": str(each)} for each in by_client]
    told: list[Any] = []
    for each in asked:
        params = {"symbol": ask.text("symbol"), **each}
        try:
            told.append(cancel(venue, replace(ask, params=params)))
        except RefusedError as refused:
            told.append({"code": refused.code, "msg": refused.text})
    return told


def cancel_all(venue: UsdmVenue, ask: Ask) -> Any:
    """Plain orders alone: stops stay."""
    account = venue.account(ask)
    for order in account.matcher.open(ask.text("symbol")):
        account.matcher.end(order, "CANCELED")
    return {"code": 200, "msg": "The operation of cancel all open order is done."}


def order(venue: UsdmVenue, ask: Ask) -> Any:
    account = venue.account(ask)
    asked = trading.found(account, ask)
    if asked is None or not venue.is_visible(account, asked.client_id, asked.created_ms):
        raise RefusedError(-2013, "Order does not exist.")
    return views.order(asked)


def open_orders(venue: UsdmVenue, ask: Ask) -> Any:
    account = venue.account(ask)
    found = account.matcher.open(ask.params.get("symbol", ""))
    return [views.order(each) for each in _visible(venue, ask, found)]


def all_orders(venue: UsdmVenue, ask: Ask) -> Any:
    account = venue.account(ask)
    since, until = ask.whole("startTime", 0), ask.whole("endTime", 2**62)
    found = [
        each
        for each in account.matcher.orders.values()
        if each.symbol == ask.text("symbol")
        and since <= each.created_ms <= until
        and each.number >= ask.whole("orderId", 0)
    ]
    most = min(ask.whole("limit", 500), ROWS_MOST)
    return [views.order(each) for each in _visible(venue, ask, found)[-most:]]


def fills(venue: UsdmVenue, ask: Ask) -> Any:
    """Oldest first. `fromId` begins there; else the newest of the last week."""
    account, symbol = venue.account(ask), ask.text("symbol")
    asked = ask.whole("orderId", 0)
    orders = [
        each
        for each in account.matcher.orders.values()
        if each.symbol == symbol and asked in {0, each.number}
    ]
    rows = [row for each in _visible(venue, ask, orders) for row in views.fills(each)]
    rows.sort(key=lambda row: int(row["id"]))
    most = min(ask.whole("limit", 500), ROWS_MOST)
    if "fromId" in ask.params:
        return [row for row in rows if row["id"] >= ask.whole("fromId", 0)][:most]
    since, until = ask.whole("startTime", 0), ask.whole("endTime", 2**62)
    rows = [row for row in rows if since <= row["time"] <= until]
    return rows[:most] if "startTime" in ask.params else rows[-most:]


def _visible(venue: UsdmVenue, ask: Ask, orders: list[Order]) -> list[Order]:
    account = venue.account(ask)
    return [each for each in orders if venue.is_visible(account, each.client_id, each.created_ms)]


# ---- conditional orders


def place_algo(venue: UsdmVenue, ask: Ask) -> Any:
    venue.limits.count_orders(ask.now_ms)
    return views.algo(algos.place(venue.account(ask), ask))


def cancel_algo(venue: UsdmVenue, ask: Ask) -> Any:
    account = venue.account(ask)
    ended = algos.cancel(account, algos.found(account, ask))
    return {"algoId": ended.number, "clientAlgoId": ended.client_id, "code": "200",
            "msg": "success"}  # fmt: skip


def cancel_all_algos(venue: UsdmVenue, ask: Ask) -> Any:
    account = venue.account(ask)
    for each in algos.open_of(account, ask.text("symbol")):
        algos.end(account, each, "CANCELED")
    return {"code": 200, "msg": "The operation of cancel all open order is done."}


def algo(venue: UsdmVenue, ask: Ask) -> Any:
    account = venue.account(ask)
    asked = algos.found(account, ask)
    if asked is None or not venue.is_visible(account, asked.client_id, asked.created_ms):
        raise RefusedError(-2013, "Order does not exist.")
    return views.algo(asked)


def open_algos(venue: UsdmVenue, ask: Ask) -> Any:
    account = venue.account(ask)
    return [
        views.algo(each)
        for each in algos.open_of(account, ask.params.get("symbol", ""))
        if venue.is_visible(account, each.client_id, each.created_ms)
    ]


def all_algos(venue: UsdmVenue, ask: Ask) -> Any:
    account = venue.account(ask)
    return [
        views.algo(each) for each in account.algos.values() if each.symbol == ask.text("symbol")
    ]


# ---- the dead-man's timer


def count_down(venue: UsdmVenue, ask: Ask) -> Any:
    """When it is not renewed, the plain orders of this symbol are canceled; 0 takes it away."""
    account, symbol = venue.account(ask), ask.text("symbol")
    wait_ms = int(Decimal(ask.text("countdownTime")))
    account.dead_men.pop(symbol, None)
    if wait_ms:
        due_ms = account.dead_men[symbol] = ask.now_ms + wait_ms
        venue.agenda.after(wait_ms, lambda: venue.dead_man(account, symbol, due_ms))
    return {"symbol": symbol, "countdownTime": str(wait_ms)}


ROUTES: Final[Mapping[str, Route]] = {
    "POST /fapi/v1/order": Route(place, "trade", 1, is_order=True),
    "PUT /fapi/v1/order": Route(amend, "trade", 1, is_order=True),
    "GET /fapi/v1/order": Route(order, "read"),
    "DELETE /fapi/v1/order": Route(cancel, "trade"),
    "POST /fapi/v1/batchOrders": Route(place_batch, "trade", 5, is_order=True),
    "DELETE /fapi/v1/batchOrders": Route(cancel_batch, "trade"),
    "DELETE /fapi/v1/allOpenOrders": Route(cancel_all, "trade"),
    "GET /fapi/v1/openOrders": Route(open_orders, "read"),
    "GET /fapi/v1/openOrder": Route(order, "read"),
    "GET /fapi/v1/allOrders": Route(all_orders, "read", 5),
    "GET /fapi/v1/userTrades": Route(fills, "read", 5),
    "POST /fapi/v1/algoOrder": Route(place_algo, "trade", 1, is_order=True),
    "GET /fapi/v1/algoOrder": Route(algo, "read"),
    "DELETE /fapi/v1/algoOrder": Route(cancel_algo, "trade"),
    "DELETE /fapi/v1/algoOpenOrders": Route(cancel_all_algos, "trade"),
    "GET /fapi/v1/openAlgoOrders": Route(open_algos, "read"),
    "GET /fapi/v1/allAlgoOrders": Route(all_algos, "read", 5),
    "POST /fapi/v1/countdownCancelAll": Route(count_down, "trade", 10),
}
