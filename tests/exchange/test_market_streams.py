"""Books and prints of an exchange as they happen: whole, never wrong, and back after every loss."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from decimal import Decimal
from itertools import pairwise
from typing import Any, Self

import ccxt.pro as ccxt
import pytest
import pytest_asyncio

from lefi_tui.adapters.ccxt_client import Refusal
from lefi_tui.adapters.ccxt_depth import MarketStreams, Waits
from lefi_tui.adapters.ccxt_feed import ExchangeFeed, FeedTerms
from lefi_tui.adapters.ccxt_link import ExchangeLink
from lefi_tui.adapters.ccxt_market import ExchangeMarket
from lefi_tui.adapters.exchange_depth import QUOTE_MS, WORKER, ExchangeDepth
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core.instrument import Instrument
from lefi_tui.core.messages import FeedStated, MarketInput, QuoteChanged
from tests.contract.depth_part import BTC, CHECKS, ETH, Market
from tests.exchange.loopback.host import Far, exchange_in_thread

D = Decimal
MS = 1_000_000
PATIENCE_S = 60.0
# What moves a price there, and how BTC and ETH are called.
ACTS = {
    "binanceusdm": ("price", "BTCUSDT", "ETHUSDT"),
    "okx": ("okx/price", "BTC-USDT-SWAP", "ETH-USDT-SWAP"),
}

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def far() -> Iterator[Far]:
    with exchange_in_thread() as opened:
        yield opened


async def settled(is_so: Callable[[], Any]) -> None:
    """Two processes that load the exchanges' library take their time on a busy machine."""
    async with asyncio.timeout(PATIENCE_S):
        while not is_so():
            await SystemClock().sleep(0.01)


class InProcess:
    """The line's other end without a process of its own: a question here is one there."""

    def __init__(self, far: Far, exchange: str, *, is_sandbox: bool) -> None:
        table = far.ccxt(None, timeout_on_exit=0)
        begin = {"exchange": exchange, "ccxt": table, "is_sandbox": is_sandbox}
        self.streams = MarketStreams(begin, SystemClock(), self._tell)
        self.streams.waits = Waits(first_s=0.05, most_s=0.2, silent_s=1.0)
        self.tells: Callable[[dict[str, Any]], None] = print

    def _tell(self, told: dict[str, Any]) -> None:
        self.tells(json.loads(json.dumps(told)))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.streams._watch([])

    async def ask(self, question: str, **asked: Any) -> Any:
        return json.loads(json.dumps(await self.streams.answer(question, asked)))


class Streamed(Market):
    def __init__(self, far: Far, exchange: str, *, is_sandbox: bool) -> None:
        super().__init__()
        self.far, self.clock, self._act = far, SystemClock(), ACTS[exchange]
        self.line = InProcess(far, exchange, is_sandbox=is_sandbox)
        self.market = ExchangeMarket(self.clock)
        self.market.enlist(Instrument(each, each[:3], "USDT") for each in (BTC, ETH))
        link: Any = self.line
        self.feed = self.depth = ExchangeDepth(link, self.market, self.clock, "main")
        self.runs: asyncio.Task[None]
        self.said: list[tuple[str, str]] = []
        self.told: list[MarketInput] = []
        self.depth.measure_s = 0.1
        self.depth.say = lambda *said: self.said.append(said)
        self.depth.tell = self.told.append
        self._price = 60_000
        self.moved: set[Decimal] = {D(60_000)}
        self.begin()

    def moves(self) -> Decimal:
        """BTC goes to a price at which it never was."""
        self._price += 1
        self.moved.add(D(self._price))
        action, bitcoin, ether = self._act
        self.far.act(action, symbol=bitcoin, price=str(self._price))
        self.far.act(action, symbol=ether, price=str(self._price - 57_000))
        return D(self._price)

    async def goes_on(self) -> None:
        """Until what is known and watched was told; nobody watches, and it is some changes."""
        known = {each for each in self.depth.wanted if each in (BTC, ETH)}
        self.forget()
        for number in range(500):
            self.moves()
            await self.clock.sleep(0.02)
            books = {each.symbol for each in self.books}
            prints = {symbol for symbol, _ in self.prints}
            if books >= known and prints >= known and number > 10:
                return
        raise AssertionError(f"only {books} and {prints} were told of {known}")

    async def sees(self, price: Decimal) -> None:
        await settled(lambda: self.books and self.books[-1].bids[0].price == price)

    @property
    def quotes(self) -> list[QuoteChanged]:
        return [each for each in self.told if isinstance(each, QuoteChanged)]


