"""The board of books: what is looked at is asked for, what is shown has its age, and no more."""

from __future__ import annotations

import asyncio
import threading
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import Struct, field
from msgspec.structs import replace

from lefi_tui.adapters.demo_market import DemoMarket
from lefi_tui.adapters.demo_market_feed import DemoFeed
from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import SystemClock, VirtualClock
from lefi_tui.core.book import Book, Depth, Traded
from lefi_tui.core.order import Side
from lefi_tui.engine.depth import LOOKED_NS, MARKETS_MAX, PRINTS_KEPT, DepthBoard
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.world import World
from lefi_tui.ports.depth_feed import HearBook, HearPrint, Line
from lefi_tui.views.book_view import BookView
from lefi_tui.views.queries import BookQuery
from tests.engine.kit import ACCOUNT, setup, until

D = Decimal
BTC = "BTC/USDT:USDT"
BEGIN_NS = 1_790_000_000_000_000_000
MS = 1_000_000


class Told(Struct):
    """A market that a test speaks for."""

    asked: list[tuple[str, ...]] = field(default_factory=list)
    why: str = ""
    book: HearBook = print
    print: HearPrint = print

    def listen(self, hear_book: HearBook, hear_print: HearPrint) -> None:
        self.book, self.print = hear_book, hear_print

    async def watch(self, symbols: tuple[str, ...]) -> None:
        self.asked.append(symbols)

    def line(self) -> Line:
        return Line(why=self.why)


class Desk(Struct):
    market: Told
    clock: VirtualClock
    board: DepthBoard

    def look(self) -> BookView:
        return self.board.look(ACCOUNT, BTC)

    async def after(self, ms: int) -> None:
        self.clock.move_to(self.clock.now_ns() + ms * MS)
        await self.board.round()


@pytest.fixture
def desk() -> Desk:
    market, clock = Told(), VirtualClock(BEGIN_NS)
    board = DepthBoard(World(clock, depths={ACCOUNT: market}))
    board.listen()
    return Desk(market, clock, board)


def book(at_ns: int = BEGIN_NS, bid: str = "100") -> Book:
    price = D(bid)
    return Book(BTC, at_ns, (Depth(price, D(2)),), (Depth(price + 1, D(3)),))


def traded(number: int) -> Traded:
    return Traded(BEGIN_NS + number, D(100) + number, D(1), Side.BUY)


@pytest.mark.asyncio
async def test_nobody_looks_and_nothing_is_asked(desk: Desk) -> None:
    for _ in range(10):
        await desk.after(1_000)
    assert desk.market.asked == []


@pytest.mark.asyncio
async def test_a_market_is_asked_for_while_it_is_looked_at_and_then_no_longer(desk: Desk) -> None:
    assert desk.look() == BookView(ACCOUNT, BTC)
    await desk.after(250)
    for _ in range(20):
        desk.look()
        await desk.after(1_000)
    assert desk.market.asked == [(BTC,)]
    await desk.after(LOOKED_NS // MS)
    assert desk.market.asked == [(BTC,), ()]


@pytest.mark.asyncio
async def test_what_was_seen_before_is_forgotten_with_the_last_look(desk: Desk) -> None:
    desk.look()
    desk.market.book(book())
    desk.market.print(BTC, traded(1))
    assert desk.look().bids
    await desk.after(LOOKED_NS // MS + 1)
    assert desk.look() == BookView(ACCOUNT, BTC)


def test_a_book_tells_how_old_it_is_by_the_markets_clock_and_by_ours(desk: Desk) -> None:
    desk.look()
    desk.clock.move_to(BEGIN_NS + 30 * MS)
    desk.market.book(book())
    desk.clock.move_to(BEGIN_NS + 730 * MS)
    view = desk.look()
    assert (view.age_ms, view.heard_ms) == (730, 700)
    assert [(each.price, each.units) for each in view.bids + view.asks] == [
        (D(100), D(2)),
        (D(101), D(3)),
    ]
    desk.market.book(book(desk.clock.now_ns() + 40 * MS))  # by a clock that was measured badly
    assert desk.look().age_ms == 0


def test_a_line_that_is_lost_says_why_and_what_it_told_grows_old(desk: Desk) -> None:
    desk.look()
    desk.market.book(book())
    desk.market.why = "its stream is lost: closed there"
    desk.clock.move_to(BEGIN_NS + 4_000 * MS)
    view = desk.look()
    assert (view.heard_ms, view.why) == (4_000, "its stream is lost: closed there")


def test_the_newest_print_is_first_and_only_the_newest_are_kept(desk: Desk) -> None:
    desk.look()
    for number in range(PRINTS_KEPT + 50):
        desk.market.print(BTC, traded(number))
    shown = desk.look().prints
    assert len(shown) == PRINTS_KEPT
    assert [each.price for each in shown[:2]] == [
        D(100) + PRINTS_KEPT + 49,
        D(100) + PRINTS_KEPT + 48,
    ]
    assert len(desk.board.look(ACCOUNT, BTC, prints=3).prints) == 3


@pytest.mark.asyncio
async def test_only_so_many_markets_are_asked_for_and_the_longest_unseen_goes(desk: Desk) -> None:
    for number in range(MARKETS_MAX + 1):
        desk.clock.move_to(desk.clock.now_ns() + MS)
        desk.board.look(ACCOUNT, f"M{number:02}/USDT")
    await desk.board.round()
    (asked,) = desk.market.asked
    assert len(asked) == MARKETS_MAX
    assert "M00/USDT" not in asked


def test_an_account_without_books_says_so(desk: Desk) -> None:
    assert desk.board.look("elsewhere", BTC).why == "this account's market shows no book"


def test_a_screen_reads_whole_books_while_a_feed_tells_new_ones(desk: Desk) -> None:
    desk.look()
    is_over = threading.Event()

    def tell() -> None:
        number = 0
        while not is_over.is_set():
            number += 1
            desk.market.book(book(bid=str(number)))
            desk.market.print(BTC, traded(number))

    views: list[BookView] = []

    def has_seen_some() -> bool:
        views.append(desk.look())
        return len({each.bids[0].price for each in views if each.bids}) > 1

    teller = threading.Thread(target=tell)
    teller.start()
    try:
        views += [desk.look() for _ in range(500)]
        asyncio.run(until(has_seen_some))  # the teller may have had no turn all the while
    finally:
        is_over.set()
        teller.join()
    seen = [each for each in views if each.bids]
    assert all(each.asks[0].price == each.bids[0].price + 1 for each in seen)
    prices = [[row.price for row in each.prints] for each in seen]
    assert all(each == sorted(each, reverse=True) for each in prices)


@pytest.mark.asyncio
async def test_the_demo_market_is_seen_through_the_engine(tmp_path: Path) -> None:
    feed = DemoFeed(DemoMarket("1"), SystemClock(), ACCOUNT)
    parts = setup(tmp_path, journal=SqliteJournal(tmp_path))
    world = replace(parts.world, feeds={ACCOUNT: feed}, depths={ACCOUNT: feed.depth})
    engine = Engine(replace(parts, world=world))
    engine.start()
    query = BookQuery(ACCOUNT, BTC, prints=5)
    try:
        await until(lambda: len(engine.answer(query).prints) == 5)
        view = await engine.ask(query)
        assert (len(view.bids), len(view.asks)) == (20, 20)
        assert view.bids[0].price < view.asks[0].price
        assert view.age_ms < 5_000
    finally:
        await asyncio.to_thread(engine.stop)
