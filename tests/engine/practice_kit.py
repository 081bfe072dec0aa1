"""A person who plays recorded minutes by keys, in virtual time."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Final

from bots.ttadak import Ttadak
from lefi_tui.adapters.paper_venue import PaperTerms, PaperVenue
from lefi_tui.adapters.recorded_feed import RecordedFeed, RecordedTerms
from lefi_tui.adapters.recorded_market import Playing, RecordedMarket
from lefi_tui.adapters.sqlite_journal import SqliteJournal
from lefi_tui.adapters.sqlite_records import SqliteRecords
from lefi_tui.adapters.system_clock import PassingClock
from lefi_tui.core import messages as m
from lefi_tui.core.desk import Desk
from lefi_tui.core.game import Do, Play
from lefi_tui.engine.lockstep import Lockstep
from lefi_tui.engine.setup import Setup
from lefi_tui.engine.world import World
from lefi_tui.ports.journal import Row
from lefi_tui.views.queries import ScoresQuery
from lefi_tui.views.scores import GAMES_READ, Told, scores_view
from lefi_tui.views.scores_view import ScoresView
from tests.exchange.recordings import BEGIN_NS, real_recording

ACCOUNT: Final = "practice"
MS: Final = 1_000_000
SETTINGS: Final = (("symbol", "BTC/USDT:USDT"), ("sizes", "0.01"), ("losses_max", "100"))


class Session:
    def __init__(self, folder: Path, latency_ms: int, jitter_ms: int = 0) -> None:
        self.folder, self.clock = folder, PassingClock(BEGIN_NS)
        market = RecordedMarket(real_recording(), Playing(BEGIN_NS, at_ms=20_000))
        terms = PaperTerms(ACCOUNT, Decimal(10_000), latency_ms, jitter_ms, "seed")
        self.venue = PaperVenue(market, self.clock, terms)
        self.feed = RecordedFeed(market, self.clock, RecordedTerms(ACCOUNT, latency_ms))
        self.journal = SqliteJournal(folder)
        world = World(self.clock, {ACCOUNT: self.venue}, {ACCOUNT: self.feed})
        desk = Desk(kinds={"ttadak": Ttadak()})
        self.step = Lockstep(Setup(self.journal, desk, world, folder, program="test"), self.clock)
        self.instrument = market.recording.instrument
        self._presses = 0

    # ---- the market goes on

    def next_ns(self) -> int | None:
        return self.feed.next_ns()

    def move(self) -> None:
        self.feed.move()
        self.venue.advance(self.clock.now_ns())

    async def waits(self, ms: int) -> None:
        until_ns = self.clock.now_ns() + ms * MS
        while self.feed.next_ns() <= until_ns:
            await self.step.move(self, self.feed.next_ns())

    # ---- keys

    async def sends(self, command: m.Command) -> None:
        receipt = await self.step.send(command)
        assert receipt.is_accepted, receipt.text

    async def key(self, do: Do) -> None:
        self._presses += 1
        play = Play(do, press=self._presses, pressed_ns=self.clock.now_ns())
        await self.sends(m.PlayGame("game", play, self.clock.now_ns()))

    async def plays(self, games: int) -> list[Row]:
        await self.step.begin()
        terms = ("dry_run", "recording", m.Sizing.AT_DECISION, Decimal(0), Decimal(0))
        await self.sends(m.OpenAccount(ACCOUNT, "USDT", Decimal(10_000), *terms))
        await self.sends(m.ListInstruments(ACCOUNT, (self.instrument,)))
        start = m.StartBot("game", "ttadak", ACCOUNT, "", SETTINGS, at_ns=self.clock.now_ns())
        await self.sends(start)
        await self.waits(500)
        await self.key(Do.ARM)
        for number in range(games):
            await self.key(Do.SELL if number % 2 else Do.BUY)
            await self.waits(3_000)
            await self.key(Do.FLATTEN)
            await self.waits(1_000)
        await self.step.end()
        rows = list(self.journal.rows())
        self.journal.close()
        return rows

    def scores(self, query: ScoresQuery) -> ScoresView:
        return scores_view((asyncio.run(self._told()),), query, 0)

    async def _told(self) -> Told:
        records = SqliteRecords(self.folder)
        games, runs = await records.games(GAMES_READ), await records.runs()
        return Told(games, runs, await records.accounts())
