"""The demo market: spot and perpetual symbols that trade day and night, without a network.

The rule it keeps: everything is a function of (seed, symbol, time). A restart continues the same
market, and a candle of the past is exactly what its trade prints were.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import accumulate
from typing import Final, NamedTuple

from lefi_tui.adapters.demo_market_path import (
    DAY_MS,
    FIVE_MS,
    FOUR_MS,
    HOUR_MS,
    MINUTE_MS,
    TICK_MS,
    TICKS_A_MINUTE,
    Block,
    Path,
    PathPlan,
    chance,
    keyed,
    spread_lots,
)
from lefi_tui.adapters.paper_book import FundingRate
from lefi_tui.core.book import Book, Depth, Traded
from lefi_tui.core.bot import Bar, Print, Quote
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.order import Side
from lefi_tui.core.record import Record

NS_PER_MS: Final = 1_000_000
TICK_NS: Final = TICK_MS * NS_PER_MS
WEEK_MS: Final = 7 * DAY_MS
MONDAY_MS: Final = 4 * DAY_MS  # 1970 began on a Thursday: weeks count from Monday
BEGINS_MS: Final = 1_420_070_400_000  # 2015-01-01: there is no candle before
FUNDING_MS: Final = 8 * HOUR_MS
BOOK_LEVELS: Final = 20
_DEPTH_HOLDS_TICKS: Final = 16  # a level keeps its size for four seconds
_LEVELS: Final = (DAY_MS, FOUR_MS, HOUR_MS, FIVE_MS, MINUTE_MS)
_MILLION: Final = 1_000_000
_MINUTES_KEPT: Final = 128


class Listing(Record):
    """One symbol. Its path counts in its own spot's ticks and lots; a perpetual shares them."""

    instrument: Instrument
    path: str
    price_digits: int  # tick = 10^-digits
    lot_digits: int  # of a print's and a level's units
    spread_ticks: int  # the widest
    level_ticks: int  # between the levels of the book
    depth_lots: int  # what usually stands at one


def _listing(
    symbol: str, path: str, digits: tuple[int, int], step_digits: int, shape: tuple[int, int, int]
) -> Listing:
    pair, _, settle = symbol.partition(":")
    base, _, quote = pair.partition("/")
    instrument = Instrument(
        symbol,
        base,
        quote,
        settle,
        tick=Decimal(1).scaleb(-digits[0]),
        step=Decimal(1).scaleb(-step_digits),
        minimum_quantity=Decimal(1).scaleb(-step_digits),
        minimum_notional=Decimal(5),
        leverage_max=Decimal(50) if settle else Decimal(1),
        maker=Decimal("0.0002") if settle else Decimal("0.001"),
        taker=Decimal("0.0005") if settle else Decimal("0.001"),
    )
    return Listing(instrument, path, digits[0], digits[1], *shape)


PATHS: Final = (
    PathPlan("BTC", 6_000_000, 0.025, 0.8, 200_000_000),
    PathPlan("ETH", 300_000, 0.032, 0.8, 200_000_000),
    PathPlan("SOL", 15_000, 0.042, 0.75, 200_000_000),
)
_PATH_DIGITS: Final = 2  # every path counts in cents
LISTINGS: Final = (
    _listing("BTC/USDT", "BTC", (2, 4), 5, (12, 150, 3_000)),
    _listing("ETH/USDT", "ETH", (2, 3), 4, (3, 12, 5_000)),
    _listing("SOL/USDT", "SOL", (2, 2), 2, (2, 2, 9_000)),
    _listing("BTC/USDT:USDT", "BTC", (1, 3), 3, (3, 15, 4_000)),
    _listing("ETH/USDT:USDT", "ETH", (2, 2), 3, (2, 10, 6_000)),
)


