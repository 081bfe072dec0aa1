"""Binance spot's REST: listings, orders, fills, balances."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tests.exchange.loopback.ask import Ask, Route, text
from tests.exchange.loopback.matching import Order
from tests.exchange.loopback.refused import RefusedError
from tests.exchange.spot.account import Pair
from tests.exchange.usdm.rest_public import FRAMES, candle_row, ticker

if TYPE_CHECKING:
    from tests.exchange.spot.venue import SpotVenue

CANDLES_MOST: Final = 1_000
TIFS: Final = {"LIMIT_MAKER": "GTX", "MARKET": "GTC"}


def exchange_info(venue: SpotVenue, ask: Ask) -> Any:
    return {"timezone": "UTC", "serverTime": ask.now_ms, "rateLimits": [], "exchangeFilters": [],
            "symbols": [_listed(each) for each in venue.pairs.values()]}  # fmt: skip


def _listed(pair: Pair) -> dict[str, Any]:
    return {
        "symbol": pair.name, "status": "TRADING", "baseAsset": pair.base,
        "baseAssetPrecision": 8, "quoteAsset": pair.quote, "quotePrecision": 8,
        "quoteAssetPrecision": 8, "isSpotTradingAllowed": True, "isMarginTradingAllowed": False,
        "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET"], "permissions": [],
        "permissionSets": [["SPOT"]], "quoteOrderQtyMarketAllowed": True,
        "filters": [
            {"filterType": "PRICE_FILTER", "minPrice": text(pair.tick), "maxPrice": "1000000",
             "tickSize": text(pair.tick)},
            {"filterType": "LOT_SIZE", "minQty": text(pair.step), "maxQty": "9000",
             "stepSize": text(pair.step)},
            {"filterType": "NOTIONAL", "minNotional": text(pair.minimum_notional),
             "applyMinToMarket": True, "maxNotional": "9000000", "applyMaxToMarket": False,
             "avgPriceMins": 5},
        ],
    }  # fmt: skip


def depth(venue: SpotVenue, ask: Ask) -> Any:
    market = venue.markets[_pair(venue, ask).name]

    def side(taker: str) -> list[list[str]]:
        return [[text(price), text(units)] for price, units in market.side(taker)]

    return {"lastUpdateId": market.updates, "bids": side("SELL"), "asks": side("BUY")}


def prints(venue: SpotVenue, ask: Ask) -> Any:
    newest = list(venue.markets[_pair(venue, ask).name].prints)[-ask.whole("limit", 500) :]
    return [
        {"a": each.number, "p": text(each.price), "q": text(each.units), "f": each.number,
         "l": each.number, "T": each.at_ms, "m": each.is_buyer_maker, "M": True}
        for each in newest
        if each.number >= ask.whole("fromId", 0)
    ]  # fmt: skip


def candles(venue: SpotVenue, ask: Ask) -> Any:
    name, market = ask.text("interval"), venue.markets[_pair(venue, ask).name]
    frame_ms = int(name[:-1]) * FRAMES[name[-1]]
    most = min(ask.whole("limit", 500), CANDLES_MOST)
    begin = ask.whole("startTime", ask.now_ms - most * frame_ms + 1)
    rows = market.candle_rows(frame_ms, begin, most, ask.now_ms)
    until = ask.whole("endTime", 2**62)
    return [candle_row(each, frame_ms) for each in rows if each.at_ms <= until]


def tickers(venue: SpotVenue, ask: Ask) -> Any:
    market = venue.markets[_pair(venue, ask).name]
    best = {"bidPrice": text(market.bid), "bidQty": text(market.units),
            "askPrice": text(market.ask), "askQty": text(market.units)}  # fmt: skip
    return ticker(market, ask.now_ms) | best


def place(venue: SpotVenue, ask: Ask) -> Any:
    venue.limits.count_orders(ask.now_ms)
    account = venue.accounts[ask.key.account]
    made = account.place(_draft(venue, ask))
    return {**_told(made), "transactTime": made.updated_ms, "fills": [
        {"price": text(each.price), "qty": text(each.quantity), "commission": text(each.fee),
         "commissionAsset": each.fee_asset, "tradeId": each.number}
        for each in made.trades
    ]}  # fmt: skip


def _draft(venue: SpotVenue, ask: Ask) -> Order:
    pair, kind = _pair(venue, ask), ask.text("type")
    if kind not in {"LIMIT", "LIMIT_MAKER", "MARKET"}:
        raise RefusedError(-1116, "Invalid orderType.")
    price = Decimal(0) if kind == "MARKET" else ask.number("price")
    if price % pair.tick:
        raise RefusedError(-1013, "Filter failure: PRICE_FILTER")
    number = next(venue.shared.numbers)
    return Order(
        number,
        ask.params.get("newClientOrderId") or f"venue{number}",
        pair.name,
        ask.text("side"),
        "MARKET" if kind == "MARKET" else "LIMIT",
        _quantity(venue, ask, pair),
        price,
        TIFS.get(kind) or ask.text("timeInForce"),
        origin=kind,
        created_ms=ask.now_ms,
        updated_ms=ask.now_ms,
        quote_quantity=Decimal(ask.params.get("quoteOrderQty") or 0),
    )


def _quantity(venue: SpotVenue, ask: Ask, pair: Pair) -> Decimal:
    """A market order may say for how much money: then as much as that buys."""
    if ask.params.get("quoteOrderQty"):
        units = ask.number("quoteOrderQty") / venue.markets[pair.name].ask
        return units // pair.step * pair.step
    quantity = ask.number("quantity")
    if quantity <= 0 or quantity % pair.step:
        raise RefusedError(-1013, "Filter failure: LOT_SIZE")
    return quantity


def cancel(venue: SpotVenue, ask: Ask) -> Any:
    order = _found(venue, ask)
    if order is None or not order.is_open:
        raise RefusedError(-2011, "Unknown order sent.")
    venue.accounts[ask.key.account].matcher.end(order, "CANCELED")
    return _told(order)


def cancel_all(venue: SpotVenue, ask: Ask) -> Any:
    matcher = venue.accounts[ask.key.account].matcher
    ended = matcher.open(_pair(venue, ask).name)
    for order in ended:
        matcher.end(order, "CANCELED")
    return [_told(each) for each in ended]


def order(venue: SpotVenue, ask: Ask) -> Any:
    asked = _found(venue, ask)
    if asked is None or ask.now_ms < asked.created_ms + venue.read_lag_ms:
        raise RefusedError(-2013, "Order does not exist.")
    return _told(asked)


def open_orders(venue: SpotVenue, ask: Ask) -> Any:
    matcher = venue.accounts[ask.key.account].matcher
    return [_told(each) for each in matcher.open(ask.params.get("symbol", ""))]


def all_orders(venue: SpotVenue, ask: Ask) -> Any:
    matcher = venue.accounts[ask.key.account].matcher
    wanted, since_ms = ask.text("symbol"), ask.whole("startTime", 0)
    found = [
        each
        for each in matcher.orders.values()
        if each.symbol == wanted and each.created_ms >= since_ms
    ]
    return [_told(each) for each in found[: ask.whole("limit", 500)]]


def fills(venue: SpotVenue, ask: Ask) -> Any:
    matcher = venue.accounts[ask.key.account].matcher
    rows = [
        {"symbol": each.symbol, "id": trade.number, "orderId": each.number, "orderListId": -1,
         "price": text(trade.price), "qty": text(trade.quantity),
         "quoteQty": text(trade.price * trade.quantity), "commission": text(trade.fee),
         "commissionAsset": trade.fee_asset, "time": trade.at_ms,
         "isBuyer": each.side == "BUY", "isMaker": trade.is_maker, "isBestMatch": True}
        for each in matcher.orders.values()
        if each.symbol == ask.text("symbol") and ask.whole("orderId", 0) in {0, each.number}
        for trade in each.trades
        if trade.number >= ask.whole("fromId", 0) and trade.at_ms >= ask.whole("startTime", 0)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: int(str(row["id"])))[: ask.whole("limit", 500)]


def account(venue: SpotVenue, ask: Ask) -> Any:
    owner = venue.accounts[ask.key.account]
    return {
        "makerCommission": 10, "takerCommission": 10, "canTrade": ask.key.can_trade,
        "canWithdraw": ask.key.can_withdraw, "canDeposit": True, "accountType": "SPOT",
        "updateTime": ask.now_ms, "permissions": ["SPOT"],
        "balances": [
            {"asset": each, "free": text(owner.free(each)), "locked": text(owner.locked(each))}
            for each in venue.shared.books.assets(owner.wallet)
        ],
    }  # fmt: skip


def server_time(_venue: SpotVenue, ask: Ask) -> Any:
    return {"serverTime": ask.now_ms}


def nothing_listed(_venue: SpotVenue, _ask: Ask) -> Any:
    return {"symbols": []}


def _pair(venue: SpotVenue, ask: Ask) -> Pair:
    pair = venue.pairs.get(ask.text("symbol"))
    if pair is None:
        raise RefusedError(-1121, "Invalid symbol.")
    return pair


def _found(venue: SpotVenue, ask: Ask) -> Order | None:
    matcher = venue.accounts[ask.key.account].matcher
    if ask.params.get("orderId"):
        return matcher.orders.get(int(ask.params["orderId"]))
    same = matcher.by_client_id[ask.text("origClientOrderId")]
    return same[-1] if same else None


def _told(order: Order) -> dict[str, Any]:
    return {
        "symbol": order.symbol, "orderId": order.number, "orderListId": -1,
        "clientOrderId": order.client_id, "price": text(order.price),
        "origQty": text(order.quantity), "executedQty": text(order.filled),
        "cummulativeQuoteQty": text(order.quote), "status": order.status,
        "timeInForce": "GTC" if order.tif == "GTX" else order.tif, "type": order.origin,
        "side": order.side, "stopPrice": "0", "icebergQty": "0", "time": order.created_ms,
        "updateTime": order.updated_ms, "isWorking": True, "workingTime": order.created_ms,
        "origQuoteOrderQty": text(order.quote_quantity), "selfTradePreventionMode": "NONE",
    }  # fmt: skip


ROUTES: Final[Mapping[str, Route]] = {
    "GET /api/v3/time": Route(server_time),
    "GET /api/v3/exchangeInfo": Route(exchange_info, weight=20),
    "GET /dapi/v1/exchangeInfo": Route(nothing_listed),
    "GET /api/v3/aggTrades": Route(prints, weight=2),
    "GET /api/v3/klines": Route(candles, weight=2),
    "GET /api/v3/ticker/24hr": Route(tickers, weight=2),
    "GET /api/v3/depth": Route(depth, weight=5),
    "POST /api/v3/order": Route(place, "trade", 1, is_order=True),
    "DELETE /api/v3/order": Route(cancel, "trade"),
    "GET /api/v3/order": Route(order, "read", 4),
    "DELETE /api/v3/openOrders": Route(cancel_all, "trade"),
    "GET /api/v3/openOrders": Route(open_orders, "read", 6),
    "GET /api/v3/allOrders": Route(all_orders, "read", 20),
    "GET /api/v3/myTrades": Route(fills, "read", 20),
    "GET /api/v3/account": Route(account, "read", 20),
}
