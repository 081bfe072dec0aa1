"""What a market feed and its history keep: closed candles only, in order, the same each time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise
from typing import Final

import pytest

from lefi_tui.adapters.demo_market import BEGINS_MS, LISTINGS, DemoMarket
from lefi_tui.adapters.demo_market_feed import DemoFeed, DemoHistory
from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.core.bot import Bar, Print
from lefi_tui.core.messages import BarsClosed, MarketInput, QuoteChanged, TradePrinted, Watch

MINUTE: Final = 60_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
NOON_MS: Final = 1_795_003_200_000 // DAY * DAY + 12 * HOUR
SYMBOLS: Final = tuple(each.instrument.symbol for each in LISTINGS)
FRAMES: Final = (MINUTE, 3 * MINUTE, 5 * MINUTE, HOUR, 4 * HOUR)


def listened(
    minutes: int, begin_ms: int = NOON_MS - 30_000, seed: str = "lefi"
) -> list[MarketInput]:
    """All that a feed tells in so many minutes of virtual time."""
    clock = VirtualClock(begin_ms * 1_000_000)
    feed, heard = DemoFeed(DemoMarket(seed), clock, "main"), list[MarketInput]()
    feed.listen(heard.append)
    bars = tuple((symbol, frame) for symbol in SYMBOLS for frame in FRAMES)
    asyncio.run(feed.watch(Watch("main", bars, SYMBOLS, SYMBOLS)))
    while feed.next_ns() < (begin_ms + minutes * MINUTE) * 1_000_000:
        clock.move_to(feed.next_ns())
        feed.move()
    return heard


@pytest.fixture(scope="module")
def heard() -> list[MarketInput]:
    return listened(6)


def of_bars(heard: Iterable[MarketInput]) -> list[Bar]:
    return [bar for each in heard if isinstance(each, BarsClosed) for bar in each.bars]


def of_prints(heard: Iterable[MarketInput], symbol: str) -> list[Print]:
    prints = (each.print for each in heard if isinstance(each, TradePrinted))
    return [each for each in prints if each.symbol == symbol]


def test_every_symbol_is_quoted_four_times_a_second_and_never_crossed(
    heard: list[MarketInput],
) -> None:
    quotes = [each.quote for each in heard if isinstance(each, QuoteChanged)]
    assert {each.symbol for each in quotes} == set(SYMBOLS)
    assert len(quotes) == 6 * 240 * len(SYMBOLS)
    assert all(0 < each.bid < each.ask for each in quotes)


def test_prices_stand_on_the_tick(heard: list[MarketInput]) -> None:
    ticks = {each.instrument.symbol: each.instrument.tick for each in LISTINGS}
    for each in heard:
        if isinstance(each, QuoteChanged):
            prices = (each.quote.bid, each.quote.ask, each.quote.last)
            assert all(Decimal(repr(price)) % ticks[each.quote.symbol] == 0 for price in prices)


def test_messages_come_in_the_order_of_their_own_times(heard: list[MarketInput]) -> None:
    times = [time_of(each) for each in heard]
    assert all(earlier <= later for earlier, later in pairwise(times))


def time_of(message: MarketInput) -> int:
    match message:
        case BarsClosed():
            return message.at_ms
        case QuoteChanged():
            return message.quote.time_ms
        case TradePrinted():
            return message.print.time_ms
        case _:
            raise AssertionError(message)


def test_a_candle_is_told_when_it_closes_and_never_before(heard: list[MarketInput]) -> None:
    moments = [each for each in heard if isinstance(each, BarsClosed)]
    assert len({each.at_ms for each in moments}) == len(moments) == 6
    for moment in moments:
        assert all(bar.time_ms + bar.timeframe_ms == moment.at_ms for bar in moment.bars)
    assert {bar.timeframe_ms for bar in moments[0].bars} == set(FRAMES)  # noon


def test_candles_are_exactly_what_the_prints_were(heard: list[MarketInput]) -> None:
    begin_ms = NOON_MS  # the first minute that was heard whole
    for symbol in SYMBOLS:
        prints = [each for each in of_prints(heard, symbol) if each.time_ms >= begin_ms]
        for bar in of_bars(heard):
            inside = [each for each in prints if 0 <= each.time_ms - bar.time_ms < bar.timeframe_ms]
            if bar.symbol == symbol and bar.time_ms >= begin_ms:
                prices = [each.price for each in inside]
                made = (prices[0], max(prices), min(prices), prices[-1])
                assert (bar.open, bar.high, bar.low, bar.close) == made
                assert bar.volume == pytest.approx(sum(each.units for each in inside), rel=1e-12)


def test_history_agrees_exactly_with_the_candles_that_were_live(heard: list[MarketInput]) -> None:
    history = DemoHistory(DemoMarket())  # another process, after a restart
    for bar in of_bars(heard):
        close_ms = bar.time_ms + bar.timeframe_ms
        told = asyncio.run(history.bars(bar.symbol, bar.timeframe_ms, 1, close_ms))
        assert told == (bar,)


@pytest.mark.parametrize("frame", [*FRAMES, DAY])
@pytest.mark.parametrize("symbol", ["BTC/USDT", "ETH/USDT:USDT"])
def test_history_is_closed_candles_without_a_gap_oldest_first(symbol: str, frame: int) -> None:
    before_ms = NOON_MS + 12_345
    bars = asyncio.run(DemoHistory(DemoMarket()).bars(symbol, frame, 300, before_ms))
    assert len(bars) == 300
    assert bars[-1].time_ms + frame <= before_ms < bars[-1].time_ms + 2 * frame
    assert all(later.time_ms - earlier.time_ms == frame for earlier, later in pairwise(bars))
    assert all(
        bar.low <= min(bar.open, bar.close) <= max(bar.open, bar.close) <= bar.high for bar in bars
    )
    assert all(bar.volume > 0 for bar in bars)


@pytest.mark.parametrize("symbol", ["BTC/USDT", "BTC/USDT:USDT"])
def test_a_longer_candle_is_made_of_its_shorter_ones(symbol: str) -> None:
    market = DemoMarket()
    day = market.bar(symbol, DAY, NOON_MS - 36 * HOUR)
    for frame in FRAMES:
        parts = market.bars(symbol, frame, DAY // frame, day.time_ms + DAY)
        assert (parts[0].open, parts[-1].close) == (day.open, day.close)
        assert max(each.high for each in parts) == day.high
        assert min(each.low for each in parts) == day.low
        assert sum(each.volume for each in parts) == pytest.approx(day.volume, rel=1e-12)


def test_candles_of_seconds_are_made_of_the_same_prints() -> None:
    market = DemoMarket()
    minute = market.bar("SOL/USDT", MINUTE, NOON_MS)
    parts = market.bars("SOL/USDT", 15_000, 4, NOON_MS + MINUTE)
    assert max(each.high for each in parts) == minute.high
    assert min(each.low for each in parts) == minute.low
    assert (parts[0].open, parts[-1].close) == (minute.open, minute.close)


def test_weeks_begin_on_monday() -> None:
    week = DemoMarket().bars("BTC/USDT", 7 * DAY, 1, NOON_MS)[0]
    assert week.time_ms % (7 * DAY) == 4 * DAY  # 1970-01-05


def test_history_ends_where_the_market_began() -> None:
    bars = DemoMarket().bars("BTC/USDT", DAY, 100, BEGINS_MS + 10 * DAY)
    assert len(bars) == 10
    assert bars[0].time_ms == BEGINS_MS


def test_the_same_seed_is_the_same_market_and_another_is_another() -> None:
    assert listened(1) == listened(1)
    assert of_bars(listened(1, seed="other")) != of_bars(listened(1))


def test_a_restart_continues_the_same_market(heard: list[MarketInput]) -> None:
    again = listened(3, begin_ms=NOON_MS + 2 * MINUTE)
    times = {time_of(each) for each in again}
    before = [each for each in heard if time_of(each) in times and not isinstance(each, BarsClosed)]
    after = [each for each in again if not isinstance(each, BarsClosed)]
    assert before == after
    assert set(of_bars(again)) <= set(of_bars(heard))


def test_after_a_pause_no_candle_is_missing_and_quotes_are_of_now() -> None:
    clock = VirtualClock(NOON_MS * 1_000_000)
    feed, heard = DemoFeed(DemoMarket(), clock, "main"), list[MarketInput]()
    feed.listen(heard.append)
    asyncio.run(feed.watch(Watch("main", (("BTC/USDT", MINUTE),), (), ("BTC/USDT",))))
    feed.advance(clock.now_ns())
    heard.clear()
    feed.advance((NOON_MS + 45 * MINUTE) * 1_000_000)  # the machine slept
    closes = [each.at_ms for each in heard if isinstance(each, BarsClosed)]
    assert closes == [NOON_MS + minute * MINUTE for minute in range(1, 46)]
    quotes = [each.quote.time_ms for each in heard if isinstance(each, QuoteChanged)]
    assert set(quotes) == {NOON_MS + 45 * MINUTE}
    prints = [each.print.time_ms for each in heard if isinstance(each, TradePrinted)]
    assert min(prints) > NOON_MS + 44 * MINUTE


def test_a_clock_that_goes_back_tells_nothing_twice() -> None:
    clock = VirtualClock(NOON_MS * 1_000_000)
    feed, heard = DemoFeed(DemoMarket(), clock, "main"), list[MarketInput]()
    feed.listen(heard.append)
    feed.advance(clock.now_ns() + 1_000_000_000)
    count = len(heard)
    feed.advance(clock.now_ns())
    assert len(heard) == count > 0


def test_a_perpetual_stays_near_its_spot_and_its_funding_small() -> None:
    market = DemoMarket()
    spot = market.bars("BTC/USDT", HOUR, 500, NOON_MS)
    perpetual = market.bars("BTC/USDT:USDT", HOUR, 500, NOON_MS)
    away = [
        abs(theirs.close / ours.close - 1) for ours, theirs in zip(spot, perpetual, strict=True)
    ]
    assert max(away) < 0.001
    since = (NOON_MS - 30 * DAY) * 1_000_000
    rates = market.funding_rates("BTC/USDT:USDT", since, NOON_MS * 1_000_000)
    assert len(rates) == 90  # every eight hours
    assert all(abs(each.rate) <= Decimal("0.00075") for each in rates)
    assert market.funding_rates("BTC/USDT", since, NOON_MS * 1_000_000) == ()


def test_the_market_knows_calm_trends_wild_hours_and_jumps() -> None:
    market = DemoMarket()
    begin = NOON_MS - 60 * DAY
    names = {market.regime("BTC/USDT", begin + hour * HOUR) for hour in range(1_000)}
    assert names == {"calm", "trending", "wild"}
    moves = [
        abs(bar.close / bar.open - 1) for bar in market.bars("BTC/USDT", MINUTE, 20_000, NOON_MS)
    ]
    usual = sorted(moves)[len(moves) // 2]
    assert max(moves) > 15 * usual


def test_books_are_uncrossed_sorted_and_begin_at_the_quote() -> None:
    market = DemoMarket()
    for symbol in SYMBOLS:
        for tick in range(NOON_MS // 250, NOON_MS // 250 + 200):
            book, quote = market.book(symbol, tick * 250_000_000), market.quote(symbol, tick)
            assert (float(book.bids[0].price), float(book.asks[0].price)) == (quote.bid, quote.ask)
            assert all(upper.price > lower.price for upper, lower in pairwise(book.bids))
            assert all(lower.price < upper.price for lower, upper in pairwise(book.asks))
            assert all(each.units > 0 for each in (*book.bids, *book.asks))
