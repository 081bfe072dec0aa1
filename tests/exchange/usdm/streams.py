"""USD-M's WebSockets: public and market streams, the user's own, and orders by ws-fapi.

Which stream comes on which path is the venue's rule: asked for on the wrong one, it is silent.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from tests.exchange.loopback.ask import text
from tests.exchange.loopback.market import Market
from tests.exchange.loopback.streams import Listener, Listeners
from tests.exchange.usdm import rest_public

if TYPE_CHECKING:
    from tests.exchange.usdm.venue import UsdmVenue

PUBLIC: Final = ("depth", "bookTicker", "trade")
PULSE_MS: Final = 1_000


class Streams:
    def __init__(self, venue: UsdmVenue) -> None:
        self._venue = venue
        self.market = Listeners(venue.agenda)
        self.user = Listeners(venue.agenda)
        self._levels: dict[str, dict[str, dict[str, str]]] = {}
        self._numbers: dict[str, int] = {}
        self._pulse()

    async def serve(self, request: web.Request) -> Any:
        path, account = request.path, self._listener_of(request)
        listeners = self.user if path.startswith("/private") or account else self.market
        if listeners.is_refused():
            return web.Response(status=503, text="Service Unavailable")
        return await listeners.serve(request, self._heard, lambda each: self._begin(each, request))

    def _listener_of(self, request: web.Request) -> str | None:
        asked = request.query.get("listenKey") or request.path.rpartition("/")[2]
        return self._venue.listen_keys.account_of(asked)

    def _begin(self, listener: Listener, request: web.Request) -> None:
        listener.owner = request.query.get("listenKey") or request.path.rpartition("/")[2]
        listener.category = request.path.split("/")[1]
        named = request.query.get("streams", "") or request.path.rpartition("/")[2]
        listener.is_combined = "streams" in request.query
        channels = [each for each in named.split("/") if "@" in each or each.startswith("!")]
        self._subscribe(listener, channels)

    def _heard(self, listener: Listener, said: str) -> None:
        asked = json.loads(said)
        params = asked.get("params", [])
        if asked["method"] == "SUBSCRIBE":
            self._subscribe(listener, params)
            listener.say({"result": None, "id": asked["id"]})
        elif asked["method"] == "UNSUBSCRIBE":
            listener.channels -= set(params)
            listener.say({"result": None, "id": asked["id"]})
        else:
            listener.say({"result": sorted(listener.channels), "id": asked["id"]})

    def _subscribe(self, listener: Listener, channels: list[str]) -> None:
        listener.channels |= {each for each in channels if _is_served(listener.category, each)}
        for channel in channels:
            market = self._venue.markets.get(channel.partition("@")[0].upper())
            if market is not None and "@depth" not in channel and "rade" not in channel:
                self._tell(listener, channel, market)

    # ---- the user's own stream

    def tell_user(self, account: str, event: dict[str, Any]) -> None:
        for listener in self.user.open:
            if self._venue.listen_keys.account_of(listener.owner) == account:
                listener.push(event)

    def tell_key(self, key: str, event: dict[str, Any]) -> None:
        for listener in self.user.open:
            if listener.owner == key:
                listener.push(event)

    # ---- the market's

    def moved(self, market: Market) -> None:
        for listener in self.market.open:
            for channel in sorted(listener.channels):
                if channel.startswith(market.symbol.lower() + "@"):
                    self._tell(listener, channel, market)
        self._levels[market.symbol] = _sides(market)

    def _pulse(self) -> None:
        """What comes each second, moved or not."""
        for market in self._venue.markets.values():
            for listener in self.market.open:
                for channel in sorted(listener.channels):
                    if channel.startswith(market.symbol.lower() + "@markPrice"):
                        self._tell(listener, channel, market)
        self._venue.agenda.after(PULSE_MS, self._pulse)

    def _tell(self, listener: Listener, channel: str, market: Market) -> None:
        name = channel.partition("@")[2]
        made = next((make for prefix, make in MADE.items() if name.startswith(prefix)), None)
        if made is None:
            return
        event = made(self, market, name)
        if event is not None:
            listener.push(event, channel)

    def _depth(self, market: Market, name: str) -> dict[str, Any]:
        """The change since the last one: levels that are gone are told as nothing."""
        now_ms, sides = self._venue.agenda.now_ms(), _sides(market)
        before = self._levels.get(market.symbol, sides)
        if name.startswith(("depth5", "depth10", "depth20")):
            before = {"b": {}, "a": {}}
        told = {
            side: [
                *([price, "0"] for price in before[side] if price not in levels),
                *([price, units] for price, units in levels.items()),
            ]
            for side, levels in sides.items()
        }
        return {"e": "depthUpdate", "E": now_ms, "T": now_ms, "s": market.symbol,
                "U": market.updates, "u": market.updates, "pu": market.updates - 1,
                **told}  # fmt: skip

    def _best(self, market: Market, _name: str) -> dict[str, Any]:
        now_ms, units = self._venue.agenda.now_ms(), text(market.units)
        return {"e": "bookTicker", "u": market.updates, "s": market.symbol,
                "b": text(market.bid), "B": units, "a": text(market.ask), "A": units,
                "T": now_ms, "E": now_ms}  # fmt: skip

    def _trade(self, market: Market, name: str) -> dict[str, Any] | None:
        if not market.prints:
            return None
        last, now_ms = market.prints[-1], self._venue.agenda.now_ms()
        told = {
            "e": name,
            "E": now_ms,
            "T": last.at_ms,
            "s": market.symbol,
            "p": text(last.price),
            "q": text(last.units),
            "m": last.is_buyer_maker,
        }
        if name == "trade":
            return {**told, "t": last.number, "X": "MARKET"}
        return {**told, "a": last.number, "f": last.number, "l": last.number}

    def _candle(self, market: Market, name: str) -> dict[str, Any]:
        frame = name.partition("_")[2]
        frame_ms, now_ms = (
            int(frame[:-1]) * rest_public.FRAMES[frame[-1]],
            self._venue.agenda.now_ms(),
        )
        begin = now_ms // frame_ms * frame_ms
        row = rest_public.candle_row(market.candle_rows(frame_ms, begin, 1, now_ms)[0], frame_ms)
        at_ms, opens, high, low, close, units, end_ms, quote, *_ = row
        body = {"t": at_ms, "T": end_ms, "s": market.symbol, "i": frame, "f": 1, "L": 1,
                "o": opens, "c": close, "h": high, "l": low, "v": units, "n": 1, "x": False,
                "q": quote, "V": "0", "Q": "0", "B": "0"}  # fmt: skip
        return {"e": "kline", "E": now_ms, "s": market.symbol, "k": body}

    def _ticker(self, market: Market, name: str) -> dict[str, Any]:
        price, now_ms = text(market.bid), self._venue.agenda.now_ms()
        return {"e": "24hrTicker" if name == "ticker" else "24hrMiniTicker", "E": now_ms,
                "s": market.symbol, "p": "0", "P": "0", "w": price, "c": price, "Q": "0.5",
                "o": price, "h": price, "l": price, "v": "1000", "q": "1000000",
                "O": now_ms - 86_400_000, "C": now_ms, "F": 1, "L": 2, "n": 2}  # fmt: skip

    def _mark(self, market: Market, _name: str) -> dict[str, Any]:
        now_ms = self._venue.agenda.now_ms()
        told = rest_public.mark(market, now_ms)
        return {"e": "markPriceUpdate", "E": now_ms, "s": market.symbol,
                "p": told["markPrice"], "ap": told["markPrice"], "P": told["markPrice"],
                "i": told["indexPrice"], "r": told["lastFundingRate"],
                "T": told["nextFundingTime"]}  # fmt: skip


Make = Callable[[Streams, Market, str], dict[str, Any] | None]
MADE: Final[dict[str, Make]] = {
    "depth": Streams._depth,
    "bookTicker": Streams._best,
    "trade": Streams._trade,
    "aggTrade": Streams._trade,
    "kline": Streams._candle,
    "ticker": Streams._ticker,
    "miniTicker": Streams._ticker,
    "markPrice": Streams._mark,
}


def _is_served(category: str, channel: str) -> bool:
    name = channel.partition("@")[2].partition("@")[0]
    is_public = name.startswith(PUBLIC)
    return category == "ws" or (category == "public") == is_public


def _sides(market: Market) -> dict[str, dict[str, str]]:
    def levels(taker: str) -> dict[str, str]:
        return {text(price): text(units) for price, units in market.side(taker)}

    return {"b": levels("SELL"), "a": levels("BUY")}
