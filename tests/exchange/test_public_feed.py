"""The feed of a real exchange: prices while it answers, candles when they close, none twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

import pytest
import pytest_asyncio

from lefi_tui.adapters.ccxt_feed import ExchangeFeed, FeedTerms
from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.ccxt_market import BOOK_OLD_NS, ExchangeMarket
from lefi_tui.adapters.ccxt_paper import ExchangePaperVenue
from lefi_tui.adapters.paper_venue import PaperTerms
from lefi_tui.adapters.system_clock import VirtualClock
from lefi_tui.core.bot import Bar
from lefi_tui.core.messages import (
    BarsClosed,
    FeedStated,
    MarketInput,
    QuoteChanged,
    Report,
    TradePrinted,
    VenueFilled,
    VenueRejected,
    Watch,
)
from lefi_tui.errors import ExchangeError
from tests.contract.doors import buy, plan
from tests.exchange.public_rest import BEGIN_MS, MINUTE, Fault, PublicRest, public_rest

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
NS = 1_000_000
HALF_S = 500  # a candle is asked for so long after its close

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def server() -> Iterator[PublicRest]:
    with public_rest() as rest:
        yield rest


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def link(server: PublicRest) -> AsyncIterator[ExchangeLink]:
    async with ExchangeLink("binanceusdm", server.binance) as opened:
        yield opened


@dataclass
class Fed:
    """A feed, its venue and the exchange, in a time that a test moves for both clocks."""

    rest: PublicRest
    clock: VirtualClock
    market: ExchangeMarket
    feed: ExchangeFeed
    venue: ExchangePaperVenue
    heard: list[MarketInput] = field(default_factory=list)
    told: list[Report] = field(default_factory=list)

    async def goes_on(self, ms: int, steps: int = 1) -> None:
        """Time passes; after each step the feed asks once round, and the venue looks."""
        for _ in range(steps):
            assert self.rest.now_ms is not None
            self.rest.now_ms += ms
            self.clock.move_to(self.clock.now_ns() + ms * NS)
            await self.feed.round()
            self.venue.advance(self.clock.now_ns())

    async def wants(self, *bars: tuple[str, int], prints: tuple[str, ...] = ()) -> None:
        await self.feed.watch(Watch("main", bars, (), prints))

    @property
    def bars(self) -> list[Bar]:
        return [bar for each in self.heard if isinstance(each, BarsClosed) for bar in each.bars]

    @property
    def quotes(self) -> list[QuoteChanged]:
        return [each for each in self.heard if isinstance(each, QuoteChanged)]

    @property
    def prints(self) -> list[TradePrinted]:
        return [each for each in self.heard if isinstance(each, TradePrinted)]

    @property
    def fills(self) -> list[VenueFilled]:
        return [each for each in self.told if isinstance(each, VenueFilled)]


async def fed_by(link: ExchangeLink, rest: PublicRest, skew_ms: int = 0) -> Fed:
    """The exchange's clock is so much before ours; both stand at a full minute of its own."""
    rest.now_ms, rest.skew_ms = BEGIN_MS - skew_ms, skew_ms
    clock = VirtualClock((BEGIN_MS - skew_ms) * NS)
    market = ExchangeMarket(clock)
    feed = ExchangeFeed(link, market, clock, FeedTerms("main", "binanceusdm", "USDT"))
    venue = ExchangePaperVenue(market, clock, PaperTerms("main", Decimal(10_000)), feed.look)
    feed.busy, feed.listed = venue.busy, venue.exchange.enlist
    fed = Fed(rest, clock, market, feed, venue)
    feed.listen(fed.heard.append)
    venue.listen(fed.told.append)
    await feed.open()
    return fed


@pytest_asyncio.fixture(loop_scope="module")
async def fed(link: ExchangeLink, server: PublicRest) -> Fed:
    server.begin_anew()
    return await fed_by(link, server)


# ---- prices


async def test_each_market_of_the_board_has_the_exchanges_bid_ask_and_last(fed: Fed) -> None:
    await fed.goes_on(1_000)
    quotes = {each.quote.symbol: each.quote for each in fed.quotes}
    assert set(quotes) == {BTC, ETH}
    bids, asks = fed.rest.books["BTC"][-1]
    quote = quotes[BTC]
    assert (quote.bid, quote.ask) == (float(bids[0][0]), float(asks[0][0]))
    assert quote.last == fed.rest.price("BTC", fed.rest.now())
    assert quote.time_ms == fed.clock.now_ns() // NS


