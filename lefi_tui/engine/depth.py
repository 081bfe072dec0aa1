"""The newest book and prints of the markets that somebody looks at, straight from their feeds.

The rules it keeps: in memory only, never through the inbox, never journaled; a market is asked for
while it was looked at in the last seconds, and forgotten afterwards: nobody looks, nothing is
asked. Feeds tell in the engine's loop; a screen reads from its own thread.
"""

from __future__ import annotations

from collections import deque
from functools import partial
from itertools import islice
from threading import Lock
from typing import Final

from msgspec import Struct, field

from lefi_tui.core.book import Book, Traded
from lefi_tui.engine.world import World
from lefi_tui.views.book_view import BookView, InsideView, PrintRow, Rung

PRINTS_KEPT: Final = 200
MARKETS_MAX: Final = 16  # of all accounts: more than hands can play
LOOKED_NS: Final = 5_000_000_000  # a screen that draws asks twenty times a second
ROUND_S: Final = 0.25
NO_BOOKS: Final = "this account's market shows no book"
NS_PER_MS: Final = 1_000_000

Key = tuple[str, str]  # account, symbol


class _Seen(Struct):
    """One market that is looked at; moments by the monotonic clock."""

    looked_ns: int
    book: Book | None = None
    heard_ns: int = 0
    prints: deque[Traded] = field(default_factory=lambda: deque(maxlen=PRINTS_KEPT))


class DepthBoard:
    def __init__(self, world: World) -> None:
        self._world, self._clock = world, world.clock
        self._seen: dict[Key, _Seen] = {}
        self._lock = Lock()  # held for microseconds: a screen never waits for a feed
        self._asked: dict[str, tuple[str, ...]] = {}

    # ---- from any thread

    def look(self, account: str, symbol: str, prints: int = PRINTS_KEPT) -> BookView:
        """What is known of it now; from here on it is asked for, for some seconds."""
        with self._lock:
            seen = self._looked((account, symbol))
            book, heard_ns = seen.book, seen.heard_ns
            newest = list(islice(reversed(seen.prints), max(prints, 0)))
        depth = self._world.depths.get(account)
        why = NO_BOOKS if depth is None else depth.line().why
        rows = tuple(PrintRow(*each) for each in newest)
        if book is None:
            return BookView(account, symbol, prints=rows, why=why)
        age_ms = max(self._clock.now_ns() - book.at_ns, 0) // NS_PER_MS
        return BookView(
            account,
            symbol,
            tuple(Rung(*each) for each in book.bids),
            tuple(Rung(*each) for each in book.asks),
            rows,
            age_ms,
            (self._clock.monotonic_ns() - heard_ns) // NS_PER_MS,
            why,
        )

    def inside(self, account: str, symbol: str) -> InsideView:
        """Its best prices alone, while somebody looks."""
        book = self.book(account, symbol)
        if book is None or not (book.bids and book.asks):
            return InsideView(account, symbol)
        return InsideView(account, symbol, Rung(*book.bids[0]), Rung(*book.asks[0]))

    def book(self, account: str, symbol: str) -> Book | None:
        """The newest one, while somebody looks."""
        with self._lock:
            seen = self._seen.get((account, symbol))
            return None if seen is None else seen.book

    def _looked(self, key: Key) -> _Seen:
        now_ns = self._clock.monotonic_ns()
        seen = self._seen.get(key)
        if seen is None:
            if len(self._seen) >= MARKETS_MAX:
                del self._seen[min(self._seen, key=lambda each: self._seen[each].looked_ns)]
            seen = self._seen[key] = _Seen(now_ns)
        seen.looked_ns = now_ns
        return seen

    # ---- in the engine's loop

    def listen(self) -> None:
        for account, feed in self._world.depths.items():
            feed.listen(partial(self._hear_book, account), partial(self._hear_print, account))

    def _hear_book(self, account: str, book: Book) -> None:
        with self._lock:
            seen = self._seen.get((account, book.symbol))
            if seen is not None:
                seen.book, seen.heard_ns = book, self._clock.monotonic_ns()

    def _hear_print(self, account: str, symbol: str, traded: Traded) -> None:
        with self._lock:
            seen = self._seen.get((account, symbol))
            if seen is not None:
                seen.prints.append(traded)

    async def run(self) -> None:
        while True:
            await self.round()
            await self._clock.sleep(ROUND_S)

    async def round(self) -> None:
        """What is looked at is asked for, what no longer is is forgotten."""
        oldest_ns = self._clock.monotonic_ns() - LOOKED_NS
        with self._lock:
            self._seen = {
                key: each for key, each in self._seen.items() if each.looked_ns > oldest_ns
            }
            keys = sorted(self._seen)
        for account, feed in self._world.depths.items():
            symbols = tuple(symbol for owner, symbol in keys if owner == account)
            if symbols != self._asked.get(account, ()):
                self._asked[account] = symbols
                await feed.watch(symbols)
