"""A recording played again as a market of now: book, prints and candles on our clock.

The rules it keeps: every price is one that was; a moment of now is one moment of the recording,
so a candle told later is the candle that was seen. Between two rounds the market is shut for some
seconds, because what follows there never followed.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import islice
from typing import Final, NamedTuple

from lefi_tui.adapters.paper_book import FundingRate
from lefi_tui.adapters.recorded_depth import LEVELS, ROW
from lefi_tui.adapters.recording import Recording
from lefi_tui.core.bars import bucket_start
from lefi_tui.core.book import Book, Depth, Traded
from lefi_tui.core.bot import Bar
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.order import Side
from lefi_tui.core.record import Record

NS_PER_MS: Final = 1_000_000
PAUSE_MS: Final = 3_000  # of the recording's time, between its end and its next beginning


class Playing(Record):
    """`at_ms` is where in the recording it began, at `begun_ns` of our clock."""

    begun_ns: int
    at_ms: int = 0
    speed: Decimal = Decimal(1)
    rounds: int = 0  # 0: without end


class Place(NamedTuple):
    """A moment of the recording: which round, and so many ms after its first quote."""

    round: int
    at_ms: int


class Stretch(NamedTuple):
    """Trades of one round, by their numbers: first <= number < end."""

    round: int
    first: int
    end: int


class _Candle(NamedTuple):
    """In whole ticks and lots."""

    open: int
    high: int
    low: int
    close: int
    lots: int


class RecordedMarket:
    """Implements `paper_book.BookMarket`; the feed and the history read it too."""

    def __init__(self, recording: Recording, playing: Playing) -> None:
        self.recording = recording
        self.playing = playing
        self.span_ms = recording.ends_ms - recording.begins_ms
        self._length_ns = (self.span_ms + PAUSE_MS) * NS_PER_MS
        self._fast, self._slow = playing.speed.as_integer_ratio()
        self._price = -recording.tick_digits
        self._lot = -recording.lot_digits
        self._first = bisect_left(recording.trades.times, recording.begins_ms)
        self._whole = self._made(self._first, len(recording.trades.times))

    def instruments(self) -> tuple[Instrument, ...]:
        return (self.recording.instrument,)

    @property
    def symbol(self) -> str:
        return self.recording.instrument.symbol

    # ---- our time and the recording's

    def place(self, now_ns: int) -> Place | None:
        """Where the recording is now; None before its first round and after its last."""
        number, rest_ns = divmod(self._played_ns(now_ns), self._length_ns)
        if number < 0 or number >= (self.playing.rounds or number + 1):
            return None
        return Place(number, rest_ns // NS_PER_MS)

    def open_at(self, now_ns: int) -> Place | None:
        """The same, and None while it is shut between two rounds."""
        place = self.place(now_ns)
        return None if place is None or place.at_ms > self.span_ms else place

    def now_of(self, place: Place) -> int:
        """When by our clock that moment is."""
        played_ns = place.round * self._length_ns + place.at_ms * NS_PER_MS
        return self.playing.begun_ns - (
            -(played_ns - self.playing.at_ms * NS_PER_MS) * self._slow // self._fast
        )

    def recorded_ms(self, place: Place) -> int:
        """When it was, in ms since 1970."""
        return self.recording.begins_ms + place.at_ms

    def _played_ns(self, now_ns: int) -> int:
        since_ns = now_ns - self.playing.begun_ns
        return since_ns * self._fast // self._slow + self.playing.at_ms * NS_PER_MS

    # ---- the book

    def book(self, symbol: str, at_ns: int) -> Book:
        place = self.open_at(at_ns)
        if place is None:
            return Book(symbol, at_ns, (), ())
        at_ms, quotes = self.recorded_ms(place), self.recording.quotes
        best = bisect_right(quotes.times, at_ms) - 1
        since_ms, levels = self.recording.depth(at_ms) or (0, ())
        newest_ms = max(quotes.times[best], since_ms)
        changed = Place(place.round, newest_ms - self.recording.begins_ms)
        bid, ask = quotes.bids[best], quotes.asks[best]
        return Book(
            symbol,
            self.now_of(changed),
            tuple(self._side(Side.BUY, (bid, quotes.bid_lots[best]), levels[: ROW // 2])),
            tuple(self._side(Side.SELL, (ask, quotes.ask_lots[best]), levels[ROW // 2 :])),
        )

    def _side(self, side: Side, best: tuple[int, int], levels: Sequence[int]) -> Iterator[Depth]:
        """The best is known to the millisecond, what stands behind it a little later."""
        yield self._depth(*best)
        further = (
            pair
            for pair in zip(levels[::2], levels[1::2], strict=True)
            if (best[0] - pair[0]) * side.sign > 0
        )
        for price, lots in islice(further, LEVELS - 1):
            yield self._depth(price, lots)

    def _depth(self, price: int, lots: int) -> Depth:
        return Depth(Decimal(price).scaleb(self._price), Decimal(lots).scaleb(self._lot))

    def best(self, _symbol: str, at_ns: int) -> tuple[Decimal, Decimal] | None:
        place = self.open_at(at_ns)
        if place is None:
            return None
        quotes = self.recording.quotes
        at = bisect_right(quotes.times, self.recorded_ms(place)) - 1
        bid, ask = Decimal(quotes.bids[at]), Decimal(quotes.asks[at])
        return bid.scaleb(self._price), ask.scaleb(self._price)

    def mark(self, symbol: str, at_ns: int) -> Decimal | None:
        """Between bid and ask: the recording names no mark price."""
        best = self.best(symbol, at_ns)
        return None if best is None else (best[0] + best[1]) / 2

    # ---- what was traded

    def traded(self, _symbol: str, after_ns: int, until_ns: int) -> Sequence[Traded]:
        trades = self.recording.trades
        return [
            Traded(
                self._traded_ns(stretch.round, number),
                *self._depth(trades.prices[number], trades.lots[number]),
                Side.BUY if trades.buys[number] else Side.SELL,
            )
            for stretch in self.stretches(after_ns, until_ns)
            for number in range(stretch.first, stretch.end)
        ]

    def _traded_ns(self, number: int, trade: int) -> int:
        at_ms = self.recording.trades.times[trade] - self.recording.begins_ms
        return self.now_of(Place(number, at_ms))

    def stretches(self, after_ns: int, until_ns: int) -> Iterator[Stretch]:
        """Trades with after < time <= until, round by round."""
        first, last = self._played_ns(after_ns), self._played_ns(until_ns)
        begun = last // self._length_ns + 1
        rounds = min(begun, self.playing.rounds or begun)
        for number in range(max(first // self._length_ns, 0), rounds):
            begin = self._traded_until(first - number * self._length_ns)
            end = self._traded_until(last - number * self._length_ns)
            if end > begin:
                yield Stretch(number, begin, end)

    def _traded_until(self, rest_ns: int) -> int:
        """How many trades of a round there were by then."""
        at_ms = self.recording.begins_ms + rest_ns // NS_PER_MS
        return max(self._first, bisect_right(self.recording.trades.times, at_ms))

    def last(self, at_ns: int) -> Decimal | None:
        """The newest price that was traded in this round."""
        place = self.place(at_ns)
        if place is None:
            return None
        count = bisect_right(self.recording.trades.times, self.recorded_ms(place))
        known = self.recording.trades.prices[count - 1] if count else self._whole.open
        return Decimal(known).scaleb(self._price)

    def extremes(
        self, _symbol: str, since_ns: int, until_ns: int
    ) -> tuple[Decimal, Decimal] | None:
        candles = [self._candle(each) for each in self.stretches(since_ns - 1, until_ns)]
        if not candles:
            return None
        low, high = min(each.low for each in candles), max(each.high for each in candles)
        return Decimal(low).scaleb(self._price), Decimal(high).scaleb(self._price)

    def funding_rates(self, _symbol: str, _after_ns: int, _until_ns: int) -> Sequence[FundingRate]:
        """The recording names none: its few minutes are played as without."""
        return ()

    # ---- candles

    def bars(self, timeframe_ms: int, count: int, before_ms: int) -> tuple[Bar, ...]:
        """The newest that close at or before, oldest first; none where nothing was traded."""
        end = bucket_start(before_ms, timeframe_ms)
        made = (self.bar(timeframe_ms, end - n * timeframe_ms) for n in range(count, 0, -1))
        return tuple(bar for bar in made if bar is not None)

    def bar(self, timeframe_ms: int, time_ms: int) -> Bar | None:
        after_ns = time_ms * NS_PER_MS - 1
        until_ns = after_ns + timeframe_ms * NS_PER_MS
        parts = [self._candle(each) for each in self.stretches(after_ns, until_ns)]
        if not parts:
            return None
        price, lot = 10**-self._price, 10**-self._lot
        return Bar(
            self.symbol,
            timeframe_ms,
            time_ms,
            parts[0].open / price,
            max(part.high for part in parts) / price,
            min(part.low for part in parts) / price,
            parts[-1].close / price,
            sum(part.lots for part in parts) / lot,
        )

    def _candle(self, stretch: Stretch) -> _Candle:
        first, end = stretch.first, stretch.end
        is_whole = (first, end) == (self._first, len(self.recording.trades.times))
        return self._whole if is_whole else self._made(first, end)

    def _made(self, first: int, end: int) -> _Candle:
        trades = self.recording.trades
        prices = trades.prices[first:end]
        lots = sum(trades.lots[first:end])
        return _Candle(prices[0], max(prices), min(prices), prices[-1], lots)
