"""A real exchange's public REST on loopback: Binance USD-M perpetuals and OKX, as they answer.

Prices are a function of the exchange's own time, so a test knows every candle beforehand; books
that were served are kept, so a fill can be held against them. Faults are queued by path.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

from aiohttp import web

from lefi_tui.adapters.system_clock import SystemClock

MINUTE: Final = 60_000
BEGIN_MS: Final = 1_795_000_000_000 // MINUTE * MINUTE
LISTED_MS: Final = BEGIN_MS - 30 * 24 * 60 * MINUTE
BASES: Final = {"BTC": 60_000.0, "ETH": 3_000.0}
STEP: Final = 0.1
LEVELS: Final = 20
CONTRACT: Final = "0.01"  # OKX counts perpetuals in hundredths
FRAMES: Final = {"s": 1_000, "m": MINUTE, "h": 60 * MINUTE, "d": 24 * 60 * MINUTE}
OKX_FRAMES: Final = {"H": 60 * MINUTE, "Dutc": 24 * 60 * MINUTE, "m": MINUTE, "s": 1_000}


@dataclass
class Fault:
    """What happens to the next request whose path ends like this; `times` of them."""

    path: str
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None
    hang_s: float = 0.0
    is_dropped: bool = False
    is_cut: bool = False
    times: int = 1


Book = tuple[list[list[str]], list[list[str]]]


class PublicRest:
    """`now_ms` stands until a test moves it; None lets it follow the machine's clock."""

    def __init__(self) -> None:
        self.port = 0
        self.begin_anew()

    def begin_anew(self) -> None:
        """As if nothing had been asked, and nothing moved."""
        self.now_ms: int | None = BEGIN_MS
        self.skew_ms = 0
        self.shift = 0.0  # moves every price
        self.depth = "3"  # units at each level
        self.gaps: set[int] = set()  # minutes without a candle, by their opening
        self.wrong: dict[int, list[Any]] = {}  # candles that can't be, by their opening
        self.faults: deque[Fault] = deque()
        self.requests: list[tuple[float, str, dict[str, str]]] = []
        self.books: dict[str, list[Book]] = {base: [] for base in BASES}
        self.prints: dict[str, list[tuple[int, str, str, str]]] = {base: [] for base in BASES}
        self.funding = ("0.0001", BEGIN_MS + 8 * 60 * MINUTE)
        self.delisted: set[str] = set()
        self.page_most = 1_500

    # ---- what it tells

    def now(self) -> int:
        now_ms = SystemClock().now_ns() // 1_000_000 if self.now_ms is None else self.now_ms
        return now_ms + self.skew_ms

    def price(self, base: str, at_ms: int) -> float:
        """Ten up each minute for fifty minutes, and half a step each second."""
        wave = at_ms // MINUTE % 50 * 10 + at_ms // 1_000 % 60 * 0.5
        return round(BASES[base] + wave + self.shift, 1)

    def candle(self, base: str, at_ms: int, frame_ms: int) -> list[float]:
        """Open, high, low, close, volume of what has happened of it by now."""
        step = MINUTE if frame_ms > MINUTE else 1_000
        end_ms = min(at_ms + frame_ms, self.now() + 1)
        prices = [self.price(base, at) for at in range(at_ms, end_ms, step)]
        return [prices[0], max(prices), min(prices), prices[-1], float(len(prices))]

    def candles(self, base: str, frame_ms: int, since: int, count: int) -> list[list[Any]]:
        """From the first that opens at or after `since`; the open one is the last of them."""
        first = max(since, LISTED_MS)
        first = -(-first // frame_ms) * frame_ms
        rows: list[list[Any]] = []
        for at_ms in range(first, self.now() + 1, frame_ms):
            if at_ms in self.gaps:
                continue
            rows.append([at_ms, *self.wrong.get(at_ms, self.candle(base, at_ms, frame_ms))])
            if len(rows) == min(count, self.page_most):
                break
        return rows

    def book(self, base: str) -> Book:
        middle = Decimal(str(self.price(base, self.now())))
        step = Decimal(str(STEP))
        bids = [[str(middle - step * away), self.depth] for away in range(1, LEVELS + 1)]
        asks = [[str(middle + step * away), self.depth] for away in range(1, LEVELS + 1)]
        self.books[base].append((bids, asks))
        return bids, asks

    def trades(self, base: str) -> list[tuple[int, int, str, str, str]]:
        """Number, ms, price, units, who took: one a second, and those of a test."""
        now_s = self.now() // 1_000
        made = [
            (at, at * 1_000, str(self.price(base, at * 1_000)), "0.5", "sell")
            for at in range(now_s - 20, now_s + 1)
        ]
        asked = [(10**12 + number, *each) for number, each in enumerate(self.prints[base])]
        return sorted((*made, *asked), key=lambda each: each[1])

    def fail(self, *faults: Fault) -> None:
        self.faults.extend(replace(each) for each in faults)

    def asked(self, path: str) -> int:
        return sum(each[1].endswith(path) for each in self.requests)

    # ---- where it stands

    @property
    def binance(self) -> dict[str, Any]:
        """The account's ccxt table that leads here instead of to fapi.binance.com."""
        api = {
            name: f"http://127.0.0.1:{self.port}/fapi/{version}"
            for name, version in (
                ("fapiPublic", "v1"),
                ("fapiPublicV2", "v2"),
                ("fapiPublicV3", "v3"),
                ("fapiData", "data"),
            )
        }
        return {"urls": {"api": api}, "options": {}, "rateLimit": 1, "timeout": 2_000}

    @property
    def okx(self) -> dict[str, Any]:
        api = {"rest": f"http://127.0.0.1:{self.port}"}
        return {"urls": {"api": api}, "options": {}, "rateLimit": 1, "timeout": 2_000}


# ---- Binance USD-M

Answer = Callable[[PublicRest, dict[str, str]], Any]


def _base(symbol: str) -> str:
    return symbol.removesuffix("USDT")


def _binance_info(rest: PublicRest, _query: dict[str, str]) -> Any:
    def market(base: str) -> dict[str, Any]:
        return {
            "symbol": f"{base}USDT", "pair": f"{base}USDT", "contractType": "PERPETUAL",
            "deliveryDate": 4_133_404_800_000, "onboardDate": LISTED_MS, "status": "TRADING",
            "baseAsset": base, "quoteAsset": "USDT", "marginAsset": "USDT",
            "pricePrecision": 2, "quantityPrecision": 3, "baseAssetPrecision": 8,
            "quotePrecision": 8, "underlyingType": "COIN", "underlyingSubType": ["PoW"],
            "filters": [
                {"filterType": "PRICE_FILTER", "minPrice": "261.10", "maxPrice": "809484",
                 "tickSize": "0.10"},
                {"filterType": "LOT_SIZE", "minQty": "0.001", "maxQty": "1000",
                 "stepSize": "0.001"},
                {"filterType": "MARKET_LOT_SIZE", "minQty": "0.001", "maxQty": "120",
                 "stepSize": "0.001"},
                {"filterType": "MIN_NOTIONAL", "notional": "100"},
            ],
            "orderTypes": ["LIMIT", "MARKET"], "timeInForce": ["GTC", "IOC", "FOK", "GTX"],
        }  # fmt: skip

    markets = [market(base) for base in BASES if base not in rest.delisted]
    return {"timezone": "UTC", "serverTime": rest.now(), "symbols": markets, "assets": []}


def _binance_book(rest: PublicRest, query: dict[str, str]) -> Any:
    bids, asks = rest.book(_base(query["symbol"]))
    return {"lastUpdateId": 1, "E": rest.now(), "T": rest.now(), "bids": bids, "asks": asks}


def _binance_trades(rest: PublicRest, query: dict[str, str]) -> Any:
    return [
        {"id": number, "price": price, "qty": units, "quoteQty": "0", "time": at_ms,
         "isBuyerMaker": side == "sell"}
        for number, at_ms, price, units, side in rest.trades(_base(query["symbol"]))
    ]  # fmt: skip


def _binance_candles(rest: PublicRest, query: dict[str, str]) -> Any:
    name = query["interval"]
    frame_ms = int(name[:-1]) * FRAMES[name[-1]]
    since = int(query.get("startTime", rest.now() - 500 * frame_ms))
    rows = rest.candles(_base(query["symbol"]), frame_ms, since, int(query.get("limit", 500)))
    return [
        [at, *map(str, numbers), at + frame_ms - 1, "0", 1, "0", "0", "0"] for at, *numbers in rows
    ]


def _binance_ticker(rest: PublicRest, query: dict[str, str]) -> Any:
    price = str(rest.price(_base(query["symbol"]), rest.now()))
    return {"symbol": query["symbol"], "lastPrice": price, "closeTime": rest.now(),
            "openPrice": price, "highPrice": price, "lowPrice": price, "volume": "1",
            "quoteVolume": "1", "priceChange": "0", "priceChangePercent": "0"}  # fmt: skip


def _binance_funding(rest: PublicRest, query: dict[str, str]) -> Any:
    rate, at_ms = rest.funding
    return {"symbol": query["symbol"], "markPrice": "1", "indexPrice": "1",
            "lastFundingRate": rate, "nextFundingTime": at_ms, "interestRate": "0.0001",
            "time": rest.now()}  # fmt: skip


# ---- OKX: contracts, newest first, everything inside {code, data}


def _okx(data: Any) -> Any:
    return {"code": "0", "msg": "", "data": data}


def _okx_base(query: dict[str, str]) -> str:
    return query["instId"].split("-")[0]


def _okx_markets(_rest: PublicRest, query: dict[str, str]) -> Any:
    kind = query.get("instType", "")
    if kind not in {"SPOT", "SWAP"}:
        return _okx([])
    is_swap = kind == "SWAP"
    return _okx([
        {"instType": kind, "instId": f"{base}-USDT-SWAP" if is_swap else f"{base}-USDT",
         "uly": f"{base}-USDT" if is_swap else "", "instFamily": f"{base}-USDT" if is_swap else "",
         "baseCcy": "" if is_swap else base, "quoteCcy": "" if is_swap else "USDT",
         "settleCcy": "USDT" if is_swap else "", "ctVal": CONTRACT if is_swap else "",
         "ctMult": "1" if is_swap else "", "ctValCcy": base if is_swap else "",
         "ctType": "linear" if is_swap else "", "lever": "50" if is_swap else "10",
         "tickSz": "0.1", "lotSz": "1" if is_swap else "0.00001",
         "minSz": "1" if is_swap else "0.0001", "state": "live", "listTime": str(LISTED_MS),
         "expTime": "", "alias": ""}
        for base in BASES
    ])  # fmt: skip


def _okx_book(rest: PublicRest, query: dict[str, str]) -> Any:
    bids, asks = rest.book(_okx_base(query))
    sides = {"bids": [[*each, "0", "1"] for each in bids],
             "asks": [[*each, "0", "1"] for each in asks]}  # fmt: skip
    return _okx([{**sides, "ts": str(rest.now())}])


def _okx_trades(rest: PublicRest, query: dict[str, str]) -> Any:
    return _okx([
        {"instId": query["instId"], "tradeId": str(number), "px": price, "sz": units,
         "side": side, "ts": str(at_ms)}
        for number, at_ms, price, units, side in reversed(rest.trades(_okx_base(query)))
    ])  # fmt: skip


def _okx_candles(rest: PublicRest, query: dict[str, str]) -> Any:
    """`before` and `after` are both left out of the answer; it holds 300 at most."""
    name = query["bar"]
    unit = next(each for each in OKX_FRAMES if name.endswith(each))
    frame_ms = int(name.removesuffix(unit)) * OKX_FRAMES[unit]
    most = min(int(query.get("limit", 100)), 300)
    since = int(query["before"]) + 1 if "before" in query else rest.now() - most * frame_ms
    rows = rest.candles(_okx_base(query), frame_ms, since, most)
    if "after" in query:
        rows = [row for row in rows if row[0] < int(query["after"])]
    is_over = [str(int(row[0] + frame_ms <= rest.now())) for row in rows]
    return _okx([
        [str(row[0]), *map(str, row[1:]), str(row[5]), "0", over]
        for row, over in zip(reversed(rows), reversed(is_over), strict=True)
    ])  # fmt: skip


def _okx_ticker(rest: PublicRest, query: dict[str, str]) -> Any:
    price = str(rest.price(_okx_base(query), rest.now()))
    return _okx([{"instId": query["instId"], "last": price, "ts": str(rest.now())}])


def _okx_funding(rest: PublicRest, query: dict[str, str]) -> Any:
    rate, at_ms = rest.funding
    return _okx([{"instId": query["instId"], "instType": "SWAP", "fundingRate": rate,
                  "fundingTime": str(at_ms), "nextFundingTime": str(at_ms)}])  # fmt: skip


PATHS: Final[dict[str, Answer]] = {
    "/fapi/v1/exchangeInfo": _binance_info,
    "/fapi/v1/time": lambda rest, _: {"serverTime": rest.now()},
    "/fapi/v1/depth": _binance_book,
    "/fapi/v1/trades": _binance_trades,
    "/fapi/v1/klines": _binance_candles,
    "/fapi/v1/ticker/24hr": _binance_ticker,
    "/fapi/v1/premiumIndex": _binance_funding,
    "/api/v5/public/instruments": _okx_markets,
    "/api/v5/public/time": lambda rest, _: _okx([{"ts": str(rest.now())}]),
    "/api/v5/market/books": _okx_book,
    "/api/v5/market/trades": _okx_trades,
    "/api/v5/market/candles": _okx_candles,
    "/api/v5/market/history-candles": _okx_candles,
    "/api/v5/market/ticker": _okx_ticker,
    "/api/v5/public/funding-rate": _okx_funding,
}


# ---- the server


def _fault(rest: PublicRest, path: str) -> Fault | None:
    for fault in rest.faults:
        if path.endswith(fault.path):
            fault.times -= 1
            if fault.times <= 0:
                rest.faults.remove(fault)
            return fault
    return None


def _door(rest: PublicRest) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        query = dict(request.query)
        rest.requests.append((time.monotonic(), request.path, query))
        fault = _fault(rest, request.path) or Fault("")
        if fault.hang_s:
            await SystemClock().sleep(fault.hang_s)
        if fault.is_dropped and request.transport is not None:
            request.transport.close()
        symbol = query.get("symbol", "")
        if symbol and _base(symbol) in rest.delisted:
            return web.json_response({"code": -1121, "msg": "Invalid symbol."}, status=400)
        body = json.dumps(PATHS[request.path](rest, query))
        if fault.is_cut:
            body = body[: len(body) // 2]
        status = fault.status or 200
        text = body if fault.body is None else fault.body
        kind = "application/json" if fault.body is None else "text/html"
        return web.Response(text=text, status=status, headers=fault.headers, content_type=kind)

    return answer


@contextmanager
def public_rest() -> Iterator[PublicRest]:
    """The server in a thread of its own, on a free port of 127.0.0.1."""
    rest = PublicRest()
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    async def begin() -> web.AppRunner:
        application = web.Application()
        for path in PATHS:
            application.router.add_get(path, _door(rest))
        runner = web.AppRunner(application, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        rest.port = runner.addresses[0][1]
        return runner

    def serve() -> None:
        runner = loop.run_until_complete(begin())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=serve, name="public-rest")
    thread.start()
    assert ready.wait(60), "the server did not come up"
    try:
        yield rest
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(60)
