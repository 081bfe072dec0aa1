"""What every feed of depth keeps, as checks: of a market in memory each is a test of its own, of
an exchange one test goes through them all, because its line takes a moment to open."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable
from itertools import pairwise

from lefi_tui.core.book import Book, Traded
from lefi_tui.ports.depth_feed import DepthFeed

BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"


class Market(ABC):
    """A feed of depth and the hand that moves its market."""

    symbols: tuple[str, ...] = (BTC, ETH)
    levels_least = 20
    feed: DepthFeed

    def __init__(self) -> None:
        self.books: list[Book] = []
        self.prints: list[tuple[str, Traded]] = []

    def begin(self) -> None:
        self.feed.listen(self.books.append, lambda *told: self.prints.append(told))

    def forget(self) -> None:
        self.books.clear()
        self.prints.clear()

    @abstractmethod
    async def goes_on(self) -> None:
        """Lively enough that all that is watched is told some times."""


async def nothing_is_told_that_nobody_watches(market: Market) -> None:
    await market.feed.watch(())
    await market.goes_on()
    market.forget()
    await market.goes_on()
    assert (market.books, market.prints) == ([], [])
    await market.feed.watch((BTC,))
    await market.goes_on()
    assert {each.symbol for each in market.books} == {BTC}
    assert {symbol for symbol, _ in market.prints} == {BTC}


async def books_are_whole_best_first_and_never_crossed(market: Market) -> None:
    await market.feed.watch(market.symbols)
    await market.goes_on()
    assert {each.symbol for each in market.books} == set(market.symbols)
    for each in market.books:
        bids, asks = [row.price for row in each.bids], [row.price for row in each.asks]
        assert bids == sorted(set(bids), reverse=True)
        assert asks == sorted(set(asks))
        assert 0 < bids[0] < asks[0]
        assert all(row.units > 0 for row in each.bids + each.asks)
        assert min(len(bids), len(asks)) >= market.levels_least


async def books_and_prints_come_in_the_order_of_their_times(market: Market) -> None:
    await market.feed.watch((BTC,))
    await market.goes_on()
    assert market.prints
    for times in ([each.at_ns for each in market.books], [each.at_ns for _, each in market.prints]):
        assert all(earlier <= later for earlier, later in pairwise(times))
    assert all(each.price > 0 and each.units > 0 for _, each in market.prints)


async def a_market_that_nobody_knows_is_passed_over(market: Market) -> None:
    await market.feed.watch(("NOT/THERE", BTC))
    await market.goes_on()
    assert {each.symbol for each in market.books} == {BTC}
    assert market.feed.line().why == ""


CHECKS: tuple[Callable[[Market], Awaitable[None]], ...] = (
    books_are_whole_best_first_and_never_crossed,
    books_and_prints_come_in_the_order_of_their_times,
    a_market_that_nobody_knows_is_passed_over,
    nothing_is_told_that_nobody_watches,
)
