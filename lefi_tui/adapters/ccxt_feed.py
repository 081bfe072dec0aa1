"""An exchange's feed: prices by asking once a second, candles when they close, gaps filled after.

The rules it keeps: a price carries the moment we asked for it; nothing is told that the exchange
did not say, so that silence makes prices old and never wrong; a candle is told once, and those of
an outage in order after it. What keeps it waiting is said in words, once.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable
from decimal import Decimal
from itertools import groupby
from typing import Any, Final

from msgspec.structs import replace

from lefi_tui.adapters.ccxt_candles import ExchangeCandles, again_s, whole
from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.ccxt_market import ExchangeMarket
from lefi_tui.adapters.exchange_depth import ExchangeDepth
from lefi_tui.core.bars import bucket_start
from lefi_tui.core.bot import Bar, Print, Quote
from lefi_tui.core.codec import from_plain
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.messages import (
    BarsClosed,
    FeedStated,
    MarketInput,
    QuoteChanged,
    TradePrinted,
    Watch,
)
from lefi_tui.core.order import Side
from lefi_tui.core.record import Record
from lefi_tui.errors import ExchangeAnswerError, ExchangeError, MarketUnknownError
from lefi_tui.ports.clock import Clock
from lefi_tui.ports.market_feed import HearMarket

NS_PER_MS: Final = 1_000_000
ROUND_S: Final = 1.0
# An exchange ends a candle a moment after its time; asked for sooner it may still change.
CLOSED_AFTER_MS: Final = 500
LATE_MS: Final = 10_000  # a candle that is not there by then had no trade: the next close tells
BARS_BACK_MS: Final = 24 * 3_600_000  # of an outage that lasted longer, older candles are lost
FUNDING_EVERY_NS: Final = 60_000_000_000
MARKETS_EVERY_NS: Final = 3_600_000_000_000  # a tick may change, a market may go
QUESTIONS_AT_ONCE: Final = 4  # so that an order's own question never stands behind many
BOARD: Final = ("BTC", "ETH", "SOL")  # shown where the account names no symbols

Series = tuple[str, int]  # symbol, timeframe_ms


class FeedTerms(Record):
    account: str
    exchange: str
    currency: str
    symbols: tuple[str, ...] = ()  # of the price board, beside what bots and orders need
    chance: Callable[[], float] = whole  # 0 to 1, of each growing wait


def _nobody() -> set[str]:
    return set()


def _unheard(_changed: tuple[Instrument, ...]) -> None:
    """Nobody keeps a list of the markets."""


class ExchangeFeed:
    """Implements ports.market_feed. `busy` names markets whose prints the paper venue needs."""

    def __init__(
        self, link: ExchangeLink, market: ExchangeMarket, clock: Clock, terms: FeedTerms
    ) -> None:
        self._link, self._market, self._clock, self._terms = link, market, clock, terms
        self.candles = ExchangeCandles(link, clock, terms.chance)
        self.listed: Callable[[tuple[Instrument, ...]], None] = _unheard
        self.busy: Callable[[], set[str]] = _nobody
        self.depth: ExchangeDepth | None = None  # what tells of markets that are looked at
        self._hear: HearMarket | None = None
        self._wanted = Watch(terms.account, (), (), ())
        self._wanted_ms: dict[Series, int] = {}  # since when, by our clock
        self._told: dict[Series, int] = {}  # the newest candle that was told, by its opening
        self._absent: dict[Series, int] = {}  # a close that left no candle: nobody traded
        self._asks = asyncio.Semaphore(QUESTIONS_AT_ONCE)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._shut: set[str] = set()  # markets that the exchange no longer knows
        self._opened_ns = self._funded_ns = 0
        self._reason = ""  # why it waits, as it was said last
        self._is_waiting = False

    def listen(self, hear: HearMarket) -> None:
        assert self._hear is None, "a feed has one listener"
        self._hear = hear

    async def watch(self, wanted: Watch) -> None:
        """A series that is new begins with the candle that closes next; history has the rest."""
        self._wanted = wanted
        now_ms = self._clock.now_ns() // NS_PER_MS
        self._wanted_ms = {each: self._wanted_ms.get(each, now_ms) for each in wanted.bars}
        for known in (self._told, self._absent):
            for series in [each for each in known if each not in self._wanted_ms]:
                del known[series]

    async def run(self) -> None:
        async with self._link, asyncio.TaskGroup() as group:
            if self.depth is not None:
                self.depth.tell, self.depth.say = self._tell, self._word
                group.create_task(self.depth.run())
            await self._run()

    async def _run(self) -> None:
        name = self._terms.exchange
        self._state(f"waits for {name}", "its markets are asked for", is_waiting=True)
        await self._insisted(self.open)
        self._state(f"{name} answers", f"{len(self._market.instruments())} markets")
        while True:
            began_ns = self._clock.monotonic_ns()
            if began_ns - self._opened_ns > MARKETS_EVERY_NS:
                await self._insisted(self.open)
            if await self._insisted(self.round):
                self._state(f"{name} answers again", "prices and candles go on")
            spent_s = (self._clock.monotonic_ns() - began_ns) / 1e9
            await self._clock.sleep(max(ROUND_S - spent_s, 0.0))

    async def _insisted(self, work: Callable[[], Awaitable[None]]) -> bool:
        """Until it is done, each wait longer than the one before, or as long as we were told.

        Whether it failed before it was done.
        """
        failures = 0
        while True:
            try:
                await work()
            except ExchangeError as error:
                failures += 1
                wait_s = again_s(failures, error, self._terms.chance())
                self._fails(error, wait_s)
                await self._clock.sleep(wait_s)
                continue
            self._reason = ""
            return failures > 0

    # ---- words

    def _fails(self, error: ExchangeError, wait_s: float) -> None:
        """The same reason again is no news; the wait grows, and the log would hold little else."""
        if error.code == self._reason:
            return
        self._reason = error.code
        why = f"{error.what}: {error.why} ({error.where}); asked again in {wait_s:.0f} s"
        self._state(f"waits for {self._terms.exchange}", why, error.next_step, is_waiting=True)

    def _state(self, what: str, why: str, following: str = "", *, is_waiting: bool = False) -> None:
        now_ns = self._clock.now_ns()
        account, self._is_waiting = self._terms.account, is_waiting
        self._tell(FeedStated(account, now_ns, is_waiting, what, why, following))

    def _word(self, what: str, why: str) -> None:
        """A word of the stream's, beside what the feed itself waits for."""
        stated = FeedStated(
            self._terms.account, self._clock.now_ns(), bool(self._reason), what, why
        )
        self._tell(replace(stated, is_doubted=bool(why)))

    def _tell(self, message: MarketInput) -> None:
        assert self._hear is not None, "listen first"
        self._hear(message)

    # ---- markets

    async def open(self) -> None:
        """The markets and their rules, as they are now."""
        told = await self._link.ask("markets", currency=self._terms.currency)
        instruments = tuple(from_plain(Instrument, each) for each in told)
        if not instruments:
            why = f"it lists no open market priced in {self._terms.currency}"
            step = "Set the account's currency to one that the exchange trades in"
            raise ExchangeError(why, where=self._terms.exchange, next_step=step)
        self._opened_ns, self._shut = self._clock.monotonic_ns(), set()
        changed = self._market.enlist(instruments)
        if changed:
            self.listed(changed)

    def doubt_rules(self) -> None:
        """They are read again before the next prices."""
        self._opened_ns = self._clock.monotonic_ns() - MARKETS_EVERY_NS - 1

    def _symbols(self) -> list[str]:
        """What is asked for: the board, what bots read, what orders and positions hang on."""
        known = {each.symbol for each in self._market.instruments()} - self._shut
        asked = (
            *(self._terms.symbols or self._usual(known)),
            *self._wanted.quotes,
            *self._wanted.prints,
            *(symbol for symbol, _ in self._wanted.bars),
            *sorted(self.busy()),
            *(() if self.depth is None else self.depth.wanted),
        )
        return [each for each in dict.fromkeys(asked) if each in known]

    def _usual(self, known: set[str]) -> tuple[str, ...]:
        pairs = [f"{base}/{self._terms.currency}" for base in BOARD]
        perpetuals = [f"{pair}:{self._terms.currency}" for pair in pairs]
        return tuple(each for each in (*perpetuals, *pairs) if each in known)[: len(BOARD)]

    # ---- a round

    async def round(self) -> None:
        """All prices once, and the candles that have closed; raises the first thing that failed."""
        symbols = self._symbols()
        failed = await self._each(self._price, symbols)
        failed += await self._bars()
        failed += await self._funding()
        if failed:
            raise failed[0]

    async def _each(
        self, ask: Callable[[str], Awaitable[None]], symbols: Iterable[str]
    ) -> list[ExchangeError]:
        """One that fails does not keep the others from being told."""

        async def one(symbol: str) -> ExchangeError | None:
            async with self._asks:
                try:
                    await ask(symbol)
                except MarketUnknownError as error:
                    self._shut.add(symbol)
                    self._state(f"{symbol} is told no more", error.why, error.next_step)
                except ExchangeError as error:
                    return error
            return None

        answers = await asyncio.gather(*(one(symbol) for symbol in symbols))
        return [each for each in answers if each is not None]

    async def look(self, symbol: str) -> None:
        """Prints first: what happened before the book is known when the book is."""
        async with self._turns[symbol]:
            await self._prints(symbol)
            told = await self._link.ask("book", symbol=symbol, rank="ENTRY")
            if not self._market.hear_book(symbol, told):
                where = f"{self._terms.exchange} {symbol}"
                raise ExchangeAnswerError("its book is empty, or crossed", where=where)

    async def _price(self, symbol: str) -> None:
        async with self._turns[symbol]:
            follows = symbol in self._wanted.prints or symbol in self.busy()
            if follows:
                await self._prints(symbol)
            if not follows or self._market.last(symbol) is None:  # no print of it is told
                await self._last(symbol)
            if self.depth is not None and self.depth.is_fresh(symbol):
                return  # what is told as it happens is newer than any answer
            asked_ms = self._clock.now_ns() // NS_PER_MS
            told = await self._link.ask("book", symbol=symbol)
            if not self._market.hear_book(symbol, told):
                return  # refused, so that it grows old on the screen: a crossed book is no price
            if self.depth is not None:
                self.depth.asked(symbol, asked_ms * NS_PER_MS)
        last = self._market.last(symbol)
        best = self._market.best(symbol, self._clock.now_ns())
        if best is not None and last is not None:
            quote = Quote(symbol, asked_ms, float(best[0]), float(best[1]), float(last))
            self._tell(QuoteChanged(self._terms.account, quote))

    async def _last(self, symbol: str) -> None:
        told = await self._link.ask("ticker", symbol=symbol)
        if told["last"]:
            self._market.hear_last(symbol, str(told["last"]))

    async def _prints(self, symbol: str) -> None:
        """Told with the exchange's times turned into ours, so that ages on screen are true."""
        told = await self._link.ask("prints", symbol=symbol)
        fresh = self._market.hear_prints(symbol, told)
        if symbol in self._wanted.prints:
            for _number, at_ms, price, units, side in fresh:
                ours_ms = at_ms - self.candles.ahead_ms
                one = Print(symbol, ours_ms, float(price), float(units), Side(side))
                self._tell(TradePrinted(self._terms.account, one))

    # ---- candles

    async def _bars(self) -> list[ExchangeError]:
        """Of all series that are due, grouped by the moment they closed at."""
        if not self._wanted_ms:
            return []
        try:
            now_ms = await self.candles.now_ms() - CLOSED_AFTER_MS
        except ExchangeError as error:
            return [error]
        found: dict[Series, list[Bar]] = {}
        failed: list[ExchangeError] = []
        for series in [each for each in self._wanted_ms if self._is_due(each, now_ms)]:
            try:
                found[series] = await self._closed(series, now_ms)
            except ExchangeError as error:
                failed.append(error)
        self._tell_bars(found, now_ms)
        return failed

    def _is_due(self, series: Series, now_ms: int) -> bool:
        frame_ms = series[1]
        if series not in self._told:
            since_ms = self._wanted_ms[series] + self.candles.ahead_ms
            self._told[series] = bucket_start(since_ms, frame_ms) - frame_ms
        is_over = self._told[series] + 2 * frame_ms <= now_ms
        return is_over and self._absent.get(series) != bucket_start(now_ms, frame_ms)

    async def _closed(self, series: Series, now_ms: int) -> list[Bar]:
        symbol, frame_ms = series
        begin_ms = max(self._told[series] + frame_ms, now_ms - BARS_BACK_MS)
        bars: list[Bar] = []
        async for page, _next_ms in self.candles.pages(symbol, frame_ms, begin_ms, now_ms):
            bars += page
        return bars

    def _tell_bars(self, found: dict[Series, list[Bar]], now_ms: int) -> None:
        for series, bars in found.items():
            if series not in self._told:
                bars.clear()  # nobody wants it any more
            elif bars:
                self._told[series] = bars[-1].time_ms
            elif now_ms - bucket_start(now_ms, series[1]) > LATE_MS:
                self._absent[series] = bucket_start(now_ms, series[1])
        bars = [bar for each in found.values() for bar in each]
        for at_ms, together in groupby(sorted(bars, key=_close_ms), key=_close_ms):
            self._tell(BarsClosed(self._terms.account, at_ms, tuple(together)))

    # ---- funding

    async def _funding(self) -> list[ExchangeError]:
        """Of perpetuals that are held, once a minute."""
        now_ns = self._clock.now_ns()
        if now_ns - self._funded_ns < FUNDING_EVERY_NS:
            return []
        self._funded_ns = now_ns
        held = [each for each in sorted(self.busy()) if ":" in each]
        self._market.forget_funding(held)
        if not held or not await self.candles.has("funding"):
            return []
        return await self._each(self._rate, held)

    async def _rate(self, symbol: str) -> None:
        told: dict[str, Any] = await self._link.ask("funding", symbol=symbol)
        if told["rate"] is not None and told["at_ms"]:
            paid_ns = (told["at_ms"] - self.candles.ahead_ms) * NS_PER_MS
            self._market.hear_funding(symbol, Decimal(told["rate"]), paid_ns)


def _close_ms(bar: Bar) -> int:
    return bar.time_ms + bar.timeframe_ms
