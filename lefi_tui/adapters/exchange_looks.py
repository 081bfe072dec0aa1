"""Looking on: what works at an exchange is read again and again, and its news are told.

The rules it keeps: often while something works and no stream is proven to tell of it, seldom while
one is, at once after whatever may have been missed; what does not stand there as we know it is read
whole; then exits that were met or vanished are told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

from lefi_tui.adapters.exchange_exits import Ask, Exits
from lefi_tui.adapters.exchange_orders import Known, KnownOrders, trade_news
from lefi_tui.adapters.exchange_ready import OF_MARGIN
from lefi_tui.adapters.exchange_stream import (
    AccountTold,
    ExitTold,
    News,
    OrderTold,
    UserStream,
)
from lefi_tui.adapters.own_exits import OwnExits
from lefi_tui.core.messages import Report, VenueFilled, VenueNeverSaw, VenueSilent
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.venue import Hear, OrderMissingError, VenueTimeoutError

OF_FILL: Final = "ORDER"
OF_SETTINGS: Final = "SETTINGS"
Changed = Callable[[str], None]  # a symbol, or "" for all
NS_PER_MS: Final = 1_000_000
NS_PER_S: Final = 1_000_000_000


class Looks:
    """`hear` is where news go, `changed` hears of markets that another hand may have touched: ""
    is all of them. Both are set before it runs."""

    def __init__(
        self, stream: UserStream, clock: Clock, orders: KnownOrders, exits: Exits | OwnExits
    ) -> None:
        self._stream, self._clock = stream, clock
        self._orders, self._exits = orders, exits
        self._ask: Ask = stream.ask
        self.hear: Hear = _nobody
        self.changed: Changed = _unchanged
        self.leverage: Callable[[str, Decimal], None] = _not_kept  # that is in force by now
        self.moved: Callable[[], None] = _still  # the wallet is another now
        self.resets: Changed = _unchanged  # how its markets are held may be another now
        self._denied: set[str] = set()  # that it had and does not find: said already
        self._due_ns = 0  # of the next look
        self._is_unsure = False  # of something it would not say what became of it
        self._sooner = asyncio.Event()
        self._missed_ns = 0
        self._unfit: set[str] = set()  # markets in which something was filled under an exit
        self._stirred: set[str] = set()  # markets of exits of which the stream has told
        orders.filled = self._filled
        orders.read_first, orders.told_too = self._read_first, stream.told_too
        stream.hear, stream.missed = self._heard, self._missed

    def say(self, report: Report) -> None:
        """A word that somebody else found out."""
        self.hear(report)

    def soon(self) -> None:
        """There is something to look at."""
        self._due_in(0.0)

    def sent(self) -> None:
        """What becomes of an order a proven stream tells; if it does not, it is looked at."""
        self._due_in(self._stream.terms.deaf_s if self._stream.is_proven() else 0.0)

    def _due_in(self, seconds: float) -> None:
        due_ns = self._clock.monotonic_ns() + int(seconds * NS_PER_S)
        if due_ns < self._due_ns:
            self._due_ns = due_ns
            self._sooner.set()

    def busy(self) -> set[str]:
        """Markets in which something works, or has to."""
        working = {each.symbol for each in self._orders.working().values()}
        return working | self._exits.symbols()

    def _filled(self, order: str) -> None:
        """A target that has a size of its own is fitted to the position."""
        self.moved()
        symbol = self._orders.known[order].symbol
        if self._orders.ways.sizes_targets and symbol in self._exits.symbols():
            self._unfit.add(symbol)
            self.soon()

    # ---- the stream

    def _missed(self) -> None:
        """What it has not told is read; so is what others may have done meanwhile. A flood of what
        can't be read makes no flood of questions."""
        now_ns, look_s = self._clock.monotonic_ns(), self._stream.terms.look_s
        is_first = now_ns - self._missed_ns > look_s * NS_PER_S
        self._due_in(0.0 if is_first else look_s)
        if is_first:
            self._missed_ns = now_ns
            self.changed("")
            self.resets("")

    def _read_first(self, news: str) -> None:
        self._stream.read_first(news)
        self._due_in(self._stream.terms.deaf_s)

    def _heard(self, news: News) -> None:
        match news:
            case OrderTold() if news.id in self._orders.known:
                self._tell(self._orders.heard(news))
                if self._orders.has_gap(news):
                    self.soon()
            case OrderTold() | ExitTold():
                self._heard_of_others(news)
            case AccountTold():
                self._heard_of_account(news)

    def _heard_of_account(self, news: AccountTold) -> None:
        """What a fill does to the wallet is no sign of another hand: its order is."""
        for symbol, leverage in news.leverages:
            self.leverage(symbol, Decimal(leverage))
        if news.reason == OF_SETTINGS:
            return
        self.moved()
        if news.reason != OF_FILL:
            for symbol in news.symbols or ("",):
                self.changed(symbol)
        if news.reason == OF_MARGIN:
            self.resets("")

    def _heard_of_others(self, news: OrderTold | ExitTold) -> None:
        """An exit, the order that it became, or what is not ours at all."""
        if isinstance(news, OrderTold) and news.trade is not None:
            self._stream.told_too(trade_news(news.symbol, news.trade))
        if news.symbol in self._exits.symbols():
            self._stirred.add(news.symbol)
            self.soon()
        if not self._exits.has(news.id):
            self.changed(news.symbol)

    # ---- looks

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._until_due()
            terms = self._stream.terms
            self._due_ns = self._clock.monotonic_ns() + int(terms.quiet_s * NS_PER_S)
            with suppress(VenueTimeoutError):  # it does not answer; the next look may
                await self.look_on()
            with suppress(VenueTimeoutError):
                await self._stream.tend()
            self._due_in(self._pace_s())

    async def _until_due(self) -> None:
        while (left_s := (self._due_ns - self._clock.monotonic_ns()) / NS_PER_S) > 0:
            self._sooner.clear()
            # Not wait_for: told to end while it is woken, it would go on (Python 3.11).
            with suppress(TimeoutError):
                async with asyncio.timeout(left_s):
                    await self._sooner.wait()

    def _pace_s(self) -> float:
        terms, owed_s = self._stream.terms, self._stream.deaf_in_s()
        pace_s = terms.quiet_s
        if self.busy():
            is_sure = self._stream.is_proven() and not self._is_unsure
            pace_s = terms.proven_s if is_sure else terms.look_s
        return pace_s if owed_s is None else min(pace_s, max(owed_s, 0.0))

    async def look_on(self) -> None:
        """What no longer rests as it did is read whole, and its news are told; then exits."""
        began_ns, symbols = self._clock.monotonic_ns(), sorted(self.busy())
        self._is_unsure = False
        if symbols:
            found = await self._ask("working", symbols=symbols)
            resting = {each["id"]: each for each in found}
            for order, known in self._orders.working().items():
                if _is_as_known(known, resting.get(order)):
                    self._orders.there(order)
                else:
                    await self._read(order)
            await self._look_at_exits(resting.keys())
        self._stream.looked(began_ns, has_read=bool(symbols) and not self._is_unsure)

    async def _read(self, order: str) -> None:
        """What is told of it; that it never was is for whoever asks for it by name to say."""
        try:
            told = await self._orders.look_up(order) or ()
        except OrderMissingError as error:
            if order not in self._denied:
                self._denied.add(order)
                self.hear(VenueSilent(order, self._clock.now_ns(), str(error)))
        except VenueTimeoutError:
            self._is_unsure = True  # the next look may
        else:
            self._denied.discard(order)
            self._tell(each for each in told if not isinstance(each, VenueNeverSaw))

    async def _look_at_exits(self, resting: Collection[str]) -> None:
        """Those that were met or vanished are told, those that never came there asked for again."""
        for symbol in sorted(self._exits.symbols()):
            if symbol in self._stirred or self._exits.has_news(symbol, resting):
                with suppress(VenueTimeoutError):
                    await self._look_at_exits_of(symbol)
                # One that fires, is missed or gave no answer is asked for again soon.
                self._is_unsure = self._is_unsure or self._exits.has_news(symbol, resting)
        for symbol in sorted(self._unfit):
            with suppress(VenueTimeoutError):
                await self._exits.fit(symbol)
                self._unfit.discard(symbol)
        self._is_unsure = self._is_unsure or bool(self._unfit)

    async def _look_at_exits_of(self, symbol: str) -> None:
        reports = await self._exits.look(symbol)
        self._stirred.discard(symbol)
        for each in reports:
            if isinstance(each, VenueFilled):
                self._read_first(each.trade_id)
        self._tell(reports)

    def _tell(self, reports: Iterable[Report]) -> None:
        for report in reports:
            self.hear(report)


def _is_as_known(known: Known, there: Mapping[str, Any] | None) -> bool:
    """It rests there, and so much of it is filled as was told."""
    if there is None or not known.venue_order_id:
        return False
    return Decimal(there["filled"]) == known.filled


def _unchanged(_symbol: str) -> None:
    """Nobody reconciles."""


def _nobody(_report: Report) -> None:
    """Before anyone listens nothing is sent, so nothing can be told."""


def _not_kept(_symbol: str, _leverage: Decimal) -> None:
    """Where nobody keeps what is in force."""


def _still() -> None:
    """Where nobody looks at the wallet."""