async def test_a_crossed_book_and_an_empty_one_are_no_prices(fed: Fed) -> None:
    await fed.goes_on(1_000)
    quoted = len(fed.quotes)
    crossed = '{"lastUpdateId": 1, "E": 1, "T": 1, "bids": [["2", "1"]], "asks": [["1", "1"]]}'
    empty = '{"lastUpdateId": 1, "E": 1, "T": 1, "bids": [], "asks": []}'
    for body in (crossed, empty):
        fed.rest.fail(Fault("/depth", body=body, times=2))
        await fed.goes_on(1_000)
    assert len(fed.quotes) == quoted


async def test_a_market_whose_prints_are_wanted_has_its_price_while_none_is_told(fed: Fed) -> None:
    fed.rest.fail(Fault("rades", body="[]"))
    await fed.wants(prints=(BTC,))
    await fed.goes_on(1_000)
    (quote,) = (each.quote for each in fed.quotes if each.quote.symbol == BTC)
    assert quote.last == fed.rest.price("BTC", fed.rest.now())


async def test_trade_prints_are_told_once_each_and_only_from_when_they_are_wanted(
    fed: Fed,
) -> None:
    await fed.wants(prints=(BTC,))
    await fed.goes_on(1_000)
    assert fed.prints == []  # the past is no news
    await fed.goes_on(2_000)
    await fed.goes_on(0)
    await fed.goes_on(3_000)
    times = [each.print.time_ms for each in fed.prints]
    assert times == [BEGIN_MS + 1_000 + each * 1_000 for each in (1, 2, 3, 4, 5)]