@asynccontextmanager
async def streamed(
    far: Far, exchange: str = "binanceusdm", *, is_sandbox: bool = False
) -> AsyncIterator[Streamed]:
    made = Streamed(far, exchange, is_sandbox=is_sandbox)
    made.runs = asyncio.create_task(made.depth.run())
    try:
        yield made
        assert not made.runs.done(), made.runs.exception()
    finally:
        made.runs.cancel()
        await asyncio.wait([made.runs])
        await made.line.streams.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def open_line(far: Far) -> AsyncIterator[Streamed]:
    async with streamed(far) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def market(open_line: Streamed) -> Streamed:
    """BTC is watched and its newest book is heard."""
    open_line.far.act("no_faults")
    await open_line.feed.watch((BTC,))
    await open_line.goes_on()
    await open_line.sees(open_line.moves())
    for kept in (open_line.said, open_line.told):
        kept.clear()
    open_line.forget()
    return open_line


async def test_it_keeps_what_every_feed_of_depth_keeps(open_line: Streamed) -> None:
    for check in CHECKS:
        await check(open_line)


async def test_a_book_bears_the_exchanges_moment_told_by_our_clock(market: Streamed) -> None:
    market.far.act("clock", offset_ms=7_000)
    try:
        await settled(lambda: (market.feed.line().offset_ms or 0) > 6_000)
        began_ns = market.clock.now_ns()
        await market.sees(market.moves())
        assert abs(market.books[-1].at_ns - began_ns) < 2_000 * MS
        assert abs(market.prints[-1][1].at_ns - began_ns) < 2_000 * MS
    finally:
        market.far.act("clock", offset_ms=0)
    await settled(lambda: (market.feed.line().offset_ms or 0) < 1_000)
    ping_ms = market.feed.line().ping_ms
    assert ping_ms is not None
    assert ping_ms >= 0


async def test_after_a_change_that_nobody_told_the_book_is_read_whole_again(
    market: Streamed,
) -> None:
    market.far.act("gap", symbol="BTCUSDT")
    market.moves()
    await settled(lambda: len(market.books) > 0)
    await market.sees(market.moves())
    assert {each.bids[0].price for each in market.books} <= market.moved
    assert all(each.asks[0].price - each.bids[0].price == D("0.1") for each in market.books)


async def test_a_line_that_is_lost_says_so_and_comes_back_by_itself(market: Streamed) -> None:
    market.far.act("drop", stream="market", refuse_s=2.5)
    await settled(lambda: market.feed.line().why)
    await settled(lambda: market.said)
    (what, why), *_ = market.said
    assert what == "books come once a second only"
    assert why.startswith("its stream is lost: ")
    market.forget()
    await settled(lambda: not market.feed.line().why)
    await market.sees(market.moves())
    await settled(lambda: market.said[-1] == ("books come as they happen again", ""))
    assert len(market.said) == 2
    assert {each.bids[0].price for each in market.books} <= market.moved


async def test_a_loss_of_a_moment_is_no_news(market: Streamed, monkeypatch: Any) -> None:
    monkeypatch.setattr(market.depth, "news_s", PATIENCE_S)  # is some rounds of it here
    market.far.act("drop", stream="market", refuse_s=2.5)
    await settled(lambda: market.feed.line().why)
    market.forget()
    await settled(lambda: not market.feed.line().why)
    await market.sees(market.moves())
    assert market.said == []


