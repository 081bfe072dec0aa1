"""A game that would be played blind is disarmed by the engine, and says why."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from msgspec import Struct, field
from msgspec.structs import replace

from bots.ttadak import GameState, Ttadak
from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.system_clock import SystemClock
from lefi_tui.core import messages as m
from lefi_tui.core.book import Book, Depth
from lefi_tui.core.bot import Quote
from lefi_tui.core.desk import Desk
from lefi_tui.core.game import Do, Play
from lefi_tui.engine.engine import Engine
from lefi_tui.engine.world import World
from lefi_tui.ports.depth_feed import DepthFeed, HearBook, HearPrint, Line
from lefi_tui.ports.market_feed import HearMarket
from lefi_tui.views.book_view import Standing
from tests.engine.kit import ACCOUNT, MemoryVenue, send, setup, until
from tests.unit.bots.game_table import BTC, SYMBOL

D = Decimal
MS = 1_000_000
LOST = "the account's own stream is lost: it was closed there"
STALE_MS = 1_500  # a slow machine is no stale market
NEVER_STALE_MS = 60_000


class Lively(Struct):
    """A market's feed and its depth, twenty times a second, until the test has it say nothing."""

    is_silent: bool = False
    is_blind: bool = False  # prices without books
    words: list[m.MarketInput] = field(default_factory=list)  # to be told next
    offset_ms: int = 0
    asked: list[tuple[str, ...]] = field(default_factory=list)
    hear: HearMarket = print
    book: HearBook = print

    def listen(self, hear: HearMarket) -> None:
        self.hear = hear

    async def watch(self, wanted: m.Watch) -> None:
        """All is told anyway."""

    async def run(self) -> None:
        clock = SystemClock()
        while True:
            await clock.sleep(0.05)
            while self.words:
                self.hear(self.words.pop())
            now_ns = clock.now_ns()
            if not self.is_silent:
                self.hear(m.QuoteChanged(ACCOUNT, Quote(SYMBOL, now_ns // MS, 100.0, 100.1, 100.0)))
            if not (self.is_silent or self.is_blind):
                sides = ((Depth(D(each), D(1)),) for each in ("100", "100.1"))
                self.book(Book(SYMBOL, now_ns, *sides))


class Depths(Struct):
    of: Lively

    def listen(self, hear_book: HearBook, _hear_print: HearPrint) -> None:
        self.of.book = hear_book

    async def watch(self, symbols: tuple[str, ...]) -> None:
        self.of.asked.append(symbols)

    def line(self) -> Line:
        return Line(12, self.of.offset_ms)


class Played(Struct):
    engine: Engine
    market: Lively

    @property
    def state(self) -> GameState:
        state = self.engine.desk.bots["game"].state
        assert isinstance(state, GameState)
        return state

    def key(self, do: Do) -> None:
        send(self.engine, m.PlayGame("game", Play(do), SystemClock().now_ns()))

    async def armed(self) -> None:
        await until(lambda: self.state.bid > 0)
        self.key(Do.ARM)
        assert self.state.is_armed, self.state.why

    async def disarmed(self) -> str:
        """Why it is, once it is."""
        await until(lambda: not self.state.is_armed)
        return self.state.why

    def standing(self) -> Standing:
        return self.engine._running().games.standing(ACCOUNT, SYMBOL)


@asynccontextmanager
async def played(
    folder: Path, stale_ms: int = NEVER_STALE_MS, *, has_books: bool = True
) -> AsyncIterator[Played]:
    market = Lively()
    depths: dict[str, DepthFeed] = {ACCOUNT: Depths(market)} if has_books else {}
    world = World(
        SystemClock(), venues={ACCOUNT: MemoryVenue()}, feeds={ACCOUNT: market}, depths=depths
    )
    parts = setup(folder, journal=SqliteJournal(folder))
    engine = Engine(replace(parts, world=world, empty=Desk(kinds={"ttadak": Ttadak()})))
    engine.start()
    opens = m.OpenAccount(ACCOUNT, "USDT", D(100_000), "dry_run", "memory", m.Sizing.AT_DECISION,
                          BTC.maker, BTC.taker)  # fmt: skip
    given = (("symbol", SYMBOL), ("sizes", "0.1"), ("stale_ms", str(stale_ms)))
    starts = m.StartBot("game", "ttadak", ACCOUNT, "", given)
    send(engine, opens, m.ListInstruments(ACCOUNT, (BTC,)), starts)
    try:
        yield Played(engine, market)
    finally:
        await asyncio.to_thread(engine.stop)


def says_nothing(market: Lively) -> None:
    market.is_silent = True


def shows_no_books(market: Lively) -> None:
    market.is_blind = True


def has_another_time(market: Lively) -> None:
    market.offset_ms = -700


def loses_the_accounts_stream(market: Lively) -> None:
    told = (ACCOUNT, 1, 1, 10_000, "asks for its orders each second", LOST)
    market.words.append(m.OrdersHeard(*told, is_doubted=True))


def waits(market: Lively) -> None:
    market.words.append(m.FeedStated(ACCOUNT, 1, is_waiting=True, what="waits for memory"))


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (says_nothing, "Disarmed: the book is "),
        (shows_no_books, "Disarmed: the book is "),
        (has_another_time, "Disarmed: the exchange's clock is -700 ms from ours, 250 are allowed"),
        (loses_the_accounts_stream, "Disarmed: the account's own stream is lost"),
        (waits, "Disarmed: no prices come: waits for memory"),
    ],
)
async def test_what_would_be_played_blind_is_disarmed_and_says_why(
    tmp_path: Path, happens: Callable[[Lively], None], why: str
) -> None:
    is_of_age = happens in {says_nothing, shows_no_books}
    async with played(tmp_path, STALE_MS if is_of_age else NEVER_STALE_MS) as game:
        await game.armed()
        await until(lambda: game.standing().book_ms is not None)
        if not is_of_age:  # which a machine that stands still for a while makes old
            await SystemClock().sleep(0.6)  # some looks at a market that is well
            assert game.state.is_armed
        happens(game.market)
        assert (await game.disarmed()).startswith(why)


@pytest.mark.asyncio
async def test_a_market_without_books_is_judged_by_the_age_of_its_price(tmp_path: Path) -> None:
    async with played(tmp_path, STALE_MS, has_books=False) as game:
        await game.armed()
        await SystemClock().sleep(0.6)
        assert game.state.is_armed
        game.market.is_silent = True
        assert (await game.disarmed()).startswith("Disarmed: the price is ")


@pytest.mark.asyncio
async def test_a_game_that_is_not_armed_asks_for_no_book_and_is_told_nothing(
    tmp_path: Path,
) -> None:
    async with played(tmp_path) as game:
        await until(lambda: game.state.bid > 0)
        game.market.is_silent = True
        loses_the_accounts_stream(game.market)
        await SystemClock().sleep(0.6)
        assert game.market.asked == []
        assert game.state.why == "not armed yet"


@pytest.mark.asyncio
async def test_an_armed_game_is_watched_without_a_screen_and_its_standing_can_be_read(
    tmp_path: Path,
) -> None:
    async with played(tmp_path) as game:
        await game.armed()
        await until(lambda: game.market.asked == [(SYMBOL,)])
        await until(lambda: game.standing().book_ms is not None)
        stands = game.standing()
        assert (stands.ping_ms, stands.offset_ms, stands.stream, stands.waits) == (12, 0, "", "")
        loses_the_accounts_stream(game.market)
        await until(lambda: game.standing().stream == LOST)
        await game.disarmed()
        told = m.OrdersHeard(ACCOUNT, 2, 2, 10_000)
        game.market.words.append(told)
        await until(lambda: game.standing().stream == "")
        await game.armed()  # and it can be armed again
