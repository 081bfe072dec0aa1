"""The feed, the depth and the candles of a recording that is played again.

The rules it keeps: what is told is as old as the player's line makes it, and carries the market's
own time; nothing is sent before its time. When a round begins and ends is said in words.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from lefi_tui.adapters.recorded_market import NS_PER_MS, PAUSE_MS, RecordedMarket
from lefi_tui.adapters.stepping_feed import SteppingFeed
from lefi_tui.core.bars import bucket_start
from lefi_tui.core.bot import Bar, Print, Quote
from lefi_tui.core.messages import (
    BarsClosed,
    FeedStated,
    MarketInput,
    QuoteChanged,
    TradePrinted,
)
from lefi_tui.core.record import Record
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.depth_feed import HearBook, HearPrint, Line

STEP_NS: Final = 50_000_000  # a screen draws no quicker
QUOTE_STEPS: Final = 2  # ten quotes a second: what decides sees each, and they go to the tape
PRINTS_BACK_NS: Final = 60_000_000_000  # after a pause of the machine
BARS_BACK_MS: Final = 24 * 3_600_000
AGAIN: Final = "Nothing: wait; what follows there never followed, so no order is filled between"
OVER: Final = "Start it again for another round"


class RecordedTerms(Record):
    account: str
    latency_ms: int = 0  # there and back: what is told took half of it


class RecordedDepth:
    """Implements ports.depth_feed; the feed moves it."""

    def __init__(self, market: RecordedMarket, terms: RecordedTerms) -> None:
        self._market, self._terms = market, terms
        self._hear_book: HearBook | None = None
        self._hear_print: HearPrint | None = None
        self._symbols: tuple[str, ...] = ()
        self._told_ns = 0
        self._why = ""

    def listen(self, hear_book: HearBook, hear_print: HearPrint) -> None:
        assert self._hear_book is None, "a feed has one listener"
        self._hear_book, self._hear_print = hear_book, hear_print

    async def watch(self, symbols: tuple[str, ...]) -> None:
        self._symbols = tuple(each for each in symbols if each == self._market.symbol)

    def line(self) -> Line:
        return Line(ping_ms=self._terms.latency_ms, offset_ms=0, why=self._why)

    def advance(self, at_ns: int) -> None:
        """The book as it stands at that moment, and what was traded since the last one."""
        before_ns = max(self._told_ns, at_ns - PRINTS_BACK_NS)
        self._told_ns = max(self._told_ns, at_ns)
        is_open = self._market.open_at(at_ns) is not None
        self._why = "" if is_open else "the recording is between its end and its next beginning"
        if self._hear_book is None or self._hear_print is None:
            return
        for symbol in self._symbols:
            for each in self._market.traded(symbol, before_ns, at_ns):
                self._hear_print(symbol, each)
            if is_open:
                # A book that nobody changed is as new as this moment: its market says so.
                self._hear_book(replace(self._market.book(symbol, at_ns), at_ns=at_ns))


class RecordedFeed(SteppingFeed):
    """Implements ports.market_feed; in virtual time `next_ns` and `move` drive it instead."""

    def __init__(self, market: RecordedMarket, clock: Clock, terms: RecordedTerms) -> None:
        super().__init__(clock, terms.account)
        self.depth = RecordedDepth(market, terms)
        self._market, self._terms = market, terms
        self._late_ns = terms.latency_ms * NS_PER_MS // 2
        self._step = clock.now_ns() // STEP_NS - 1  # the newest that was told
        self._round: int | None = None  # that words were said of
        self._is_shut = False

    def next_ns(self) -> int:
        return (self._step + 1) * STEP_NS

    def advance(self, now_ns: int) -> None:
        """Tell all that happened up to now; a clock that went back tells nothing."""
        newest = now_ns // STEP_NS
        if newest <= self._step:
            return
        before_ns, at_ns = (each * STEP_NS - self._late_ns for each in (self._step, newest))
        self._step = newest
        self._words(at_ns)
        self._bars(before_ns // NS_PER_MS, at_ns // NS_PER_MS)
        self._prints(max(before_ns, at_ns - PRINTS_BACK_NS), at_ns)
        if newest % QUOTE_STEPS == 0:
            self._quote(at_ns)
        self.depth.advance(at_ns)

    def _tell(self, message: MarketInput) -> None:
        assert self._hear is not None, "listen first"
        self._hear(message)

    def _bars(self, before_ms: int, at_ms: int) -> None:
        """Candles that closed meanwhile, moment by moment."""
        before_ms = max(before_ms, at_ms - BARS_BACK_MS)
        closes: dict[int, list[Bar]] = {}
        for symbol, frame in self._wanted.bars:
            first = bucket_start(before_ms, frame) + frame
            for close_ms in range(first, at_ms + 1, frame) if symbol == self._market.symbol else ():
                bar = self._market.bar(frame, close_ms - frame)
                if bar is not None:
                    closes.setdefault(close_ms, []).append(bar)
        for close_ms, bars in sorted(closes.items()):
            self._tell(BarsClosed(self._terms.account, close_ms, tuple(bars)))

    def _prints(self, before_ns: int, at_ns: int) -> None:
        for symbol in self._wanted.prints:
            if symbol != self._market.symbol:
                continue
            for each in self._market.traded(symbol, before_ns, at_ns):
                at_ms, price, units = each.at_ns // NS_PER_MS, float(each.price), float(each.units)
                self._tell(
                    TradePrinted(self._terms.account, Print(symbol, at_ms, price, units, each.side))
                )

    def _quote(self, at_ns: int) -> None:
        symbol = self._market.symbol
        best, last = self._market.best(symbol, at_ns), self._market.last(at_ns)
        if best is None or last is None:
            return
        told = (float(price) for price in (*best, last))
        self._tell(QuoteChanged(self._terms.account, Quote(symbol, at_ns // NS_PER_MS, *told)))

    # ---- words

    def _words(self, at_ns: int) -> None:
        place = self._market.place(at_ns)
        number = None if place is None else place.round
        is_shut = self._market.open_at(at_ns) is None
        if (number, is_shut) == (self._round, self._is_shut):
            return
        self._round, self._is_shut = number, is_shut
        self._tell(self._shut(at_ns, is_over=place is None) if is_shut else self._begun(at_ns))

    def _begun(self, at_ns: int) -> FeedStated:
        market, account = self._market, self._terms.account
        place = market.place(at_ns)
        assert place is not None, at_ns
        since, until = (_moment(each) for each in self._span())
        from_words = _moment(market.recorded_ms(place))
        what = f"plays the recording from {from_words} on"
        why = (
            f"the recording is of {since} to {until[11:]}, real trades and quotes, "
            f"{market.recording.detail}; prices bear today's time, "
            f"latency is {self._terms.latency_ms} ms"
        )
        return FeedStated(account, at_ns, is_waiting=False, what=what, why=why)

    def _shut(self, at_ns: int, *, is_over: bool) -> FeedStated:
        account, until = self._terms.account, _moment(self._span()[1])
        why = f"it ends {until}: there are no prices, and no order is filled"
        if is_over:
            what, following = "the recording is over", OVER
        else:
            pause_s = PAUSE_MS / 1000 / float(self._market.playing.speed)
            what = f"the recording is at its end; it begins again in {pause_s:.0f} s"
            following = AGAIN
        # A pause of seconds is no fault: nobody who is away is told of each.
        return FeedStated(account, at_ns, is_waiting=is_over, what=what, why=why, next=following)

    def _span(self) -> tuple[int, int]:
        return self._market.recording.begins_ms, self._market.recording.ends_ms


def _moment(at_ms: int) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"


class RecordedHistory:
    """Implements ports.history."""

    def __init__(self, market: RecordedMarket) -> None:
        self._market = market

    async def bars(
        self, symbol: str, timeframe_ms: int, count: int, before_ms: int
    ) -> tuple[Bar, ...]:
        if symbol != self._market.symbol:
            return ()
        # In a thread: a thousand candles are a quarter of a second.
        return await asyncio.to_thread(self._market.bars, timeframe_ms, count, before_ms)