@pytest.mark.parametrize("deaf", ["mute", "garbage"])
async def test_a_line_that_stands_and_tells_nothing_is_given_up(
    market: Streamed, deaf: str
) -> None:
    if deaf == "mute":
        market.far.act("mute", stream="market")
    else:  # the client can't read it, and reads nothing more
        market.far.act("stream", kind="garbage", stream="market", times=2)
    market.moves()
    await settled(lambda: market.feed.line().why == "its stream is lost: no book came for 1 s")
    market.far.act("mute", stream="market", on=False)
    await settled(lambda: not market.feed.line().why)
    await market.sees(market.moves())


async def test_what_breaks_by_a_bug_of_the_client_is_told_and_begun_anew(
    market: Streamed, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, hear = market.line.streams._client, market.line.tells
    watch, whys = client.watch_order_book, list[str]()

    def hears(told: dict[str, Any]) -> None:
        whys.append(told.get("why", ""))
        hear(told)

    async def breaks(symbol: str) -> Any:
        monkeypatch.setattr(client, "watch_order_book", watch)
        raise RuntimeError(f"the books changed while they were read: {symbol}")

    monkeypatch.setattr(market.line, "tells", hears)
    monkeypatch.setattr(client, "watch_order_book", breaks)
    market.far.act("cut")  # the books that are waited for now end, and are asked for anew
    await settled(lambda: any("RuntimeError: the books changed" in why for why in whys))
    await settled(lambda: not market.feed.line().why)
    await market.sees(market.moves())


async def test_a_crossed_book_is_never_told(market: Streamed) -> None:
    updates = {"U": 1, "u": 10**9, "pu": 1}
    event = {"e": "depthUpdate", "E": 1, "T": 1, "s": "BTCUSDT", **updates,
             "b": [["99999", "1"]], "a": []}  # fmt: skip
    market.far.act("tell", channel="btcusdt@depth@100ms", event=event)
    await settled(lambda: "crossed" in market.feed.line().why or market.books)
    await market.sees(market.moves())
    assert {each.bids[0].price for each in market.books} <= market.moved


async def test_the_desk_hears_each_new_price_at_once_and_an_old_one_now_and_then(
    market: Streamed,
) -> None:
    price = market.moves()
    await settled(lambda: market.quotes and market.quotes[-1].quote.last == float(price))
    quote = market.quotes[-1].quote
    assert (quote.symbol, quote.bid, quote.ask) == (BTC, float(price), float(price) + 0.1)
    market.told.clear()
    for units in range(10):
        market.far.act("book", symbol="BTCUSDT", units=str(500 + units))
        await market.clock.sleep(0.02)
    await settled(lambda: market.books[-1].bids[0].units == D(509))
    assert all(
        later.quote.time_ms - before.quote.time_ms >= QUOTE_MS
        for before, later in pairwise(market.quotes)
    )


async def test_a_feed_that_is_begun_anew_goes_on_with_what_is_watched(far: Far) -> None:
    async with streamed(far) as made:
        await made.feed.watch((BTC,))
        await made.goes_on()
        made.runs.cancel()
        await asyncio.wait([made.runs])
        made.forget()
        made.runs = asyncio.create_task(made.depth.run())
        await settled(lambda: made.books)
        await made.sees(made.moves())


async def test_where_sizes_are_contracts_books_and_prints_are_units_of_the_base(far: Far) -> None:
    async with streamed(far, "okx") as made:
        for check in CHECKS:
            await check(made)
        await made.feed.watch((BTC,))
        await made.goes_on()
        assert {row.units for each in made.books for row in each.bids + each.asks} == {D(1_000)}
        assert {each.units for _, each in made.prints} == {D("0.5")}
        far.act("cut")
        made.forget()
        await settled(lambda: made.books)
        await made.sees(made.moves())
        assert {each.bids[0].price for each in made.books} <= made.moved


async def test_its_process_knows_no_key_even_where_one_was_written_into_the_accounts_table(
    far: Far,
) -> None:
    table = far.ccxt(timeout_on_exit=0)
    assert table["apiKey"]
    streams = MarketStreams({"exchange": "binanceusdm", "ccxt": table}, SystemClock(), print)
    try:
        await streams.answer("markets", {"currency": "USDT"})
        signed = far.act("counts")["signed"]
        with pytest.raises((Refusal, ccxt.AuthenticationError), match=r"refused|requires `apiKey`"):
            await streams._client.fetch_balance()
        assert far.act("counts")["signed"] == signed
    finally:
        await streams.close()


async def test_a_practice_market_tells_its_own_books() -> None:
    with exchange_in_thread() as alone:
        async with streamed(alone, is_sandbox=True) as made:
            await made.feed.watch((BTC,))
            await made.goes_on()
        hosts = set(alone.act("hosts")["asked"])
    assert hosts == {"demo-fapi.binance.com", "demo-fstream.binance.com"}


async def test_an_exchange_without_such_a_stream_says_so(far: Far) -> None:
    async with streamed(far) as made:
        made.line.streams._client.has["watchOrderBook"] = False
        await made.feed.watch((BTC,))
        await settled(lambda: made.said)
        assert made.feed.line().why == "ccxt knows no stream of binanceusdm's books"


class Fed:
    """A feed with its streams, each by a process of its own."""

    def __init__(self, far: Far) -> None:
        self.far, self.clock, self._price = far, SystemClock(), 61_000
        market = ExchangeMarket(self.clock)
        self.asks = ExchangeLink("binanceusdm", far.ccxt(None))
        self.line = ExchangeLink("binanceusdm", far.ccxt(None), worker=WORKER)
        terms = FeedTerms("main", "binanceusdm", "USDT", (ETH,))
        self.feed = ExchangeFeed(self.asks, market, self.clock, terms)
        self.depth = self.feed.depth = ExchangeDepth(self.line, market, self.clock, "main")
        self.books, self.told = list[Decimal](), list[MarketInput]()
        self.depth.listen(lambda book: self.books.append(book.bids[0].price), lambda *_: None)
        self.feed.listen(self.told.append)

    def moves_and_is_seen(self) -> bool:
        self._price += 1
        self.far.act("price", symbol="BTCUSDT", price=str(self._price))
        return self.depth.is_fresh(BTC)

    def books_asked(self) -> int:
        calls: list[dict[str, Any]] = self.far.act("calls", path="/fapi/v1/depth")
        return sum(each["params"].get("symbol") == "BTCUSDT" for each in calls)


@pytest_asyncio.fixture(loop_scope="module")
async def fed(far: Far) -> AsyncIterator[Fed]:
    made = Fed(far)
    runs = asyncio.create_task(made.feed.run())
    yield made
    runs.cancel()
    await asyncio.wait([runs])


async def test_beside_the_feed_it_runs_in_a_process_of_its_own_while_somebody_looks(
    fed: Fed,
) -> None:
    await settled(lambda: any(isinstance(each, QuoteChanged) for each in fed.told))
    assert fed.line.pid is None
    await fed.depth.watch((BTC,))
    await settled(fed.moves_and_is_seen)
    asked = fed.books_asked()
    for _ in range(60):  # what is told is not asked for
        assert fed.moves_and_is_seen()
        await fed.clock.sleep(0.02)
    assert fed.books_asked() == asked
    assert fed.line.pid is not None
    os.kill(fed.line.pid, signal.SIGKILL)  # what is not told is asked for, and shown
    await settled(lambda: "process" in fed.depth.line().why)
    shown = len(fed.books)
    await settled(lambda: fed.moves_and_is_seen() or len(fed.books) > shown)
    await settled(fed.moves_and_is_seen)
    assert fed.books == sorted(fed.books)
    await fed.depth.watch(())
    await settled(lambda: fed.line.pid is None)
    assert fed.asks.pid is not None
    assert not any(isinstance(each, FeedStated) and each.is_waiting for each in fed.told[1:])
