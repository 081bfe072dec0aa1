"""An exchange's books and prints as they happen, in a process of its own that knows no key.

A lively market moves its book ten times a second: read beside an account's orders it would hold
them up. The rules it keeps: what goes wrong with one connection ends all of them, and they are
begun anew from a fresh snapshot, later and later; a book that can't be is never told; a line on
which nothing is heard, though it stands, is given up too (ccxt goes deaf on a frame that it can't
read); what breaks by something else is told, and begun anew when it is asked for again. Only this
process loads ccxt.pro.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any, ClassVar, Final

import ccxt.pro as ccxt

from lefi_tui.adapters.binance_stream import DEMO
from lefi_tui.adapters.ccxt_client import LEVELS, MISSHAPEN, PublicExchange, Refusal, beside
from lefi_tui.adapters.ccxt_keys import NEVER, to_sandbox
from lefi_tui.adapters.ccxt_markets import decimal_of
from lefi_tui.adapters.ccxt_worker import Tell, main
from lefi_tui.adapters.guards import scattered_s
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.record import Record
from lefi_tui.ports.clock import Clock

NS_PER_S: Final = 1_000_000_000
LOOK_S: Final = 0.5
LEAVE_S: Final = 2.0
PRINTS_KNOWN: Final = 1_000  # of one market: some exchanges tell the last ones again at each start
TEXT_MOST: Final = 200
BROKEN: Final = (ccxt.BaseError, Refusal, OSError, TimeoutError, *MISSHAPEN)


class Waits(Record):
    """Seconds."""

    first_s: float = 0.25  # until all is begun anew; doubled after each failure
    most_s: float = 15.0
    lived_s: float = 5.0  # so long, and its end is the first failure again
    silent_s: float = 10.0  # a quiet market is begun anew too: its book is then a fresh one


class MarketStreams(PublicExchange):
    """`tell` hears books, prints, and why there are none."""

    library: ClassVar[Any] = ccxt

    def __init__(self, begin: Mapping[str, Any], clock: Clock, tell: Tell) -> None:
        given = {name: value for name, value in begin["ccxt"].items() if name not in NEVER}
        super().__init__(begin["exchange"], given, clock)
        if begin.get("is_sandbox"):
            to_sandbox(self._client)
            if self._client.id == "binanceusdm":  # ccxt has the test network's address
                self._client.urls["api"]["ws"]["linear"] = f"{DEMO}/ws"
        self._tell = tell
        self.chance: Callable[[], float] = random.SystemRandom().random
        self.waits = Waits()
        self._wanted: tuple[str, ...] = ()
        self._follows: dict[str, asyncio.Task[None]] = {}
        self._known: dict[str, deque[str]] = {}
        self._heard_ns = 0
        self._run: asyncio.Task[None] | None = None
        self._group: asyncio.TaskGroup | None = None
        self._questions["watch"] = self._watch

    async def close(self) -> None:
        if self._run is not None:
            self._run.cancel()
            await asyncio.wait([self._run])
        await super().close()

    async def _watch(self, symbols: list[str]) -> dict[str, Any]:
        """These from now on, and no others."""
        if not self._client.has.get("watchOrderBook"):
            return {
                "is_offered": False,
                "why": f"ccxt knows no stream of {self._client.id}'s books",
            }
        await self._client.load_markets()
        gone = [each for each in self._wanted if each not in symbols]
        self._wanted = tuple(symbols)
        if self._run is None or self._run.done():
            self._run = beside(self._live())
            self._run.add_done_callback(self._broke)
        for symbol in gone:
            await self._leave(symbol)
        if self._group is not None:
            self._follow(self._group)
        return {"is_offered": True, "why": ""}

    async def _leave(self, symbol: str) -> None:
        """Where it can't be left alone it is told on until all end, and nobody hears it."""
        follow = self._follows.pop(symbol, None)
        if follow is not None:
            follow.cancel()
            await asyncio.wait([follow])
        for what, leave in (
            ("unWatchOrderBook", self._client.un_watch_order_book),
            ("unWatchTrades", self._client.un_watch_trades),
        ):
            if self._client.has.get(what):
                with suppress(*BROKEN):
                    async with asyncio.timeout(LEAVE_S):
                        await leave(symbol)

    # ---- one life of all connections after another

    def _broke(self, run: asyncio.Task[None]) -> None:
        """By what nobody foresaw: whoever hears it asks for the books again, which begins anew."""
        error = None if run.cancelled() else run.exception()
        if error is not None:
            first = _first_of(error)
            why = f"it broke: {type(first).__name__}: {first}"
            self._tell({"what": "stream", "why": why[:TEXT_MOST]})

    async def _live(self) -> None:
        failures = 0
        while True:
            began_ns = self._clock.monotonic_ns()
            why, wait_s = await self._once()
            lived_s = (self._clock.monotonic_ns() - began_ns) / NS_PER_S
            failures = 0 if lived_s > self.waits.lived_s else failures + 1
            again_s = min(self.waits.first_s * 2.0 ** min(failures, 10), self.waits.most_s)
            self._tell({"what": "depth", "why": why[:TEXT_MOST]})
            await self._clock.sleep(max(wait_s, scattered_s(again_s, self.chance())))

    async def _once(self) -> tuple[str, float]:
        """Until one of them ends: why, and how long we were told to wait."""
        errors: list[BaseException] = []
        self._heard_ns = self._clock.monotonic_ns()
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                self._follow(group)
                await self._until_silent()
        except* BROKEN as broken:
            errors += broken.exceptions
        finally:
            self._group = None
            self._follows.clear()
            await self._client.close_ws_clients()
            self._client.orderbooks.clear()
        first = _first_of(errors[0])
        wait_s = first.wait_s if isinstance(first, Refusal) else 0.0
        return str(first) or type(first).__name__, wait_s

    async def _until_silent(self) -> None:
        while True:
            await self._clock.sleep(LOOK_S)
            now_ns = self._clock.monotonic_ns()
            if not self._wanted:
                self._heard_ns = now_ns
            if now_ns - self._heard_ns > self.waits.silent_s * NS_PER_S:
                raise TimeoutError(f"no book came for {self.waits.silent_s:g} s")

    def _follow(self, group: asyncio.TaskGroup) -> None:
        for symbol in self._wanted:
            if symbol not in self._follows:
                self._follows[symbol] = group.create_task(self._both(symbol))

    async def _both(self, symbol: str) -> None:
        contract = await self._contract(symbol)
        async with asyncio.TaskGroup() as group:
            group.create_task(self._books(symbol, contract))
            if self._client.has.get("watchTrades"):
                group.create_task(self._trades(symbol, contract))

    # ---- what is told

    async def _books(self, symbol: str, contract: Decimal) -> None:
        while True:
            book = await self._client.watch_order_book(symbol)
            bids, asks = (_levels(book[side], contract) for side in ("bids", "asks"))
            if bids and asks and Decimal(bids[0][0]) >= Decimal(asks[0][0]):
                raise ccxt.BadResponse("its book is crossed")
            self._heard_ns = self._clock.monotonic_ns()
            at_ms = book["timestamp"]
            told = {"symbol": symbol, "at_ms": at_ms, "bids": bids, "asks": asks}
            self._tell({"what": "book", **told})

    async def _trades(self, symbol: str, contract: Decimal) -> None:
        while True:
            rows = self._fresh(symbol, await self._client.watch_trades(symbol))
            told = [
                [
                    int(each["timestamp"]),
                    str(decimal_of(each["price"])),
                    str(decimal_of(each["amount"]) * contract),
                    each["side"] or "buy",
                ]
                for each in rows
            ]
            if told:
                self._tell({"what": "prints", "symbol": symbol, "rows": told})

    def _fresh(self, symbol: str, trades: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """Those that were not told yet; a trade without a number is taken at its word."""
        known = self._known.setdefault(symbol, deque(maxlen=PRINTS_KNOWN))
        fresh = [each for each in trades if not each["id"] or str(each["id"]) not in known]
        known.extend(str(each["id"]) for each in fresh if each["id"])
        return fresh


def _first_of(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def _levels(side: Iterable[Any], contract: Decimal) -> list[list[str]]:
    rows = (each for each, _ in zip(side, range(LEVELS), strict=False))
    return [[str(decimal_of(each[0])), str(decimal_of(each[1]) * contract)] for each in rows]


def opened(begin: Mapping[str, Any], tell: Tell) -> MarketStreams:
    return MarketStreams(begin, SystemClock(), tell)


if __name__ == "__main__":
    asyncio.run(main(opened))