async def test_prints_carry_our_time_where_the_exchanges_clock_is_another(
    link: ExchangeLink, server: PublicRest
) -> None:
    server.begin_anew()
    fed = await fed_by(link, server, skew_ms=60_000)
    await fed.wants((BTC, MINUTE), prints=(BTC,))
    await fed.goes_on(1_000)
    await fed.goes_on(1_000)
    assert [each.print.time_ms for each in fed.prints] == [fed.clock.now_ns() // NS]


async def test_a_trade_at_no_price_or_of_nothing_is_no_trade(fed: Fed) -> None:
    await fed.wants(prints=(BTC,))
    await fed.goes_on(1_000)
    at_ms = fed.rest.now() + 500
    fed.rest.prints["BTC"] = [(at_ms, "0", "1", "sell"), (at_ms, "60000", "0", "buy")]
    await fed.goes_on(1_000)
    assert [each.print.units for each in fed.prints] == [0.5]
    assert min(each.print.price for each in fed.prints) > 0


# ---- candles


async def test_a_candle_is_told_when_it_has_closed_and_once(fed: Fed) -> None:
    await fed.wants((BTC, MINUTE), (ETH, MINUTE), (BTC, 3 * MINUTE))
    await fed.goes_on(HALF_S)
    assert fed.bars == []
    for _ in range(6):
        await fed.goes_on(MINUTE // 2)
    moments = [each for each in fed.heard if isinstance(each, BarsClosed)]
    assert [each.at_ms for each in moments] == [BEGIN_MS + at * MINUTE for at in (1, 2, 3)]
    for moment in moments:
        assert all(bar.time_ms + bar.timeframe_ms == moment.at_ms for bar in moment.bars)
        assert {BTC, ETH} == {bar.symbol for bar in moment.bars}
    assert len(fed.bars) == len(set(fed.bars)) == 6 + 1
    for bar in fed.bars:
        told = [bar.open, bar.high, bar.low, bar.close, bar.volume]
        assert told == fed.rest.candle(bar.symbol[:3], bar.time_ms, bar.timeframe_ms)


async def test_history_agrees_with_the_candles_that_were_live(fed: Fed) -> None:
    await fed.wants((BTC, MINUTE), (BTC, 5 * MINUTE))
    await fed.goes_on(HALF_S)
    await fed.goes_on(MINUTE, steps=10)
    assert len(fed.bars) == 12
    for bar in fed.bars:
        close_ms = bar.time_ms + bar.timeframe_ms
        again = await fed.feed.candles.bars(bar.symbol, bar.timeframe_ms, 1, close_ms)
        assert again == (bar,)


@pytest.mark.parametrize("skew_ms", [-60_000, 5_000])
async def test_candles_close_by_the_exchanges_clock(
    skew_ms: int, link: ExchangeLink, server: PublicRest
) -> None:
    server.begin_anew()
    fed = await fed_by(link, server, skew_ms)
    await fed.wants((BTC, MINUTE))
    await fed.goes_on(MINUTE - 1)
    assert fed.bars == []
    await fed.goes_on(HALF_S + 1)
    assert [bar.time_ms for bar in fed.bars] == [BEGIN_MS]


async def test_candles_of_an_outage_come_after_it_in_order_and_none_twice(fed: Fed) -> None:
    await fed.wants((BTC, MINUTE), (ETH, MINUTE))
    await fed.goes_on(HALF_S)
    await fed.goes_on(MINUTE)
    fed.rest.fail(Fault("", status=503, body="{}", times=10_000))
    for _ in range(5):
        with pytest.raises(ExchangeError):
            await fed.goes_on(5 * MINUTE)
    fed.rest.faults.clear()
    await fed.goes_on(1_000)
    for symbol in (BTC, ETH):
        times = [bar.time_ms for bar in fed.bars if bar.symbol == symbol]
        assert times == [BEGIN_MS + at * MINUTE for at in range(26)]
    moments = [each.at_ms for each in fed.heard if isinstance(each, BarsClosed)]
    assert all(earlier < later for earlier, later in pairwise(moments))


async def test_a_minute_without_a_trade_is_a_gap_and_is_not_asked_for_again_and_again(
    fed: Fed,
) -> None:
    await fed.wants((BTC, MINUTE))
    await fed.goes_on(HALF_S)
    fed.rest.gaps = {BEGIN_MS}
    await fed.goes_on(MINUTE)
    await fed.goes_on(15_000)
    asked = fed.rest.asked("/klines")
    await fed.goes_on(10_000, steps=4)
    assert fed.rest.asked("/klines") == asked
    await fed.goes_on(MINUTE)
    assert [bar.time_ms for bar in fed.bars] == [BEGIN_MS + MINUTE]


async def test_a_bot_that_warms_up_while_the_exchange_is_silent_gets_its_history_after(
    fed: Fed,
) -> None:
    fed.rest.fail(Fault("/klines", status=503, body="{}", times=3))
    bars = await fed.feed.candles.bars(BTC, MINUTE, 5, BEGIN_MS)
    assert [bar.time_ms for bar in bars] == [BEGIN_MS - at * MINUTE for at in (5, 4, 3, 2, 1)]
    assert await fed.feed.candles.bars("NOPE/USDT", MINUTE, 5, BEGIN_MS) == ()


# ---- words


async def test_while_it_waits_it_says_why_once_and_after_it_that_all_goes_on(
    link: ExchangeLink, server: PublicRest
) -> None:
    server.begin_anew()
    fed = await fed_by(link, server)
    server.fail(Fault("/exchangeInfo", status=503, body="{}", times=3))
    running = asyncio.create_task(fed.feed.run())
    while not fed.quotes:
        await asyncio.wait([running], timeout=0.01)
        fed.clock.move_to(fed.clock.now_ns() + 1_000 * NS)
    running.cancel()
    await asyncio.wait([running])
    said = [each for each in fed.heard if isinstance(each, FeedStated)]
    assert [(each.what, each.is_waiting) for each in said] == [
        ("waits for binanceusdm", True),
        ("waits for binanceusdm", True),
        ("binanceusdm answers", False),
    ]
    assert "asked again in 1 s" in said[1].why
    assert said[1].next


async def test_a_market_that_is_delisted_is_said_and_the_others_go_on(fed: Fed) -> None:
    await fed.goes_on(1_000)
    fed.rest.delisted = {"ETH"}
    await fed.goes_on(1_000)
    said = [each.what for each in fed.heard if isinstance(each, FeedStated)]
    assert said == [f"{ETH} is told no more"]
    fed.heard.clear()
    await fed.goes_on(1_000)
    assert [each.quote.symbol for each in fed.quotes] == [BTC]


# ---- the venue behind it


async def test_an_order_walks_the_book_that_was_asked_for_when_it_came(fed: Fed) -> None:
    await fed.goes_on(1_000)
    fed.rest.shift = 500.0  # the market has jumped since the last round
    entry = buy("0.05", symbol=BTC)
    fed.rest.depth = "0.02"
    fed.told += await fed.venue.submit((entry,))
    asks = [Decimal(price) for price, _ in fed.rest.books["BTC"][-1][1]]
    assert [each.price for each in fed.fills] == asks[:3]
    assert sum(each.quantity for each in fed.fills) == Decimal("0.05")
    fees = {each.fee / (each.price * each.quantity) for each in fed.fills}
    assert fees == {Decimal("0.0005")}


async def test_an_order_at_rest_fills_by_what_trades_after_it_came_and_not_before(
    fed: Fed,
) -> None:
    await fed.goes_on(1_000)
    low = str(fed.rest.price("BTC", fed.rest.now()) - 50)
    fed.rest.prints["BTC"] = [(fed.rest.now() - 100, low, "1", "sell")]
    fed.told += await fed.venue.submit((buy("0.05", low, symbol=BTC),))
    await fed.goes_on(1_000)
    assert fed.fills == []
    under = str(Decimal(low) - 1)
    fed.rest.prints["BTC"].append((fed.rest.now() + 500, under, "1", "sell"))
    await fed.goes_on(1_000)
    assert [(each.price, each.liquidity) for each in fed.fills] == [(Decimal(low), "maker")]


async def test_a_stop_sells_at_the_book_as_it_is_when_the_price_comes(fed: Fed) -> None:
    await fed.goes_on(1_000)
    entry = buy("0.05", symbol=BTC, exits=plan(stop_loss="1%"))
    fed.told += await fed.venue.submit((entry,))
    fed.rest.shift = -2_000.0
    await fed.goes_on(1_000)
    bids = [Decimal(price) for price, _ in fed.rest.books["BTC"][-1][0]]
    assert fed.fills[-1].reason == "stop_loss"
    assert fed.fills[-1].price == bids[0]
    assert fed.venue.positions == {}
    assert fed.venue.ledger_balanced()


async def test_while_the_exchange_is_silent_an_order_is_refused_in_words(fed: Fed) -> None:
    await fed.goes_on(1_000)
    fed.rest.fail(Fault("/v1/trades", status=503, body="{}"))
    entry = buy("0.05", symbol=BTC)
    answer = await fed.venue.submit((entry,))
    assert [type(each) for each in answer] == [VenueRejected]
    assert isinstance(answer[0], VenueRejected)
    assert answer[0].code == "EXCHANGE_SILENT"
    assert "not placed" in answer[0].text
    assert await fed.venue.look_up(entry.id) == answer
    assert await fed.venue.submit((entry,)) == answer  # its story, and no second try


async def test_what_works_stands_still_while_the_exchange_is_silent(fed: Fed) -> None:
    await fed.goes_on(1_000)
    entry = buy("0.05", symbol=BTC, exits=plan(stop_loss="1%"))
    fed.told += await fed.venue.submit((entry,))
    fed.rest.shift = -30_000.0  # nobody hears of it
    fed.clock.move_to(fed.clock.now_ns() + BOOK_OLD_NS + 1)
    fed.venue.advance(fed.clock.now_ns())
    assert len(fed.fills) == 1
    assert fed.market.mark(BTC, fed.clock.now_ns()) is None
    assert len(await fed.venue.working()) == 1  # the stop


async def test_a_perpetual_that_is_held_pays_the_funding_that_the_exchange_said(
    fed: Fed,
) -> None:
    paid_ms = BEGIN_MS + 30_000
    fed.rest.funding = ("0.0001", paid_ms)
    await fed.goes_on(1_000)
    fed.told += await fed.venue.submit((buy("0.05", symbol=BTC),))
    cash = fed.venue.free_cash
    await fed.goes_on(MINUTE)  # asked for once a minute
    fed.rest.funding = ("0.0009", paid_ms + 8 * 3_600_000)
    await fed.goes_on(MINUTE)
    await fed.goes_on(1_000)
    mark = fed.market.mark(BTC, fed.clock.now_ns())
    assert mark is not None
    charged = Decimal("0.0001") * mark * Decimal("0.05")
    assert cash - fed.venue.free_cash == pytest.approx(charged, rel=Decimal("0.001"))
