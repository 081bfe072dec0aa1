"""OKX's public streams: a book as it stands and its changes by number, trades; in contracts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from tests.exchange.loopback.ask import text
from tests.exchange.loopback.market import Market
from tests.exchange.loopback.streams import Listener, Listeners
from tests.exchange.okx.listings import CONTRACTS

if TYPE_CHECKING:
    from tests.exchange.okx.venue import OkxVenue

BOOKS: Final = "books"
TRADES: Final = "trades"
Sides = dict[str, dict[str, str]]


class OkxStreams:
    def __init__(self, venue: OkxVenue) -> None:
        self._venue = venue
        self.public = Listeners(venue.agenda)
        self._told: dict[str, Sides] = {}  # each book as it was told last

    async def serve(self, request: web.Request) -> Any:
        if self.public.is_refused():
            return web.Response(status=503, text="Service Unavailable")
        return await self.public.serve(request, self._heard)

    def _heard(self, listener: Listener, said: str) -> None:
        if said == "ping":
            listener.word("pong")
            return
        asked = json.loads(said)
        for arg in asked["args"]:
            listener.say({"event": asked["op"], "arg": arg, "connId": "a4d3ae55"})
            channel = f"{arg['channel']}:{arg['instId']}"
            if asked["op"] != "subscribe":
                listener.channels.discard(channel)
                continue
            listener.channels.add(channel)
            if arg["channel"] == BOOKS:
                market = self._venue.markets[arg["instId"]]
                self._told[market.symbol] = _sides(market)
                listener.push(self._book(market, _sides(market), "snapshot", -1))

    def moved(self, market: Market) -> None:
        sides = _sides(market)
        before = self._told.get(market.symbol, sides)
        self._told[market.symbol] = sides
        change = {
            side: {
                **{price: "0" for price in before[side] if price not in levels},
                **{at: units for at, units in levels.items() if before[side].get(at) != units},
            }
            for side, levels in sides.items()
        }
        for listener in self.public.open:
            if f"{BOOKS}:{market.symbol}" in listener.channels:
                listener.push(self._book(market, change, "update", market.updates - 1))
            if f"{TRADES}:{market.symbol}" in listener.channels:
                listener.push(_trade(market))

    def _book(self, market: Market, sides: Sides, action: str, before: int) -> dict[str, Any]:
        rows = {
            side: [[price, units, "0", "1"] for price, units in levels.items()]
            for side, levels in sides.items()
        }
        told = {**rows, "ts": str(self._venue.agenda.now_ms()), "checksum": 0,
                "seqId": market.updates, "prevSeqId": before}  # fmt: skip
        arg = {"channel": BOOKS, "instId": market.symbol}
        return {"arg": arg, "action": action, "data": [told]}


def _trade(market: Market) -> dict[str, Any]:
    last = market.prints[-1]
    side = "sell" if last.is_buyer_maker else "buy"
    told = {"instId": market.symbol, "tradeId": str(last.number), "px": text(last.price),
            "sz": text(last.units / CONTRACTS[market.symbol]), "side": side,
            "ts": str(last.at_ms)}  # fmt: skip
    return {"arg": {"channel": TRADES, "instId": market.symbol}, "data": [told]}


def _sides(market: Market) -> Sides:
    contract = CONTRACTS[market.symbol]

    def levels(taker: str) -> dict[str, str]:
        return {text(price): text(units / contract) for price, units in market.side(taker)}

    return {"bids": levels("SELL"), "asks": levels("BUY")}
