"""The demo market's books and prints for whoever looks: one book a tick, moved by its feed."""

from __future__ import annotations

from lefi_tui.adapters.demo_market import TICK_NS, DemoMarket
from lefi_tui.ports.depth_feed import HearBook, HearPrint, Line


class DemoDepth:
    """Implements ports.depth_feed."""

    def __init__(self, market: DemoMarket) -> None:
        self._market = market
        self._hear_book: HearBook | None = None
        self._hear_print: HearPrint | None = None
        self._wanted: tuple[str, ...] = ()
        self.ping_ms: int | None = None  # as its account's player set it

    def listen(self, hear_book: HearBook, hear_print: HearPrint) -> None:
        assert self._hear_book is None, "a feed has one listener"
        self._hear_book, self._hear_print = hear_book, hear_print

    async def watch(self, symbols: tuple[str, ...]) -> None:
        self._wanted = tuple(each for each in symbols if each in self._market.symbols)

    def line(self) -> Line:
        """It is in this program, and has this program's clock."""
        return Line(ping_ms=self.ping_ms, offset_ms=0)

    def prints_at(self, tick: int) -> None:
        for symbol in self._wanted:
            assert self._hear_print is not None, "listen first"
            for each in self._market.traded(symbol, (tick - 1) * TICK_NS, tick * TICK_NS):
                self._hear_print(symbol, each)

    def books_at(self, tick: int) -> None:
        for symbol in self._wanted:
            assert self._hear_book is not None, "listen first"
            self._hear_book(self._market.book(symbol, tick * TICK_NS))
