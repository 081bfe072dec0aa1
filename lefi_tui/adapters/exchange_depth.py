"""Our end of an exchange's books and prints: for markets that are looked at, as they happen.

The rules it keeps: nothing runs where nobody looks; a book bears the exchange's moment, told by our
clock; what is lost makes books old and never wrong, is said in words, and comes back by itself.
While no stream tells, the books that the feed asks for are shown in its place.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct, field
from msgspec.structs import replace

from lefi_tui.adapters.ccxt_candles import again_s, whole
from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.ccxt_market import ExchangeMarket
from lefi_tui.adapters.server_clock import Sample, believed
from lefi_tui.core.book import Book, Traded
from lefi_tui.core.bot import Quote
from lefi_tui.core.messages import MarketInput, QuoteChanged
from lefi_tui.core.order import Side
from lefi_tui.errors import ExchangeError
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.depth_feed import HearBook, HearPrint, Line

WORKER: Final = "lefi_tui.adapters.ccxt_depth"
NS_PER_MS: Final = 1_000_000
NS_PER_S: Final = 1_000_000_000
ROUND_S: Final = 1.0
NEWS_S: Final = 1.0  # a line that is there again sooner is no news
QUOTE_MS: Final = 200  # a price that stands still is told again: a game asks for its age
FRESH_NS: Final = 1_000_000_000  # a stream that told so lately need not be asked beside it
MEASURE_S: Final = 5.0
SAMPLES: Final = 5
# An exchange's clock that is measured a little other than before has not been set.
SHIFT_NS: Final = 5_000_000

Say = Callable[[str, str], None]  # what, why


class _Line(Struct):
    """How it stands; moments of the monotonic clock."""

    asked: tuple[str, ...] = ()
    is_offered: bool = True
    why: str = ""
    lost_ns: int = 0  # since when there is a why
    said: str = ""  # why, as people were told last
    ahead_ns: int | None = None  # the exchange's clock before our monotonic one
    ping_ns: int | None = None
    samples: deque[Sample] = field(default_factory=lambda: deque(maxlen=SAMPLES))
    heard: dict[str, int] = field(default_factory=dict)  # when, by symbol
    quoted: dict[str, Quote] = field(default_factory=dict)  # what the desk was told last


class ExchangeDepth:
    """Implements ports.depth_feed. `link` is a line of its own, begun with WORKER."""

    def __init__(
        self,
        link: ExchangeLink,
        market: ExchangeMarket,
        clock: Clock,
        account: str,
        chance: Callable[[], float] = whole,
    ) -> None:
        self._link, self._market, self._clock = link, market, clock
        self._account, self._chance = account, chance
        self.tell: Callable[[MarketInput], None] = _nobody
        self.say: Say = _unsaid
        self._hear_book: HearBook = _unseen
        self._hear_print: HearPrint = _unheard
        self.wanted: tuple[str, ...] = ()
        self.measure_s, self.news_s = MEASURE_S, NEWS_S
        self._changed = asyncio.Event()
        self._line = _Line()
        link.tells = self._told

    # ---- the port

    def listen(self, hear_book: HearBook, hear_print: HearPrint) -> None:
        assert self._hear_book is _unseen, "a feed has one listener"
        self._hear_book, self._hear_print = hear_book, hear_print

    async def watch(self, symbols: tuple[str, ...]) -> None:
        self.wanted = symbols
        self._changed.set()

    def line(self) -> Line:
        line = self._line
        if line.ahead_ns is None:
            return Line(why=line.why)
        ping_ms = None if line.ping_ns is None else line.ping_ns // NS_PER_MS
        return Line(ping_ms, (line.ahead_ns - self._wall_ns()) // NS_PER_MS, line.why)

    # ---- the feed's side

    def is_fresh(self, symbol: str) -> bool:
        heard_ns = self._line.heard.get(symbol)
        return heard_ns is not None and self._clock.monotonic_ns() - heard_ns < FRESH_NS

    def asked(self, symbol: str, asked_ns: int) -> None:
        """The feed has asked for this market's book then, and could use the answer."""
        if symbol in self.wanted and not self.is_fresh(symbol):
            book = self._market.book(symbol, self._clock.now_ns())
            self._hear_book(replace(book, at_ns=asked_ns))

    async def run(self) -> None:
        """Beside the feed, as long as it runs; begun anew, it goes on with what is watched."""
        failures = 0
        while True:
            self._changed.clear()
            if not self.wanted:
                await self._changed.wait()
                continue
            before = self._line
            self._line = _Line(why=before.why, lost_ns=before.lost_ns, said=before.said)
            try:
                async with self._link:
                    await self._attend()
                failures = 0
            except ExchangeError as error:
                failures += 1
                self._lost(f"{error.what}: {error.why}")
                self._say()
                await self._clock.sleep(again_s(failures, error, self._chance()))

    async def _attend(self) -> None:
        """Until nobody looks."""
        measures = asyncio.get_running_loop().create_task(self._measure())
        try:
            while self.wanted:
                await self._ask()
                self._say()
                with suppress(TimeoutError):
                    async with asyncio.timeout(ROUND_S):
                        await self._changed.wait()
                self._changed.clear()
        finally:
            measures.cancel()
            await asyncio.wait([measures])

    async def _ask(self) -> None:
        listed = {each.symbol for each in self._market.instruments()}
        symbols = tuple(each for each in self.wanted if each in listed)
        line = self._line
        if symbols == line.asked or not line.is_offered:
            return
        line.asked = symbols
        for symbol in [each for each in line.heard if each not in symbols]:
            del line.heard[symbol]
        told = await self._link.ask("watch", symbols=list(symbols))
        line.is_offered = told["is_offered"]
        if not line.is_offered:
            self._lost(told["why"])

    # ---- words

    def _lost(self, why: str) -> None:
        line = self._line
        line.lost_ns = line.lost_ns if line.why else self._clock.monotonic_ns()
        line.why = why

    def _say(self) -> None:
        """What has lasted, once: a line that is there again at once is no news."""
        line = self._line
        if bool(line.why) == bool(line.said):
            return
        lost_s = (self._clock.monotonic_ns() - line.lost_ns) / NS_PER_S
        if line.why and lost_s < self.news_s:
            return
        is_back, line.said = not line.why, line.why
        what = "books come as they happen again" if is_back else "books come once a second only"
        self.say(what, line.why)

    # ---- what is told

    def _told(self, told: dict[str, Any]) -> None:
        match told["what"]:
            case "book":
                self._book(told)
            case "prints":
                self._prints(told["symbol"], told["rows"])
            case _:  # the stream's end, or its process's: then it is asked for again
                self._lost(f"its stream is lost: {told['why']}")
                if told["what"] == "stream":
                    self._line.asked = ()

    def _book(self, told: dict[str, Any]) -> None:
        symbol, line = told["symbol"], self._line
        if symbol not in self.wanted or not self._market.hear_book(symbol, told):
            return  # refused, so that it grows old on the screen: a crossed book is no price
        line.why = ""
        line.heard[symbol] = self._clock.monotonic_ns()
        book = self._market.book(symbol, self._clock.now_ns())
        book = replace(book, at_ns=self._ours_ns(told["at_ms"]))
        self._hear_book(book)
        self._quote(symbol, book)

    def _quote(self, symbol: str, book: Book) -> None:
        """For the desk: at each change, and else some times a second."""
        last, before = self._market.last(symbol), self._line.quoted.get(symbol)
        if last is None:
            return
        prices = (float(book.bids[0].price), float(book.asks[0].price), float(last))
        quote = Quote(symbol, book.at_ns // NS_PER_MS, *prices)
        is_known = before is not None and (before.bid, before.ask, before.last) == prices
        if before is not None and is_known and quote.time_ms - before.time_ms < QUOTE_MS:
            return
        self._line.quoted[symbol] = quote
        self.tell(QuoteChanged(self._account, quote))

    def _prints(self, symbol: str, rows: list[list[Any]]) -> None:
        if symbol not in self.wanted:
            return
        for at_ms, price, units, side in rows:
            traded = Traded(self._ours_ns(at_ms), Decimal(price), Decimal(units), Side(side))
            if min(traded.price, traded.units) > 0:
                self._market.hear_last(symbol, price)
                self._hear_print(symbol, traded)

    # ---- the exchange's clock

    def _wall_ns(self) -> int:
        """Our wall's clock before the monotonic one."""
        return self._clock.now_ns() - self._clock.monotonic_ns()

    def _ours_ns(self, theirs_ms: int | None) -> int:
        """Its moment by our clock; what it does not say, or nobody could measure, is now."""
        now_ns = self._clock.now_ns()
        if theirs_ms is None or self._line.ahead_ns is None:
            return now_ns
        return min(theirs_ms * NS_PER_MS - self._line.ahead_ns + self._wall_ns(), now_ns)

    async def _measure(self) -> None:
        """As long as somebody looks; an exchange that tells no time is not asked for it."""
        with suppress(ExchangeError):
            told = await self._link.ask("describe")
            while told["has"]["time"]:
                await self._sample()
                await self._clock.sleep(self.measure_s)

    async def _sample(self) -> None:
        line, began_ns = self._line, self._clock.monotonic_ns()
        try:
            theirs_ms = await self._link.ask("time")
        except ExchangeError:
            line.ping_ns = None  # how far away it is now nobody knows
            return
        took_ns = self._clock.monotonic_ns() - began_ns
        sample = Sample(theirs_ms * NS_PER_MS - began_ns - took_ns // 2, took_ns)
        if line.ahead_ns is not None and abs(sample.ahead_ns - line.ahead_ns) > took_ns + SHIFT_NS:
            line.samples.clear()  # more than its way can explain: one of the clocks was set
        line.samples.append(sample)
        line.ping_ns = took_ns
        ahead_ns, _ = believed(list(line.samples))
        if line.ahead_ns is None or abs(ahead_ns - line.ahead_ns) > SHIFT_NS:
            line.ahead_ns = ahead_ns


def _nobody(_told: MarketInput) -> None:
    """No feed tells for it yet."""


def _unsaid(_what: str, _why: str) -> None:
    """Nobody tells it to people."""


def _unseen(_book: Book) -> None:
    """Nobody looks yet."""


def _unheard(_symbol: str, _traded: Traded) -> None:
    """Nobody looks yet."""
