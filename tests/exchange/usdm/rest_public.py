"""REST that needs no key: what is listed, what it costs, what has been traded."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from tests.exchange.loopback.ask import Ask, Route, text
from tests.exchange.loopback.market import Candle, Market
from tests.exchange.usdm import symbols

if TYPE_CHECKING:
    from tests.exchange.usdm.venue import UsdmVenue

FRAMES: Final = {"m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 7 * 86_400_000}
EIGHT_HOURS_MS: Final = 8 * 3_600_000
PAGE_MOST: Final = 1_500


def exchange_info(venue: UsdmVenue, ask: Ask) -> Any:
    most = venue.limits
    return {
        "timezone": "UTC", "serverTime": ask.now_ms, "futuresType": "U_MARGINED",
        "rateLimits": [
            {"rateLimitType": "REQUEST_WEIGHT", "interval": "MINUTE", "intervalNum": 1,
             "limit": most.weight_1m},
            {"rateLimitType": "ORDERS", "interval": "MINUTE", "intervalNum": 1,
             "limit": most.orders_1m},
            {"rateLimitType": "ORDERS", "interval": "SECOND", "intervalNum": 10,
             "limit": most.orders_10s},
        ],
        "exchangeFilters": [], "assets": [{"asset": "USDT", "marginAvailable": True}],
        "symbols": [symbols.info(each, venue.listed_ms) for each in venue.symbols.values()],
    }  # fmt: skip


def depth(venue: UsdmVenue, ask: Ask) -> Any:
    market = venue.market(ask)
    most = ask.whole("limit", 500)
    return {"lastUpdateId": market.updates, "E": ask.now_ms, "T": ask.now_ms, **book(market, most)}


def book(market: Market, most: int = 20) -> dict[str, list[list[str]]]:
    def side(taker: str) -> list[list[str]]:
        return [[text(price), text(units)] for price, units in market.side(taker)][:most]

    return {"bids": side("SELL"), "asks": side("BUY")}


def trades(venue: UsdmVenue, ask: Ask) -> Any:
    most = ask.whole("limit", 500)
    return [
        {"id": each.number, "price": text(each.price), "qty": text(each.units),
         "quoteQty": text(each.price * each.units), "time": each.at_ms,
         "isBuyerMaker": each.is_buyer_maker}
        for each in list(venue.market(ask).prints)[-most:]
    ]  # fmt: skip


def aggregated(venue: UsdmVenue, ask: Ask) -> Any:
    most = ask.whole("limit", 500)
    return [
        {"a": each.number, "p": text(each.price), "q": text(each.units), "f": each.number,
         "l": each.number, "T": each.at_ms, "m": each.is_buyer_maker}
        for each in list(venue.market(ask).prints)[-most:]
        if each.number >= ask.whole("fromId", 0)
    ]  # fmt: skip


def candles(venue: UsdmVenue, ask: Ask) -> Any:
    name = ask.text("interval")
    frame_ms = int(name[:-1]) * FRAMES[name[-1]]
    most = min(ask.whole("limit", 500), PAGE_MOST)
    begin = ask.whole("startTime", ask.now_ms - most * frame_ms + 1)
    rows = venue.market(ask).candle_rows(frame_ms, begin, most, ask.now_ms)
    until = ask.whole("endTime", 2**62)
    return [candle_row(each, frame_ms) for each in rows if each.at_ms <= until]


def candle_row(candle: Candle, frame_ms: int) -> list[Any]:
    numbers = (candle.open, candle.high, candle.low, candle.close, candle.units)
    told = [text(each) for each in numbers]
    quote = text(candle.units * candle.close)
    return [candle.at_ms, *told, candle.at_ms + frame_ms - 1, quote, 1, "0", "0", "0"]


def tickers(venue: UsdmVenue, ask: Ask) -> Any:
    if ask.params.get("symbol"):
        return ticker(venue.market(ask), ask.now_ms)
    return [ticker(each, ask.now_ms) for each in venue.markets.values()]


def ticker(market: Market, now_ms: int) -> dict[str, Any]:
    price, zero = text(market.bid), "0"
    return {
        "symbol": market.symbol, "priceChange": zero, "priceChangePercent": zero,
        "weightedAvgPrice": price, "lastPrice": price, "lastQty": "0.5", "openPrice": price,
        "highPrice": price, "lowPrice": price, "volume": "1000", "quoteVolume": "1000000",
        "openTime": now_ms - 86_400_000, "closeTime": now_ms, "firstId": 1, "lastId": 2,
        "count": 2,
    }  # fmt: skip


def best(venue: UsdmVenue, ask: Ask) -> Any:
    asked = [venue.market(ask)] if ask.params.get("symbol") else list(venue.markets.values())
    told = [
        {"symbol": each.symbol, "bidPrice": text(each.bid), "bidQty": text(each.units),
         "askPrice": text(each.ask), "askQty": text(each.units), "time": ask.now_ms,
         "lastUpdateId": each.updates}
        for each in asked
    ]  # fmt: skip
    return told[0] if ask.params.get("symbol") else told


def last_price(venue: UsdmVenue, ask: Ask) -> Any:
    asked = [venue.market(ask)] if ask.params.get("symbol") else list(venue.markets.values())
    told = [{"symbol": each.symbol, "price": text(each.bid), "time": ask.now_ms} for each in asked]
    return told[0] if ask.params.get("symbol") else told


def premium(venue: UsdmVenue, ask: Ask) -> Any:
    asked = [venue.market(ask)] if ask.params.get("symbol") else list(venue.markets.values())
    told = [mark(each, ask.now_ms) for each in asked]
    return told[0] if ask.params.get("symbol") else told


def mark(market: Market, now_ms: int) -> dict[str, Any]:
    due_ms = (now_ms // EIGHT_HOURS_MS + 1) * EIGHT_HOURS_MS
    return {
        "symbol": market.symbol, "markPrice": text(market.mark), "indexPrice": text(market.mark),
        "estimatedSettlePrice": text(market.mark), "lastFundingRate": text(market.funding_rate),
        "interestRate": "0.00010000", "nextFundingTime": due_ms, "time": now_ms,
    }  # fmt: skip


def funding_rates(venue: UsdmVenue, ask: Ask) -> Any:
    due_ms = ask.now_ms // EIGHT_HOURS_MS * EIGHT_HOURS_MS
    asked = [venue.market(ask)] if ask.params.get("symbol") else list(venue.markets.values())
    return [
        {"symbol": each.symbol, "fundingRate": text(each.funding_rate), "fundingTime": due_ms,
         "markPrice": text(each.mark)}
        for each in asked
    ]  # fmt: skip


def funding_info(_venue: UsdmVenue, _ask: Ask) -> Any:
    return []


def ping(_venue: UsdmVenue, _ask: Ask) -> Any:
    return {}


def server_time(_venue: UsdmVenue, ask: Ask) -> Any:
    return {"serverTime": ask.now_ms}


def open_interest(venue: UsdmVenue, ask: Ask) -> Any:
    return {"symbol": venue.market(ask).symbol, "openInterest": str(Decimal(1_000)),
            "time": ask.now_ms}  # fmt: skip


ROUTES: Final[Mapping[str, Route]] = {
    "GET /fapi/v1/ping": Route(ping),
    "GET /fapi/v1/time": Route(server_time),
    "GET /fapi/v1/exchangeInfo": Route(exchange_info),
    "GET /fapi/v1/depth": Route(depth, weight=10),
    "GET /fapi/v1/trades": Route(trades, weight=5),
    "GET /fapi/v1/historicalTrades": Route(trades, weight=20),
    "GET /fapi/v1/aggTrades": Route(aggregated, weight=20),
    "GET /fapi/v1/klines": Route(candles, weight=5),
    "GET /fapi/v1/ticker/24hr": Route(tickers),
    "GET /fapi/v1/ticker/bookTicker": Route(best, weight=2),
    "GET /fapi/v1/ticker/price": Route(last_price),
    "GET /fapi/v2/ticker/price": Route(last_price),
    "GET /fapi/v1/premiumIndex": Route(premium),
    "GET /fapi/v1/fundingRate": Route(funding_rates),
    "GET /fapi/v1/fundingInfo": Route(funding_info),
    "GET /fapi/v1/openInterest": Route(open_interest),
}