class _Minute(NamedTuple):
    """One symbol's minute of ticks, in whole ticks and lots."""

    prices: tuple[int, ...]  # of the path: bid and ask stand around it
    lasts: tuple[int, ...]  # of the newest print
    lots: tuple[tuple[int, ...], ...]  # of each tick's prints
    buys: tuple[bool, ...]  # who took


class DemoMarket:
    """Implements `paper_book.BookMarket`; the feed and the history read it too."""

    def __init__(self, seed: str = "lefi") -> None:
        self.seed = seed
        self._paths = {plan.name: Path(seed, plan) for plan in PATHS}
        self._listings = {each.instrument.symbol: each for each in LISTINGS}
        self.premium = lru_cache(_MINUTES_KEPT)(self._premium)
        self._minute = lru_cache(_MINUTES_KEPT)(self._make_minute)

    def instruments(self) -> tuple[Instrument, ...]:
        return tuple(each.instrument for each in self._listings.values())

    @property
    def symbols(self) -> tuple[str, ...]:
        return tuple(self._listings)

    def regime(self, symbol: str, at_ms: int) -> str:
        """calm, trending or wild: the weather of that hour."""
        path = self._paths[self._listings[symbol].path]
        return path.weather(at_ms // DAY_MS).names[at_ms % DAY_MS // HOUR_MS]

    # ---- candles

    def bars(self, symbol: str, timeframe_ms: int, count: int, before_ms: int) -> tuple[Bar, ...]:
        """The newest `count` candles that close at or before `before_ms`, oldest first."""
        offset = MONDAY_MS if timeframe_ms % WEEK_MS == 0 else 0
        end = (before_ms - offset) // timeframe_ms * timeframe_ms + offset
        first = max(end - count * timeframe_ms, _up(BEGINS_MS - offset, timeframe_ms) + offset)
        return tuple(self.bar(symbol, timeframe_ms, at) for at in range(first, end, timeframe_ms))

    def bar(self, symbol: str, timeframe_ms: int, time_ms: int) -> Bar:
        listing = self._listings[symbol]
        if timeframe_ms < MINUTE_MS:
            parts = self._tick_blocks(listing, timeframe_ms, time_ms)
        else:
            parts = self._blocks(listing, timeframe_ms, time_ms)
        price, units = 10**listing.price_digits, 10**listing.lot_digits
        return Bar(
            symbol,
            timeframe_ms,
            time_ms,
            parts[0].open / price,
            max(part.high for part in parts) / price,
            min(part.low for part in parts) / price,
            parts[-1].close / price,
            sum(part.lots for part in parts) / units,
        )

    def _blocks(self, listing: Listing, timeframe_ms: int, time_ms: int) -> list[Block]:
        # A perpetual's premium holds for eight hours: a day of it is made of smaller blocks.
        largest = FOUR_MS if listing.instrument.is_perpetual else DAY_MS
        level = next(
            (each for each in _LEVELS if each <= largest and timeframe_ms % each == 0), MINUTE_MS
        )
        path = self._paths[listing.path]
        return [
            self._own(listing, path.block(level, at // level), at)
            for at in range(time_ms, time_ms + timeframe_ms, level)
        ]

    def _own(self, listing: Listing, block: Block, at_ms: int) -> Block:
        """The path's block in this symbol's prices: order-preserving, so a high stays a high."""
        if not listing.instrument.is_perpetual:
            return block
        opened, high, low, close = (self._priced(listing, price, at_ms) for price in block[:4])
        return Block(opened, high, low, close, block.lots, block.variance)

    def _priced(self, listing: Listing, price: int, at_ms: int) -> int:
        if not listing.instrument.is_perpetual:
            return price
        scale = _scale(_PATH_DIGITS - listing.price_digits)
        premium = self.premium(listing.path, at_ms // FUNDING_MS)
        return (2 * price * (_MILLION + premium) + _MILLION * scale) // (2 * _MILLION * scale)

    def _premium(self, path: str, period: int) -> int:
        """A perpetual over its spot, in millionths, for one funding period."""
        return round(keyed(self.seed, path, "premium", period).triangular(-250, 450, 100))

    def _tick_blocks(self, listing: Listing, timeframe_ms: int, time_ms: int) -> list[Block]:
        assert timeframe_ms % TICK_MS == 0, f"no candles of {timeframe_ms} ms"
        blocks = []
        for tick in range(time_ms // TICK_MS, (time_ms + timeframe_ms) // TICK_MS):
            minute, at = self._at(listing.instrument.symbol, tick)
            last = minute.lasts[at]
            blocks.append(Block(last, last, last, last, sum(minute.lots[at]), 0.0))
        return blocks

    # ---- ticks

    def _at(self, symbol: str, tick: int) -> tuple[_Minute, int]:
        return self._minute(symbol, tick // TICKS_A_MINUTE), tick % TICKS_A_MINUTE

    def _make_minute(self, symbol: str, number: int) -> _Minute:
        listing = self._listings[symbol]
        path, at_ms = self._paths[listing.path], number * MINUTE_MS
        prices = tuple(self._priced(listing, each, at_ms) for each in path.ticks(number))
        rng = keyed(self.seed, symbol, "prints", number)
        # Open, high, low and close are prints: else no candle could be made of prints.
        must = {0, TICKS_A_MINUTE - 1, prices.index(max(prices)), prices.index(min(prices))}
        counts = [int(4.4 * rng.random() ** 2.2) for _ in prices]
        counts = [max(count, int(at in must)) for at, count in enumerate(counts)]
        weights = [(0.02 + rng.random()) ** 3 for _ in range(sum(counts))]
        sizes = iter(spread_lots(path.block(MINUTE_MS, number).lots, weights, rng))
        lots = tuple(tuple(next(sizes) for _ in range(count)) for count in counts)
        traded = [price if count else 0 for price, count in zip(prices, counts, strict=True)]
        lasts = tuple(accumulate(traded, _newer))
        moves = [now - before for before, now in zip((prices[0], *prices), prices, strict=False)]
        buys = tuple(move > 0 or (move == 0 and rng.random() < 0.5) for move in moves)
        return _Minute(prices, lasts, lots, buys)

    def quote(self, symbol: str, tick: int) -> Quote:
        listing = self._listings[symbol]
        minute, at = self._at(symbol, tick)
        bid, ask = self._best(listing, tick)
        scale = 10**listing.price_digits
        return Quote(symbol, tick * TICK_MS, bid / scale, ask / scale, minute.lasts[at] / scale)

    def _best(self, listing: Listing, tick: int) -> tuple[int, int]:
        """A print that a buyer took stands at the ask, one that a seller took at the bid."""
        minute, at = self._at(listing.instrument.symbol, tick)
        # The same width for a while: a spread that flickers each tick looks like no market.
        symbol = listing.instrument.symbol
        slow = chance(self.seed, symbol, "spread", tick // _DEPTH_HOLDS_TICKS)
        width = 1 + int(listing.spread_ticks * slow * slow)
        price = minute.prices[at]
        return (price - width, price) if minute.buys[at] else (price, price + width)

    def prints(self, symbol: str, tick: int) -> tuple[Print, ...]:
        listing = self._listings[symbol]
        minute, at = self._at(symbol, tick)
        price = minute.prices[at] / 10**listing.price_digits
        side = Side.BUY if minute.buys[at] else Side.SELL
        units = 10**listing.lot_digits
        return tuple(
            Print(symbol, tick * TICK_MS, price, lots / units, side) for lots in minute.lots[at]
        )

    # ---- what a paper venue reads

    def book(self, symbol: str, at_ns: int) -> Book:
        listing, tick = self._listings[symbol], at_ns // TICK_NS
        bid, ask = self._best(listing, tick)
        return Book(
            symbol,
            tick * TICK_NS,
            self._side(listing, tick, bid, -1),
            self._side(listing, tick, ask, 1),
        )

    def best(self, symbol: str, at_ns: int) -> tuple[Decimal, Decimal]:
        listing = self._listings[symbol]
        bid, ask = self._best(listing, at_ns // TICK_NS)
        digits = -listing.price_digits
        return Decimal(bid).scaleb(digits), Decimal(ask).scaleb(digits)

    def _side(self, listing: Listing, tick: int, best: int, sign: int) -> tuple[Depth, ...]:
        grid, slow = listing.level_ticks, tick // _DEPTH_HOLDS_TICKS
        nearest = (best * sign) // grid * sign
        levels = [best, *((nearest + sign * away) * grid for away in range(1, BOOK_LEVELS))]
        symbol = listing.instrument.symbol
        out = []
        for away, price in enumerate(level for level in levels if level > 0):
            share = chance(self.seed, symbol, "depth", slow, sign, price)
            lots = max(1, int(listing.depth_lots * (0.15 + 1.7 * share) * (1 + 0.3 * away)))
            out.append(
                Depth(
                    Decimal(price).scaleb(-listing.price_digits),
                    Decimal(lots).scaleb(-listing.lot_digits),
                )
            )
        return tuple(out)

    def traded(self, symbol: str, after_ns: int, until_ns: int) -> Sequence[Traded]:
        return list(self._traded(self._listings[symbol], after_ns, until_ns))

    def _traded(self, listing: Listing, after_ns: int, until_ns: int) -> Iterator[Traded]:
        for tick in range(after_ns // TICK_NS + 1, until_ns // TICK_NS + 1):
            minute, at = self._at(listing.instrument.symbol, tick)
            price = Decimal(minute.prices[at]).scaleb(-listing.price_digits)
            side = Side.BUY if minute.buys[at] else Side.SELL
            for lots in minute.lots[at]:
                units = Decimal(lots).scaleb(-listing.lot_digits)
                yield Traded(tick * TICK_NS, price, units, side)

    def mark(self, symbol: str, at_ns: int) -> Decimal:
        """The path itself: no single print can liquidate."""
        minute, at = self._at(symbol, at_ns // TICK_NS)
        return Decimal(minute.prices[at]).scaleb(-self._listings[symbol].price_digits)

    def extremes(self, symbol: str, since_ns: int, until_ns: int) -> tuple[Decimal, Decimal]:
        """Lowest and highest price of the minutes that these moments lie in."""
        listing = self._listings[symbol]
        first = since_ns // NS_PER_MS // MINUTE_MS
        last = max(until_ns // NS_PER_MS // MINUTE_MS, first)
        blocks = [
            self._blocks(listing, MINUTE_MS, number * MINUTE_MS)[0]
            for number in range(first, last + 1)
        ]
        low, high = min(each.low for each in blocks), max(each.high for each in blocks)
        digits = -listing.price_digits
        return Decimal(low).scaleb(digits), Decimal(high).scaleb(digits)

    def funding_rate(self, symbol: str, period: int) -> Decimal:
        """What longs pay shorts when this period ends: half its premium, and 0.005%."""
        if not self._listings[symbol].instrument.is_perpetual:
            return Decimal(0)
        parts = self.premium(self._listings[symbol].path, period)
        return Decimal(max(-750, min(750, parts // 2 + 50))).scaleb(-6)

    def funding_rates(self, symbol: str, after_ns: int, until_ns: int) -> Sequence[FundingRate]:
        if not self._listings[symbol].instrument.is_perpetual:
            return ()
        length = FUNDING_MS * NS_PER_MS
        return [
            FundingRate(
                period * length,
                self.funding_rate(symbol, period - 1),
                self.mark(symbol, period * length),
            )
            for period in range(after_ns // length + 1, until_ns // length + 1)
        ]


def _newer(last: int, price: int) -> int:
    return price or last


def _scale(digits: int) -> int:
    return int(10**digits)


def _up(value: int, step: int) -> int:
    return -(-value // step) * step
