"""OKX's REST that needs no key: what is listed, what it costs, what has been traded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from tests.exchange.loopback.ask import Ask, Route, text
from tests.exchange.okx.listings import CONTRACTS

if TYPE_CHECKING:
    from tests.exchange.okx.venue import OkxVenue

FRAMES: Final = {"m": 60_000, "H": 3_600_000, "D": 86_400_000, "W": 7 * 86_400_000}
EIGHT_HOURS_MS: Final = 8 * 3_600_000
CANDLES_MOST: Final = 100


def instruments(venue: OkxVenue, ask: Ask) -> Any:
    if ask.params.get("instType") != "SWAP":
        return []
    return [
        {
            "instType": "SWAP", "instId": each.name, "uly": f"{each.base}-USDT",
            "instFamily": f"{each.base}-USDT", "settleCcy": "USDT", "baseCcy": "",
            "quoteCcy": "", "ctVal": text(CONTRACTS[each.name]), "ctMult": "1",
            "ctValCcy": each.base, "ctType": "linear", "lever": str(each.leverage_max),
            "tickSz": text(each.tick), "lotSz": text(each.step / CONTRACTS[each.name]),
            "minSz": text(each.minimum_quantity / CONTRACTS[each.name]), "state": "live",
            "listTime": str(venue.listed_ms), "expTime": "", "alias": "",
        }
        for each in venue.symbols.values()
    ]  # fmt: skip


def server_time(_venue: OkxVenue, ask: Ask) -> Any:
    return [{"ts": str(ask.now_ms)}]


def book(venue: OkxVenue, ask: Ask) -> Any:
    market = venue.markets[ask.text("instId")]
    contract = CONTRACTS[market.symbol]

    def side(taker: str) -> list[list[str]]:
        rows = market.side(taker)
        return [[text(price), text(units / contract), "0", "1"] for price, units in rows]

    return [{"bids": side("SELL"), "asks": side("BUY"), "ts": str(ask.now_ms)}]


def ticker(venue: OkxVenue, ask: Ask) -> Any:
    market = venue.markets[ask.text("instId")]
    return [
        {"instId": market.symbol, "instType": "SWAP", "last": text(market.bid),
         "bidPx": text(market.bid), "askPx": text(market.ask), "ts": str(ask.now_ms)}
    ]  # fmt: skip


def trades(venue: OkxVenue, ask: Ask) -> Any:
    """The newest first."""
    market = venue.markets[ask.text("instId")]
    contract = CONTRACTS[market.symbol]
    newest = list(market.prints)[-ask.whole("limit", 100) :]
    return [
        {"instId": market.symbol, "tradeId": str(each.number), "px": text(each.price),
         "sz": text(each.units / contract), "side": "sell" if each.is_buyer_maker else "buy",
         "ts": str(each.at_ms)}
        for each in reversed(newest)
    ]  # fmt: skip


def candles(venue: OkxVenue, ask: Ask) -> Any:
    """Opened after `before` and before `after`, the newest first."""
    market, name = venue.markets[ask.text("instId")], ask.params.get("bar") or "1m"
    frame_ms = int(name[:-1]) * FRAMES[name[-1]]
    most = min(ask.whole("limit", CANDLES_MOST), CANDLES_MOST)
    until_ms = ask.whole("after", ask.now_ms + 1)
    since_ms = ask.whole("before", until_ms - most * frame_ms - 1) + 1
    rows = market.candle_rows(frame_ms, since_ms, most, ask.now_ms)
    contract = CONTRACTS[market.symbol]
    return [
        [str(each.at_ms), *map(text, (each.open, each.high, each.low, each.close)),
         text(each.units / contract), text(each.units), text(each.units * each.close), "1"]
        for each in reversed(rows)
        if each.at_ms < until_ms
    ]  # fmt: skip


def funding_rate(venue: OkxVenue, ask: Ask) -> Any:
    market = venue.markets[ask.text("instId")]
    due_ms = (ask.now_ms // EIGHT_HOURS_MS + 1) * EIGHT_HOURS_MS
    return [
        {"instId": market.symbol, "instType": "SWAP", "fundingRate": text(market.funding_rate),
         "fundingTime": str(due_ms), "nextFundingTime": str(due_ms + EIGHT_HOURS_MS),
         "nextFundingRate": "", "method": "current_period", "ts": str(ask.now_ms)}
    ]  # fmt: skip


ROUTES: Final[Mapping[str, Route]] = {
    "GET public/instruments": Route(instruments),
    "GET public/time": Route(server_time),
    "GET public/funding-rate": Route(funding_rate),
    "GET market/books": Route(book),
    "GET market/ticker": Route(ticker),
    "GET market/trades": Route(trades),
    "GET market/candles": Route(candles),
    "GET market/history-candles": Route(candles),
}
